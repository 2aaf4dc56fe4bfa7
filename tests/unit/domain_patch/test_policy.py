from dataclasses import replace

import pytest
from pydantic import ValidationError

from mendloop.domain.errors import PatchRefused
from mendloop.domain.policy import Change, PatchPolicy, check_patch, is_protected
from tests.fakes import house

POLICY = PatchPolicy(files=3, changed_lines=60, functions=2, own_modules=frozenset({"shop"}))
OLD = b"import json\n\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return f(x)\n\n\ndef h(x):\n    return x\n"
TEST = b"def test_f():\n    assert True\n"


def changed(old: str, new: str) -> bytes:
    assert OLD.count(old.encode()) == 1
    return OLD.replace(old.encode(), new.encode())


def check(content: bytes, path: str = "shop/a.py", before: bytes | None = OLD, **fields: object) -> None:
    check_patch(POLICY, Change({path: before}, {path: content}, **fields))  # type: ignore[arg-type]


def test_an_accepted_patch_says_what_it_touches() -> None:
    after = {"shop/a.py": changed("return f(x)", "return f(x or 0)"), "tests/test_new.py": TEST}
    found = check_patch(POLICY, Change({"shop/a.py": OLD}, after, regression="tests/test_new.py"))
    assert found.functions == ["shop/a.py::g"]
    assert found.files == ["shop/a.py", "tests/test_new.py"]
    assert found.changed_lines == 4


@pytest.mark.parametrize(
    ("new", "rule"),
    [
        ("import socket", "network"),
        ("from urllib.request import urlopen", "network"),
        ("import subprocess", "subprocess"),
        ("import os\nos.system('x')", "subprocess"),
        ("from os import popen", "subprocess"),
        ("eval('1')", "code from text"),
        ("__builtins__['ev' + 'al']('1')", "code from text"),
        ("getattr(json, 'ev' + 'al')", "code from text"),
        ("import importlib", "code from text"),
        ("import pickle", "code from text"),
        ("import leftpad", "new dependency"),
        ("import unittest\nunittest.skip('x')", "disabled test"),
        ("import pytest\npytest.skip('x')", "new dependency"),
        ("pytest_plugins = ['x']", "disabled test"),
        ("try:\n    f(1)\nexcept Exception as error:\n    print(error)", "swallowed exception"),
        ("try:\n    f(1)\nexcept:\n    pass", "swallowed exception"),
        ("try:\n    f(1)\nexcept KeyError:\n    pass", "swallowed exception"),
        ("from contextlib import suppress", "swallowed exception"),
        ("def f(:", "does not compile"),
        ("return 1", "does not compile"),
        ("KEY = 'AKIAQWERTYUIOPASDFGH'", "secret"),
    ],
)
def test_what_may_not_be_introduced(new: str, rule: str) -> None:
    with pytest.raises(PatchRefused, match=rule) as refused:
        check(OLD + b"\n" + new.encode() + b"\n")
    assert "shop/a.py" in str(refused.value)


def test_what_was_there_before_may_stay_and_a_raising_handler_is_fine() -> None:
    old = OLD + b"import subprocess\n"
    check(old.replace(b"return f(x)", b"return f(x or 0)"), before=old)
    check(OLD + b"\ntry:\n    f(1)\nexcept KeyError as error:\n    raise ValueError('x') from error\n")


def test_putting_back_what_had_been_reviewed_introduces_nothing() -> None:
    handler = b"\ntry:\n    f(1)\nexcept KeyError:\n    pass\n"
    check(OLD + handler, precedent={"shop/a.py": OLD + handler})
    with pytest.raises(PatchRefused, match="swallowed"):
        check(OLD + handler + handler, precedent={"shop/a.py": OLD + handler})


@pytest.mark.parametrize("path", ["web/cart.js", "bin/run.sh", "lib/Cart.JAVA", "schema.sql"])
def test_source_that_nothing_here_can_check_is_not_changed(path: str) -> None:
    with pytest.raises(PatchRefused, match="unchecked source"):
        check(b"x = 1\n", path=path, before=b"x = 2\n")


def test_a_program_without_a_suffix_is_source_and_data_is_none() -> None:
    with pytest.raises(PatchRefused, match="unchecked source"):
        check(b"#!/bin/sh\ncurl evil\n", path="bin/run", before=b"#!/bin/sh\n")
    check(b'{"a": 2}\n', path="shop/rates.json", before=b'{"a": 1}\n')
    check(b"a = 2\n", path="shop/rates.toml", before=b"a = 1\n")
    check(b"Hello.\n", path="shop/mail.txt", before=b"Hi.\n")
    for path, old, new in (("r.json", b"{}", b"{"), ("r.toml", b"a = 1", b"a = ")):
        with pytest.raises(PatchRefused, match="does not parse"):
            check(new, path=f"shop/{path}", before=old)


def test_budgets() -> None:
    with pytest.raises(PatchRefused, match="3 functions, the limit is 2"):
        check(OLD.replace(b"(x)", b"(y)"))
    with pytest.raises(PatchRefused, match="61 changed lines"):
        check(OLD + b"A = 1\n" * 61)
    many = {f"shop/{name}.py": OLD + b"A = 1\n" for name in "abcd"}
    with pytest.raises(PatchRefused, match="4 files"):
        check_patch(POLICY, Change(dict.fromkeys(many, OLD), many))


@pytest.mark.parametrize(
    "path",
    [".github/workflows/ci.yml", "CODEOWNERS", "docs/codeowners", "uv.lock", "web/package-lock.json", "pyproject.toml",
     "conftest.py", "tests/conftest.py", "pytest.ini", "tox.ini", "setup.cfg", "app/migrations/0001_x.py",
     "infra/stack.py", "Dockerfile", "template.yaml", "sitecustomize.py", "x/evil.pth", "requirements-dev.txt",
     ".gitlab-ci.yml", "Makefile", "main.tf", "mendloop.yaml", ".GitHub/workflows/x.yml"],
)  # fmt: skip
def test_protected_paths(path: str) -> None:
    with pytest.raises(PatchRefused, match="protected path"):
        check(b"x = 1\n", path=path, before=b"x = 2\n")


def test_the_catalog_protects_more() -> None:
    patterns = ("billing/**", "shop/*/secret.py", "core")
    assert is_protected("billing/a/b.py", patterns) == "billing/**"
    assert is_protected("shop/x/secret.py", patterns)
    assert is_protected("src/core/a.py", patterns)
    assert not is_protected("shop/a.py", patterns)


def test_only_the_regression_test_may_be_new() -> None:
    with pytest.raises(PatchRefused, match="new files"):
        check(b"x = 1\n", path="shop/new.py", before=None)
    with pytest.raises(PatchRefused, match="new files"):
        check(b"x = 1\n", path="shop/new.py", before=None, regression="shop/new.py")
    with pytest.raises(PatchRefused, match="exists already"):
        check(TEST, path="tests/test_a.py", before=TEST + b"\n", regression="tests/test_a.py")


def test_existing_tests_keep_their_tests_and_assertions() -> None:
    old = b"def test_a():\n    assert f(1)\n\n\ndef test_b():\n    assert f(2)\n"
    with pytest.raises(PatchRefused, match="would lose test_b"):
        check(b"def test_a():\n    assert f(1)\n    assert f(2)\n", path="tests/test_a.py", before=old)
    with pytest.raises(PatchRefused, match="fewer assertions"):
        check(old.replace(b"assert f(2)", b"f(2)"), path="tests/test_a.py", before=old)


@pytest.mark.parametrize(
    ("rule", "new"),
    [("network", "import socket"), ("subprocess", "import subprocess"), ("new dependency", "import leftpad")],
)
def test_the_catalog_may_allow_a_rule_to_be_broken_and_only_that_one(rule: str, new: str) -> None:
    content = OLD + b"\n" + new.encode() + b"\n"
    with pytest.raises(PatchRefused, match=rule):
        check(content)
    allowing = replace(POLICY, allows=frozenset({rule}))
    check_patch(allowing, Change({"shop/a.py": OLD}, {"shop/a.py": content}))
    with pytest.raises(PatchRefused, match="code from text"):
        check_patch(allowing, Change({"shop/a.py": OLD}, {"shop/a.py": content + b"eval('1')\n"}))


@pytest.mark.parametrize("rule", ["secret", "disabled test", "swallowed exception", "code from text", "protected path"])
def test_what_no_catalog_can_allow(rule: str) -> None:
    with pytest.raises(ValidationError, match="patch_allows"):
        house.make_service(patch_allows=[rule])
