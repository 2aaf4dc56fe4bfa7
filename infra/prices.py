"""What AWS charges, as a dated table: list prices in US dollars, region us-east-1, without any free tier or discount.

From the public price pages; they change, so look a price up before you rely on it. To correct one, change its line and
`DATED`; `python -m tests.bench --only cost` computes with it. Another region: change every line.
"""

from dataclasses import dataclass

DATED = "2026-11-23"
REGION = "us-east-1"
HOURS = 730
"""Of a month, as AWS counts."""


@dataclass(frozen=True)
class Price:
    """Dollars for one `unit`; `page` names the public price page in words."""

    dollars: float
    unit: str
    page: str


MILLION = 1_000_000
PRICES = {
    "state transition": Price(0.025 / 1_000, "transition", "Step Functions, standard workflows"),
    "lambda arm64": Price(0.0000133334, "GB-second", "Lambda, Arm"),
    "lambda x86_64": Price(0.0000166667, "GB-second", "Lambda, x86"),
    "lambda request": Price(0.20 / MILLION, "request", "Lambda"),
    "dynamodb read": Price(0.125 / MILLION, "request unit", "DynamoDB, on demand"),
    "dynamodb write": Price(0.625 / MILLION, "request unit", "DynamoDB, on demand"),
    "s3 read": Price(0.0004 / 1_000, "request", "S3 Standard, GET"),
    "s3 write": Price(0.005 / 1_000, "request", "S3 Standard, PUT and LIST"),
    "sns publish": Price(0.50 / MILLION, "request", "SNS"),
    "sns mail": Price(2.00 / 100_000, "mail", "SNS, e-mail"),
    "sqs request": Price(0.40 / MILLION, "request", "SQS, standard queues"),
    "site request": Price(1.00 / MILLION, "request", "API Gateway, HTTP APIs"),
    "secret": Price(0.40, "secret and month", "Secrets Manager"),
    "secret read": Price(0.05 / 10_000, "request", "Secrets Manager"),
    "cloudwatch request": Price(0.01 / 1_000, "request", "CloudWatch, API"),
    "alarm": Price(0.10, "alarm and month", "CloudWatch, standard resolution"),
    "dashboard": Price(3.00, "dashboard and month", "CloudWatch"),
    "custom metric": Price(0.30, "metric and month, by the hour", "CloudWatch"),
    "log gigabyte": Price(0.50, "GB written", "CloudWatch Logs"),
    "trace": Price(5.00 / MILLION, "trace", "X-Ray"),
    "key": Price(1.00, "key and month", "KMS"),
    "interface endpoint": Price(0.01 * HOURS, "zone and month", "PrivateLink"),
    "nat gateway": Price(0.045 * HOURS, "gateway and month", "VPC"),
}


def dollars(name: str, count: float) -> float:
    """What so many of them cost; KeyError for what has no price."""
    return PRICES[name].dollars * count
