"""The catalog's file: what is right is read, what is wrong is named with its line, all at once."""

import pytest
import yaml

from mendloop.domain.catalog_file import parse_catalog
from mendloop.domain.errors import BadCatalog
from tests.fakes.house import make_catalog

GOOD = """\
version: 1
approvers:
  dana:
    full_name: Dana Example
    delivery: {protocol: email, endpoint: dana@example.com}
services:
  shop:
    signals:
      alarms: ["shop-*"]
    repository:
      host: local_git
      location: /srv/shop.git
    approvers: [dana]
    limits:
      files: 2
"""


def errors(text: str | bytes) -> list[str]:
    with pytest.raises(BadCatalog) as caught:
        parse_catalog(text, "house/mendloop.yaml")
    return str(caught.value).splitlines()


def test_a_good_file_is_read() -> None:
    catalog = parse_catalog(GOOD)
    assert catalog.services["shop"].limits.files == 2
    assert (catalog.approvers["dana"].name, catalog.services["shop"].name) == ("dana", "shop")
    assert parse_catalog(GOOD.encode()) == catalog


def test_what_the_model_writes_is_read_back() -> None:
    assert parse_catalog(yaml.safe_dump(make_catalog().model_dump(mode="json"))) == make_catalog()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("files: 2", "files: many", "house/mendloop.yaml:15: services.shop.limits.files: "),
        ("files: 2", "flies: 2", "house/mendloop.yaml:15: services.shop.limits.flies: Extra inputs"),
        ("host: local_git", "host: svn", "house/mendloop.yaml:11: services.shop.repository.host: "),
        (
            "      location: /srv/shop.git\n",
            "",
            "house/mendloop.yaml:10: services.shop.repository.location: Field required",
        ),
        ("approvers: [dana]", "approvers: [robin]", "house/mendloop.yaml:13: services.shop.approvers: 'robin' is not"),
        ("approvers: [dana]", "approvers: []", "house/mendloop.yaml:13: services.shop.approvers: name at least one"),
        ('alarms: ["shop-*"]', "alarms: [[1]]", "house/mendloop.yaml:9: services.shop.signals.alarms.0: "),
        ("version: 1\n", "", "house/mendloop.yaml:1: version: Field required"),
        ("version: 1", "version: 2", "house/mendloop.yaml:1: version: "),
        (
            "    limits:",
            "    approvers: [dana]\n    limits:",
            "house/mendloop.yaml:14: services.shop.approvers: stands twice",
        ),
        ("  shop:", "  on:", "house/mendloop.yaml:7: services: the key 'on' is not text"),
        ("files: 2", "files: [2", "house/mendloop.yaml:16: "),
        ("files: 2", "files: !!python/object:os.system 2", "house/mendloop.yaml:15: "),
        ("files: 2", "files: *nowhere", "house/mendloop.yaml:15: the alias *nowhere is not allowed"),
    ],
)
def test_an_error_names_file_line_and_field(old: str, new: str, found: str) -> None:
    assert old in GOOD
    assert errors(GOOD.replace(old, new))[0].startswith(found)


def test_all_errors_come_at_once_in_the_order_of_the_file() -> None:
    broken = (
        GOOD.replace("files: 2", "files: many")
        .replace("host: local_git", "host: svn")
        .replace("version: 1", "version: x")
    )
    assert [line.split(":")[1] for line in errors(broken)] == ["1", "11", "15"]


@pytest.mark.parametrize(
    "text", ["", "[]", "text", "a: 1\n---\nb: 2\n", b"\xff\xfe\xfa", "\x00", "# " + "x" * 1_000_000]
)
def test_what_is_no_catalog_at_all(text: str | bytes) -> None:
    assert errors(text)[0].startswith("house/mendloop.yaml:")


def test_a_long_chain_of_aliases_is_refused_before_it_grows() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    assert errors(bomb)[0].startswith("house/mendloop.yaml:2: the alias *a0")


TWO = """\
version: 1
approvers:
  dana:
    full_name: Dana Example
    delivery: {protocol: email, endpoint: dana@example.com}
    iam: ["arn:aws:iam::123456789012:user/dana"]
  robin:
    full_name: Robin Example
    delivery: {protocol: email, endpoint: robin@example.com}
    oidc: [auth0|robin]
services:
  shop:
    signals: {alarms: ["shop-*"]}
    repository: {host: local_git, location: /srv/shop.git}
    approvers: [dana, robin]
    approval: {people: 2, not_author: true}
"""


def test_a_policy_of_two_people_is_read() -> None:
    catalog = parse_catalog(TWO)
    assert catalog.services["shop"].approval.people == 2 and catalog.services["shop"].approval.signed_in
    robin = catalog.identified("oidc", "auth0|robin")
    assert robin is not None and robin.name == "robin"
    for stranger in ("", "AUTH0|ROBIN", "auth0|robin ", "arn:aws:iam::123456789012:user/dana"):
        assert catalog.identified("oidc", stranger) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("approvers: [dana, robin]", "approvers: [dana]"), "name at least two approvers"),
        (("    oidc: [auth0|robin]\n", ""), "give two of dana, robin their `iam` or `oidc` identity"),
        (("robin@example.com", "Dana@example.com"), "dana and robin share dana@example.com"),
        (("oidc: [auth0|robin]", 'iam: ["arn:aws:iam::123456789012:user/dana"]'), "is dana's already"),
        (("user/dana", "user/*"), "String should match pattern"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_named(change: tuple[str, str], said: str) -> None:
    assert said in "\n".join(errors(TWO.replace(*change)))
