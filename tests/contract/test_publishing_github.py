"""Publishing at GitHub: once under whatever happens on the wire, as GitHub describes it, in few requests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mendloop.contracts.publication import PublicationSlot
from mendloop.domain.errors import MendloopError, Rejected, Throttled
from mendloop.ports import FileChange
from tests.contract import github_shapes as shapes
from tests.contract import specifications
from tests.contract.code_host_suite import ME
from tests.contract.github_double import LOCATION, GitHubDouble
from tests.contract.github_scene import Crash, GitHubScene, strikes
from tests.contract.wire import FAULTS, Exchange, Wire
from tests.fakes.house import INCIDENT

REST, GRAPHQL, HOST = "github_rest_trimmed.json", "github_schema.graphql", "https://api.github.com"
BRANCH = f"mendloop/{INCIDENT}"
REPO = f"/repos/{LOCATION}"


@pytest.fixture
def double(tmp_path: Path) -> GitHubDouble:
    return GitHubDouble(tmp_path / "shop")


@pytest.fixture
def wire(double: GitHubDouble) -> Iterator[Wire]:
    with Wire(double) as wire:
        yield wire


@pytest.fixture
def scene(double: GitHubDouble, wire: Wire) -> GitHubScene:
    return GitHubScene(double, wire)


def _publish(scene: GitHubScene) -> PublicationSlot:
    return scene.run()


def _push_binary(scene: GitHubScene) -> None:
    """As the step does: a branch that stands is not pushed again."""
    if scene.code.branch(scene.repository, BRANCH) is None:
        changes = [FileChange(path="logo.png", content=b"\x89PNG\xff")]
        scene.code.push_branch(scene.repository, BRANCH, scene.base, changes, "One", ME)
    scene.code.open_pull_request(scene.repository, BRANCH, "T", "B")


def _ready(scene: GitHubScene) -> None:
    _push_binary(scene)
    assert not scene.code.mark_ready(scene.repository, "1").draft


def _comment(scene: GitHubScene) -> None:
    _push_binary(scene)
    scene.code.comment(scene.repository, "1", "Checks are red.")


EFFECTS: dict[str, tuple[str, str, Callable[[GitHubScene], object]]] = {
    "blob": ("POST", "/git/blobs", _push_binary),
    "tree": ("POST", "/git/trees", _publish),
    "commit": ("POST", "/git/commits", _publish),
    "branch": ("POST", "/git/refs", _publish),
    "pull request": ("POST", "/pulls", _publish),
    "labels": ("POST", "/issues/1/labels", _publish),
    "reviewer": ("POST", "/pulls/1/requested_reviewers", _publish),
    "comment": ("POST", "/issues/1/comments", _comment),
    "ready": ("POST", "/graphql", _ready),
}
CASES = [(effect, fault) for effect in EFFECTS for fault in (*FAULTS, "crash before", "crash after")]


@pytest.mark.parametrize(("effect", "fault"), CASES, ids=[f"{effect}-{fault}" for effect, fault in CASES])
def test_faults(scene: GitHubScene, effect: str, fault: str) -> None:
    method, path, act = EFFECTS[effect]
    scene.approve()
    outcome = _struck(scene, method, path, fault, act)
    if isinstance(outcome, MendloopError):
        assert outcome.next_action
    if fault == "429":
        assert isinstance(outcome, Throttled)
    if fault == "422" and effect not in {"labels", "reviewer"}:
        assert isinstance(outcome, Rejected)
    for _ in range(2):
        scene.host()
        act(scene)
    assert scene.refs() == [BRANCH]
    [pull] = scene.double.pulls
    if act is _publish:
        refused = fault == "422" and effect in {"labels", "reviewer"}
        assert [label["name"] for label in pull["labels"]] == ([] if refused and effect == "labels" else ["mendloop"])
        asked = [each["login"] for each in pull["requested_reviewers"]]
        assert asked == ([] if refused and effect == "reviewer" else ["dana"])
    assert len(scene.double.comments.get(1, [])) == (act is _comment)
    assert pull["draft"] is (act is not _ready)


def _struck(
    scene: GitHubScene, method: str, path: str, fault: str, act: Callable[[GitHubScene], object]
) -> BaseException | None:
    """What the first attempt ended in."""
    scene.host((method, path, fault), 1 if fault == "time-out after send" else 10)
    if fault in FAULTS:
        scene.wire.fault, scene.wire.strikes = fault, strikes(method, path)
    try:
        act(scene)
    except (MendloopError, Crash) as error:
        return error
    finally:
        assert not scene.wire.fault, "the fault has struck"
    return None


def test_the_count_of_the_matrix() -> None:
    print(f"\nGitHub: {len(EFFECTS)} effects x {len(FAULTS) + 2} faults = {len(CASES)} cases")
    assert len(CASES) == 108


def test_every_exchange_is_as_github_describes_it(scene: GitHubScene) -> None:
    specifications.folder()
    scene.approve()
    scene.run()
    everything_else(scene)
    rest, documents = 0, 0
    for exchange in scene.wire.seen:
        if exchange.path == "/graphql":
            specifications.check_graphql(exchange, GRAPHQL)
            documents += 1
        elif described(exchange):
            specifications.check(plain(exchange), REST, HOST)
            rest += 1
    print(f"{rest} exchanges and {documents} GraphQL documents checked")
    assert rest >= 30 and documents == 2


def everything_else(scene: GitHubScene) -> None:
    """Each method of the port that the publication did not use."""
    code, repository, base = scene.code, scene.repository, scene.base
    head = str(code.resolve(repository, BRANCH))
    code.blame(repository, base, "README", 1, 1)
    code.compare(repository, base, head)
    code.checks(repository, head)
    scene.double.reported[head] = {"tests": "green", "lint": "red"}
    code.checks(repository, head)
    code.comment(repository, "1", "Checks are red.")
    code.mark_ready(repository, "1")
    code.open_pull_requests(repository)
    scene.double.deployments = [shapes.deployment(1, "production", base)]
    scene.double.statuses = {"1": [shapes.deployment_status("success")]}
    assert code.deployed_revision(repository)[0] == base
    changes = [FileChange(path="logo.png", content=b"\xff"), FileChange(path="README", content=None)]
    code.push_branch(repository, "mendloop/other", base, changes, "Other", ME)
    scene.double.end(1)
    code.pull_request(repository, BRANCH)


def described(exchange: Exchange) -> bool:
    """The cut description has no listing of comments, and knows answers of success only."""
    return exchange.status < 400 and not (exchange.method == "GET" and exchange.path.endswith("/comments"))


def plain(exchange: Exchange) -> Exchange:
    """openapi-core takes no slash inside a path's parameter, where GitHub does."""
    head, ref, name = exchange.path.partition("/git/ref/")
    path = head + ref + name.replace("/", "%2F")
    return Exchange(exchange.method, path, exchange.query, {}, exchange.body, exchange.status, exchange.answer)


def test_a_publication_takes_few_requests(scene: GitHubScene) -> None:
    scene.approve()
    scene.host()
    before = len(scene.wire.seen)
    scene.run()
    asked = [f"{each.method} {each.path.removeprefix(REPO)}" for each in scene.wire.seen[before:]]
    print(f"\n{len(asked)} requests:", *asked, sep="\n")
    assert len(asked) <= 14
