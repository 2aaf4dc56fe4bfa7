"""What `mendloop doctor` looks at of mendloop itself, with read-only calls: what no service of the catalog owns."""

from collections.abc import Callable, Iterator

import requests

from mendloop.adapters.aws_errors import translated
from mendloop.cli.checks import Finding
from mendloop.cli.place import Place
from mendloop.domain.catalog import Catalog
from mendloop.domain.errors import MendloopError, NotFound, Unavailable

OWN = "mendloop-"
PENDING = {"PendingConfirmation", "Deleted"}
CLOCKS = ("SweepNow", "FollowUpNow", "DigestOnMonday")
SITE_SECONDS = 10.0
Check = Callable[[Place, Catalog], Iterator[Finding]]
DEPLOY = "Deploy the stack again: `make deploy`."


def answered(url: str) -> int:
    """The status that the site answers with; Unavailable when it answers nothing."""
    try:
        return requests.get(url, timeout=SITE_SECONDS, allow_redirects=False).status_code
    except requests.RequestException as error:
        raise Unavailable(f"{url}: {type(error).__name__}", next_action=DEPLOY) from None


def examine_house(place: Place, catalog: Catalog, status_of: Callable[[str], int] = answered) -> Iterator[Finding]:
    """All checks; one that cannot be made is a finding, not a crash."""
    checks: dict[str, Check] = {
        "tables": _tables,
        "buckets": _buckets,
        "state machine": _machine,
        "schedules": _clocks,
        "queues": _queues,
        "operators": _operators,
        "alarms": _own_alarms,
        "link keys": _link_keys,
        "model": _model,
        "site": lambda place, _: _site(place, status_of),
    }
    for name, check in checks.items():
        try:
            yield from check(place, catalog)
        except MendloopError as error:
            yield Finding(False, f"{name}: {error}", error.next_action)


def _tables(place: Place, catalog: Catalog) -> Iterator[Finding]:
    for output in ("IncidentsTable", "DecisionsTable", "LedgerTable"):
        name = place.outputs[output]
        with translated(f"table {name}"):
            table = place.client("dynamodb").describe_table(TableName=name)["Table"]
        indexes = table.get("GlobalSecondaryIndexes", [])
        states = [table["TableStatus"], *(index.get("IndexStatus", "ACTIVE") for index in indexes)]
        yield Finding(set(states) == {"ACTIVE"}, f"table {name} is {', '.join(states).lower()}", DEPLOY)


def _buckets(place: Place, catalog: Catalog) -> Iterator[Finding]:
    for output in ("ArtifactsBucket", "CatalogBucket"):
        name = place.outputs[output]
        with translated(f"bucket {name}"):
            place.client("s3").head_bucket(Bucket=name)
        yield Finding(True, f"bucket {name} is there")


def _machine(place: Place, catalog: Catalog) -> Iterator[Finding]:
    arn = place.outputs["StateMachineArn"]
    with translated(f"state machine {arn}"):
        status = place.client("stepfunctions").describe_state_machine(stateMachineArn=arn).get("status", "ACTIVE")
    yield Finding(status == "ACTIVE", f"the state machine is {status.lower()}", DEPLOY)


def _clocks(place: Place, catalog: Catalog) -> Iterator[Finding]:
    with translated("EventBridge rules"):
        pages = place.client("events").get_paginator("list_rules").paginate(NamePrefix=OWN)
        rules = {rule["Name"]: rule.get("State") for page in pages for rule in page["Rules"]}
    for clock in CLOCKS:
        states = [state for name, state in rules.items() if clock in name]
        yield Finding(
            states == ["ENABLED"],
            f"the schedule {clock} runs",
            f"Enable its rule in EventBridge. {DEPLOY}",
        )


def _queues(place: Place, catalog: Catalog) -> Iterator[Finding]:
    for output, words in (("DeadLettersQueueUrl", "signals could not be taken in"), ("UndeliveredQueueUrl", "events")):
        with translated(output):
            attributes = place.client("sqs").get_queue_attributes(
                QueueUrl=place.outputs[output], AttributeNames=["ApproximateNumberOfMessages"]
            )["Attributes"]
        left = int(attributes["ApproximateNumberOfMessages"])
        what = words if output.startswith("Dead") else f"{words} could not be delivered"
        yield Finding(not left, f"{left or 'no'} {what}", "Look at them, then hand them on again: `mendloop dlq`.")


def _operators(place: Place, catalog: Catalog) -> Iterator[Finding]:
    topic = place.outputs["OperatorsTopicArn"]
    with translated(f"topic {topic}"):
        pages = place.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        arns = [each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]]
    confirmed = [arn for arn in arns if arn not in PENDING]
    yield Finding(
        bool(confirmed),
        f"operators hear of what is left to a human: {len(confirmed)} confirmed on their topic",
        f"Subscribe an address and confirm it: aws sns subscribe --topic-arn {topic} --protocol email ….",
    )


def _own_alarms(place: Place, catalog: Catalog) -> Iterator[Finding]:
    with translated("CloudWatch alarms"):
        pages = place.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=OWN)
        alarms = [alarm for page in pages for alarm in page["MetricAlarms"]]
    ringing = [alarm["AlarmName"] for alarm in alarms if alarm.get("StateValue") == "ALARM"]
    yield Finding(
        not ringing,
        f"none of mendloop's own {len(alarms)} alarms rings" if not ringing else f"in ALARM: {', '.join(ringing)}",
        "Look at what the alarm's description says: docs/runbook.md.",
    )


def _link_keys(place: Place, catalog: Catalog) -> Iterator[Finding]:
    """That it is there; its value is nobody's business here."""
    yield _secret(place, place.outputs["LinkKeysSecret"], "the keys that sign review links", DEPLOY)


def _model(place: Place, catalog: Catalog) -> Iterator[Finding]:
    """Only where a service asks for it; nothing is sent to the model."""
    asked = [service.name for service in catalog.services.values() if "claude" in service.drafters]
    if not asked:
        return
    function = place.outputs["LeaveToHumanName"].replace("leave-to-human", "draft-patch")
    with translated(f"function {function}"):
        configuration = place.client("lambda").get_function_configuration(FunctionName=function)
    settings = configuration.get("Environment", {}).get("Variables", {})
    model, provider = settings.get("MENDLOOP_MODEL_NAME", ""), settings.get("MENDLOOP_MODEL_PROVIDER", "api")
    yield Finding(
        bool(model),
        f"{', '.join(asked)} may ask the model {model or '(none is configured)'} by {provider}",
        "Deploy with the context model_name, or take claude out of the services' drafters.",
    )
    if model and provider == "api":
        advice = "Create the secret with the model's key, then deploy again."
        yield _secret(place, settings.get("MENDLOOP_MODEL_SECRET", ""), "the model's key", advice)


def _secret(place: Place, name: str, words: str, advice: str) -> Finding:
    try:
        with translated(f"secret {name}"):
            found = place.client("secretsmanager").describe_secret(SecretId=name)
    except NotFound:
        return Finding(False, f"{words} are not there" if words.endswith("s") else f"{words} is not there", advice)
    return Finding("DeletedDate" not in found, f"a secret holds {words}", advice)


def _site(place: Place, status_of: Callable[[str], int]) -> Iterator[Finding]:
    url = place.outputs["SiteUrl"]
    status = status_of(url)
    yield Finding(status < 500, f"the approval site {url} answers ({status})", "Look at the log of mendloop-review.")
