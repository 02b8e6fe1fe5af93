"""How principal is laid on due dates."""

from datetime import date

from services.dunning.offers.principal_spread import equal_parts, parts_in_season, with_arrears
from services.schedules.given_schedule import PrincipalPart

YEAR = [date(2025, month, 10) for month in range(1, 13)]


def amounts(parts: tuple[PrincipalPart, ...]) -> list[int]:
    """The principal of each part."""
    return [part.principal_minor for part in parts]


def test_equal_parts_leave_the_rounding_to_the_last() -> None:
    assert amounts(equal_parts(YEAR[:3], 100)) == [33, 33, 34]


def test_a_season_pays_all_principal_and_ends_with_it() -> None:
    assert amounts(parts_in_season(YEAR, 100, {6, 7, 8})) == [0, 0, 0, 0, 0, 33, 33, 34]


def test_without_a_day_in_the_season_there_are_no_parts() -> None:
    assert parts_in_season(YEAR[:2], 100, {6}) == ()


def test_arrears_come_on_top_of_the_next_instalments() -> None:
    later = [(YEAR[0], 10), (YEAR[1], 10), (YEAR[2], 10)]
    assert amounts(with_arrears(later, YEAR[3:], 5, 2)) == [12, 13, 10]


def test_arrears_over_more_instalments_than_are_left_use_later_days() -> None:
    parts = with_arrears([(YEAR[0], 10)], YEAR[1:], 9, 3)
    assert [(part.due_on.month, part.principal_minor) for part in parts] == [(1, 13), (2, 3), (3, 3)]


def test_instalments_without_principal_at_the_end_are_left_out() -> None:
    assert amounts(with_arrears([(YEAR[0], 10), (YEAR[1], 0)], YEAR[2:], 4, 1)) == [14]
