"""A catalog store that holds one catalog."""

from mendloop.domain.catalog import Catalog
from mendloop.domain.errors import Misconfigured
from mendloop.domain.identity import content_hash
from tests.fakes.house import make_catalog


class FixedCatalog:
    """The house's sample catalog unless another is given; assign `catalog` to push a new one, None for none."""

    def __init__(self, catalog: Catalog | None = None) -> None:
        self.catalog: Catalog | None = catalog or make_catalog()

    def load(self) -> tuple[Catalog, str]:
        if self.catalog is None:
            raise Misconfigured("no catalog was pushed")
        return self.catalog, content_hash(self.catalog)
