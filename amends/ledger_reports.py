"""Trial balance, statement and closed periods as tables for people and as plain values for programs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from services.ledger.booked import Turnover
from services.ledger.chart_of_accounts import CHART
from services.ledger.closed_periods import CheckedPeriod, ClosedPeriod
from services.ledger.loan_statement import Owed, StatementLine
from services.schedules.money import to_decimal


def trial_balance_table(turnovers: Sequence[Turnover], title: str) -> Table:
    """Debits, credits and the balance on the normal side of each account, with totals for each currency."""
    sums_minor = totals_minor(turnovers)
    agree = all(debits_minor == credits_minor for debits_minor, credits_minor in sums_minor.values())
    table = Table(title=title, caption="debits = credits" if agree else "DEBITS AND CREDITS DIFFER")
    table.add_column("Account", no_wrap=True)
    table.add_column("Currency")
    _add_amounts(table, "Debits", "Credits", "Balance")
    table.add_column("Side")
    for account, currency, debits_minor, credits_minor in turnovers:
        charted = CHART[account]
        amounts_minor = (debits_minor, credits_minor, charted.balance_minor(debits_minor, credits_minor))
        table.add_row(account.label, currency, *_amounts(amounts_minor, currency), charted.normal_side)
    for currency, (debits_minor, credits_minor) in sums_minor.items():
        amounts_minor = (debits_minor, credits_minor, debits_minor - credits_minor)
        table.add_row("total", currency, *_amounts(amounts_minor, currency), "")
    return table


def trial_balance_values(turnovers: Sequence[Turnover]) -> dict[str, Any]:
    """The same, in minor units."""
    return {
        "accounts": [
            {"account": account.label, "class": CHART[account].account_class.name.lower(), "currency": currency,
             "normal_side": CHART[account].normal_side, "debits_minor": debits_minor, "credits_minor": credits_minor,
             "balance_minor": CHART[account].balance_minor(debits_minor, credits_minor)}
            for account, currency, debits_minor, credits_minor in turnovers
        ],
        "totals": [
            {"currency": currency, "debits_minor": debits_minor, "credits_minor": credits_minor}
            for currency, (debits_minor, credits_minor) in totals_minor(turnovers).items()
        ],
    }  # fmt: skip


def totals_minor(turnovers: Sequence[Turnover]) -> dict[str, tuple[int, int]]:
    """Sums of all debits and of all credits, by currency."""
    sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for _, currency, debits_minor, credits_minor in turnovers:
        debits, credits = sums[currency]
        sums[currency] = debits + debits_minor, credits + credits_minor
    return dict(sums)


def statement_table(lines: Sequence[StatementLine], title: str) -> Table:
    """What each transaction changed in all, and what is owed after it by component."""
    table = Table("Value date", "Number", "What", title=title)
    _add_amounts(table, "Change", "Principal", "Interest", "Fees", "Penalties", "Credit", "In advance", "Owed")
    for line in lines:
        now = line.balance
        amounts_minor = (line.change.total_minor, now.principal_minor, now.interest_minor, now.fee_minor,
                         now.penalty_minor, now.credit_minor, now.interest_in_advance_minor,
                         now.total_minor)  # fmt: skip
        one = line.transaction
        booked = "" if one.booked_on == one.value_date else f" (booked on {one.booked_on})"
        table.add_row(str(one.value_date), str(one.number), f"{one.kind} {one.cause}{booked}",
                      *_amounts(amounts_minor, one.currency))  # fmt: skip
    return table


def statement_values(lines: Sequence[StatementLine]) -> list[dict[str, Any]]:
    """The same, in minor units."""
    return [
        {"number": one.number, "kind": one.kind, "cause": one.cause, "value_date": one.value_date.isoformat(),
         "booked_on": one.booked_on.isoformat(), "recorded_at": one.recorded_at.isoformat(), "currency": one.currency,
         "change": _owed_values(line.change), "balance": _owed_values(line.balance)}
        for line in lines
        for one in (line.transaction,)
    ]  # fmt: skip


def closed_period_text(period: ClosedPeriod) -> str:
    """One line that says what is sealed."""
    sums = ", ".join(f"{money(amount, currency)} {currency}" for currency, amount in period.seal.debits_minor.items())
    postings = f"{period.seal.postings:,} postings of {sums or 'nothing'}"
    return f"closed through {period.through}: {postings}, {period.seal.sha256}"


def checked_period_text(checked: CheckedPeriod) -> str:
    """One line that says whether the seal still holds."""
    if checked.is_unchanged:
        return f"{checked.period.through}: unchanged, {checked.found.postings:,} postings"
    was = checked.period.seal
    return (
        f"{checked.period.through}: CHANGED, sealed with {was.postings:,} postings and {was.sha256},"
        f" found {checked.found.postings:,} and {checked.found.sha256}"
    )


def money(amount_minor: int, currency: str) -> str:
    """1234567 EUR is `12,345.67`. Raises UnknownCurrency."""
    return f"{to_decimal(amount_minor, currency):,f}"


def _add_amounts(table: Table, *headings: str) -> None:
    """Columns whose digits are never cut off, however narrow the terminal."""
    for heading in headings:
        table.add_column(heading, justify="right", overflow="fold")


def _amounts(amounts_minor: Iterable[int], currency: str) -> list[str]:
    return [money(amount_minor, currency) for amount_minor in amounts_minor]


def _owed_values(owed: Owed) -> dict[str, int]:
    return {**asdict(owed), "total_minor": owed.total_minor}
