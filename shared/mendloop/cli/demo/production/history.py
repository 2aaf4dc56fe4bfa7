"""The parts that histories share: how the service grew, what a careless change looks like, what came after."""

from mendloop.cli.demo.production.models import Change, Edit, Fault, Request
from mendloop.cli.demo.production.world import Placed, World

TIDYING = (
    "Tidy up {name} and list the package in the README",
    "Simplify {name}",
    "Make {name} shorter, name it in the README",
    "Clean up {action}",
    "{action}: say it in fewer lines",
    "Follow the linter's advice in {name}",
    "Rework {name} (#{number})",
    "refactor: straighten {name}",
)
"""What a careless commit says of itself."""


def growth(world: World, *, guarded: set[str]) -> list[Change]:
    """Months of ordinary work. `guarded`: keys of the features whose guard has a test."""
    changes = [Change(f"Start the {world.entity} service", world.people[0], world.common())]
    present: list[Placed] = []
    for placed in world.features:
        changes.append(world.adding(present, placed, guarded_test=placed.feature.key in guarded))
        present.append(placed)
    changes += innocent(world)
    return changes


def innocent(world: World) -> list[Change]:
    """Small commits that do not depend on each other, in the seed's order."""
    package = world.package
    edits = [
        (
            "Say where the logs go",
            Edit("README.md", "## Layout\n", "Logs are JSON lines on standard output.\n\n## Layout\n"),
        ),
        ("Raise the version", Edit("pyproject.toml", '"1.0.0"', '"1.1.0"')),
        ("Document rounding", Edit(f"{package}/core/money.py", "rounded down.", "rounded down to whole cents.")),
        (
            "Log milliseconds explicitly",
            Edit(f"{package}/core/logs.py", "    now = ", "    # Sorting needs one form.\n    now = "),
        ),
        ("Clarify the 404 answer", Edit(f"{package}/api/entry.py", '"unknown action"}', '"no such action"}')),
    ]
    world.random.shuffle(edits)
    return [Change(message, world.author(), {}, (edit,)) for message, edit in edits]


def careless(world: World, placed: Placed, *, weaken: bool) -> Change:
    """A tidying commit that also loses a guard. `weaken`: it removes the guard's test as well."""
    feature = placed.feature
    edits = [Edit(placed.path, placed.text(feature.guarded), placed.text(feature.careless)), _tidied(placed)]
    if weaken:
        edits.append(Edit(placed.test_path, world.guard_test(placed), ""))
    area = placed.path.rsplit("/", 1)[0]
    line = "- `lambda_entry.py`: what the runtime calls\n"
    edits.append(Edit("README.md", line, f"- `{area}`: {placed.action} and its helpers\n{line}"))
    name = placed.path.rsplit("/", 1)[1].removesuffix(".py").replace("_", " ")
    said = world.random.choice(TIDYING).format(name=name, action=placed.action, number=world.random.randint(40, 400))
    return Change(said, world.author(), {}, tuple(edits))


def repair(world: World, placed: Placed, *, anew: bool) -> Change:
    """The commit that mends it: by the guard as it was, or, `anew`, by another one."""
    feature = placed.feature
    mended = placed.text(feature.mended if anew else feature.guarded)
    edit = Edit(placed.path, placed.text(feature.careless), mended)
    said = f"Fix {placed.action} for incomplete requests" if anew else f"Accept every {placed.action} request again"
    return Change(said, world.author(), {}, (edit,))


def afterwards(world: World, placed: Placed) -> list[Change]:
    """What landed on the default branch after the deployment: elsewhere, and elsewhere in the same file."""
    elsewhere = next(other for other in world.features if other is not placed)
    version = Edit("pyproject.toml", '"1.1.0"', '"1.2.0"')
    changes = [world.touching_third(placed), world.touching_third(elsewhere)]
    changes.append(Change("Prepare the next version", world.author(), {}, (version,)))
    world.random.shuffle(changes)
    return changes


def fault(placed: Placed, change: int) -> Fault:
    """The truth about a careless change at this index."""
    request = placed.request(placed.feature.failing)
    return Fault(placed.path, placed.function, placed.feature.exception, change, request)


def healthy(world: World) -> tuple[Request, ...]:
    """One good request per feature."""
    return tuple(placed.request(placed.feature.healthy) for placed in world.features)


def _tidied(placed: Placed) -> Edit:
    names = placed.feature.listing
    if names:
        return Edit(
            placed.path,
            f"    names = list({names})\n    names.sort()\n    return names\n",
            f"    return sorted({names})\n",
        )
    return Edit(placed.path, "    prices.append(0)\n    return max(prices)\n", "    return max(prices, default=0)\n")
