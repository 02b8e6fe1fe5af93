"""A payment that names only the borrower."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.spreading import NotSpreadable, OwedInstalment, spread

MARCH, APRIL = date(2024, 3, 1), date(2024, 4, 1)
owed_lists = st.lists(
    st.builds(
        OwedInstalment,
        st.sampled_from(["L-1", "L-2", "L-3"]),
        st.dates(date(2024, 1, 1), date(2024, 12, 31)),
        st.integers(1, 1000),
    ),
    min_size=1,
    max_size=12,
)


def amounts(shares: object) -> dict[str, int]:
    return {share.loan_id: share.amount_minor for share in shares}  # type: ignore[attr-defined]


def test_the_instalment_that_fell_due_first_is_paid_first_whosever_loan_it_is() -> None:
    owed = [OwedInstalment("L-1", APRIL, 100), OwedInstalment("L-2", MARCH, 80)]
    assert amounts(spread("P", "B", 100, owed)) == {"L-1": 20, "L-2": 80}


def test_a_loan_that_gets_nothing_has_no_share() -> None:
    owed = [OwedInstalment("L-1", APRIL, 100), OwedInstalment("L-2", MARCH, 80)]
    assert amounts(spread("P", "B", 80, owed)) == {"L-2": 80}


def test_what_is_beyond_all_debts_goes_to_the_loan_of_the_last_instalment() -> None:
    owed = [OwedInstalment("L-1", APRIL, 100), OwedInstalment("L-2", MARCH, 80)]
    assert amounts(spread("P", "B", 200, owed)) == {"L-1": 120, "L-2": 80}


def test_a_share_is_a_payment_of_its_own() -> None:
    (share,) = spread("P-1", "B", 50, [OwedInstalment("L-1", APRIL, 100)])
    assert share.payment_id == "P-1:L-1"


def test_a_borrower_who_owes_nothing_cannot_take_it() -> None:
    with pytest.raises(NotSpreadable) as caught:
        spread("P-1", "B-7", 50, [])
    assert (caught.value.field, caught.value.value) == ("borrower_id", "B-7")


@given(st.integers(1, 20_000), owed_lists)
def test_the_shares_are_the_payment(amount_minor: int, owed: list[OwedInstalment]) -> None:
    shares = spread("P", "B", amount_minor, owed)
    assert sum(share.amount_minor for share in shares) == amount_minor
    assert all(share.amount_minor > 0 for share in shares)
