"""The names and values of one seed, and the templates rendered with them."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from string import Template
from types import MappingProxyType

from mendloop.cli.demo.production.features import CLIENTS, FEATURES, NEIGHBOUR, Feature
from mendloop.cli.demo.production.models import Change, Edit, Person, Request

PACKAGES = ("checkout", "basket", "storefront", "ordering", "fulfilment", "dispatch", "booking", "retail")
ENTITIES = ("order", "purchase", "shipment", "booking", "delivery", "sale", "quote", "invoice")
AREAS = ("sales", "parcels", "desk", "offers", "office", "trade", "flow", "counter")
FIRST = ("Dana", "Ines", "Tomas", "Priya", "Okko", "Lena", "Marek", "Yuki", "Sofia", "Amara", "Jonas", "Noor")
LAST = ("Weber", "Okafor", "Silva", "Novak", "Rossi", "Lindgren", "Haddad", "Moreau", "Tanaka", "Byrne", "Costa")
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbour", "island", "juniper", "kestrel")
OTHERS = ("known_names", "all_names", "choices", "offered", "available", "listed")
THIRDS = ("check_size", "measure", "shape", "adjusted", "fits", "resolve")
ACTIONS = ("quote", "redeem", "report", "welcome", "mark", "browse")


@dataclass(frozen=True)
class Placed:
    """A feature under the names of this seed."""

    feature: Feature
    names: Mapping[str, str]
    path: str
    test_path: str
    action: str

    @property
    def function(self) -> str:
        """The function that holds the guard."""
        return self.names["planted"]

    def text(self, template: str) -> str:
        """A template in this feature's names."""
        return Template(template).substitute(self.names)

    def request(self, body: Request) -> Request:
        """A whole event with this body."""
        event: dict[str, object] = json.loads(self.text(json.dumps({"action": self.action, "body": body})))
        return event


class World:
    """Everything a seed decides, drawn once and in a fixed order; the same seed differs from scenario to scenario."""

    def __init__(self, seed: int, scenario: str) -> None:
        self.random = random.Random(f"{scenario} {seed}")  # noqa: S311 - names, not secrets
        draw = self.random
        package, self.entity = draw.choice(PACKAGES), draw.choice(ENTITIES)
        # Dozens of services may stand side by side, so that two parts would not tell them apart.
        self.service = f"{package}-{self.entity}s-{draw.choice(WORDS)}{draw.randint(10, 99)}"
        self.package = f"{package}_{self.entity}s"
        self.people = [
            Person(f"{first} {last}", f"{first}.{last}@{package}.example".lower())
            for first, last in zip(draw.sample(FIRST, 5), draw.sample(LAST, 5), strict=True)
        ]
        self.logs_requests = draw.random() < 0.5
        logged = "request=event" if self.logs_requests else 'action=event.get("action", "")'
        self.names = {
            "pkg": self.package,
            "service": self.service,
            "Service": self.service.replace("-", " ").capitalize(),
            "entity": self.entity,
            "logged": logged,
        }
        self.features = [
            self._place(feature, ACTIONS[FEATURES.index(feature)]) for feature in draw.sample(FEATURES, len(FEATURES))
        ]

    def neighbour(self) -> Placed:
        """One more feature, which asks another service."""
        return self._place(NEIGHBOUR, "stock", self.random.choice(CLIENTS))

    def _place(self, feature: Feature, action: str, more: Mapping[str, str] = MappingProxyType({})) -> Placed:
        draw = self.random
        area, module = draw.choice(AREAS), draw.choice(feature.modules)
        word1, word2 = draw.sample(WORDS, 2)
        names = {
            **self.names,
            **more,
            "planted": draw.choice(feature.functions),
            "other": draw.choice(OTHERS),
            "third": draw.choice(THIRDS),
            "word1": word1,
            "word2": word2,
            "n1": str(draw.randint(3, 9)),
            "n2": str(draw.randint(11, 40)),
            "big": str(draw.randint(20, 90) * 1000),
            "module": f"{self.package}.{area}.{module}",
        }
        return Placed(feature, names, f"{self.package}/{area}/{module}.py", f"tests/test_{module}.py", action)

    def author(self) -> Person:
        """Somebody of the team."""
        return self.random.choice(self.people)

    def common(self) -> dict[str, str]:
        """The files of the first commit."""
        files = {
            path.removesuffix(".txt").replace("__pkg__", self.package): Template(text).substitute(self.names)
            for path, text in _texts(_templates() / "common", "")
        }
        return {**files, "CODEOWNERS": self._owners(), f"{self.package}/api/routes.py": self.routes([])}

    def routes(self, features: list[Placed]) -> str:
        """The table of actions, for the features there are by now."""
        imports = sorted(f"from {placed.names['module']} import {placed.function}" for placed in features)
        rows = [f'    "{placed.action}": {placed.function},' for placed in features]
        head = '"""Which function answers which action."""\n\n'
        return head + "\n".join([*imports, *([""] if imports else []), "ROUTES = {", *rows, "}", ""])

    def adding(self, present: list[Placed], placed: Placed, *, guarded_test: bool) -> Change:
        """The commit that brings a feature after those that are present."""
        folder = _templates() / "features" / placed.feature.key
        name = placed.path.rsplit("/", 1)[1].removesuffix(".py")
        tested = ", ".join(sorted(placed.names[key] for key in ("planted", "other", "third")))
        title = "".join(part.capitalize() for part in name.split("_"))
        test = f"import unittest\n\nfrom {placed.names['module']} import {tested}\n\n\n"
        test += f"class {title}Test(unittest.TestCase):\n"
        test += placed.text((folder / "test.txt").read_text())
        test += self.guard_test(placed) if guarded_test else ""
        files = {
            placed.path: placed.text((folder / "module.txt").read_text()),
            placed.path.rsplit("/", 1)[0] + "/__init__.py": f'"""Part of the {self.entity} service."""\n',
            placed.test_path: test,
            f"{self.package}/api/routes.py": self.routes([*present, placed]),
        }
        message = f"Add {name.replace('_', ' ')} behind the action {placed.action}"
        return Change(message, self.author(), files)

    def guard_test(self, placed: Placed) -> str:
        """The test of the guarded path, as it stands at the end of the feature's test class."""
        return placed.text((_templates() / "features" / placed.feature.key / "guard.txt").read_text())

    def touching_third(self, placed: Placed) -> Change:
        """An innocent commit to the last function of a feature's module."""
        edit = Edit(placed.path, placed.text(placed.feature.third_old), placed.text(placed.feature.third_new))
        return Change(f"Adjust {placed.names['third']} to what support asked for", self.author(), {}, (edit,))

    def _owners(self) -> str:
        handles = [f"@{person.mail.split('@')[0].replace('.', '-')}" for person in self.people]
        return f"* {handles[0]}\n/{self.package}/core/ {handles[1]}\n/{self.package}/ {handles[2]} {handles[0]}\n"


def _templates() -> Traversable:
    return resources.files("mendloop.cli.demo.production") / "service"


def _texts(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _texts(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_text()
