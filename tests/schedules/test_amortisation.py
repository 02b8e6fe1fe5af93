"""How each method and option spreads principal and interest; figures checked by hand.

The loan is 1,200.00 at 1 % a month over four months of 30 days, if a test says nothing else.
"""

from decimal import Decimal

from services.schedules.schedule import build_schedule
from tests.schedules.terms_builders import amounts, terms


def test_equal_principal_pays_a_fourth_each_and_interest_on_the_rest() -> None:
    assert amounts(method="equal_principal") == [(30_000, 1200), (30_000, 900), (30_000, 600), (30_000, 300)]


def test_equal_principal_leaves_the_rounding_to_the_last() -> None:
    # 1,000.00 / 3 = 333.33, and the last pays 333.34. Interest on 1,000.00, 666.67 and 333.34.
    changes = amounts(method="equal_principal", principal_minor=100_000, number_of_instalments=3)
    assert changes == [(33_333, 1000), (33_333, 667), (33_334, 333)]


def test_interest_only_pays_all_principal_with_the_last() -> None:
    assert amounts(method="interest_only") == [(0, 1200), (0, 1200), (0, 1200), (120_000, 1200)]


def test_a_bullet_is_one_payment_after_all_periods_without_compounding() -> None:
    # 1,200.00 x 12 % x 120/360.
    only = build_schedule(terms(method="bullet"))
    assert [(line.number, str(line.due_on), line.principal_minor, line.interest_minor) for line in only] == [
        (1, "2024-05-31", 120_000, 4800)
    ]


def test_flat_interest_is_on_the_whole_principal_to_the_end() -> None:
    assert amounts(method="flat") == [(30_000, 1200)] * 4


def test_flat_leaves_both_roundings_to_the_last() -> None:
    # 1,000.00 x 10 % x 90/360 = 25.00, a third of it 8.33; a third of 1,000.00 is 333.33.
    changes = amounts(method="flat", principal_minor=100_000, annual_rate_percent=Decimal(10), number_of_instalments=3)
    assert changes == [(33_333, 833), (33_333, 833), (33_334, 834)]


def test_grace_on_principal_pays_interest_only_and_amortises_over_the_rest() -> None:
    # Two equal instalments of 1,200.00 / (1/1.01 + 1/1.01^2) = 609.01 after two of interest.
    assert amounts(principal_grace_instalments=2) == [(0, 1200), (0, 1200), (59_701, 1200), (60_299, 603)]
    halves = amounts(method="equal_principal", principal_grace_instalments=2)
    assert halves == [(0, 1200), (0, 1200), (60_000, 1200), (60_000, 600)]
    assert amounts(method="flat", principal_grace_instalments=2) == [
        (0, 1200),
        (0, 1200),
        (60_000, 1200),
        (60_000, 1200),
    ]


def test_deferred_interest_is_due_with_the_instalment_after_grace_without_interest_upon_it() -> None:
    plain = [(30_000, 1200), (30_000, 900), (30_000, 600), (30_000, 300)]
    assert amounts(method="equal_principal") == plain
    deferred = amounts(method="equal_principal", interest_grace_instalments=2)
    assert deferred == [(30_000, 0), (30_000, 0), (30_000, 2700), (30_000, 300)]


def test_free_interest_is_never_charged() -> None:
    free = amounts(method="equal_principal", interest_grace_instalments=2, interest_grace="free")
    assert free == [(30_000, 0), (30_000, 0), (30_000, 600), (30_000, 300)]


def test_equal_instalments_stay_equal_through_free_interest() -> None:
    # 1,200.00 / (1 + 1/1.01 + 1/1.01^2 + 1/1.01^3) = 304.49.
    free = amounts(interest_grace_instalments=1, interest_grace="free")
    assert [principal + interest for principal, interest in free] == [30_449, 30_449, 30_449, 30_450]


def test_flat_interest_of_the_free_time_is_not_spread_over_the_others() -> None:
    free = amounts(method="flat", interest_grace_instalments=1, interest_grace="free")
    assert free == [(30_000, 0), (30_000, 1200), (30_000, 1200), (30_000, 1200)]


def test_a_balloon_is_amortised_around_and_due_with_the_last() -> None:
    # (1,200.00 - 600.00 / 1.01^4) / (1/1.01 + ... + 1/1.01^4) = 159.77.
    with_balloon = amounts(balloon_minor=60_000)
    assert [principal + interest for principal, interest in with_balloon] == [15_977, 15_977, 15_977, 75_976]
    assert amounts(method="equal_principal", balloon_minor=60_000)[-1] == (75_000, 750)
    assert amounts(method="flat", balloon_minor=60_000) == [(15_000, 1200)] * 3 + [(75_000, 1200)]


def test_a_down_payment_is_due_at_once_and_bears_no_interest() -> None:
    schedule = build_schedule(terms(method="equal_principal", down_payment_minor=40_000))
    assert [(line.number, str(line.due_on), line.principal_minor, line.interest_minor) for line in schedule] == [
        (1, "2024-01-31", 40_000, 0),
        (2, "2024-02-29", 20_000, 800),
        (3, "2024-03-31", 20_000, 600),
        (4, "2024-04-30", 20_000, 400),
        (5, "2024-05-31", 20_000, 200),
    ]


def test_a_bullet_after_a_down_payment_has_two_instalments() -> None:
    assert amounts(method="bullet", down_payment_minor=20_000) == [(20_000, 0), (100_000, 4000)]


def test_the_equal_amount_rounds_to_a_unit() -> None:
    # 307.54 to whole units, 308.00; the last pays what is left.
    whole = amounts(rounding_unit_minor=100)
    assert [principal + interest for principal, interest in whole] == [30_800, 30_800, 30_800, 30_612]
    # Rounded down, 307.00, and so is interest: 12.00, 9.05, 6.07 of 6.0705, 3.06 of 3.0612.
    down = amounts(rounding_unit_minor=100, rounding_mode="down")
    assert down == [(29_500, 1200), (29_795, 905), (30_093, 607), (30_612, 306)]
    flat = amounts(method="flat", rounding_unit_minor=10_000)
    assert flat == [(28_800, 1200), (28_800, 1200), (28_800, 1200), (33_600, 1200)]


def test_interest_rounds_to_minor_units_by_the_mode() -> None:
    # 0.50 at 1 % a month is half a minor unit.
    for mode, interest_minor in (("half_up", 1), ("half_even", 0), ("up", 1), ("down", 0)):
        changes = amounts(method="bullet", principal_minor=50, number_of_instalments=1, rounding_mode=mode)
        assert changes == [(50, interest_minor)]
    three_halves = amounts(method="bullet", principal_minor=150, number_of_instalments=1, rounding_mode="half_even")
    assert three_halves == [(150, 2)]


def test_interest_is_never_added_to_principal() -> None:
    # 3,000 % a year: interest of the whole time is nearly all that is ever paid.
    high = amounts(annual_rate_percent=Decimal(300_000), number_of_instalments=12)
    assert all(principal >= 0 for principal, _ in high)
    assert sum(principal for principal, _ in high) == 120_000
