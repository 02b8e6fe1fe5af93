"""Self-cure: who is looked at, and what counts as a cure."""

from services.dunning.risk.monthly_figures import monthly_figures
from services.dunning.risk.self_cure import can_cure, cure_features, cure_looks
from tests.dunning.risk.customers import customer


def cures(*statuses: int) -> list[int]:
    looks = cure_looks(monthly_figures([customer(payment_statuses=statuses)]))
    return [int(cured) for cured in looks.cured]


def test_who_is_late_and_the_month_after_is_not_has_cured() -> None:
    assert cures(0, 2, 0, 0, 0, 0) == [1]


def test_who_stays_late_has_not() -> None:
    assert cures(1, 2, 0, 0, 0, 0) == [0]


def test_a_customer_late_twice_is_looked_at_twice() -> None:
    looks = cure_looks(monthly_figures([customer(), customer(payment_statuses=(-1, 2, 2, 0, 0, 0))]))

    assert looks.cured.tolist() == [1, 0]
    assert looks.customer.tolist() == [1, 1]


def test_who_was_not_late_is_not_looked_at() -> None:
    assert cures(2, 0, -1, 2, 2, 2) == []


def test_a_look_sees_nothing_newer_than_its_month() -> None:
    before = cure_looks(monthly_figures([customer(payment_statuses=(0, 2, 0, 0, 0, 0))]))
    other_bill = customer(payment_statuses=(-2, 2, 0, 0, 0, 0), bills=(9, 21_000, 22_000, 23_000, 24_000, 25_000))

    assert (cure_looks(monthly_figures([other_bill])).features == before.features).all()


def test_a_look_sees_a_past_month_as_it_sees_the_newest() -> None:
    now = monthly_figures(
        [
            customer(
                payment_statuses=(2, 0, 0, 0, 0, 0),
                bills=(21_000, 22_000, 23_000, 24_000, 25_000, 1),
                payments=(1_500, 1_500, 1_500, 1_500, 7, 7),
            )
        ]
    )
    past = monthly_figures([customer(payment_statuses=(0, 2, 0, 0, 0, 0))])

    assert (cure_features(now) == cure_looks(past).features).all()
    assert can_cure(now).tolist() == [True]
