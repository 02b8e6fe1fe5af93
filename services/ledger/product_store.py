"""The product documents that loans were made under, as they were then: a file may change or go, they stay."""

import json
from collections.abc import Iterable

from services.eventing.database import Connection
from services.ledger.payments import PostingRules
from services.ledger.product import Product
from services.ledger.product_catalogue import parse_product, shipped_products


class ProductChanged(RuntimeError):
    """A product's document differs from the one that loans were made under: it needs a new version."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"product {reference} was changed after loans were made under it: give it a new version")
        self.reference = reference


class ProductStore:
    """Products of loans, read once each."""

    def __init__(self) -> None:
        self._products: dict[str, Product] = {}
        self._rules: dict[str, PostingRules] = {}

    async def keep(self, connection: Connection, products: Iterable[Product]) -> None:
        """Record the products that loans are made under. Raises ProductChanged."""
        # Also those read before: the transaction that recorded them may have been rolled back.
        new = {product.reference: product for product in products}
        await connection.execute(
            "insert into product_version (reference, document) select * from unnest($1::text[], $2::jsonb[])"
            " on conflict do nothing",
            list(new),
            [_text(product) for product in new.values()],
        )
        await self.load(connection, new)
        for reference, product in new.items():
            if self._products[reference] != product:
                del self._products[reference]
                raise ProductChanged(reference)

    async def load(self, connection: Connection, references: Iterable[str]) -> None:
        """Read the products not read yet; loans older than the record are under shipped ones. Raises UnknownProduct."""
        missing = sorted({reference for reference in references if reference not in self._products})
        if not missing:
            return
        rows = await connection.fetch(
            "select reference, document::text from product_version where reference = any($1::text[])", missing
        )
        for reference, document in rows:
            self._products[reference] = parse_product(document, reference)
        for reference in missing:
            if reference not in self._products:
                self._products[reference] = shipped_products().named(reference)

    def product(self, reference: str) -> Product:
        """A product that was loaded."""
        return self._products[reference]

    def rules(self, reference: str) -> PostingRules:
        """What posting needs to know of a product that was loaded."""
        rules = self._rules.get(reference)
        if rules is None:
            rules = self._rules[reference] = PostingRules.of(self._products[reference])
        return rules


def _text(product: Product) -> str:
    # A decimal of a document is written as it stands there, a plain number.
    return json.dumps(product.model_dump(by_alias=True), default=float)
