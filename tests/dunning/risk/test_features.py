"""Features: examples worked out by hand, and what may not be among them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dunning.risk.behaviour_rows import MONTHS, BehaviourRow
from services.dunning.risk.feature import THEMES
from services.dunning.risk.features import feature_matrix, feature_names, features_of
from services.dunning.risk.labelled_portfolio import EXCLUDED_ATTRIBUTES
from services.dunning.risk.monthly_figures import monthly_figures
from tests.dunning.risk.customers import customer

six_amounts = st.tuples(*[st.integers(-(10**12), 10**12)] * MONTHS)
any_customer = st.builds(
    BehaviourRow,
    customer_id=st.just("c-1"),
    credit_limit=st.integers(1, 10**12),
    payment_statuses=st.tuples(*[st.integers(-2, 99)] * MONTHS),
    bills=six_amounts,
    payments=st.tuples(*[st.integers(0, 10**12)] * MONTHS),
)


def value(name: str, row: BehaviourRow) -> float:
    return float(feature_matrix(monthly_figures([row]))[0, feature_names(MONTHS).index(name)])


LATE = customer(payment_statuses=(2, 2, 0, 3, -1, -2))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("months_late", 3),
        ("months_two_behind", 3),
        ("months_three_behind", 1),
        ("most_months_behind", 3),
        ("total_months_behind", 7),
        ("months_since_late", 0),
        ("months_late_in_a_row", 2),
        ("longest_late_run", 2),
        ("change_in_months_behind", 0),
        ("fading_months_behind", 2 + 2 * 0.6 + 3 * 0.6**3),
        ("months_without_use", 1),
        ("months_status_paid_in_full", 1),
        ("months_revolving", 1),
    ],
)
def test_lateness_is_counted(name: str, expected: float) -> None:
    assert value(name, LATE) == pytest.approx(expected)


def test_a_payment_goes_against_the_bill_of_the_month_before() -> None:
    row = customer(bills=(900, 1_000, 0, 0, 0, 0), payments=(250, 0, 0, 0, 0, 0))

    assert value("paid_share_of_bill_1", row) == 0.25
    assert value("new_spending_1", row) == pytest.approx((900 - 1_000 + 250) / 50_000)


def test_who_was_never_late_was_late_longer_ago_than_there_are_months() -> None:
    assert value("months_since_late", customer()) == 6


def test_a_bill_with_nothing_paid_is_counted() -> None:
    row = customer(payments=(0, 1_500, 0, 1_500, 1_500, 0))

    assert value("bills_unpaid", row) == 2
    assert value("bill_unpaid_1", row) == 1


def test_use_of_the_limit_is_the_bill_over_it() -> None:
    assert value("use_of_limit_1", customer()) == 0.4


@given(any_customer)
def test_every_customer_has_finite_features(row: BehaviourRow) -> None:
    assert np.isfinite(feature_matrix(monthly_figures([row]))).all()


def test_no_feature_is_about_the_person() -> None:
    names = " ".join(feature_names(MONTHS)).replace("_", " ").split()

    assert not set(EXCLUDED_ATTRIBUTES) & set(names)


@pytest.mark.parametrize("months", [4, MONTHS])
def test_every_feature_has_its_own_name_a_meaning_and_a_theme(months: int) -> None:
    features = features_of(months)

    assert len(set(feature_names(months))) == len(features)
    assert all(feature.meaning and feature.theme in THEMES for feature in features)
