"""Who drafts on the local cloud. A model is reached only when it is asked for by name, with a key from a file.

The key is never taken from the shell: what stands there belongs to other programs.
"""

from dataclasses import dataclass, field
from pathlib import Path

from mendloop.cli.place import Place
from mendloop.domain.errors import Misconfigured

SECRET = "mendloop/model"  # noqa: S105 - a name
NAMES = ("revert", "claude")


@dataclass(frozen=True)
class Drafter:
    """`name` as a catalog lists it; the rest is for `claude`: `url` empty means Anthropic's own."""

    name: str = "revert"
    model: str = ""
    url: str = ""
    key: str = field(default="", repr=False)

    def context(self) -> dict[str, str]:
        """What the stack is deployed with."""
        return {"model_name": self.model, "model_base_url": self.url} if self.model else {}

    def keep_key(self, place: Place) -> None:
        """Into the local cloud's Secrets Manager, where the stack reads it; gone with the cloud."""
        if self.key:
            place.client("secretsmanager").create_secret(Name=SECRET, SecretString=self.key)


REVERT = Drafter()


def chosen_drafter(name: str, model: str, key_file: Path | None, url: str) -> Drafter:
    """From the command line. Misconfigured says which option is missing."""
    if name not in NAMES:
        raise Misconfigured(f"there is no drafter {name!r}; there are {' and '.join(NAMES)}")
    if name != "claude":
        if model or key_file or url:
            raise Misconfigured("--model, --model-key-file and --model-url are for --drafter claude")
        return Drafter(name)
    if not model or key_file is None:
        raise Misconfigured("--drafter claude needs --model NAME and --model-key-file FILE (the key alone, one line)")
    try:
        key = key_file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise Misconfigured(f"--model-key-file: {key_file} cannot be read: {error}") from error
    if not key or len(key.split()) != 1:
        raise Misconfigured(f"--model-key-file: {key_file} must hold the key alone, on one line")
    return Drafter(name, model, url, key)
