"""How the principal of a plan is laid on due dates where the loan's method does not say it."""

from collections.abc import Collection, Sequence
from datetime import date

from services.schedules.given_schedule import PrincipalPart


def equal_parts(due_dates: Sequence[date], principal_minor: int) -> tuple[PrincipalPart, ...]:
    """The same principal on each day; the last takes the rounding."""
    return parts_in_season(due_dates, principal_minor, range(1, 13))


def parts_in_season(
    due_dates: Sequence[date], principal_minor: int, months_of_year: Collection[int]
) -> tuple[PrincipalPart, ...]:
    """The same principal on each day in the season, none on the others; days after the last season are left out.

    None at all if no day is in the season.
    """
    in_season = [due_on.month in months_of_year for due_on in due_dates]
    payers = sum(in_season)
    if not payers:
        return ()
    shares = iter(shares_minor(principal_minor, payers))
    last = max(index for index, pays in enumerate(in_season) if pays)
    return tuple(
        PrincipalPart(due_on, next(shares) if pays else 0)
        for due_on, pays in zip(due_dates[: last + 1], in_season[: last + 1], strict=True)
    )


def with_arrears(
    later: Sequence[tuple[date, int]], spare_dates: Sequence[date], arrears_minor: int, instalments: int
) -> tuple[PrincipalPart, ...]:
    """The principal due later as it is, and the arrears on top of the first so many instalments.

    `later` are due dates and principal; `spare_dates` are used when these are too few. Parts after the last with
    principal are left out.
    """
    missing = max(0, instalments - len(later))
    dates = [*(due_on for due_on, _ in later), *spare_dates[:missing]]
    amounts = [*(amount for _, amount in later), *[0] * missing]
    for index, share in enumerate(shares_minor(arrears_minor, instalments)):
        amounts[index] += share
    last = max((index for index, amount in enumerate(amounts) if amount), default=-1)
    return tuple(map(PrincipalPart, dates[: last + 1], amounts[: last + 1]))


def shares_minor(amount_minor: int, count: int) -> list[int]:
    """An amount in equal parts; the last takes the rounding."""
    share = amount_minor // count
    return [*[share] * (count - 1), amount_minor - share * (count - 1)]
