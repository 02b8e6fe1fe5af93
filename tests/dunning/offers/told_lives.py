"""What dunning knows of a loan that lives in the ledger, event by event: its facts and what is kept of its schedule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from schemas.ledger import (
    ChargePosted,
    LedgerEventData,
    LoanRestructured,
    PaymentAllocation,
    PaymentReceived,
    ScheduledInstalment,
)
from schemas.ledger import InstalmentAllocation as Share
from schemas.values import ComponentAmounts
from services.dunning.amounts import Amounts
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.told_standing import loan_facts
from services.dunning.kept_schedule import (
    KeptSchedule,
    leaves_instalments_known,
    restructured_schedule,
    told_instalments,
)
from services.ledger.account import LoanInstalment
from services.ledger.agreement import Agreement
from services.ledger.allocation import Allocation
from services.ledger.facts import Charged, Fact, Paid, Restructured
from services.ledger.life import Life, live
from services.ledger.standing import Standing, lacking, standing_of
from services.schedules.restructured import PlannedInstalment, RestructureTerms
from services.schedules.schedule import build_schedule
from services.schedules.told_terms import told_terms

ScheduleRow = tuple[str, int, int, int, int]
"""Due date, principal, interest, fee and penalty."""


def told(life: Life) -> LoanFacts:
    """The loan's facts as the ledger tells them."""
    standing = _standing(life)
    return LoanFacts(
        loan_id="loan-1", borrower_id="borrower-1", currency="CNY", as_of=life.on, sequence=1,
        oldest_unpaid_due_on=standing.oldest_unpaid_due_on, next_due_on=standing.next_due_on,
        overdue=Amounts(**standing.overdue._asdict()), next_due_amounts=Amounts(**standing.next_due._asdict()),
        principal_outstanding_minor=standing.principal_outstanding_minor, settled=standing.settled,
    )  # fmt: skip


def accepted(agreement: RestructureTerms, fact_id: str = "R") -> Restructured:
    """The fact of an accepted agreement."""
    names = {field.name for field in fields(RestructureTerms)} - {"agreed_on"}
    return Restructured(fact_id=fact_id, on=agreement.agreed_on, **{name: getattr(agreement, name) for name in names})


def booked(life: Life) -> list[ScheduleRow]:
    """What the ledger has of a new schedule."""
    return [
        (str(line.due_on), line.principal_minor, line.interest_minor, line.charged_minor("fee"),
         line.charged_minor("penalty"))
        for line in life.lines
        if not line.is_replaced and line.due_on > life.on
    ]  # fmt: skip


def shown(instalments: Iterable[PlannedInstalment]) -> list[ScheduleRow]:
    """What the borrower is shown."""
    return [
        (str(line.due_on), line.principal_minor, line.interest_minor, line.fee_minor, line.penalty_minor)
        for line in instalments
    ]


@dataclass(frozen=True)
class ToldLoan:
    """A restructured loan: all its facts in the ledger, and what dunning made of the events told since."""

    agreement: Agreement
    happened: tuple[Fact, ...]
    facts: LoanFacts
    kept: KeptSchedule

    def life(self, on: date, *more: Fact) -> Life:
        """The loan in the ledger on a day, with more facts."""
        return _life(self.agreement, (*self.happened, *more), on)

    def after(self, fact: Fact) -> "ToldLoan":
        """The loan after a payment or a charge was told."""
        life = self.life(fact.on, fact)
        facts = _facts_after(told_of(life, fact), self.facts)
        kept = self.kept
        if kept.instalments is not None and not leaves_instalments_known(
            told_of(life, fact), self.facts, facts, told_instalments(kept.instalments)
        ):
            kept = replace(kept, instalments=None)
        return replace(self, happened=(*self.happened, fact), facts=facts, kept=kept)

    def on(self, day: date) -> "ToldLoan":
        """The loan after all that the ledger tells until a day without another fact."""
        standing = told(self.life(day))
        same = {name: getattr(self.facts, name) for name in ("restructuring_id", "restructured_on", "opened_on")}
        return replace(self, facts=replace(standing, **same))


def restructured_loan(
    agreement: Agreement, happened: Sequence[Fact], plan: RestructureTerms, told_on: date | None = None
) -> ToldLoan:
    """A loan whose restructuring is told on a day; by default on that of the agreement."""
    facts = (*happened, accepted(plan, "R-1"))
    life = _life(agreement, facts, told_on or plan.agreed_on)
    event = restructured_event(life, plan)
    before = replace(told(life), opened_on=agreement.terms.disbursed_on)
    return ToldLoan(agreement, facts, _facts_after(event, before), restructured_schedule(event))


def restructured_event(life: Life, plan: RestructureTerms) -> LoanRestructured:
    """What the ledger tells of a plan on the day of a life."""
    return LoanRestructured(
        **_about(life), restructuring_id="R-1", restructured_on=plan.agreed_on, terms=told_terms(life.terms),
        instalments=tuple(
            ScheduledInstalment(instalment_number=one.number, due_on=one.due_on, amounts=lacking(one).told())
            for one in _unpaid(life)
        ),
    )  # fmt: skip


def _life(agreement: Agreement, happened: Iterable[Fact], on: date) -> Life:
    return live(agreement, build_schedule(agreement.terms), list(happened), on)


def _facts_after(event: LedgerEventData, before: LoanFacts) -> LoanFacts:
    return loan_facts(event, before.sequence + 1, before)


def _about(life: Life) -> dict[str, Any]:
    return {
        "borrower_id": "borrower-1", "loan_id": "loan-1", "currency": "CNY", "standing": _standing(life).told()
    }  # fmt: skip


def told_of(life: Life, fact: Fact) -> LedgerEventData:
    """What the ledger tells of a payment or a charge on the day of a life."""
    if isinstance(fact, Paid):
        return PaymentReceived(
            **_about(life), payment_id=fact.fact_id, amount_minor=fact.amount_minor, value_date=fact.on,
            allocation=_allocation(life.allocations[fact.fact_id]),
        )  # fmt: skip
    assert isinstance(fact, Charged)
    line = next(line for line in life.lines if line.charge(fact.fact_id) is not None)
    return ChargePosted(
        **_about(life), charge_id=fact.fact_id, kind=fact.kind, instalment_number=line.number,
        amount_minor=fact.amount_minor, capped_minor=0, due_on=fact.due_on,
    )  # fmt: skip


def _allocation(split: Allocation) -> PaymentAllocation:
    components = ("penalty_minor", "fee_minor", "interest_minor", "principal_minor")
    return PaymentAllocation(
        unallocated_minor=split.unallocated_minor,
        instalments=tuple(
            Share(instalment_number=one.number, **{name: getattr(one, name) for name in components})
            for one in split.lines
        ),
        **ComponentAmounts(**{name: getattr(split, name) for name in components}).model_dump(),
    )


def _unpaid(life: Life) -> list[LoanInstalment]:
    return [
        LoanInstalment(
            line.number, line.due_on,
            *(line.component_outstanding_minor(name) for name in ("penalty", "fee", "interest", "principal")),  # type: ignore[arg-type]
        )
        for line in life.lines
        if line.outstanding_minor
    ]  # fmt: skip


def _standing(life: Life) -> Standing:
    return standing_of(
        _unpaid(life),
        life.on,
        principal_outstanding_minor=life.principal_outstanding_minor,
        credit_minor=life.credit_minor,
        tolerance_minor=0,
        written_off=life.is_written_off,
    )
