"""A shell full of secrets: variables, files of the home folder, and a proxy that notes whoever comes."""

import base64
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_AWS = ("PROFILE", "DEFAULT_PROFILE", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "BEARER_TOKEN_BEDROCK")
_OTHERS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY", "GITHUB_TOKEN", "GH_TOKEN", "JIRA_API_TOKEN")
_PLAIN = (*(f"AWS_{name}" for name in _AWS), *_OTHERS, "NPM_TOKEN")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


class Trap:
    """Listens on loopback and answers nothing: a proxy, or AWS's endpoint, that must never be asked."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.visits: list[bytes] = []

    def serve(self) -> None:
        """Until it is closed: what each visitor said first."""
        with suppress(OSError):
            while True:
                visitor, _ = self._server.accept()
                with visitor, suppress(OSError):
                    visitor.settimeout(2)
                    self.visits.append(visitor.recv(2_000))

    def close(self) -> None:
        """No more visitors."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@dataclass(frozen=True)
class Shell:
    """`variables` to start a command with; `marks`: what must be found nowhere, by the name of what holds it."""

    variables: dict[str, str]
    marks: dict[str, bytes]
    trap: Trap


@contextmanager
def planted(home: Path | None = None) -> Iterator[Shell]:
    """Every value holds a mark of its own, so that a find says where it came from.

    The marks look like no known kind of secret: redaction cannot hide a leak of them. `home` gets files with secrets.
    """
    names = [*_PLAIN, "PROXY", "FILE_AWS", "FILE_NETRC", "FILE_GIT", "FILE_NPM"]
    marks = {name: f"planted{secrets.token_hex(12)}" for name in names}
    trap = Trap()
    threading.Thread(target=trap.serve, daemon=True).start()
    try:
        here = f"127.0.0.1:{trap.port}"
        variables = {name: marks[name] for name in _PLAIN}
        variables |= dict.fromkeys(_PROXIES, f"http://caller:{marks['PROXY']}@{here}")
        variables |= {"AWS_ENDPOINT_URL": f"http://{here}", "AWS_ENDPOINT_URL_S3": f"http://{here}"}
        variables |= {"AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-north-1"}
        if home:
            variables |= {"HOME": str(home), **_files(home, marks, here)}
        sought = {name: mark.encode() for name, mark in marks.items()}
        sought["PROXY, encoded"] = base64.b64encode(f"caller:{marks['PROXY']}".encode())
        yield Shell(variables, sought, trap)
    finally:
        trap.close()


def _files(home: Path, marks: dict[str, str], here: str) -> dict[str, str]:
    """Credentials where tools look for them; the variables that name such files."""
    aws = f"aws_access_key_id = {marks['FILE_AWS']}\naws_secret_access_key = {marks['FILE_AWS']}\n"
    contents = {
        ".aws/credentials": f"[default]\n{aws}[{marks['AWS_PROFILE']}]\n{aws}",
        ".aws/config": f"[default]\nendpoint_url = http://{here}\n",
        ".netrc": f"default login caller password {marks['FILE_NETRC']}\n",
        ".gitconfig": f'[http]\n\textraHeader = "Authorization: {marks["FILE_GIT"]}"\n[core]\n\thooksPath = {home}\n',
        ".git-credentials": f"http://caller:{marks['FILE_GIT']}@{here}\n",
        ".npmrc": f"//{here}/:_authToken={marks['FILE_NPM']}\nregistry=http://{here}/\n",
    }
    for name, content in contents.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(content)
    return {
        "AWS_SHARED_CREDENTIALS_FILE": str(home / ".aws/credentials"),
        "AWS_CONFIG_FILE": str(home / ".aws/config"),
        "NETRC": str(home / ".netrc"),
    }
