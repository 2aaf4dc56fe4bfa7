"""The gate: which patch may be offered at all. Pure code; no prompt and no drafter can talk it round.

A rule refuses by raising PatchRefused with its name and the place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from mendloop.domain import python_policy
from mendloop.domain.catalog import Service
from mendloop.domain.errors import PatchRefused
from mendloop.domain.other_source import check_other
from mendloop.domain.patch import changed_lines, check_path, unified_diff
from mendloop.domain.python_source import PythonSource
from mendloop.domain.redaction import find_secrets
from mendloop.domain.visible import mixes_letters, words

PROTECTED_FOLDERS = frozenset({
    ".github", ".gitlab", ".circleci", ".buildkite", ".woodpecker", ".forgejo", ".gitea", ".husky", ".ci",
    "migrations", "alembic", "infra", "infrastructure", "terraform", "cdk", "cloudformation", "helm", "k8s",
    "kubernetes", "charts", "ansible", "deploy", "deployment",
})  # fmt: skip
"""A path below a folder of one of these names, anywhere, is protected."""

PROTECTED_NAMES = (
    # CI workflows
    ".gitlab-ci*.yml", "jenkinsfile*", "azure-pipelines*", "bitbucket-pipelines*", ".travis.yml", "buildspec*",
    "appveyor.yml", ".drone.yml", ".pre-commit-config.yaml", "makefile", "justfile", "taskfile.y*ml",
    # who reviews, what git does
    "codeowners", ".gitattributes", ".gitmodules", ".gitignore", ".mailmap", "mendloop.y*ml", ".mendloop*",
    # dependencies
    "*.lock", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "go.sum", "go.mod", "package.json",
    "requirements*.txt", "requirements*.in", "constraints*.txt", "pipfile*", "environment.y*ml",
    # infrastructure
    "*.tf", "*.tfvars", "cdk.json", "template.y*ml", "serverless.y*ml", "samconfig.toml", "dockerfile*",
    "docker-compose*", "compose.y*ml", "*.dockerfile", "chart.yaml",
    # the test runner's settings and plugins, and what Python loads by itself
    "conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "tox.toml", "setup.cfg",
    "setup.py", "pyproject.toml", "noxfile.py", ".coveragerc", "sitecustomize.py", "usercustomize.py", "*.pth",
    "jest.config.*", "vitest.config.*", "tsconfig*.json",
)  # fmt: skip
"""File names, folded to lower case."""

_RUNNER = {"pytest", "_pytest"}
_TEST_NAMES = ("test_*.py", "*_test.py")
_OTHER_TEST_NAMES = ("tests_*.py", "*_tests.py", "tests.py", "test.py")


@dataclass(frozen=True)
class PatchPolicy:
    """What a service's patch may do; the catalog's figures."""

    files: int
    changed_lines: int
    functions: int
    protected_paths: tuple[str, ...] = ()
    own_modules: frozenset[str] = frozenset()
    """Top-level modules that the repository or its dependencies already provide."""
    allows: frozenset[str] = frozenset()
    """Rules that the catalog lets a patch break. Paths, budget, tests and secrets are never among them."""


@dataclass(frozen=True)
class Change:
    """A patch with what it changes."""

    before: Mapping[str, bytes | None]
    after: Mapping[str, bytes]
    regression: str = ""
    """The one path that may be a new file."""
    precedent: Mapping[str, bytes] = field(default_factory=dict)
    """Earlier reviewed versions of the paths: what stood there then is put back, not introduced. Set by code only."""


@dataclass(frozen=True)
class Footprint:
    """What an accepted patch comes to."""

    diff: str
    files: list[str]
    functions: list[str]
    changed_lines: int


def policy_of(service: Service, own_modules: Iterable[str]) -> PatchPolicy:
    """What the catalog lets a patch of this service do."""
    return PatchPolicy(
        files=service.limits.files,
        changed_lines=service.limits.changed_lines,
        functions=service.limits.functions,
        protected_paths=tuple(service.protected_paths),
        own_modules=frozenset(own_modules),
        allows=frozenset(service.patch_allows),
    )


def modules_in(paths: Iterable[str]) -> set[str]:
    """Names under which a repository's own Python files can be imported."""
    return {part.removesuffix(".py") for path in paths if path.endswith(".py") for part in path.split("/")}


def check_patch(policy: PatchPolicy, change: Change) -> Footprint:
    """The patch's footprint when every rule holds.

    Raises PatchRefused naming the first rule that does not, and the path.
    """
    for path in change.after:
        check_path(path)
        _check_place(path, policy, change)
    diff = unified_diff(change.before, change.after)
    functions = _touched_functions(change)
    lines = changed_lines(diff)
    _within("files", len(change.after), policy.files)
    _within("changed lines", lines, policy.changed_lines)
    _within("functions", len(functions), policy.functions)
    for path, content in sorted(change.after.items()):
        _check_content(path, content, policy, change)
    return Footprint(diff, sorted(change.after), functions, lines)


def is_protected(path: str, patterns: tuple[str, ...] = ()) -> str:
    """The built-in rule or catalog pattern that protects a path; empty when none does."""
    folded = PurePosixPath(path.lower())
    for folder in folded.parts[:-1]:
        if folder in PROTECTED_FOLDERS:
            return f"{folder}/"
    for name in PROTECTED_NAMES:
        if fnmatchcase(folded.name, name):
            return name
    return next((pattern for pattern in patterns if _matches(path, pattern)), "")


def is_test(path: str) -> bool:
    """Whether pytest would collect the file by its name."""
    return any(fnmatchcase(PurePosixPath(path).name, pattern) for pattern in _TEST_NAMES)


def holds_tests(path: str) -> bool:
    """Whether somebody's test runner takes the file for tests: pytest's names, and those of others before it."""
    return is_test(path) or any(fnmatchcase(PurePosixPath(path).name, pattern) for pattern in _OTHER_TEST_NAMES)


def _matches(path: str, pattern: str) -> bool:
    """A pattern of the catalog: a folder, a file name, or a whole path, `*` crossing folders."""
    pattern = pattern.strip("/").removesuffix("/**")
    return (
        fnmatchcase(path, pattern)
        or path.startswith(pattern + "/")
        or fnmatchcase(path, pattern + "/*")
        or ("/" not in pattern and any(fnmatchcase(part, pattern) for part in path.split("/")))
    )


def _check_place(path: str, policy: PatchPolicy, change: Change) -> None:
    if rule := is_protected(path, policy.protected_paths):
        raise PatchRefused(f"protected path: {path} ({rule})")
    if change.before.get(path) is not None:
        if path == change.regression:
            raise PatchRefused(f"new files: the regression test {path} exists already")
        return
    if path != change.regression or not is_test(path):
        raise PatchRefused(f"new files: {path} is not the regression test, nothing else may be new")


def _within(what: str, found: int, limit: int) -> None:
    if found > limit:
        raise PatchRefused(f"patch budget: {found} {what}, the limit is {limit}")


def _check_content(path: str, content: bytes, policy: PatchPolicy, change: Change) -> None:
    old = change.before.get(path) or b""
    allowed = [old, change.precedent.get(path, b"")]
    kept = {kind for earlier in allowed for kind in find_secrets(earlier.decode("utf-8", "replace"))}
    new_secrets = [kind for kind in find_secrets(content.decode("utf-8", "replace")) if kind not in kept]
    if new_secrets:
        raise PatchRefused(f"secret: {path} would hold something like a {new_secrets[0]}")
    _check_letters(path, content, b"\n".join(allowed))
    if not path.endswith((".py", ".pyi")):
        check_other(path, content, old)
    else:
        # Only a test may know the test runner: other code could take it over, and every proof with it.
        known = policy.own_modules | {"pytest"} if holds_tests(path) else policy.own_modules - _RUNNER
        python_policy.check_python(path, content, allowed, known, policy.allows)
        if holds_tests(path) and path != change.regression:
            python_policy.check_tests_kept(path, old, content)


def _check_letters(path: str, content: bytes, known: bytes) -> None:
    """A word of Latin letters and others that look like them is another word than the one somebody reads."""
    new = words(content.decode("utf-8", "replace")) - words(known.decode("utf-8", "replace"))
    for word in sorted(new):
        if mixes_letters(word):
            raise PatchRefused(f"mixed letters: {path} would hold {ascii(word)}, which reads like another word")


def _touched_functions(change: Change) -> list[str]:
    found: list[str] = []
    for path in sorted(change.after):
        if path == change.regression or not path.endswith(".py"):
            continue
        old, new = (_function_texts(content) for content in (change.before.get(path) or b"", change.after[path]))
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        # An outer function's text holds its inner ones: only the innermost that changed is what was touched.
        inner = {name for name in changed if not any(other.startswith(name + ".") for other in changed)}
        found += sorted(f"{path}::{name}" for name in inner)
    return found


def _function_texts(content: bytes) -> dict[str, str]:
    source = PythonSource(content)
    return {function.name: source.text(function) for function in source.functions}
