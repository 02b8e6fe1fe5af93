"""What a payment changes on a loan, and that late facts end in the same state."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.account import (
    BackdatedPayment,
    CurrencyMismatch,
    LoanAccount,
    LoanInstalment,
    Payment,
    WindowTooSmall,
    advance,
    apply_payment,
    unpaid_instalments,
)
from services.ledger.allocation import COMPONENTS, DEFAULT_ORDER, AllocationOrder
from services.schedules.money import NotPositive
from services.schedules.schedule import Instalment

START = date(2024, 1, 1)
ORDERS = st.builds(AllocationOrder, *[st.permutations(COMPONENTS).map(tuple)] * 2)
FEBRUARY, MARCH, APRIL = date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1)
SCHEDULE = unpaid_instalments(
    [Instalment(1, FEBRUARY, 100, 10), Instalment(2, MARCH, 100, 7), Instalment(3, APRIL, 100, 3)]
)


def _account(instalments: tuple[LoanInstalment, ...] = SCHEDULE) -> LoanAccount:
    principal_minor = sum(instalment.principal_minor for instalment in instalments)
    return LoanAccount("loan-1", "borrower-1", "EUR", "active", principal_minor, 0, None, 0, instalments)


def _payment(amount_minor: int, value_date: date = FEBRUARY, payment_id: str = "payment-1") -> Payment:
    return Payment(payment_id, amount_minor, "EUR", value_date)


@st.composite
def loans(draw: st.DrawFn) -> tuple[LoanInstalment, ...]:
    """One to six instalments every ten days, some components at zero."""
    amounts = st.integers(0, 300)
    return tuple(
        LoanInstalment(
            number, START + timedelta(days=10 * number), draw(amounts), draw(amounts), draw(amounts), draw(amounts)
        )
        for number in range(1, draw(st.integers(1, 6)) + 1)
    )


def test_one_instalment_paid_on_its_day() -> None:
    applied = apply_payment(_account(), _payment(110), DEFAULT_ORDER, FEBRUARY)
    assert applied.changed == (
        SCHEDULE[0]._replace(interest_paid_minor=10, principal_paid_minor=100, paid_on=FEBRUARY),
    )
    assert (applied.principal_outstanding_minor, applied.credit_minor, applied.settled) == (200, 0, False)


def test_a_partial_payment_leaves_the_instalment_unpaid() -> None:
    applied = apply_payment(_account(), _payment(50), DEFAULT_ORDER, FEBRUARY)
    assert (applied.changed[0].paid_on, applied.changed[0].outstanding_minor) == (None, 60)


def test_paying_all_and_more_settles_and_leaves_credit() -> None:
    applied = apply_payment(_account(), _payment(330), DEFAULT_ORDER, FEBRUARY)
    assert (applied.settled, applied.credit_minor, applied.principal_outstanding_minor) == (True, 10, 0)
    settled = advance(_account(), _payment(330), applied)
    assert (settled.status, settled.open_instalments, settled.sequence) == ("settled", (), 1)
    again = apply_payment(settled, _payment(5), DEFAULT_ORDER, FEBRUARY)
    assert (again.credit_minor, again.changed, again.settled) == (15, (), True)


def test_more_open_instalments_keep_a_loan_unsettled() -> None:
    applied = apply_payment(_account(SCHEDULE[:2]), _payment(110), DEFAULT_ORDER, FEBRUARY, more_open=True)
    assert not applied.settled


@pytest.mark.parametrize(
    ("amount_minor", "business_date"),
    [
        pytest.param(300, FEBRUARY, id="spills past the window"),
        pytest.param(217, FEBRUARY, id="pays all of the window"),
        pytest.param(50, APRIL, id="window ends before the business date"),
    ],
)
def test_a_window_that_does_not_suffice_is_refused(amount_minor: int, business_date: date) -> None:
    with pytest.raises(WindowTooSmall) as caught:
        apply_payment(_account(SCHEDULE[:2]), _payment(amount_minor), DEFAULT_ORDER, business_date, more_open=True)
    assert (caught.value.loan_id, caught.value.instalments_given, caught.value.last_due_on) == ("loan-1", 2, MARCH)


def test_other_currency() -> None:
    with pytest.raises(CurrencyMismatch) as caught:
        apply_payment(_account(), Payment("payment-1", 1, "USD", FEBRUARY), DEFAULT_ORDER, FEBRUARY)
    assert (caught.value.field, caught.value.value, caught.value.expected) == ("payment.currency", "USD", "EUR")


def test_backdated_payment_needs_a_replay() -> None:
    first = _payment(10, MARCH)
    account = advance(_account(), first, apply_payment(_account(), first, DEFAULT_ORDER, MARCH))
    with pytest.raises(BackdatedPayment) as caught:
        apply_payment(account, _payment(10, FEBRUARY, "payment-2"), DEFAULT_ORDER, MARCH)
    assert caught.value.last_value_date == MARCH


def test_amount_must_be_positive() -> None:
    with pytest.raises(NotPositive):
        apply_payment(_account(), _payment(0), DEFAULT_ORDER, FEBRUARY)


@given(loans(), st.integers(1, 70), st.integers(0, 80))
def test_a_window_gives_what_the_whole_gives(
    instalments: tuple[LoanInstalment, ...], amount_minor: int, days: int
) -> None:
    business_date = START + timedelta(days=days)
    payment = _payment(amount_minor, START)
    whole = apply_payment(_account(instalments), payment, DEFAULT_ORDER, business_date)
    principal_minor = sum(instalment.principal_minor for instalment in instalments)
    unpaid = tuple(instalment for instalment in instalments if instalment.outstanding_minor)
    for length in range(len(unpaid) + 1):
        window = unpaid[:length]
        account = LoanAccount("loan-1", "borrower-1", "EUR", "active", principal_minor, 0, None, 0, window)
        try:
            applied = apply_payment(account, payment, DEFAULT_ORDER, business_date, more_open=length < len(unpaid))
        except WindowTooSmall:
            continue
        assert applied == whole
