"""The table that `amends run` ends with."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from amends.demo.flow import FlowWatch
from amends.demo.portfolio import PortfolioLoan
from schemas.registry import TOPICS
from services.dunning import store as dunning_store
from services.ledger.book_figures import BookFigures, book_figures
from services.notifier.sending import queue_store as notifier_store

_STATUSES = ("Current", "Fully Paid", "In Grace Period", "Late (16-30 days)", "Late (31-120 days)", "Charged Off")


async def print_report(console: Console, watch: FlowWatch, loans: Sequence[PortfolioLoan]) -> None:
    """Print the book, the flow, the buckets and the messages."""
    book = await book_figures(watch.connections["ledger"])
    console.print(_book_table(book))
    console.print(_journal_table(book))
    console.print(await _flow_table(watch))
    buckets = dict(await dunning_store.loans_by_bucket(watch.connections["dunning"]))
    console.print(_bucket_table(loans, buckets))
    console.print(await _message_table(watch))


def _money(amount_minor: int) -> str:
    return f"{amount_minor // 100:,}.{amount_minor % 100:02d}"


def _book_table(book: BookFigures) -> Table:
    table = Table("Book", "", title="The ledger")
    table.columns[1].justify = "right"
    for name, value in (
        ("loans", f"{book.loans:,}"),
        ("of these settled", f"{book.settled_loans:,}"),
        ("instalments", f"{book.instalments:,}"),
        ("payments", f"{book.payments:,}"),
        ("paid in", _money(book.payments_minor)),
        ("allocated", _money(book.allocated_minor)),
        ("unallocated (borrower credit)", _money(book.unallocated_minor)),
        ("journal transactions", f"{book.transactions:,}"),
    ):
        table.add_row(name, value)
    return table


def _journal_table(book: BookFigures) -> Table:
    table = Table("Account", "Currency", "Debits", "Credits", "Balance", title="Trial balance", show_footer=True)
    for column in table.columns[2:]:
        column.justify = "right"
    for name, currency, debits, credits in book.accounts:
        balance = debits - credits
        table.add_row(name, currency, _money(debits), _money(credits),
                      f"{'-' if balance < 0 else ''}{_money(abs(balance))}")  # fmt: skip
    debits, credits = sum(one[2] for one in book.accounts), sum(one[3] for one in book.accounts)
    table.columns[0].footer = "debits = credits" if debits == credits else "DEBITS AND CREDITS DIFFER"
    table.columns[2].footer, table.columns[3].footer = _money(debits), _money(credits)
    table.columns[4].footer = _money(abs(debits - credits))
    return table


async def _flow_table(watch: FlowWatch) -> Table:
    table = Table("Topic", "Events", "Dead letters", title="Events on Kafka")
    ends = await watch.ends()
    totals: Counter[str] = Counter()
    for partition, end in ends.items():
        totals[partition.topic] += end
    for topic in TOPICS:
        name = watch.settings.topic(topic)
        table.add_row(topic, f"{totals[name]:,}", f"{totals[name + '.dead-letters']:,}")
    table.columns[1].justify = table.columns[2].justify = "right"
    return table


def _bucket_table(loans: Sequence[PortfolioLoan], buckets: dict[str, str]) -> Table:
    names = sorted({*buckets.values(), "current"}, key=lambda name: (name == "settled", name != "current", name))
    table = Table("The file's loan_status", *names, "not seen", title="Loans per bucket beside the file's own status")
    counts: Counter[tuple[str, str]] = Counter(
        (loan.loan_status, buckets.get(loan.loan_id, "not seen")) for loan in loans
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for status in _STATUSES:
        table.add_row(status, *(f"{counts[status, name]:,}" if counts[status, name] else "-"
                                for name in (*names, "not seen")))  # fmt: skip
    table.caption = (
        "Fully Paid loans were paid off early. Where the file's last payment lies below our pay-off amount for its"
        " inferred day (never by more than a thousandth of the principal), the loan is held as paid ahead."
    )
    return table


async def _message_table(watch: FlowWatch) -> Table:
    table = Table("Messages", "Channel", "Count", title="The notifier")
    table.columns[2].justify = "right"
    for (status, channel), count in (await notifier_store.messages_by_status(watch.connections["notifier"])).items():
        table.add_row(status.replace("_", " "), channel, f"{count:,}")
    return table
