"""The first screens of five real failures' pages, for a reader who has seen nothing else (docs/readers/README.md).

    python -m tests.evals.reader_pages --work DIR --out docs/readers [--case NAME …] [--bench ../shared/bench]

Each is a failure of the development set, planted: the fix, its inverse committed on top, two innocent commits. What is
shown was made by the loop's own rules: evidence, mapping, route, draft, gate, proof in the sandbox, question and page.
Python is drafted without a model. Elsewhere a model's part is played: it offers the true fix, with the words below; no
test of these languages is run, and the page must say so. Needs the repositories' mirrors (BENCH_MIRROR), Debian's
Chromium, and, for Python, the network once for the case's packages.
"""

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from functions.draft_patch.context import DraftContext, Drafter, Proposal, evidence_lines
from functions.draft_patch.drafters.registry import drafters
from functions.draft_patch.ground import ground_of
from mendloop.adapters.local_git import LocalGit
from mendloop.adapters.system_clock import SystemClock
from mendloop.anchoring import edits_between
from mendloop.cli.drafting.failure import Failure
from mendloop.cli.drafting.loop import Ended, Tools, context_of, mend
from mendloop.cli.drafting.money import Purse
from mendloop.cli.drafting.options import OFFLINE, sandbox_named
from mendloop.cli.mapping.case import Case, service_at
from mendloop.contracts.draft import Claim, CodeFix
from mendloop.contracts.evidence import MetricPoint, Series
from mendloop.domain.stack_trace import LogText
from tests.bench.try_cases import AFTER, SET, Bench, git
from tests.browser.conftest import QUIET
from tests.browser.sample import World
from tests.browser.server import served
from tests.evals.drafting_cases import NOTE, planted
from tests.fakes import house
from tests.fakes.catalogs import FixedCatalog
from tests.fakes.clock import FixedClock


@dataclass(frozen=True)
class Part:
    """What a model would have answered in words."""

    title: str
    because: str
    place: str
    risk: str


CASES = ("py-luigi-011", "py-tqdm-003", "go-moby-001", "java-commons-math-016", "js-sequelize-004")
PLAYED = {
    "go-moby-001": Part(
        "Do nothing in Events.Close where nothing was opened",
        "The daemon shuts down before its events were set up, and Close then uses a publisher that is nil.",
        "daemon/events/events.go:157",
        "A shutdown that comes too early is no longer seen as an error.",
    ),
    "java-commons-math-016": Part(
        "Pass the function on in BisectionSolver.solve",
        "The overload with an initial value drops its function, so the solver works on the field, which is null.",
        "src/main/java/org/apache/commons/math/analysis/solvers/BisectionSolver.java:72",
        "Callers that relied on the function given to the constructor get the one they pass.",
    ),
    "js-sequelize-004": Part(
        "Read the model's own attributes in $expandAttributes",
        "tableAttributes is not set yet while a model with a default scope is being defined.",
        "lib/model.js:2590",
        "Virtual attributes are among the names that can be excluded.",
    ),
}
SCREEN = {"width": 1280, "height": 800}


class Played:
    """Stands where a model would: offers the true fix of the one file."""

    name = "claude"
    costs = False

    def __init__(self, part: Part, path: str, fixed: str) -> None:
        self._part, self._path, self._fixed = part, path, fixed

    def draft(self, context: DraftContext) -> Proposal:
        """On the base as it is now."""
        now = (context.base.read(self._path) or b"").decode()
        comment = now[len(now.rstrip().removesuffix(NOTE).rstrip("/ \n")) :]
        edits = tuple(edits_between(self._path, now, self._fixed.rstrip("\n") + comment))
        raised = Claim(text=f"{context.exception} was raised here.", citations=[self._part.place])
        because = Claim(
            text=self._part.because, citations=[self._part.place, *evidence_lines(context.evidence, context.exception)]
        )
        return Proposal(edits, self._part.title, [raised, because], [self._part.risk])


def planted_elsewhere(bench: Bench, name: str, out: Path) -> dict[str, Any]:
    """As `planted`, for languages whose tests are not run here: a comment begins with two slashes."""
    case, truth = (bench.row(kind, name) for kind in ("cases", "truth"))
    folder = out / f"planted+{name}" / "repo"
    bench.work_tree(case, truth["fix_commit"], folder)
    at = datetime.fromisoformat(git(folder, "log", "-1", "--format=%cI"))
    path = truth["truth_files"][0]
    git(folder, "checkout", case["base_commit"], "--", path)
    at += timedelta(days=1)
    git(folder, "commit", "-qm", "Simplify after a look at the callers", at=at)
    others = [each for each in git(folder, "ls-files", f"*{Path(path).suffix}").splitlines() if each != path]
    for each in (others[0], path):
        with (folder / each).open("a", encoding="utf-8") as text:
            text.write(f"\n// {NOTE}\n")
        at += timedelta(hours=5)
        git(folder, "commit", "-qam", f"Look through {Path(each).name}", at=at)
    running = git(folder, "rev-parse", "HEAD")
    return {**case, "base_commit": running, "head": running, "at": (at + AFTER).isoformat()}


def mended(bench: Bench, name: str, work: Path) -> tuple[Failure, Ended, Tools, datetime]:
    """One case through the loop's rules."""
    shutil.rmtree(work / f"planted+{name}", ignore_errors=True)
    row = (planted if name.startswith("py-") else planted_elsewhere)(bench, name, work)
    at = datetime.fromisoformat(row["at"])
    tests = {key: row.get(key, "") for key in ("test_command", "python_environment")}
    service = service_at(work / f"planted+{name}" / "repo", name.split("-", 1)[1].rsplit("-", 1)[0])
    case = Case(
        name,
        service.model_copy(update=tests),
        row["base_commit"],
        at,
        (LogText(at=at, text=row["trace"], source="log"),),
    )
    failure = Failure(case, row["head"])
    artifacts, sandbox = sandbox_named("bubblewrap", Path(tempfile.mkdtemp(dir=work)))
    build = drafters(_no_model, lambda: Purse(0), SystemClock(), artifacts)
    played = [_played(bench, name, work)] if name in PLAYED else []
    tools = Tools(LocalGit(), [*(build(each) for each in OFFLINE), *played], artifacts, sandbox)
    return failure, mend(failure, tools, lambda said: print(f"{name}: {said}")), tools, at


def _played(bench: Bench, name: str, work: Path) -> Drafter:
    truth = bench.row("truth", name)
    path = truth["truth_files"][0]
    fixed = git(work / f"planted+{name}" / "repo", "show", f"{truth['fix_commit']}:{path}")
    return Played(PLAYED[name], path, fixed + "\n")


def world_of(failure: Failure, ended: Ended, tools: Tools, at: datetime) -> World:
    """The question as the approvers get it."""
    assert isinstance(ended.draft, CodeFix) and ended.verification, f"{failure.case.id}: no change was drafted"
    service = failure.case.service
    catalog = house.make_catalog(services={service.name: house.make_service(service.name)})
    minutes = [MetricPoint(at=at + timedelta(minutes=n), value=float(n >= 0)) for n in range(-12, 4)]
    evidence = ended.evidence.model_copy(
        update={"series": [Series(alarm=f"{service.name}-errors", points=minutes, threshold=1.0)]}
    )
    return World(
        catalogs=FixedCatalog(catalog),
        clock=FixedClock(at + timedelta(minutes=4)),
        evidence=evidence,
        mapping=ended.mapping,
        fix=ended.draft,
        verification=ended.verification,
        ground=ground_of(ended.draft, context_of(failure, ended, tools.code)),
        service=service.name,
        incident_id=ended.incident_id,
        story=[
            (230, "intake", f"Alarm {service.name}-errors fired; an execution was started"),
            (200, "choose_route", f"Chose change: {ended.route.reason_code}"),
            *((180 - n, "judge_verification", said) for n, said in enumerate(ended.rounds)),
        ],
    )


def picture(world: World, file: Path, *, whole: Path | None = None) -> None:
    """The first screen, as a desk shows it."""
    with served(world), sync_playwright() as playwright:
        world.ask()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        page = browser.new_context(viewport=SCREEN).new_page()
        page.goto(world.url + world.link())
        page.screenshot(path=file)
        if whole:
            page.screenshot(path=whole, full_page=True)
        browser.close()


def _no_model() -> Any:
    raise AssertionError("no model is asked here")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="a folder for the repositories")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--bench", type=Path, default=SET)
    given = parser.parse_args()
    bench = Bench(given.bench)
    given.work.mkdir(parents=True, exist_ok=True)
    given.out.mkdir(parents=True, exist_ok=True)
    for name in given.case or CASES:
        world = world_of(*mended(bench, name, given.work))
        picture(world, given.out / f"{name}.png", whole=given.work / f"{name}-whole.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
