"""Generators of agreements and of the facts of a loan's life."""

from datetime import date, timedelta

from hypothesis import strategies as st

from services.ledger.agreement import Agreement, CostCap, LateFeeRule, PenaltyRule
from services.ledger.allocation import COMPONENTS, AllocationOrder
from services.ledger.facts import (
    Charged,
    ChargedBack,
    DueDateChanged,
    Fact,
    Paid,
    Refunded,
    Restructured,
    Waived,
    WrittenOff,
    counting_order,
)
from services.ledger.life import Life, begin
from services.ledger.refusal import FactRefused, check
from services.ledger.schedule import InvalidTerms, LoanTerms, build_schedule

DISBURSED_ON = date(2024, 1, 31)
LAST_DAY = 500

rates = st.decimals(0, 36, places=2)
orders = st.builds(AllocationOrder, st.permutations(COMPONENTS).map(tuple), st.permutations(COMPONENTS).map(tuple))
terms = st.builds(
    LoanTerms,
    principal_minor=st.integers(1_000, 10_000_000),
    currency=st.just("CNY"),
    annual_rate_percent=rates,
    method=st.sampled_from(["equal_instalment", "equal_principal", "interest_only", "bullet", "flat"]),
    number_of_instalments=st.integers(1, 8),
    every=st.sampled_from([(1, "months"), (2, "weeks"), (10, "days")]),
    day_count=st.sampled_from(["30/360", "ACT/365", "ACT/360", "ACT/ACT"]),
    disbursed_on=st.just(DISBURSED_ON),
)
penalties = st.builds(
    PenaltyRule,
    annual_rate_percent=st.decimals(0, 60, places=2),
    basis_days=st.sampled_from([360, 365]),
    on_interest=st.booleans(),
    grace_days=st.integers(0, 10),
    counts_from_grace=st.booleans(),
    tolerance_minor=st.sampled_from([0, 0, 500]),
)
late_fees = st.builds(
    LateFeeRule,
    flat_minor=st.integers(0, 3_000),
    percent=st.decimals(0, 10, places=1),
    minimum_minor=st.sampled_from([0, 100]),
    maximum_minor=st.none() | st.integers(100, 5_000),
    after_days=st.integers(0, 20),
)
caps = st.builds(CostCap, annual_rate_percent=st.decimals(1, 40, places=1))
agreements = st.builds(
    Agreement,
    terms=terms,
    order=orders,
    allocation_by=st.sampled_from(["instalment_first", "component_first"]),
    early_repayment=st.sampled_from(["pay_ahead", "hold_as_credit", "reduce_term", "reduce_instalment"]),
    penalty=st.none() | penalties,
    late_fee=st.none() | late_fees,
    cost_cap=st.none() | caps,
    charge_off_after_days=st.sampled_from([None, None, 60]),
)
days = st.integers(0, LAST_DAY).map(lambda offset: DISBURSED_ON + timedelta(days=offset))
amounts = st.integers(1, 3_000_000)
treatments = st.sampled_from(["capitalise", "carry_forward", "waive"])


@st.composite
def facts(draw: st.DrawFn, kinds: tuple[type[Fact], ...] = (), at_most: int = 8) -> list[Fact]:
    """Facts of any kind, most of them payments; some will be refused."""
    chosen = []
    for number in range(draw(st.integers(0, at_most))):
        kind = draw(st.sampled_from(kinds or (Paid, Paid, Paid, Charged, ChargedBack, Refunded, Waived,
                                              DueDateChanged, Restructured, WrittenOff)))  # fmt: skip
        chosen.append(draw(fact_of(kind, f"F-{number}")))
    return chosen


def fact_of(kind: type[Fact], fact_id: str) -> st.SearchStrategy[Fact]:
    """Facts of one kind."""
    common = {"fact_id": st.just(fact_id), "on": days}
    if kind is Paid:
        return st.builds(Paid, **common, amount_minor=amounts,
                         purpose=st.sampled_from(["payment", "payment", "payoff", "refund"]))  # fmt: skip
    if kind is Charged:
        return st.builds(Charged, **common, kind=st.sampled_from(["penalty", "fee"]), amount_minor=amounts, due_on=days)
    if kind is ChargedBack:
        payment_ids = st.integers(0, 7).map(lambda number: f"F-{number}")
        return st.builds(ChargedBack, **common, payment_id=payment_ids, amount_minor=amounts)
    if kind is Refunded:
        return st.builds(Refunded, **common, amount_minor=st.integers(1, 1000))
    if kind is Waived:
        return st.builds(Waived, **common, component=st.sampled_from(COMPONENTS), amount_minor=st.none())
    if kind is DueDateChanged:
        return st.builds(DueDateChanged, **common, instalment_number=st.integers(1, 8), due_on=days)
    if kind is Restructured:
        return st.builds(
            Restructured, **common, number_of_instalments=st.integers(1, 6), first_due_on=days,
            annual_rate_percent=st.none() | rates, interest=treatments, fee=treatments, penalty=treatments,
            settle_for_minor=st.none() | st.integers(1, 1_000_000),
        )  # fmt: skip
    return st.builds(WrittenOff, **common)


def lived(agreement: Agreement, happened: list[Fact], through: date, stops: tuple[date, ...] = ()) -> Life:
    """The life with the facts its state allows, the calendar stopping at `stops` on the way."""
    life = begin(agreement, build_schedule(agreement.terms), "L-1")
    waiting = sorted((fact for fact in happened if fact.on <= through), key=counting_order)
    ends = sorted({stop for stop in stops if stop <= through})
    for fact in waiting:
        while ends and ends[0] < fact.on:
            life.advance(ends.pop(0))
        apply_if_allowed(life, fact)
    for stop in ends:
        life.advance(stop)
    life.advance(through)
    return life


def apply_if_allowed(life: Life, fact: Fact) -> bool:
    """Apply a fact; False when the state refuses it, and then nothing has changed but the day."""
    try:
        life.advance(fact.on)
        check(life, fact)
    except (FactRefused, InvalidTerms):
        return False
    life.apply(fact)
    return True
