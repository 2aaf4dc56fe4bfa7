"""Lambda: the signals queue → incidents. A message that fails comes back alone; the rest of the batch is done."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from functions.intake.step import Intake
from mendloop.domain.errors import MendloopError
from mendloop.domain.redaction import redact
from mendloop.runtime.entry import entry
from mendloop.runtime.wiring import Wiring


@entry("intake")
def handler(event: dict[str, Any], wiring: Wiring) -> Any:
    """Partial batch response."""
    intake = Intake(
        artifacts=wiring.artifacts,
        incidents=wiring.incidents,
        catalogs=wiring.catalogs,
        switch=wiring.switch,
        workflow=wiring.workflow,
        clock=wiring.clock,
    )
    logger = Logger(service="mendloop.intake", level="INFO")

    def take(record: SQSRecord) -> None:
        try:
            for taken in intake.take(record.body):
                logger.info("taken", outcome=taken.outcome.value, incident=taken.incident_id)
        except MendloopError as error:
            told = f"{type(error).__name__}: {redact(str(error))[:300]}"
            logger.warning("message comes back", error=told, message_id=record.message_id)
            raise

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, take, processor)
