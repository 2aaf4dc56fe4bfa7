"""What the look into the bundles would catch."""

from pathlib import Path

import pytest

from infra.bundle_check import check_room, elf_machine, foreign_objects, missing_imports
from infra.bundling import Bundles
from infra.rooms import ROOMS, Room
from tests.infra.synthesis import ROOT


def elf(machine: int) -> bytes:
    return b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + bytes(10)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    files = {
        "functions/__init__.py": "",
        "functions/shop/__init__.py": "",
        "functions/shop/handler.py": "import json\nfrom functions.shop.step import go\nfrom mendloop.one import one\n",
        "functions/shop/step.py": "def go() -> None:\n    import lazily\n",
        "mendloop/__init__.py": "",
        "mendloop/one.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import only_types\n",
        "lazily/__init__.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_complete_bundle_has_no_finding(bundle: Path) -> None:
    assert list(check_room(Room("shop", ()), [bundle], "arm64")) == []


def test_a_missing_import_is_found_behind_others_and_inside_functions(bundle: Path) -> None:
    (bundle / "lazily" / "__init__.py").unlink()
    (bundle / "lazily").rmdir()
    (finding,) = missing_imports(bundle / "functions" / "shop" / "handler.py", [bundle])
    assert finding == "functions/shop/step.py imports lazily, which is not in the bundle"


def test_of_the_composition_root_only_what_the_handler_asks_for_is_followed(bundle: Path) -> None:
    wiring = bundle / "mendloop" / "runtime" / "wiring.py"
    wiring.parent.mkdir()
    wiring.write_text(
        "class Wiring:\n"
        "    def store(self):\n        return self.keys()\n"
        "    def keys(self):\n        import needed\n"
        "    def model(self):\n        import not_needed\n"
    )
    handler = bundle / "functions" / "shop" / "handler.py"
    handler.write_text("from mendloop.runtime.wiring import Wiring\ndef handler(wiring):\n    return wiring.store()\n")
    (bundle / "mendloop" / "runtime" / "__init__.py").touch()
    (finding,) = missing_imports(handler, [bundle])
    assert "imports needed" in finding


def test_another_rooms_module_is_not_in_the_bundle(bundle: Path) -> None:
    (bundle / "mendloop" / "one.py").write_text("from functions.other.step import x\n")
    (finding,) = missing_imports(bundle / "functions" / "shop" / "handler.py", [bundle])
    assert "functions.other.step" in finding


def test_a_room_without_a_handler_is_found(bundle: Path) -> None:
    (finding,) = check_room(Room("mart", ()), [bundle], "arm64")
    assert "functions/mart/handler.py" in finding


def test_the_hosts_wheel_in_a_bundle_for_arm_is_found(bundle: Path) -> None:
    (bundle / "right.cpython-314-aarch64-linux-gnu.so").write_bytes(elf(183))
    (bundle / "wrong.abi3.so").write_bytes(elf(62))
    (bundle / "odd.so.1").write_bytes(b"not an object")
    assert elf_machine(bundle / "wrong.abi3.so") == "x86_64"
    assert [finding.split()[0] for finding in foreign_objects(bundle, "arm64")] == ["odd.so.1", "wrong.abi3.so"]


def test_a_rooms_asset_holds_the_room_and_no_other_and_no_command_line() -> None:
    asset = Bundles("arm64", "3.14").function("map_code")
    assert sorted(path.name for path in (asset / "functions").iterdir()) == ["__init__.py", "map_code"]
    assert not (asset / "mendloop" / "cli").exists()
    assert not list(asset.rglob("__pycache__"))


def test_the_same_sources_make_the_same_asset() -> None:
    assert Bundles("arm64", "3.14").function("sweep") == Bundles("x86_64", "3.11").function("sweep")


def test_every_folder_of_functions_is_a_room_of_the_stack() -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/__init__.py")}
    assert folders == {room.name for room in ROOMS}
