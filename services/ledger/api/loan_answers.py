"""Answers about a loan. Amounts are whole minor units of `currency`; figures are as of `as_of`."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.ledger.facts import ChargeKind
from services.ledger.life import LifeStatus
from services.ledger.lines import ChargeRule
from services.schedules.schedule import DayCount, Method, PeriodUnit


class Answer(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


class ComponentsAnswer(Answer):
    """An amount by component, and their sum."""

    penalty_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int
    total_minor: int


class TermsAnswer(Answer):
    """The terms of the current schedule, which began on `began_on`: the disbursal, or the last restructuring."""

    began_on: date
    principal_minor: int
    annual_rate_percent: Decimal
    method: Method
    day_count: DayCount
    number_of_instalments: int
    every_count: int
    every_unit: PeriodUnit


class LoanAnswer(Answer):
    """A loan as it stands on a day.

    `overdue` is what instalments due before the day lack, beyond the loan's arrears tolerance; `days_past_due` counts
    from the oldest of them. `next_due` is what the next unpaid instalment on or after the day lacks. `credit_minor` is
    money of the borrower's that the lender holds.
    """

    borrower_id: str
    loan_id: str
    as_of: date
    status: LifeStatus
    currency: str
    principal_outstanding_minor: int
    credit_minor: int
    overdue: ComponentsAnswer
    days_past_due: int
    oldest_unpaid_due_on: date | None
    next_due_on: date | None
    next_due: ComponentsAnswer
    product: str
    disbursed_on: date
    terms: TermsAnswer


class ChargeAnswer(Answer):
    """A penalty or fee of an instalment. `capped_minor` was not charged, by the cost cap; `moved_minor` went to a new
    schedule."""

    charge_id: str
    kind: ChargeKind
    rule: ChargeRule
    due_on: date
    amount_minor: int
    paid_minor: int
    waived_minor: int
    outstanding_minor: int
    capped_minor: int
    moved_minor: int


class InstalmentAnswer(Answer):
    """One instalment: `outstanding` = `due` - `paid` - `waived`, by component, whether it is due yet or not.

    Interest given up before it was earned was never charged: it is missing in `due`, and not in `waived`.
    `in_advance_minor` and `late_minor` are the parts of what was paid before and after the due date. `is_replaced`: a
    restructuring put a new schedule in its place, and what it still asked for went there.
    """

    number: int
    due_on: date
    paid_on: date | None
    is_replaced: bool
    due: ComponentsAnswer
    paid: ComponentsAnswer
    waived: ComponentsAnswer
    outstanding: ComponentsAnswer
    in_advance_minor: int
    late_minor: int
    charges: tuple[ChargeAnswer, ...]


class ScheduleAnswer(Answer):
    """All instalments by due date, those of earlier schedules too."""

    borrower_id: str
    loan_id: str
    as_of: date
    currency: str
    instalments: tuple[InstalmentAnswer, ...]


class QuoteAnswer(Answer):
    """What ends the loan when it is paid, with purpose `payoff`, on `valid_on` and no other day.

    `owed` is all principal and charges, and the interest due or accrued until then; `credit_minor` of the borrower's
    own money is taken off: `payoff_minor` is the rest. A loan written off is owed as it was.
    """

    borrower_id: str
    loan_id: str
    valid_on: date
    currency: str
    payoff_minor: int
    owed: ComponentsAnswer
    credit_minor: int


class FactAnswer(Answer):
    """Something that happened to the loan, counting on a day. `details` depend on the kind; one undone never counts."""

    fact_id: str
    kind: str
    on: date
    is_undone: bool
    recorded_by: str
    recorded_at: datetime
    details: dict[str, JsonValue]


class FactsAnswer(Answer):
    """Payments and other facts, in the order in which they count."""

    borrower_id: str
    loan_id: str
    currency: str
    facts: tuple[FactAnswer, ...]


class ListedLoan(Answer):
    """A loan as it is kept: its newest state, without days past due, which depend on the day."""

    borrower_id: str
    loan_id: str
    status: LifeStatus
    currency: str
    principal_minor: int
    principal_outstanding_minor: int
    credit_minor: int
    oldest_unpaid_due_on: date | None
    product: str
    disbursed_on: date


class LoansPage(Answer):
    """Loans by borrower id and loan id; `next` leads to the following page, and is null on the last."""

    loans: tuple[ListedLoan, ...]
    next: str | None


class CommandAnswer(Answer):
    """What a command did: the fact it recorded or took back, and how the loan stands now."""

    command: Literal["charge", "waiver", "adjustment", "write-off", "undo"]
    fact_id: Annotated[str, Field(description="Undo the command by this id.")]
    on: date
    loan: LoanAnswer
