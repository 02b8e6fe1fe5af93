"""What each account is: its class, its normal side, and its name in Beancount.

Loans are no accounts: ten accounts a loan would make 100,000 of a book of 10,000 loans. A transaction names its loan.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from services.ledger.journal import AccountCode

Side = Literal["debit", "credit"]


class AccountClass(StrEnum):
    """The five classes of accounts; the value is Beancount's root of the class."""

    ASSET = "Assets"
    LIABILITY = "Liabilities"
    EQUITY = "Equity"
    INCOME = "Income"
    EXPENSE = "Expenses"

    @property
    def normal_side(self) -> Side:
        """The side on which accounts of the class grow."""
        return "debit" if self in (AccountClass.ASSET, AccountClass.EXPENSE) else "credit"


@dataclass(frozen=True, slots=True)
class ChartedAccount:
    """An account as accountants see it. `name_in_class` is Beancount's name below the root."""

    code: AccountCode
    account_class: AccountClass
    name_in_class: str

    @property
    def normal_side(self) -> Side:
        """The side on which the account grows."""
        return self.account_class.normal_side

    @property
    def beancount_name(self) -> str:
        """The full name, such as `Assets:Receivable:Principal`."""
        return f"{self.account_class}:{self.name_in_class}"

    def balance_minor(self, debits_minor: int, credits_minor: int) -> int:
        """The balance on the normal side; below zero when the other side outweighs."""
        return debits_minor - credits_minor if self.normal_side == "debit" else credits_minor - debits_minor


_ASSET, _LIABILITY = AccountClass.ASSET, AccountClass.LIABILITY
_INCOME, _EXPENSE = AccountClass.INCOME, AccountClass.EXPENSE
CHART: Final[dict[AccountCode, ChartedAccount]] = {
    account.code: account
    for account in (
        ChartedAccount(AccountCode.CASH, _ASSET, "Cash"),
        ChartedAccount(AccountCode.PRINCIPAL_RECEIVABLE, _ASSET, "Receivable:Principal"),
        ChartedAccount(AccountCode.INTEREST_RECEIVABLE, _ASSET, "Receivable:Interest"),
        ChartedAccount(AccountCode.FEE_RECEIVABLE, _ASSET, "Receivable:Fees"),
        ChartedAccount(AccountCode.PENALTY_RECEIVABLE, _ASSET, "Receivable:Penalties"),
        ChartedAccount(AccountCode.INTEREST_INCOME, _INCOME, "Interest"),
        ChartedAccount(AccountCode.FEE_INCOME, _INCOME, "Fees"),
        ChartedAccount(AccountCode.PENALTY_INCOME, _INCOME, "Penalties"),
        ChartedAccount(AccountCode.BORROWER_CREDIT, _LIABILITY, "Borrower-Credit"),
        ChartedAccount(AccountCode.SUSPENSE, _LIABILITY, "Suspense"),
        ChartedAccount(AccountCode.WRITE_OFF, _EXPENSE, "Write-Off"),
        ChartedAccount(AccountCode.WAIVED, _EXPENSE, "Waived"),
        ChartedAccount(AccountCode.CAPPED, _EXPENSE, "Capped"),
        ChartedAccount(AccountCode.UNEARNED_INTEREST, _LIABILITY, "Unearned-Interest"),
        ChartedAccount(AccountCode.RECOVERY_INCOME, _INCOME, "Recoveries"),
    )
}
"""Every account of the journal, in the order of its codes."""
