"""From a loan's life to answers about it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.ledger import early_repayment
from services.ledger.allocation import COMPONENTS
from services.ledger.api.loan_answers import (
    ChargeAnswer,
    ComponentsAnswer,
    InstalmentAnswer,
    LoanAnswer,
    QuoteAnswer,
    ScheduleAnswer,
    TermsAnswer,
)
from services.ledger.life import Life
from services.ledger.lines import ChargeItem, Line
from services.ledger.loan import Key, Loan
from services.ledger.rework import instalment_of
from services.ledger.standing import standing_of


@dataclass(frozen=True, slots=True)
class LoanHead:
    """What never changes of a loan."""

    borrower_id: str
    loan_id: str
    currency: str
    product: str
    disbursed_on: date
    arrears_tolerance_minor: int

    @property
    def key(self) -> Key:
        """(borrower id, loan id)."""
        return self.borrower_id, self.loan_id

    @classmethod
    def of(cls, loan: Loan) -> "LoanHead":
        """The head of a loan that is being worked on."""
        return cls(*loan.key, loan.account.currency, loan.product, loan.disbursed_on, loan.arrears_tolerance_minor)


def components(*, penalty: int = 0, fee: int = 0, interest: int = 0, principal: int = 0) -> ComponentsAnswer:
    """Amounts in minor units with their sum."""
    return ComponentsAnswer(
        penalty_minor=penalty,
        fee_minor=fee,
        interest_minor=interest,
        principal_minor=principal,
        total_minor=penalty + fee + interest + principal,
    )


def loan_answer(head: LoanHead, life: Life) -> LoanAnswer:
    """The loan on the day to which its life has run."""
    standing = standing_of(
        [instalment_of(line) for line in life.lines if line.outstanding_minor],
        life.on,
        principal_outstanding_minor=life.principal_outstanding_minor,
        credit_minor=life.credit_minor,
        tolerance_minor=head.arrears_tolerance_minor,
    )
    oldest = standing.oldest_unpaid_due_on
    return LoanAnswer(
        borrower_id=head.borrower_id,
        loan_id=head.loan_id,
        as_of=life.on,
        status=life.status,
        currency=head.currency,
        principal_outstanding_minor=standing.principal_outstanding_minor,
        credit_minor=standing.credit_minor,
        overdue=_four(standing.overdue),
        days_past_due=0 if oldest is None else max(0, (life.on - oldest).days),
        oldest_unpaid_due_on=oldest,
        next_due_on=standing.next_due_on,
        next_due=_four(standing.next_due),
        product=head.product,
        disbursed_on=head.disbursed_on,
        terms=_terms(life),
    )


def schedule_answer(head: LoanHead, life: Life) -> ScheduleAnswer:
    """All lines of a life."""
    instalments = tuple(_instalment(line) for line in life.lines)
    return ScheduleAnswer(
        borrower_id=head.borrower_id, loan_id=head.loan_id, as_of=life.on, currency=head.currency,
        instalments=instalments,
    )  # fmt: skip


def quote_answer(head: LoanHead, life: Life) -> QuoteAnswer:
    """What ends the loan on the day to which its life has run; the life cannot be used any more."""
    if life.is_written_off:
        # Interest stopped when it was written off, and is no longer cut.
        owed = _owed(life.lines)
        payoff_minor = max(0, owed.total_minor - life.credit_minor)
    else:
        payoff_minor = early_repayment.payoff_minor(life)
        early_repayment.cut_interest(life)
        owed = _owed(life.lines)
    return QuoteAnswer(
        borrower_id=head.borrower_id, loan_id=head.loan_id, valid_on=life.on, currency=head.currency,
        payoff_minor=payoff_minor, owed=owed, credit_minor=life.credit_minor,
    )  # fmt: skip


def _owed(lines: Sequence[Line]) -> ComponentsAnswer:
    by_component = {one: sum(line.component_outstanding_minor(one) for line in lines) for one in COMPONENTS}
    return components(**by_component)


def _four(amounts: tuple[int, int, int, int]) -> ComponentsAnswer:
    penalty, fee, interest, principal = amounts
    return components(penalty=penalty, fee=fee, interest=interest, principal=principal)


def _terms(life: Life) -> TermsAnswer:
    terms = life.terms
    return TermsAnswer(
        began_on=life.began_on,
        principal_minor=terms.principal_minor,
        annual_rate_percent=terms.annual_rate_percent,
        method=terms.method,
        day_count=terms.day_count,
        number_of_instalments=terms.number_of_instalments,
        every_count=terms.every[0],
        every_unit=terms.every[1],
    )


def _instalment(line: Line) -> InstalmentAnswer:
    penalties, fees = list(line.charges_of("penalty")), list(line.charges_of("fee"))
    return InstalmentAnswer(
        number=line.number,
        due_on=line.due_on,
        paid_on=line.paid_on,
        is_replaced=line.is_replaced,
        due=components(
            penalty=line.charged_minor("penalty"), fee=line.charged_minor("fee"), interest=line.interest_minor,
            principal=line.principal_minor,
        ),
        paid=components(
            penalty=sum(item.paid_minor for item in penalties), fee=sum(item.paid_minor for item in fees),
            interest=line.interest_paid_minor, principal=line.principal_paid_minor,
        ),
        waived=components(
            penalty=sum(item.waived_minor for item in penalties), fee=sum(item.waived_minor for item in fees),
            interest=line.interest_waived_minor, principal=line.principal_waived_minor,
        ),
        outstanding=_owed([line]),
        in_advance_minor=line.in_advance_minor,
        late_minor=line.late_minor,
        charges=tuple(_charge(item) for item in line.charges),
    )  # fmt: skip


def _charge(item: ChargeItem) -> ChargeAnswer:
    return ChargeAnswer(
        charge_id=item.charge_id,
        kind=item.kind,
        rule=item.rule,
        due_on=item.due_on,
        amount_minor=item.amount_minor,
        paid_minor=item.paid_minor,
        waived_minor=item.waived_minor,
        outstanding_minor=item.outstanding_minor,
        capped_minor=item.capped_minor,
        moved_minor=item.moved_minor,
    )
