"""The same dated facts in any order of arrival, with dates closed in between, end in the same books."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from services.ledger.facts import Charged, PenaltiesResumed, PenaltiesStopped
from services.ledger.product import Product
from services.ledger.product_rules import CostCap, LateFeeRules, PenaltyRules
from tests.ledger.loans import JANUARY, LedgerOfOneLoan, disbursed, product

PENALTY = PenaltyRules.model_validate({"base": "principal", "annual_rate_percent": Decimal(18)})
PRODUCTS = (
    product(),
    product(early_repayment="hold_as_credit", late_fee=LateFeeRules(flat_minor=500, after_days=2)),
    product(early_repayment="reduce_instalment", penalty=PENALTY),
    product(penalty=PENALTY, total_cost_cap=CostCap(annual_rate_percent=Decimal(16))),
    product(penalty=PENALTY, late_fee=LateFeeRules(flat_minor=500, after_days=9)),
)
THE_END = JANUARY + timedelta(days=150)
one_in_four = st.integers(0, 3).map(lambda number: number == 0)
days = st.integers(0, 130).map(lambda offset: JANUARY + timedelta(days=offset))


class Told(NamedTuple):
    """A payment, a charge or a stop of penalties of a day, and whether the payment is taken back, the stop resumed.

    `amount` is money in minor units, or how many days the stop holds; resumed, it holds half of them.
    """

    kind: str
    on: date
    amount: int
    is_taken_back: bool


told = st.lists(
    st.one_of(
        st.builds(Told, st.just("pay"), days, st.integers(1, 25_000) | st.just(10_200), one_in_four),
        st.builds(Told, st.just("charge"), days, st.integers(1, 900), st.just(False)),
        st.builds(Told, st.just("stop"), days, st.integers(1, 60), one_in_four),
    ),
    min_size=1,
    max_size=7,
)  # fmt: skip


def tell(ledger: LedgerOfOneLoan, number: int, one: Told, today: date) -> None:
    if one.kind == "pay":
        ledger.pay(f"P-{number}", one.on, one.amount, max(today, one.on))
    elif one.kind == "stop":
        ledger.record(PenaltiesStopped(fact_id=f"S-{number}", on=one.on, to_on=one.on + timedelta(days=one.amount - 1)))
    else:
        ledger.record(Charged(fact_id=f"C-{number}", on=one.on, kind="fee", amount_minor=one.amount, due_on=one.on))


def take_back(ledger: LedgerOfOneLoan, number: int, one: Told, today: date) -> None:
    if one.kind == "pay":
        ledger.reverse(f"P-{number}", max(today, one.on))
    else:
        resumed_on = one.on + timedelta(days=one.amount // 2)
        ledger.record(PenaltiesResumed(fact_id=f"S-{number}/resumed", on=resumed_on, stop_id=f"S-{number}"))


def in_order(ledger: LedgerOfOneLoan, facts: list[Told]) -> None:
    """Each on its day; what is taken back in the end was taken back at once."""
    for number, one in sorted(enumerate(facts), key=lambda numbered: (numbered[1].on, numbered[0])):
        tell(ledger, number, one, one.on)
    for number, one in enumerate(facts):
        if one.is_taken_back:
            take_back(ledger, number, one, THE_END)


def in_any_order(ledger: LedgerOfOneLoan, facts: list[Told], random: Random) -> int:
    """In any order, business dates closed in between; what is taken back is so anywhere behind it."""
    waiting = [(random.random(), number, one, False) for number, one in enumerate(facts)]
    waiting += [(at + random.random(), number, one, True) for at, number, one, _ in waiting if one.is_taken_back]
    today, late = JANUARY, 0
    for _, number, one, is_taken_back in sorted(waiting):
        late += one.on < today
        if is_taken_back:
            take_back(ledger, number, one, today)
        else:
            tell(ledger, number, one, today)
        if random.random() < 0.4:
            today = min(THE_END, today + timedelta(days=random.randint(1, 60)))
            ledger.close(today)
    return late


@pytest.mark.parametrize("rules", PRODUCTS, ids=range(len(PRODUCTS)))
@given(facts=told, random=st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_in_the_same_books(rules: Product, facts: list[Told], random: Random) -> None:
    ordered = LedgerOfOneLoan(disbursed(rate_percent="12"), rules)
    shuffled = LedgerOfOneLoan(disbursed(rate_percent="12"), rules)
    in_order(ordered, facts)
    late = in_any_order(shuffled, facts, random)
    for ledger in (ordered, shuffled):
        ledger.close(THE_END)
    event(f"facts that came after their day was closed: {min(late, 3)}")
    assert shuffled.instalments == ordered.instalments
    assert shuffled.allocations == ordered.allocations
    assert shuffled.balances() == ordered.balances()
    one, other = shuffled.loan.account, ordered.loan.account
    assert (one.status, one.principal_outstanding_minor, one.credit_minor) == (
        other.status, other.principal_outstanding_minor, other.credit_minor,
    )  # fmt: skip
