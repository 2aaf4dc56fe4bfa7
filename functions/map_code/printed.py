"""A path as a runtime printed it: cleaned, split, and told apart from the runtime's own and dependencies'."""

import re
from dataclasses import dataclass

_SCHEME = re.compile(r"^(?:webpack(?:-internal)?|file|app|ng|rsc|turbopack|node-?modules)://+(?:\./)?", re.IGNORECASE)
_DRIVE = re.compile(r"^[A-Za-z]:")
_RUNTIME = {
    "python": re.compile(
        r"^<[^>]*>$|/lib(?:64)?/python\d[\d.]*/(?!(?:site|dist)-packages/)|^/var/(?:lang|runtime)/"
        r"|\.zip/|^[A-Z]:/Python\d+/lib/(?!site-packages)",
        re.IGNORECASE,
    ),
    "go": re.compile(
        r"/(?:go|golang|goroot|libexec|x64|go[\d.]+)/src/(?:pkg/)?[a-z]+/|^runtime/|^_cgo|^asm_", re.IGNORECASE
    ),
    "javascript": re.compile(r"^(?:node:|internal/|native |<anonymous>)|^/var/(?:runtime|lang)/"),
    "java": re.compile(r"^(?:java|javax|jdk|sun|com/sun)/"),
}
_OTHER_RUNTIME = re.compile(r"^<[^>]*>$")
_NODE_BUILTIN = re.compile(
    r"^(?:_\w+|assert|bootstrap_node|buffer|child_process|cluster|console|crypto|dgram|dns|domain|events|fs|http|https|"
    r"module|net|node|os|path|process|punycode|querystring|readline|repl|stream|string_decoder|timers|tls|tty|url|util|"
    r"v8|vm|zlib|evalmachine)\.js$"
)
_DEPENDENCY = re.compile(
    r"^(?:(?:.*/)?(?:site-packages|dist-packages|node_modules|vendor|vendored|third_party|_vendor|pkg/mod|Godeps/_workspace/src)"
    r"|/opt/python)/"
)
_BUILT = re.compile(r"^(?:.*/)?(?:dist|build|out|lib|esm|cjs|\.next/server|\.webpack/[^/]+|\.build)/")
_VENDORED = re.compile(
    r"(^|/)(vendor|vendored|third_party|_vendor|node_modules|site-packages|Godeps|bower_components)/|\.min\.js$|\.pb\.go$"
    r"|_pb2(_grpc)?\.py$|\.d\.ts$"
)


@dataclass(frozen=True)
class Printed:
    """A frame's path."""

    text: str
    """With forward slashes, without scheme, drive, query and leading dots."""
    absolute: bool
    package: tuple[str, ...] = ()
    """Inside a dependency folder: the path below it. Only a repository that is that package itself owns such a file."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Without empty ones."""
        return tuple(part for part in self.text.split("/") if part)


def read_path(path: str) -> Printed:
    """Clean it."""
    text = _DRIVE.sub("", path.strip().replace("\\", "/"))
    text = _SCHEME.sub("", text).split("?", 1)[0]
    absolute = text.startswith("/") or _DRIVE.match(path.strip()) is not None
    while text.startswith(("./", "../")):
        text = text.split("/", 1)[1]
    if text.startswith("/../"):
        text = text.replace("/..", "")
    inside = _DEPENDENCY.match(text)
    package = tuple(part for part in text[inside.end() :].split("/") if part) if inside else ()
    return Printed(text, absolute, package)


def is_runtime(path: str, language: str) -> bool:
    """Whether the frame is the runtime's or the standard library's own."""
    text = path.replace("\\", "/").strip()
    if _RUNTIME.get(language, _OTHER_RUNTIME).search(text):
        return True
    return language == "javascript" and bool(_NODE_BUILTIN.match(text))


def is_vendored(path: str) -> bool:
    """Whether a repository path is somebody else's code, or generated."""
    return bool(_VENDORED.search(path))


def sources_of_built(printed: Printed) -> list[tuple[str, ...]]:
    """Paths that a built JavaScript file may come from: `dist/a/b.js` → `src/a/b.ts`, and the like."""
    if not printed.text.endswith((".js", ".mjs", ".cjs")):
        return []
    stem, _, suffix = printed.text.rpartition(".")
    built = _BUILT.match(stem)
    inner = [stem[built.end() :], f"src/{stem[built.end() :]}"] if built else []
    kinds = ("ts", "tsx", "mts", "cts", "jsx", suffix)
    found = [f"{name}.{kind}" for name in [*inner[::-1], stem] for kind in kinds]
    return [tuple(part for part in name.split("/") if part) for name in found if name != printed.text]
