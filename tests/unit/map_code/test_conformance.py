"""Another project's expectations of code mapping, beside the checkout: every row holds, but for listed differences.

It learns pairs of roots, (`sentry/`, `src/sentry/`); here a frame leads to a file, and roots follow from that. So a row
holds when the file that its roots lead to is the one found, in that repository and no other, and when what it refuses
leads to no file. `docs/mapping.md` gives the reasons of `DIFFERENCES`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.map_code.paths import PathIndex, paths_by_name
from mendloop.contracts.evidence import Frame
from mendloop.domain.source_code import grammar_of
from tests.fakes.house import make_service

FILE = Path(__file__).parents[4] / "shared" / "conformance" / "code_mapping_sentry.jsonl"
DIFFERENCES = {
    "sentry/frames_to_process/java_category": "the category is a field of that project's client; no log has it",
    "sentry/event/csharp_not_in_app": "below `vendor`, what the repository holds at that very path is its own",
    "sentry/munge/java_no_filename": "a class of a package names its file, also where the frame names none",
}
_LANGUAGES = {"node": "javascript", "other": "", None: ""}
_OF_SUFFIX = {"py": "python", "js": "javascript", "ts": "javascript", "tsx": "javascript"}
Given = dict[str, Any]


def rows(*kinds: str) -> list[Any]:
    found = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()] if FILE.exists() else []
    chosen = [row for row in found if row["kind"] in kinds and row["id"] not in DIFFERENCES]
    return [pytest.param(row["given"], row["expected"], id=row["id"]) for row in chosen] or [
        pytest.param({}, {}, marks=pytest.mark.skip(reason=f"the expectations are not at {FILE}"))
    ]


def frame_of(given: Given | None) -> Frame:
    """As a log would have it: a JVM's frame carries its package's folder."""
    given = given or {}
    module, name = given.get("module", ""), given.get("abs_path") or given.get("filename") or ""
    folder = module.rpartition(".")[0].replace(".", "/")
    path = f"{folder}/{given.get('filename') or name}" if folder else name
    return Frame(path=path, function=f"{module}.run" if module else "", line=1)


def language_of(platform: str | None, path: str) -> str:
    return _LANGUAGES.get(platform, platform or "") or _OF_SUFFIX.get(path.rsplit(".", 1)[-1], "")


def find(paths: list[str], given: Given | None, platform: str | None = None, name: str = "owner/repo") -> list[str]:
    service = make_service(repository={"host": "github", "location": name})
    frame = frame_of(given)
    matches, reason = PathIndex.of(paths_by_name(paths), service).find(frame, language_of(platform, frame.path))
    assert bool(matches) != bool(reason), "nothing found without a reason, or a reason beside what was found"
    return [match.path for match in matches]


def led_to(given: Given, mapping: Given) -> set[str]:
    """Where a pair of roots leads the frames that begin with its first one."""
    frame, module = given.get("filename") or given.get("abs_path", ""), given.get("module", "")
    if module:
        name = given["abs_path"] if "." in given["abs_path"] else ""
        frame = "/".join([*module.split(".")[:-1], name])
    if not frame.startswith(mapping["stack_root"]):
        return set()
    return {mapping["source_root"] + frame.removeprefix(mapping["stack_root"]).replace("\\", "/")}


@pytest.mark.parametrize(("given", "expected"), rows("derive"))
def test_frames_lead_to_the_files_that_the_learnt_roots_lead_to(given: Given, expected: Given) -> None:
    for repository, paths in given["repos"].items():
        mappings = [one for one in expected["code_mappings"] if one["repo"] == repository]
        for frame in given["frames"]:
            wanted = set[str]().union(*(led_to(frame, one) for one in mappings)) & set(paths)
            assert set(find(paths, frame, given["platform"], repository)) == wanted


@pytest.mark.parametrize(("given", "expected"), rows("list_matches"))
def test_a_file_is_found_in_the_one_repository_that_holds_it(given: Given, expected: Given) -> None:
    found = {(name, path) for name, paths in given["repos"].items() for path in find(paths, given, None, name)}
    assert found == {(one["repo"], one["filename"]) for one in expected["matches"]}


@pytest.mark.parametrize(("given", "expected"), rows("find_roots"))
def test_a_printed_path_and_a_file_belong_together_or_not(given: Given, expected: Given) -> None:
    found = find([given["source_path"]], {"filename": given["stack_path"]})
    assert found == ([] if "error" in expected else [given["source_path"]])


@pytest.mark.parametrize(("given", "expected"), rows("resolve"))
def test_a_frame_leads_to_its_file(given: Given, expected: Given) -> None:
    frame = {**given["frame"]}
    if not frame.get("module"):
        frame.pop("filename")
    assert find([expected["source_path"]], frame, given["platform"]) == [expected["source_path"]]


@pytest.mark.parametrize(("given", "expected"), rows("frame_info"))
def test_a_frame_is_understood_or_refused(given: Given, expected: Given) -> None:
    frame = given["frame"]
    if "error" in expected:
        name = frame["filename"].strip("/")
        assert find([f"src/{name}", f"a/b/{name}"], frame) == []
        return
    if "normalized_path" not in expected:
        assert frame["filename"].startswith(expected["stack_root"])
        path = f"src/{frame['filename'].replace('app:///', '').lstrip('./')}"
        assert find([path], frame) == [path]
        return
    path = expected["normalized_path"]
    suffix = "" if path.endswith(".java") else ".java"
    assert find([f"src/{path}{suffix}", f"src/other/{path.rsplit('/', 1)[-1]}{suffix}"], frame, "java") == [
        f"src/{path}{suffix}"
    ]


@pytest.mark.parametrize(("given", "expected"), rows("extension"))
def test_what_has_a_suffix_of_a_known_language_is_read(given: Given, expected: Given) -> None:
    assert bool(grammar_of(given["path"])) == (expected["extension"] in _OF_SUFFIX)


@pytest.mark.parametrize(("given", "expected"), rows("frame_filter"))
def test_own_frames_are_kept_and_those_without_a_place_are_not(given: Given, expected: Given) -> None:
    frames = given["frames"] or []
    paths = ["utils/errors.js", "packages/api/src/response.ts", "foo/bar/index.js"]
    paths += ["sentry/tasks.py", "sentry/models/release.py"]
    kept = [at for at, frame in enumerate(frames) if find(paths, frame, given["platform"])]
    assert kept == expected["kept"]


def test_every_row_is_run_and_few_differ() -> None:
    if not FILE.exists():
        pytest.skip(f"the expectations are not at {FILE}")
    every = {json.loads(line)["id"]: json.loads(line)["kind"] for line in FILE.read_text("utf-8").splitlines()}
    run = {"derive", "list_matches", "find_roots", "resolve", "frame_info", "extension", "frame_filter", "munge"}
    assert set(every.values()) <= run, "a kind of row that no test walks"
    assert len(DIFFERENCES) <= 3 and set(DIFFERENCES) <= set(every)
