"""Posting payments one by one, closing dates, reversing and charging: all end where the loan's life says."""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.facts import Charged, PenaltiesResumed, PenaltiesStopped
from services.ledger.journal import AccountCode
from services.ledger.product import Product
from services.ledger.product_rules import CostCap, LateFeeRules, PenaltyRules
from services.ledger.refusal import FactRefused
from services.ledger.rework import kept_instalments, wanted_entries
from tests.ledger.loans import APRIL, FEBRUARY, JANUARY, MARCH, LedgerOfOneLoan, disbursed, product

PENALTY = PenaltyRules.model_validate({"base": "principal", "annual_rate_percent": Decimal(18)})
PRODUCTS = (
    product(),
    product(early_repayment="hold_as_credit"),
    product(early_repayment="reduce_term", penalty=PENALTY),
    product(penalty=PENALTY, late_fee=LateFeeRules(flat_minor=500, after_days=2), charge_off_after_days=60),
    product(penalty=PENALTY, total_cost_cap=CostCap(annual_rate_percent=Decimal(24))),
)
days = st.integers(0, 130).map(lambda offset: JANUARY + timedelta(days=offset))
steps = st.one_of(
    st.tuples(st.just("pay"), days, st.integers(1, 40_000)),
    st.tuples(st.just("pay"), days, st.just(10_133)),
    st.tuples(st.just("close"), days, st.just(0)),
    st.tuples(st.just("reverse"), days, st.integers(0, 5)),
    st.tuples(st.just("charge"), days, st.integers(1, 500)),
    st.tuples(st.just("stop"), days, st.integers(1, 60)),
    st.tuples(st.just("resume"), days, st.integers(0, 5)),
)
Step = tuple[str, date, int]


def run(ledger: LedgerOfOneLoan, story: list[Step]) -> None:
    """Each step in the order of arrival; dates are closed in ascending order, as the service does."""
    closed = JANUARY
    for number, (kind, day, amount) in enumerate(story):
        if kind == "pay":
            ledger.pay(f"P-{number}", day, amount, max(closed, day))
        elif kind == "close" and day > closed:
            closed = day
            ledger.close(day)
        elif kind == "reverse" and f"P-{amount}" in ledger.allocations:
            ledger.reverse(f"P-{amount}", max(closed, day))
        elif kind == "charge":
            with suppress(FactRefused):
                ledger.record(Charged(fact_id=f"C-{number}", on=day, kind="fee", amount_minor=amount, due_on=day))
        elif kind == "stop":
            to_on = day + timedelta(days=amount - 1)
            ledger.record(PenaltiesStopped(fact_id=f"S-{number}", on=day, to_on=to_on))
        elif kind == "resume" and ("other", f"S-{amount}") in ledger.facts:
            ledger.record(PenaltiesResumed(fact_id=f"R-{number}", on=day, stop_id=f"S-{amount}"))


def booked_by_life(ledger: LedgerOfOneLoan) -> Counter[AccountCode]:
    """What the life calls for."""
    totals: Counter[AccountCode] = Counter()
    for entry in wanted_entries(ledger.life(), ledger.loan.calendar_through).values():
        for (debit, credit), amount_minor in entry.amounts.items():
            totals[debit] += amount_minor
            totals[credit] -= amount_minor
    return Counter({account: amount for account, amount in totals.items() if amount})


@pytest.mark.parametrize("rules", PRODUCTS, ids=range(len(PRODUCTS)))
@given(story=st.lists(steps, max_size=9))
def test_the_tables_end_where_the_life_says(rules: Product, story: list[Step]) -> None:
    ledger = LedgerOfOneLoan(disbursed(rate_percent="12"), rules)
    run(ledger, story)
    life = ledger.life()
    kept = kept_instalments(life, ledger.loan.calendar_through)
    assert {number: ledger.instalments[number] for number in kept} == kept
    assert ledger.balances() == booked_by_life(ledger)
    account = ledger.loan.account
    assert (account.status, account.principal_outstanding_minor, account.credit_minor) == (
        life.status, life.principal_outstanding_minor, life.credit_minor,
    )  # fmt: skip
    assert {identity: one.totals for identity, one in life.allocations.items()} == ledger.allocations


@given(st.permutations([("P-1", FEBRUARY, 9_000), ("P-2", MARCH, 12_000), ("P-3", APRIL, 5_000)]))
def test_any_order_of_arrival_ends_in_the_same_tables(payments: list[tuple[str, date, int]]) -> None:
    in_order = LedgerOfOneLoan(disbursed(rate_percent="12"), PRODUCTS[3])
    shuffled = LedgerOfOneLoan(disbursed(rate_percent="12"), PRODUCTS[3])
    for payment in sorted(payments):
        in_order.pay(*payment, business_date=APRIL)
    for payment in payments:
        shuffled.pay(*payment, business_date=APRIL)
    assert (in_order.instalments, in_order.balances()) == (shuffled.instalments, shuffled.balances())


def test_a_payment_in_time_needs_no_history_though_lateness_would_cost() -> None:
    ledger = LedgerOfOneLoan(disbursed(), PRODUCTS[3])
    ledger.pay("P-1", FEBRUARY, 10_000)
    ledger.pay("P-2", MARCH, 10_000)
    assert ledger.worked_out == 0
