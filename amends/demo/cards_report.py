"""The tables that `amends demo cards` ends with."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from amends.demo.cards import CLOSES, CardCustomer
from amends.demo.cards_matrix import (
    MOST,
    Agreement,
    TransitionMatrix,
    agreement_of,
    codes_as_months_behind,
    matrix_of,
)

_LEVELS: Final = range(MOST + 1)
_EXPLANATION: Final = """\
Why they differ (docs/card-book.md says more):
- The file's code is not a count. 2 is the first minimum payment missed, 3 the second; 1 is hardly used before
  September, and there mostly for cards without a bill. Read as "code less one", its row 2 is the path's row 1.
- A code belongs to its statement: it tells of the payment of the month after. September's has none in the file.
- The bank's own minimum payment is not in the file; ours is {percent} % of the bill for all. Its customers stay at 0
  for 2 % of the bill, and come back from 2 for 7 % or more: so the path has more of 0 to 1, and more of 1 to 0.
- Once 2, the code often stays 2 although far more was paid, or nothing: the path cures at once, and counts on.
- The path's rows 3 and 4+ are few customers, month after month: nothing paid, one month later."""


def differences(
    customers: Sequence[CardCustomer], recorded: Mapping[str, tuple[int, ...]]
) -> list[tuple[CardCustomer, tuple[int, ...]]]:
    """Customers of whom dunning recorded something else than the same rules give without any service."""
    return [
        (one, recorded[one.borrower_id]) for one in customers if recorded[one.borrower_id] != one.expected
    ]  # fmt: skip


def print_cards_report(
    console: Console, customers: Sequence[CardCustomer], recorded: Mapping[str, tuple[int, ...]], percent: str
) -> None:
    """Print the book, the transitions beside the file's own, the agreement by customer, and what explains the rest."""
    console.print(_book_table(customers))
    console.print(_matrix_table(customers, recorded))
    console.print(_agreement_table(customers, recorded))
    console.print(_EXPLANATION.format(percent=percent), highlight=False, soft_wrap=True)
    wrong = differences(customers, recorded)
    months = len(customers) * len(CLOSES)
    wrong_months = sum(a != b for one, seen in wrong for a, b in zip(one.expected, seen, strict=True))
    console.print(
        f"Dunning and the same rules without any service agree in {months - wrong_months:,} of {months:,}"
        " customer-months.",
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    for one, seen in wrong[:5]:
        console.print(f"[red]{one.borrower_id}: expected {one.expected}, recorded {seen}[/red]", highlight=False)


def _book_table(customers: Sequence[CardCustomer]) -> Table:
    table = Table("Card book", "", title="What was told")
    table.columns[1].justify = "right"
    for name, count in (
        ("customers", len(customers)),
        ("minimum payments (loans)", sum(len(one.minimum_payments) for one in customers)),
        ("payments", sum(len(one.payments) for one in customers)),
        ("payments not told: nothing was owed", sum(one.payments_without_debt for one in customers)),
    ):
        table.add_row(name, f"{count:,}")
    return table


def _matrix_table(customers: Sequence[CardCustomer], recorded: Mapping[str, tuple[int, ...]]) -> Table:
    ends = [f"{level}+" if level == MOST else str(level) for level in _LEVELS]
    table = Table("From", "As told by", "Customer-months", *(f"to {end}" for end in ends),
                  title="Month to month, in percent of each row")  # fmt: skip
    for column in table.columns[2:]:
        column.justify = "right"
    tellings = (
        ("path: months behind", matrix_of(recorded[one.borrower_id] for one in customers)),
        ("file: code less one, to August", matrix_of(codes_as_months_behind(one) for one in customers)),
        ("file: code as it is, to September", matrix_of(one.statuses for one in customers)),
    )
    for start in _LEVELS:
        for name, matrix in tellings:
            table.add_row(ends[start] if name is tellings[0][0] else "", name, *_row(matrix, start),
                          end_section=name is tellings[-1][0])  # fmt: skip
    table.caption = "In the file's code as it is -2 (no use), -1 (paid in full) and 0 (revolving) count as 0."
    return table


def _row(matrix: TransitionMatrix, start: int) -> list[str]:
    shares = (matrix.percent(start, end) for end in _LEVELS)
    return [f"{matrix.customer_months(start):,}", *("-" if share is None else f"{share:.1f}" for share in shares)]


def _agreement_table(customers: Sequence[CardCustomer], recorded: Mapping[str, tuple[int, ...]]) -> Table:
    table = Table("The file's code", "Customer-months", "same months behind", "late in both", "path only", "file only",
                  title="The path beside the file, customer by customer")  # fmt: skip
    for column in table.columns[1:]:
        column.justify = "right"
    paths = [recorded[one.borrower_id] for one in customers]
    meant = [codes_as_months_behind(one) for one in customers]
    for name, agreement in (
        ("less one, of the statement before", agreement_of(zip(paths, meant, strict=True))),
        ("the same without the first close", agreement_of((a[1:], b[1:]) for a, b in zip(paths, meant, strict=True))),
        ("as it is, of the same month",
         agreement_of((path, one.statuses[1:]) for path, one in zip(paths, customers, strict=True))),
    ):  # fmt: skip
        table.add_row(name, *_agreement_cells(agreement))
    table.caption = "The first close is near the file by construction: April's code decides the arrears brought along."
    return table


def _agreement_cells(agreement: Agreement) -> list[str]:
    return [
        f"{agreement.customer_months:,}",
        f"{100 * agreement.equal / agreement.customer_months:.1f} %",
        f"{agreement.both_late:,}",
        f"{agreement.only_first_late:,}",
        f"{agreement.only_second_late:,}",
    ]
