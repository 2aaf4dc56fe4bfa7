"""Answers to cdk-nag's findings that stay: the rule, where, and the reason."""

from aws_cdk import Acknowledgment, Stack, Validations

ANSWERS: tuple[tuple[str, str], ...] = ()


def answer_findings(stack: Stack) -> None:
    """Acknowledge each answered finding."""
    for finding, reason in ANSWERS:
        Validations.of(stack).acknowledge(Acknowledgment(id=finding, reason=reason))
