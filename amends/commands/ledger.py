"""`amends ledger`: the ledger's rules on JSON from standard input, without a database."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from amends.commands.ledger_books import books_app
from services.json_cases import CaseRefused
from services.ledger.case_replay import with_checks
from services.ledger.product_catalogue import ProductCatalogue, load_products, shipped_products
from services.ledger.schedule_cases import with_instalments
from services.yaml_documents import DocumentError

ledger_app = typer.Typer(no_args_is_help=True, help="The ledger: its rules on JSON, its books, its proof.")
ledger_app.add_typer(books_app)

_REFUSED = 1
_UNUSABLE = 2


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
    _answer_cases(lambda case: with_instalments(case, catalogue))


@ledger_app.command("replay")
def replay() -> None:
    """Work out how payments split and instalments stand, at each check of each case.

    Reads a JSON list of cases in the vocabulary of tests/golden/allocations.json and prints it with the `allocations`
    and `instalments` of every check. A case that cannot be has `error` besides what it had, and the exit code is 1;
    input that is no list ends with exit code 2.
    """
    _answer_cases(with_checks)


def _answer_cases(answer: Callable[[object], dict[str, Any]]) -> None:
    """Print the answer to each case on standard input, and end the program."""
    answers = []
    refused = False
    for case in read_cases():
        try:
            answers.append(answer(case))
        except CaseRefused as error:
            refused = True
            answers.append({**(case if isinstance(case, dict) else {"case": case}), "error": str(error)})
    typer.echo(json.dumps(answers, indent=1, ensure_ascii=False))
    raise typer.Exit(_REFUSED if refused else 0)


def read_cases() -> list[Any]:
    """The JSON list on standard input; anything else ends the program with a message."""
    try:
        cases = json.load(sys.stdin)
    except ValueError as error:
        raise _ended(f"the input is not JSON: {error}") from None
    if not isinstance(cases, list):
        kind = "an object" if isinstance(cases, dict) else json.dumps(cases)
        raise _ended(f"the input must be a JSON list of cases, not {kind}")
    return cases


def _products(folder: Path | None) -> ProductCatalogue:
    try:
        return shipped_products() if folder is None else load_products(folder)
    except (DocumentError, OSError) as error:
        raise _ended(str(error)) from None


def _ended(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(_UNUSABLE)
