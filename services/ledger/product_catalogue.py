"""The products that exist: those shipped with the ledger, and those of a folder of the lender's own."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from services.ledger.product import Product
from services.yaml_documents import DocumentError, DocumentProblem, parse_document

STANDARD: Final = "standard@1"
"""The product of a loan that names none."""


class UnknownProduct(LookupError):
    """No product has this reference; `known` are those that do exist."""

    def __init__(self, reference: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no product {reference!r}; known are {', '.join(known)}")
        self.reference = reference
        self.known = known


class ProductCatalogue:
    """Products by reference. Immutable."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_reference = {product.reference: product for product in products}

    def __iter__(self) -> Iterator[Product]:
        return iter(self._by_reference.values())

    def named(self, reference: str | None) -> Product:
        """The product id@version, or the standard one. Raises UnknownProduct."""
        try:
            return self._by_reference[STANDARD if reference is None else reference]
        except KeyError:
            raise UnknownProduct(reference or STANDARD, tuple(sorted(self._by_reference))) from None

    def product(self, identity: str, version: str) -> Product:
        """One version of a product. Raises UnknownProduct."""
        return self.named(f"{identity}@{version}")


@cache
def shipped_products() -> ProductCatalogue:
    """The products that come with the ledger."""
    return _catalogue(_documents(resources.files("services.ledger") / "products"))


def load_products(folder: Path) -> ProductCatalogue:
    """The products of a folder's *.yaml files beside those shipped.

    Raises DocumentError, also when two documents have one id and version, and OSError.
    """
    shipped = _documents(resources.files("services.ledger") / "products")
    return _catalogue({**shipped, **{str(folder / name): text for name, text in _documents(folder).items()}})


def parse_product(text: str, source_name: str) -> Product:
    """The product in YAML `text`; `source_name` (a file name) is used in errors only. Raises DocumentError."""
    return parse_document(text, source_name, Product)


def _documents(folder: Path | Traversable) -> dict[str, str]:
    """The text of each document by file name, in order of name."""
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def _catalogue(documents: Mapping[str, str]) -> ProductCatalogue:
    problems: list[DocumentProblem] = []
    products: list[Product] = []
    source_of: dict[str, str] = {}
    for source, text in documents.items():
        try:
            product = parse_product(text, source)
        except DocumentError as error:
            problems += error.problems
            continue
        earlier = source_of.setdefault(product.reference, source)
        if earlier != source:
            message = f"{product.reference} is already the product of {earlier}"
            problems.append(DocumentProblem(source, 1, "id", message))
        products.append(product)
    if problems:
        raise DocumentError(tuple(problems))
    return ProductCatalogue(products)
