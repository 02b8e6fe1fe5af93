"""Generators of agreements and of the facts of a loan's life."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple, get_args

from hypothesis import strategies as st

from services.ledger.agreement import Agreement, CostCap, LateFeeRule, PenaltyRule
from services.ledger.allocation import COMPONENTS, AllocationOrder
from services.ledger.facts import (
    Charged,
    ChargedBack,
    DueDateChanged,
    Fact,
    Paid,
    PenaltiesResumed,
    PenaltiesStopped,
    PenaltyDays,
    Refunded,
    Restructured,
    Waived,
    WrittenOff,
    counting_order,
)
from services.ledger.life import Life, begin
from services.ledger.penalty_stops import stopped_days
from services.ledger.refusal import FactRefused, check
from services.schedules.restructured import PrincipalPart, Treatment
from services.schedules.schedule import InvalidTerms, LoanTerms, build_schedule
from services.schedules.terms import PRINCIPAL_AT_THE_END

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
    charge_off_after_days=st.sampled_from([None, None, None, None, 60]),
)
days = st.integers(0, LAST_DAY).map(lambda offset: DISBURSED_ON + timedelta(days=offset))
treatments: st.SearchStrategy[Treatment] = st.sampled_from(get_args(Treatment))
ORDINARY = (Paid, Paid, Paid, Paid, Charged, ChargedBack, Refunded, Waived, DueDateChanged, Restructured,
            PenaltiesStopped, PenaltiesStopped, PenaltiesResumed)  # fmt: skip


class Story(NamedTuple):
    """A loan, what happened to it in any order, and the day until which it is looked at."""

    agreement: Agreement
    happened: list[Fact]
    through: date


@st.composite
def stories(
    draw: st.DrawFn,
    of: st.SearchStrategy[Agreement] = agreements,
    kinds: tuple[type[Fact], ...] = ORDINARY,
    at_most: int = 8,
) -> Story:
    """A loan to which things happen while it lives or soon after, in its own order of magnitude.

    Facts of any kind in any order, many of them payments; some will be refused. One story in six has a write-off.
    """
    agreement = draw(of)
    ends_on = build_schedule(agreement.terms)[-1].due_on
    within = st.integers(0, (ends_on - DISBURSED_ON).days + 60).map(lambda age: DISBURSED_ON + timedelta(days=age))
    happened: list[Fact] = []
    for number in range(draw(st.integers(0, at_most))):
        kind, on = draw(st.sampled_from(kinds)), draw(within)
        if kind is Refunded and not draw(st.integers(0, 2)):
            # Only who paid too much has something to be given back.
            amount_minor = 2 * agreement.terms.principal_minor
            happened.append(Paid(fact_id=f"F-{number}-overpaid", on=on, amount_minor=amount_minor))
        happened.append(draw(_fact(kind, f"F-{number}", on, agreement, happened)))
    if kinds is ORDINARY and not draw(st.integers(0, 5)):
        happened.append(WrittenOff(fact_id="F-off", on=draw(within)))
    last = max((fact.on for fact in happened), default=DISBURSED_ON)
    through = draw(st.one_of(within, st.integers(0, 90).map(lambda later: last + timedelta(days=later))))
    return Story(agreement, happened, through)


def _fact(
    kind: type[Fact], fact_id: str, on: date, agreement: Agreement, before: Sequence[Fact]
) -> st.SearchStrategy[Fact]:
    """A fact of one kind, with a good chance that the loan allows it after those drawn `before`."""
    common = {"fact_id": st.just(fact_id), "on": st.just(on)}
    later = st.integers(1, 120).map(lambda age: on + timedelta(days=age))
    count = agreement.terms.number_of_instalments
    paid = [fact for fact in before if isinstance(fact, Paid)]
    if kind is Charged:
        return st.builds(Charged, **common, kind=st.sampled_from(["penalty", "fee"]), amount_minor=_part(agreement, 20),
                         due_on=st.one_of(later, st.just(on)))  # fmt: skip
    if kind is ChargedBack and paid:
        return st.sampled_from(paid).flatmap(lambda one: _chargeback(fact_id, one))
    if kind is Refunded:
        return st.builds(Refunded, **common, amount_minor=st.integers(1, 500))
    if kind is Waived:
        components = st.sampled_from([*COMPONENTS, "principal", "interest"])
        return st.builds(Waived, **common, component=components, amount_minor=st.none() | st.just(1),
                         instalment_number=st.none() | st.integers(1, count))  # fmt: skip
    if kind is DueDateChanged:
        to_come = [one.number for one in build_schedule(agreement.terms) if one.due_on > on] or [count]
        return st.builds(DueDateChanged, **common, instalment_number=st.sampled_from(to_come), due_on=later)
    if kind is Restructured:
        return restructurings(fact_id, on, agreement)
    if issubclass(kind, PenaltyDays):
        stopped = [fact for fact in before if isinstance(fact, PenaltiesStopped)]
        if kind is PenaltiesResumed and stopped:
            return st.sampled_from(stopped).flatmap(lambda stop: _resuming(fact_id, stop))
        return st.builds(PenaltiesStopped, **common, to_on=st.none() | st.just(on) | later)
    purposes = st.sampled_from(["payment", "payment", "payment", "prepayment", "payoff", "refund"])
    return st.builds(Paid, **common, amount_minor=_payments(agreement), purpose=purposes)


@st.composite
def restructurings(draw: st.DrawFn, fact_id: str, on: date, agreement: Agreement) -> Restructured:
    """A new schedule by the terms, with grace on principal, or with given parts."""
    count = draw(st.integers(1, 6))
    gaps = draw(st.lists(st.integers(1, 120), min_size=count, max_size=count))
    due_dates = [on + timedelta(days=sum(gaps[: index + 1])) for index in range(count)]
    amounts = st.integers(0, max(1, agreement.terms.principal_minor // count))
    parts = tuple([PrincipalPart(due_on, draw(amounts)) for due_on in due_dates]) if draw(st.booleans()) else None
    grace = st.integers(0, count - 1) if parts is None and agreement.terms.method not in PRINCIPAL_AT_THE_END else None
    return Restructured(
        fact_id=fact_id,
        on=on,
        number_of_instalments=count,
        first_due_on=due_dates[0],
        annual_rate_percent=draw(st.none() | rates),
        interest=draw(treatments),
        fee=draw(treatments),
        penalty=draw(treatments),
        settle_for_minor=draw(st.none() | _part(agreement, 100)),
        carry_over_instalments=draw(st.none() | st.integers(1, count)),
        principal_grace_instalments=0 if grace is None else draw(grace),
        principal_parts=parts,
    )


def _resuming(fact_id: str, stop: PenaltiesStopped) -> st.SearchStrategy[Fact]:
    """A stop ends, perhaps before it began or after it was over."""
    days_later = st.integers(-5, 90).map(lambda later: stop.on + timedelta(days=later))
    return st.builds(PenaltiesResumed, fact_id=st.just(fact_id), on=days_later, stop_id=st.just(stop.fact_id))


def _chargeback(fact_id: str, payment: Paid) -> st.SearchStrategy[Fact]:
    return st.builds(
        ChargedBack, fact_id=st.just(fact_id), payment_id=st.just(payment.fact_id),
        on=st.integers(0, 60).map(lambda age: payment.on + timedelta(days=age)),
        amount_minor=st.one_of(st.just(payment.amount_minor), st.integers(1, payment.amount_minor)),
    )  # fmt: skip


def _payments(agreement: Agreement) -> st.SearchStrategy[int]:
    """An instalment or so, a few units, or enough to overpay."""
    instalment_minor = max(2, agreement.terms.principal_minor // agreement.terms.number_of_instalments)
    return st.one_of(
        st.integers(1, 2 * instalment_minor), st.just(instalment_minor), st.integers(1, 200), _part(agreement, 150)
    )


def _part(agreement: Agreement, at_most_percent: int) -> st.SearchStrategy[int]:
    return st.integers(1, max(1, agreement.terms.principal_minor * at_most_percent // 100))


def lived(agreement: Agreement, happened: list[Fact], through: date, stops: tuple[date, ...] = ()) -> Life:
    """The life with the facts its state allows, the calendar stopping at `stops` on the way."""
    life = begin(agreement, build_schedule(agreement.terms), "L-1", stopped_days(stops_among(happened)))
    waiting = [fact for fact in happened if fact.on <= through and not isinstance(fact, PenaltyDays)]
    waiting.sort(key=counting_order)
    ends = sorted({stop for stop in stops if stop <= through})
    for fact in waiting:
        while ends and ends[0] < fact.on:
            life.advance(ends.pop(0))
        apply_if_allowed(life, fact)
    for stop in ends:
        life.advance(stop)
    life.advance(through)
    return life


def stops_among(happened: Sequence[Fact]) -> list[PenaltyDays]:
    """What is said of the days on which penalties count."""
    return [fact for fact in happened if isinstance(fact, PenaltyDays)]


def apply_if_allowed(life: Life, fact: Fact) -> bool:
    """Apply a fact; False when the state refuses it, and then nothing has changed but the day."""
    try:
        life.advance(fact.on)
        check(life, fact)
    except (FactRefused, InvalidTerms):
        return False
    life.apply(fact)
    return True
