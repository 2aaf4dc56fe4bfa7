"""The project's own virtual environment in the jail: its packages are there, nothing else of the machine is."""

import os
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendloop.adapters.sandbox import build_sandbox
from mendloop.adapters.sandbox.bubblewrap import Bubblewrap
from mendloop.adapters.sandbox.environment import read_environment
from mendloop.adapters.sandbox.process import PlainProcess
from mendloop.adapters.sandbox.tests_in_jail import TestsInJail
from mendloop.contracts.verification import TestRun
from mendloop.domain.errors import Misconfigured
from tests.fakes.artifacts import InMemoryArtifacts
from tests.unit.sandbox.jobs import make_job, run_of, statuses

USING = {
    "src/shop/__init__.py": "from priced import PRICE\n",
    "report.py": "NAME = 'a module of the project'\n",
    "tests/test_shop.py": (
        "def test_dependency():\n    from shop import PRICE\n\n    assert PRICE == 3\n\n\n"
        "def test_own_module():\n    import report\n\n    assert report.NAME\n"
    ),
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with one package of its own, an older copy of the project, and a secret beside them."""
    folder = tmp_path_factory.mktemp("environments") / "own"
    venv.create(folder, with_pip=False)
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "priced.py").write_text("PRICE = 3\n")
    (site / "shop").mkdir()
    (site / "shop" / "__init__.py").write_text("PRICE = 'an installed copy of the project'\n")
    (folder / "pip.conf").write_text("[global]\nindex-url = https://user:secret@index.example\n")
    return folder


@pytest.fixture
def jail() -> Iterator[None]:
    reason = Bubblewrap().unusable()
    if reason and os.environ.get("MENDLOOP_REQUIRE_CLOUD"):
        pytest.fail(f"the jail must work here: {reason}")
    if reason:
        pytest.skip(f"NO JAIL, environments are untested: {reason}")
    yield


def ran(environment: str, project: dict[str, str], kind: str = "bubblewrap") -> TestRun:
    artifacts = InMemoryArtifacts()
    job = make_job(artifacts, {}, project=project, regression_id="", environment=environment, timeout_seconds=60)
    return build_sandbox(kind, artifacts).run(job)


def test_a_package_of_the_environment_is_there_and_the_tree_comes_before_an_installed_copy(
    jail: None, environment: Path
) -> None:
    result = ran(str(environment), USING)
    assert result.skipped == ""
    assert set(statuses(run_of(result, "patched", "suite")).values()) == {"passed"}, result.runs[-1].output_tail


def test_nothing_else_of_the_machine_is_shown(jail: None, environment: Path) -> None:
    probe = (
        "from pathlib import Path\n\n\ndef test_hidden():\n"
        f"    own = Path({str(environment)!r})\n"
        "    assert sorted(path.name for path in own.iterdir()) == ['bin', 'lib', 'lib64', 'pyvenv.cfg']\n"
        "    assert [path.name for path in own.parent.iterdir()] == ['own']\n"
        "    try:\n        (own / 'lib' / 'written').write_text('x')\n"
        "    except OSError:\n        return\n    raise AssertionError('the environment can be written to')\n"
    )
    result = ran(str(environment), {"tests/test_probe.py": probe})
    assert set(statuses(run_of(result, "patched", "suite")).values()) == {"passed"}, result.runs[-1].output_tail


@pytest.mark.parametrize("kind", ["bubblewrap", "unsandboxed"])
def test_an_environment_that_is_not_there_is_said_with_what_to_do(kind: str, tmp_path: Path) -> None:
    result = ran(str(tmp_path / "nowhere"), USING, kind)
    assert result.runs == [] and "holds no Python environment" in result.skipped
    assert "python_environment" in result.skipped


def test_a_function_of_its_own_has_no_environment_of_another_machine(environment: Path) -> None:
    result = ran(str(environment), USING, "process")
    assert result.runs == [] and "this runner is another" in result.skipped


def test_a_system_interpreter_needs_nothing_shown() -> None:
    system = Path("/usr/bin/python3")
    if not system.exists():
        pytest.skip("there is no system Python here")
    assert read_environment("/usr").shown == ()


@pytest.mark.parametrize("prefix", ["relative", "/etc", "/nowhere"])
def test_a_folder_without_python_is_refused(prefix: str) -> None:
    with pytest.raises(Misconfigured, match="no Python environment"):
        read_environment(prefix)


OLD = {
    "shop.py": (
        "import functools\n\n\nclass Cart:\n    @property\n    def total(self):\n        return {}['total']\n\n\n"
        "def outer():\n    def inner():\n        return Cart().total\n\n    return inner()\n"
    ),
    "tests/test_shop.py": "from shop import outer\n\n\ndef test_total():\n    outer()\n",
}


def test_frames_are_named_alike_on_an_older_python(jail: None) -> None:
    """Before 3.11 code objects do not know their qualified name; one that has pytest is asked."""
    older = _older_python_with_pytest()
    if older is None:
        pytest.skip("no Python from 3.7 to 3.10 with pytest lies here")
    result = ran(older, OLD)
    (outcome,) = run_of(result, "patched", "suite").outcomes
    functions = [frame.split(":")[1] for frame in outcome.frames]
    assert functions == ["test_total", "outer", "outer.<locals>.inner", "Cart.total"]


def test_the_name_made_from_source_is_the_name_that_code_knows() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import report, shop_module\n"
        "class Old:\n"
        "    def __init__(self, code): self.co_filename, self.co_name, self.co_firstlineno = "
        "code.co_filename, code.co_name, code.co_firstlineno\n"
        "for code in shop_module.CODES: assert report._qualified(Old(code)) == code.co_qualname, code.co_qualname\n"
        "print(len(shop_module.CODES))\n"
    )
    inside = Path(__file__).parents[3] / "shared/mendloop/adapters/sandbox/inside"
    done = subprocess.run(
        [sys.executable, "-c", program, str(inside)],
        env={"PYTHONPATH": str(Path(__file__).parent / "samples")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "5", done.stderr


def _older_python_with_pytest() -> str | None:
    roots = [Path.home() / ".pyenv" / "versions", Path("/opt/hostedtoolcache/Python")]
    for root in roots:
        for prefix in sorted(root.glob("3.*")):
            if prefix.name.split(".")[1] in {"7", "8", "9", "10"} and list(prefix.glob("lib/*/site-packages/pytest")):
                return str(prefix)
    return None


def test_tests_that_reach_the_change_run_first_and_all_run(tmp_path: Path) -> None:
    artifacts = InMemoryArtifacts()
    project = {"test_a.py": "def test_one(): pass\n", "test_b.py": "def test_two(): pass\ndef test_three(): pass\n"}
    job = make_job(artifacts, {}, project=project, regression_id="", first=["test_b.py"])
    result = TestsInJail(PlainProcess("unsandboxed"), artifacts).run(job)
    ids = [outcome.test_id for outcome in run_of(result, "patched", "suite").outcomes]
    assert ids == ["test_b.py::test_two", "test_b.py::test_three", "test_a.py::test_one"]
