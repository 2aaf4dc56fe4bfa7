"""An approved change whose repository lies at a GitHub on a wire, which can be disturbed."""

from collections.abc import Callable
from typing import Any

from mendloop.adapters.github import GitHub
from mendloop.adapters.github.api import Api
from mendloop.adapters.patience import Patience
from mendloop.contracts.mapping import Owner
from mendloop.domain.catalog import Catalog, Repository
from tests.contract.code_host_suite import DAY
from tests.contract.git_workshop import GitWorkshop
from tests.contract.github_double import LOCATION, TOKEN, GitHubDouble
from tests.contract.wire import Exchange, Wire
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.house import PATH, make_catalog, make_code_map
from tests.unit.publish_pull_request.scene import SOURCE, Scene

ANN = ("Ann", "ann@example.com")
Point = tuple[str, str, str]
"""Method, end of the path, and the moment: `crash before` or `crash after`."""


class Crash(BaseException):
    """No `except Exception` sees it."""


class CrashingApi(Api):
    """Dies at one request, before it is sent or after it was answered."""

    def at(self, point: Point) -> "CrashingApi":
        self.point = point
        return self

    def post(self, path: str, body: dict[str, object]) -> object:
        return self._dying("POST", path, lambda: Api.post(self, path, body))

    def graphql(self, query: str, variables: dict[str, Any]) -> Any:
        return self._dying("POST", "/graphql", lambda: Api.graphql(self, query, variables))

    def _dying(self, method: str, path: str, send: Callable[[], object]) -> object:
        hit = self.point[0] == method and path.endswith(self.point[1])
        if hit and self.point[2] == "crash before":
            raise Crash
        answer = send()
        if hit and self.point[2] == "crash after":
            raise Crash
        return answer


class DisturbedGitHub(GitHub):
    """Waits for nothing, and dies where it is told to."""

    def __init__(self, url: str, point: Point = ("", "", ""), timeout: int = 10) -> None:
        super().__init__(TOKEN, url)
        self._api = CrashingApi(TOKEN, url, timeout, Patience(0)).at(point)


class GitHubScene(Scene):
    """As `Scene`, with the repository at the double and an owner who can be asked."""

    def __init__(self, double: GitHubDouble, wire: Wire, **service: Any) -> None:
        super().__init__()
        self.double, self.wire = double, wire
        self.repository = Repository(host="github", location=LOCATION, base_url=wire.url)
        catalog = make_catalog(repository=self.repository.model_dump(), **service).model_dump()
        catalog["approvers"]["dana"]["logins"] = {"github": "dana"}
        self.catalogs = FixedCatalog(Catalog.model_validate(catalog))
        workshop = GitWorkshop(double.folder, GitHub(TOKEN, wire.url), self.repository)
        self.base = workshop.commit({PATH: SOURCE, "README": "shop\n"}, "Start", ANN, DAY)
        owner = Owner(name="Dana", catalog_name="dana", reason="wrote it")
        self.mapping = make_code_map().model_copy(update={"owner": owner})
        self.host()
        self.fix = self.make_fix()

    def host(self, point: Point = ("", "", ""), timeout: int = 10) -> None:
        """A new process: nothing is remembered."""
        self.code = DisturbedGitHub(self.wire.url, point, timeout)  # type: ignore[assignment]

    def refs(self) -> list[str]:
        """mendloop's branches at the double."""
        said = self.double.branches()
        return [name for name in said if name.startswith("mendloop/")]


def strikes(method: str, path: str) -> Callable[[Exchange], bool]:
    """Whether an exchange is the one meant."""
    return lambda exchange: exchange.method == method and exchange.path.endswith(path)
