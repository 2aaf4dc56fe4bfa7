"""A package index on loopback: wheels of what is installed here, and of small packages made for a test."""

import base64
import hashlib
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

RUNNER = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing."""

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Address of the index over `folder/simple/<name>/`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        server.server_close()


def installed(folder: Path, *names: str) -> None:
    """Wheels made of distributions that are installed here."""
    for name in names:
        distribution = metadata.distribution(name)
        files = {
            str(file): Path(str(file.locate())).read_bytes()
            for file in distribution.files or []
            if not str(file).startswith("..") and "__pycache__" not in str(file) and file.name != "RECORD"
        }
        _offered(folder, name, distribution.version, files)


def made(folder: Path, name: str, version: str, files: Mapping[str, str]) -> str:
    """A wheel with these modules; its hash as a lock names it."""
    info = f"{name}-{version}.dist-info"
    content = {path: text.encode() for path, text in files.items()}
    content[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    content[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    return _offered(folder, name, version, content)


def source_only(folder: Path, name: str, version: str) -> None:
    """A source distribution, which would have to be built."""
    place = folder / "simple" / name
    place.mkdir(parents=True)
    (place / f"{name}-{version}.tar.gz").write_bytes(b"never unpacked")
    _page(place)


def _offered(folder: Path, name: str, version: str, files: Mapping[str, bytes]) -> str:
    place = folder / "simple" / name
    place.mkdir(parents=True)
    wheel = place / f"{name}-{version}-py3-none-any.whl"
    info = next(path.split("/")[0] for path in files if ".dist-info/" in path)
    record = [f"{path},sha256={_digest(content)},{len(content)}" for path, content in files.items()]
    with zipfile.ZipFile(wheel, "w") as packed:
        for path, content in files.items():
            packed.writestr(path, content)
        packed.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,", ""]))
    _page(place)
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _page(place: Path) -> None:
    links = [f'<a href="{file.name}">{file.name}</a>' for file in place.iterdir() if file.suffix != ".html"]
    (place / "index.html").write_text(f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>")
