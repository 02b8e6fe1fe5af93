"""What Beancount itself makes of a file: its errors, and the balance of each account."""

from decimal import Decimal

from beancount import loader
from beancount.core import realization

from services.ledger.booked import Turnover
from services.ledger.chart_of_accounts import CHART
from services.schedules.money import to_decimal

Balances = dict[tuple[str, str], Decimal]
"""Debits less credits by Beancount's account name and currency; those at zero are left out."""


def errors_of(text: str) -> list[str]:
    """What Beancount objects to."""
    _, errors, _ = loader.load_string(text)
    return [error.message for error in errors]


def balances_of(text: str) -> Balances:
    """The balances that Beancount works out from the transactions."""
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    balances: Balances = {}
    for account in realization.iter_children(realization.realize(entries)):  # type: ignore[no-untyped-call]
        for position in account.balance:
            balances[account.account, position.units.currency] = position.units.number
    return {key: amount for key, amount in balances.items() if amount}


def expected(turnovers: list[Turnover]) -> Balances:
    """The same from the ledger's own trial balance."""
    return {
        (CHART[one.account].beancount_name, one.currency): to_decimal(
            one.debits_minor - one.credits_minor, one.currency
        )
        for one in turnovers
        if one.debits_minor != one.credits_minor
    }
