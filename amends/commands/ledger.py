"""`amends ledger`: the ledger's rules on JSON from standard input, without a database."""

from pathlib import Path
from typing import Annotated

import typer

from amends.commands.case_answers import answer_cases, unusable
from amends.commands.ledger_books import books_app
from services.ledger.case_replay import with_checks
from services.ledger.product_catalogue import ProductCatalogue, load_products, shipped_products
from services.ledger.schedule_cases import with_instalments
from services.yaml_documents import DocumentError

ledger_app = typer.Typer(no_args_is_help=True, help="The ledger: its rules on JSON, its books, its proof.")
ledger_app.add_typer(books_app)


@ledger_app.callback()
def ledger() -> None:
    """The ledger: its rules on JSON, its books, its proof."""


@ledger_app.command("schedule")
def schedule(
    products: Annotated[Path | None, typer.Option(help="Folder of product documents beside those shipped.")] = None,
) -> None:
    """Fill in the instalments of each case.

    Reads a JSON list of loan terms in the vocabulary of tests/golden/schedules.json and prints it with `instalments`.
    A case that cannot be has `error` instead, and the exit code is 1; input that is no list ends with exit code 2.
    """
    catalogue = _products(products)
    answer_cases(lambda case: with_instalments(case, catalogue))


@ledger_app.command("replay")
def replay() -> None:
    """Work out how payments split and instalments stand, at each check of each case.

    Reads a JSON list of cases in the vocabulary of tests/golden/allocations.json and prints it with the `allocations`
    and `instalments` of every check. A case that cannot be has `error` besides what it had, and the exit code is 1;
    input that is no list ends with exit code 2.
    """
    answer_cases(with_checks)


def _products(folder: Path | None) -> ProductCatalogue:
    try:
        return shipped_products() if folder is None else load_products(folder)
    except (DocumentError, OSError) as error:
        raise unusable(str(error)) from None
