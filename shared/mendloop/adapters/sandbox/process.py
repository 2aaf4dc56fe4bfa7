"""A plain process with limits and an empty environment: no jail of its own.

On AWS the function itself is the jail: isolated subnets, one prefix of one bucket. Anywhere else it is only for code
of one's own, and result and page say so.
"""

from pathlib import Path

from mendloop.adapters.sandbox.environment import Environment
from mendloop.adapters.sandbox.jail import Place, interpreter, runner_packages


class PlainProcess:
    """`name` is what the result says: `isolated_function` or `unsandboxed`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def unusable(self, environment: Environment | None = None) -> str:
        """It always works, save that a function has no environment of somebody's machine."""
        if environment and self.name != "unsandboxed":
            return "python_environment names a folder of one machine, and this runner is another"
        return ""

    def place(self, folder: Path, environment: Environment | None = None) -> Place:
        """The folder itself; the runner's packages as links beside it."""
        site = folder / "site"
        site.mkdir(exist_ok=True)
        for name, path in runner_packages().items():
            if not (site / name).exists():
                (site / name).symlink_to(path)
        python = environment.python if environment else interpreter()
        return Place(
            prefix=(),
            python=python,
            job=str(folder / "job"),
            work=str(folder / "work"),
            site=str(site),
            uid=None,
            processes=None,
        )
