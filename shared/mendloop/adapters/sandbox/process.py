"""A plain process with limits and an empty environment: no jail of its own.

On AWS the function itself is the jail: isolated subnets, one prefix of one bucket. Anywhere else it is only for code
of one's own, and result and page say so.
"""

from pathlib import Path

from mendloop.adapters.sandbox.jail import Place, runner_packages


class PlainProcess:
    """`name` is what the result says: `isolated_function` or `unsandboxed`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def unusable(self) -> str:
        """It always works."""
        return ""

    def place(self, folder: Path) -> Place:
        """The folder itself; the runner's packages as links beside it."""
        site = folder / "site"
        site.mkdir(exist_ok=True)
        for name, path in runner_packages().items():
            if not (site / name).exists():
                (site / name).symlink_to(path)
        return Place(
            prefix=(), job=str(folder / "job"), work=str(folder / "work"), site=str(site), uid=None, processes=None
        )
