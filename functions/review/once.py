"""The catalog as it stands when a request comes in: read once, not anew for each question about it."""

from dataclasses import dataclass
from functools import cached_property

from mendloop.domain.catalog import Catalog
from mendloop.ports import CatalogStore


@dataclass
class ReadOnce:
    """Of one request. Reading and parsing it is a good part of a page's time."""

    store: CatalogStore

    @cached_property
    def _read(self) -> tuple[Catalog, str]:
        return self.store.load()

    def load(self) -> tuple[Catalog, str]:
        """As the store has it; a failure is not kept."""
        return self._read
