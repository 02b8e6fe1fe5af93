"""Every account has its place in the chart."""

import pytest

from services.ledger.chart_of_accounts import CHART
from services.ledger.journal import AccountCode


def test_every_account_is_charted_once_under_a_name_of_its_own() -> None:
    assert list(CHART) == list(AccountCode)
    assert len({account.beancount_name for account in CHART.values()}) == len(AccountCode)


@pytest.mark.parametrize(
    ("code", "name", "side"),
    [
        (AccountCode.CASH, "Assets:Cash", "debit"),
        (AccountCode.PRINCIPAL_RECEIVABLE, "Assets:Receivable:Principal", "debit"),
        (AccountCode.BORROWER_CREDIT, "Liabilities:Borrower-Credit", "credit"),
        (AccountCode.UNEARNED_INTEREST, "Liabilities:Unearned-Interest", "credit"),
        (AccountCode.INTEREST_INCOME, "Income:Interest", "credit"),
        (AccountCode.WRITE_OFF, "Expenses:Write-Off", "debit"),
    ],
)
def test_an_account_has_a_name_and_grows_on_its_normal_side(code: AccountCode, name: str, side: str) -> None:
    account = CHART[code]
    assert (account.beancount_name, account.normal_side) == (name, side)
    assert account.balance_minor(debits_minor=7, credits_minor=2) == (5 if side == "debit" else -5)
