"""The service's approval policy is asked again before anything is published, whatever was recorded."""

from typing import Any

import pytest

from mendloop.contracts.approval import ApprovalRequest, Consent, Identity
from mendloop.domain.errors import BadDecision
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import NOW
from tests.fakes.house import SUSPECT, make_approver, make_catalog, make_code_map, make_commit, make_service
from tests.unit.publish_pull_request.scene import Scene


def scene(**approval: Any) -> Scene:
    people = [make_approver(name, iam=[f"arn:aws:iam::123456789012:user/{name}"]) for name in ("dana", "robin")]
    made = Scene()
    service = make_service(approval=approval)
    made.catalogs = FixedCatalog(make_catalog(services={"shop": service}, people=people))
    return made


def consent(request: ApprovalRequest, by: str, **fields: Any) -> Consent:
    sample = {"by": by, "at": NOW, "content_sha256": request.content_sha256, "identity": Identity.IAM}
    return Consent.model_validate({"request_id": request.id, **sample, **fields})


def test_both_are_named_in_the_commit() -> None:
    at = scene(people=2)
    request = at.approve(identity=Identity.IAM)
    at.decisions.consent(consent(request, "robin"))
    branch = at.code.branch(at.repository, at.run().branch)
    assert branch is not None
    assert branch.message.count("Approved-by: ") == 2 and "Approved-by: Robin Example" in branch.message


@pytest.mark.parametrize(
    ("second", "fields"),
    [
        ("", {}),
        ("dana", {}),
        ("mallory", {}),
        ("robin", {"identity": Identity.LINK}),
        ("robin", {"content_sha256": "0" * 64}),
        ("robin", {"at": NOW.replace(year=2030)}),
    ],
)
def test_one_person_is_not_two(second: str, fields: dict[str, Any]) -> None:
    at = scene(people=2)
    request = at.approve(identity=Identity.IAM)
    if second:
        at.decisions.consent(consent(request, second, **fields))
    with pytest.raises(BadDecision, match="2 different people must approve"):
        at.run()
    assert at.branches == []


def test_an_approval_by_a_link_where_people_must_be_signed_in() -> None:
    at = scene(people=2)
    request = at.approve()
    at.decisions.consent(consent(request, "robin"))
    with pytest.raises(BadDecision, match="signed in"):
        at.run()


def test_the_author_of_the_suspect_commit_or_of_an_adjustment() -> None:
    for made in ("commit", "adjustment"):
        at = scene(not_author=True)
        if made == "commit":
            suspect = make_code_map().suspects[0]
            commit = make_commit(SUSPECT, author_email="Dana@Example.com")
            at.mapping = make_code_map(suspects=[suspect.model_copy(update={"commit": commit})])
        else:
            at.fix = at.fix.model_copy(update={"adjusted_by": "dana"})
        at.approve(identity=Identity.IAM)
        with pytest.raises(BadDecision, match="somebody else must approve"):
            at.run()
        assert at.branches == []


def test_an_approver_who_has_left_the_service() -> None:
    at = Scene(approvers=["dana"])
    at.ask()
    request = at.decisions.latest("inc-0123456789abcdef")
    assert request is not None
    at.approve(by="robin")
    with pytest.raises(BadDecision, match="robin is not an approver"):
        at.run()
