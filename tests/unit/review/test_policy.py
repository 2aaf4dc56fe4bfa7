"""Whose approval counts: two different people, not the author, and nobody whom the catalog does not know."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.review.web import Answer, read
from mendloop import documents
from mendloop.contracts.approval import Action, Consent, Decision, Identity
from tests.browser.sample import URL, World, asked, mapping
from tests.fakes import house
from tests.fakes.catalogs import FixedCatalog
from tests.unit.review.visitor import ADDRESS, Visitor, standing

PEOPLE = ("dana", "robin", "kim")


def world(**approval: Any) -> World:
    """A service whose approvals need people who are signed in; the author of the suspect commit is kim."""
    service = house.make_service(approvers=list(PEOPLE), approval=approval)
    people = [house.make_approver(name, oidc=[f"id-{name}"]) for name in PEOPLE]
    known = house.make_catalog(services={"shop": service}, people=people)
    suspect = mapping().suspects[0]
    commit = suspect.commit.model_copy(update={"author_email": "KIM@example.com"})
    mapped = mapping(suspects=[suspect.model_copy(update={"commit": commit})])
    return asked(catalogs=FixedCatalog(known), oidc_claim="sub", mapping=mapped)


class SignedIn(Visitor):
    """A browser behind an identity provider that says who sits at it."""

    def __init__(self, at: World, approver: str, identity: str | None = None) -> None:
        super().__init__(at, approver)
        self.claims = {"sub": f"id-{approver}" if identity is None else identity}


def test_two_different_people_must_approve() -> None:
    at = world(people=2)
    dana, robin = SignedIn(at, "dana"), SignedIn(at, "robin")
    assert dana.post(dana.form()).status == 303
    assert standing(at) is None and at.workflow.woken == []
    assert dana.post(dana.form()).status == 303, "the same person again is the same person"
    assert standing(at) is None
    page = robin.open()
    assert "2 different people must approve" in page and "dana has approved already" in page
    assert robin.post(robin.form()).status == 303
    assert standing(at) is Action.APPROVE and at.workflow.woken


def test_one_person_rejects_what_another_has_approved() -> None:
    at = world(people=2)
    dana, robin = SignedIn(at, "dana"), SignedIn(at, "robin")
    dana.post(dana.form())
    assert robin.post(robin.form(action="reject", comment="It hides the failure.")).status == 303
    assert standing(at) is Action.REJECT


@pytest.mark.parametrize("attempt", range(5))
def test_two_who_approve_at_once_are_enough_and_decide_once(attempt: int) -> None:
    at = world(people=2)
    visitors = [SignedIn(at, name) for name in ("dana", "robin")]
    forms = [visitor.form() for visitor in visitors]
    both, consent = threading.Barrier(2, timeout=10), at.decisions.consent

    def together(mine: Consent) -> list[Consent]:
        both.wait()
        return consent(mine)

    at.decisions.consent = together  # type: ignore[method-assign]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda visitor, form: visitor.post(form), visitors, forms))
    assert standing(at) is Action.APPROVE


def test_a_death_between_the_second_approval_and_the_decision_is_cured_by_any_of_the_two() -> None:
    at = world(people=2)
    question = at.decisions.latest(house.INCIDENT)
    assert question is not None
    for name in ("dana", "robin"):
        at.decisions.consent(
            Consent(
                request_id=question.id,
                by=name,
                at=house.NOW,
                content_sha256=question.content_sha256,
                identity=Identity.OIDC,
            )
        )
    dana = SignedIn(at, "dana")
    assert dana.post(dana.form()).status == 303 and standing(at) is Action.APPROVE


@pytest.mark.parametrize(
    "changes",
    [{"content_sha256": "0" * 64}, {"identity": Identity.LINK}, {"by": "mallory"}, {"request_id": "inc-other"}],
)
def test_a_consent_that_is_not_by_the_rules_is_none(changes: dict[str, Any]) -> None:
    at = world(people=2)
    question = at.decisions.latest(house.INCIDENT)
    assert question is not None
    sample = {"by": "robin", "at": house.NOW, "content_sha256": question.content_sha256, "identity": Identity.OIDC}
    forged = Consent.model_validate({"request_id": question.id, **sample, **changes})
    at.decisions.consents = lambda _: [forged]  # type: ignore[method-assign]
    dana = SignedIn(at, "dana")
    dana.post(dana.form())
    assert standing(at) is None


def test_a_link_alone_approves_nothing_where_people_must_be_signed_in() -> None:
    at = world(people=2)
    at.oidc_claim = ""
    visitor = Visitor(at)
    answer = visitor.post(visitor.form())
    assert answer.status == 422 and "signed in" in answer.body and standing(at) is None
    assert 'value="approve"' not in visitor.open()
    assert visitor.post(visitor.form(action="reject", comment="no")).status == 303


def test_the_author_of_the_suspect_commit_may_reject_but_not_approve() -> None:
    at = world(not_author=True)
    kim = SignedIn(at, "kim")
    answer = kim.post(kim.form())
    assert answer.status == 422 and "kim wrote the suspect commit" in answer.body and standing(at) is None
    assert kim.post(kim.form(action="ticket")).status == 303


@pytest.mark.parametrize("edits", [1, 2])
def test_who_adjusted_the_patch_may_not_approve_it_even_when_somebody_adjusted_it_again(edits: int) -> None:
    at = world(not_author=True)
    at.clock.advance(minutes=1)
    for by in ("dana", "robin")[:edits]:
        before = documents.store(at.artifacts, f"before-{by}.json", at.fix)
        at.fix = at.fix.model_copy(update={"adjusted_by": by, "adjusted_from": before})
    if edits == 2:
        with pytest.raises(Exception, match="0 approvers of shop may approve this"):
            at.ask(rounds=1)
        return
    at.ask(rounds=1)
    dana = SignedIn(at, "dana")
    answer = dana.post(dana.form())
    assert answer.status == 422 and "dana adjusted this patch" in answer.body and standing(at) is None


@pytest.mark.parametrize("identity", ["", "id-robin", "id-mallory", "ID-DANA"])
def test_a_link_opened_by_somebody_else_than_its_owner_opens_nothing(identity: str) -> None:
    at = world(people=2)
    visitor = SignedIn(at, "dana", identity)
    assert visitor.send("GET", visitor.link).status == 403
    own = SignedIn(at, "dana")
    own.open()
    visitor.cookies = own.cookies
    answer = visitor.send("GET", ADDRESS)
    assert answer.status == 403 and "AttributeError" not in answer.body


def test_an_address_that_the_provider_has_not_verified_is_nobodys() -> None:
    at = world(people=2)
    at.oidc_claim = "email"
    visitor = SignedIn(at, "dana")
    for said in ({}, {"email_verified": "false"}):
        visitor.claims = {"email": "id-dana", **said}
        assert visitor.send("GET", visitor.link).status == 403
    visitor.claims = {"email": "id-dana", "email_verified": "true"}
    assert visitor.send("GET", visitor.link).status == 303


@pytest.mark.parametrize(
    "forged",
    [
        {"headers": {"x-amzn-oidc-identity": "id-dana", "authorization": "Bearer id-dana"}},
        {"headers": {"requestcontext": '{"authorizer":{"jwt":{"claims":{"sub":"id-dana"}}}}'}},
        {"queryStringParameters": {"requestContext.authorizer.jwt.claims.sub": "id-dana"}},
        {"body": '{"requestContext":{"authorizer":{"iam":{"userArn":"arn:aws:iam::1:user/dana"}}}}'},
        {"authorizer": {"jwt": {"claims": {"sub": "id-dana"}}}},
    ],
)
def test_an_identity_comes_from_the_request_context_alone(forged: dict[str, Any]) -> None:
    event = {"rawPath": "/", "requestContext": {"http": {"method": "GET", "path": "/"}}, **forged}
    request = read(event)
    assert request.claims == {} and request.principal == ""


def test_a_decision_keeps_how_its_person_is_known() -> None:
    at = world(people=1, not_author=True)
    dana = SignedIn(at, "dana")
    dana.post(dana.form())
    question = at.decisions.latest(house.INCIDENT)
    assert question is not None
    decided = at.decisions.decision(question.id)
    assert isinstance(decided, Decision) and decided.identity is Identity.OIDC


def handed(at: World, to: str) -> Answer:
    dana = Visitor(at)
    return dana.post(dana.form(action="handover", to=to))


def test_handing_over_decides_nothing_and_mails_the_other_their_own_link() -> None:
    at = asked()
    before = len(at.mailer.sent)
    assert handed(at, "robin").status == 303
    assert standing(at) is None and at.workflow.woken, "the execution is woken to mail"
    at.ask()
    at.ask()
    assert [(mail.to, mail.subject.split(":")[0]) for mail in at.mailer.sent[before:]] == [
        ("robin", "[mendloop] Handed over")
    ]
    assert "Dana Example asks you to decide in their place" in " ".join(at.mailer.sent[-1].body.split())
    assert at.mailer.sent[-1].body.count(f"{URL}/r/") == 1
    said = [(entry.by, entry.what) for entry in at.incidents.timeline(house.INCIDENT)]
    assert ("dana", "Handed over to robin") in said
    robin = Visitor(at, "robin")
    assert robin.post(robin.form()).status == 303 and standing(at) is Action.APPROVE


@pytest.mark.parametrize("to", ["", "dana", "mallory", "robin\r\nBcc: mallory@example.com"])
def test_it_is_handed_to_another_approver_of_the_service_only(to: str) -> None:
    at = asked()
    answer = handed(at, to)
    assert answer.status == 422 and at.decisions.handed_over(at.ask().request_id) == []


def test_who_handed_over_is_not_reminded_who_holds_it_is() -> None:
    at = asked()
    handed(at, "robin")
    at.ask()
    before = len(at.mailer.sent)
    at.clock.advance(hours=8)
    question = at.decisions.latest(house.INCIDENT)
    assert question is not None
    at.ask()
    assert [mail.to for mail in at.mailer.sent[before:]] == ["robin"]


def test_a_rejection_needs_a_reason() -> None:
    at = asked()
    visitor = Visitor(at)
    answer = visitor.post(visitor.form(action="reject", comment="  "))
    assert answer.status == 422 and "why" in answer.body and standing(at) is None
