"""The instalments that a restructuring will book, worked out beforehand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.schedules.restructured import (
    Owed,
    PlannedInstalment,
    PrincipalPart,
    RestructureTerms,
    accrued_interest_minor,
    accrued_share_minor,
    check_plan,
    planned_instalments,
    principal_to_schedule_minor,
    restructured_terms,
    settled,
)
from services.schedules.schedule import InvalidTerms, LoanTerms, build_schedule
from tests.schedules.terms_builders import any_terms, terms

AGREED_ON, APRIL, MAY, JUNE = (date(2024, month, 10) for month in (3, 4, 5, 6))
LOAN = terms(annual_rate_percent=Decimal(0))
OWED = Owed(principal_minor=30_000, interest_minor=500, fee_minor=250, penalty_minor=100)


def agreed(**changes: Any) -> RestructureTerms:
    """Three instalments from 10 April 2024, agreed on 10 March."""
    fields: dict[str, Any] = {"agreed_on": AGREED_ON, "number_of_instalments": 3, "first_due_on": APRIL}
    return RestructureTerms(**fields | changes)


def column(name: str, owed: Owed = OWED, loan: LoanTerms = LOAN, **changes: Any) -> list[Any]:
    """One amount of each planned instalment."""
    return [getattr(one, name) for one in planned_instalments(owed, loan, agreed(**changes))]


def test_what_is_carried_forward_is_spread_and_the_last_takes_the_rounding() -> None:
    assert planned_instalments(OWED, LOAN, agreed()) == (
        PlannedInstalment(1, APRIL, 10_000, 166, 83, 33, 166),
        PlannedInstalment(2, MAY, 10_000, 166, 83, 33, 166),
        PlannedInstalment(3, JUNE, 10_000, 168, 84, 34, 168),
    )


def test_it_may_be_spread_over_the_first_instalments_only() -> None:
    assert column("interest_minor", carry_over_instalments=2) == [250, 250, 0]
    assert column("penalty_minor", carry_over_instalments=1) == [100, 0, 0]


def test_what_is_capitalised_is_principal() -> None:
    assert column("principal_minor", interest="capitalise", penalty="capitalise") == [10_200, 10_200, 10_200]
    assert column("interest_minor", interest="capitalise") == [0, 0, 0]


def test_what_is_waived_is_owed_no_more() -> None:
    planned = planned_instalments(OWED, LOAN, agreed(interest="waive", fee="waive", penalty="waive"))
    assert sum(one.total_minor for one in planned) == 30_000


def test_a_settlement_gives_up_penalties_first_and_principal_last() -> None:
    assert settled(OWED, 30_800) == Owed(30_000, 500, 250, 50)
    assert settled(OWED, 30_600) == Owed(30_000, 500, 100, 0)
    assert settled(OWED, 30_100) == Owed(30_000, 100, 0, 0)
    assert settled(OWED, 20_000) == Owed(20_000, 0, 0, 0)


def test_grace_on_principal_leaves_interest_to_pay() -> None:
    loan = terms(day_count="30/360", annual_rate_percent=Decimal(12))
    owed = Owed(30_000)
    assert column("principal_minor", owed, loan, principal_grace_instalments=1)[0] == 0
    assert column("interest_minor", owed, loan, principal_grace_instalments=1)[0] == 300


def test_a_method_that_repays_at_the_end_has_no_grace() -> None:
    with pytest.raises(InvalidTerms, match="_grace_instalments 1: cannot be combined with method interest_only"):
        check_plan(OWED, terms(method="interest_only"), agreed(principal_grace_instalments=1))


def test_given_parts_fall_due_as_given() -> None:
    parts = (PrincipalPart(APRIL, 0), PrincipalPart(JUNE, 29_000), PrincipalPart(date(2024, 7, 1), 0))
    assert column("principal_minor", principal_parts=parts) == [0, 29_000, 1_000]
    assert column("due_on", principal_parts=parts) == [APRIL, JUNE, date(2024, 7, 1)]


def test_parts_that_leave_nothing_for_the_last_are_refused() -> None:
    parts = (PrincipalPart(APRIL, 0), PrincipalPart(JUNE, 30_000), PrincipalPart(date(2024, 7, 1), 1))
    with pytest.raises(InvalidTerms, match="principal_parts 30000: before the last leave nothing for it"):
        check_plan(OWED, LOAN, agreed(principal_parts=parts))
    check_plan(OWED, LOAN, agreed(principal_parts=parts, fee="capitalise"))


def test_a_settlement_above_what_is_owed_is_refused() -> None:
    check_plan(OWED, LOAN, agreed(settle_for_minor=30_850))
    with pytest.raises(InvalidTerms, match="settle_for_minor 30851: is more than what is owed, 30850"):
        check_plan(OWED, LOAN, agreed(settle_for_minor=30_851))


def test_without_principal_there_is_nothing_to_schedule() -> None:
    with pytest.raises(InvalidTerms, match="principal_minor 0: must be above zero"):
        check_plan(Owed(0, interest_minor=500), LOAN, agreed())


def test_what_is_not_agreed_anew_stays_as_it_was() -> None:
    loan = terms(every=(2, "weeks"), rounding_mode="down", balloon_minor=1_000, down_payment_minor=5)
    anew = restructured_terms(30_000, loan, agreed(annual_rate_percent=Decimal(3)))
    assert (anew.every, anew.rounding_mode, anew.disbursed_on) == ((2, "weeks"), "down", AGREED_ON)
    assert (anew.annual_rate_percent, anew.balloon_minor, anew.down_payment_minor) == (Decimal(3), 0, 0)


def test_interest_accrues_by_the_days_of_the_running_period() -> None:
    # 31 January to 29 February: 29 days, of which 10 are over.
    assert accrued_share_minor(1_200, date(2024, 1, 31), date(2024, 2, 29), date(2024, 2, 10)) == 414
    schedule = build_schedule(terms())
    assert accrued_interest_minor(schedule, date(2024, 1, 31), date(2024, 2, 10)) == 414


def test_an_instalment_due_today_owes_its_whole_interest_and_an_overdue_one_is_not_counted() -> None:
    schedule = build_schedule(terms())
    due_on, interest_minor = schedule[1].due_on, schedule[1].interest_minor
    assert accrued_interest_minor(schedule, date(2024, 1, 31), due_on) == interest_minor
    assert accrued_interest_minor(schedule, date(2024, 1, 31), schedule[-1].due_on.replace(year=2025)) == 0


owed_amounts = st.builds(Owed, st.integers(1, 10**10), *[st.integers(0, 10**7)] * 3)
treatments = st.sampled_from(["capitalise", "carry_forward", "waive"])


@given(any_terms(), owed_amounts, st.integers(1, 12), st.data())
def test_the_plan_asks_for_what_is_owed_and_not_waived(
    loan: LoanTerms, owed: Owed, count: int, data: st.DataObject
) -> None:
    agreement = agreed(
        agreed_on=loan.disbursed_on, first_due_on=build_schedule(loan)[-1].due_on.replace(year=2200),
        number_of_instalments=count, interest=data.draw(treatments), fee=data.draw(treatments),
        penalty=data.draw(treatments), settle_for_minor=data.draw(st.none() | st.integers(1, owed.total_minor)),
        carry_over_instalments=data.draw(st.none() | st.integers(1, count)),
    )  # fmt: skip
    assume(loan.rounding_unit_minor == 1)
    planned = planned_instalments(owed, loan, agreement)
    left = settled(owed, agreement.settle_for_minor)
    assert left.total_minor == min(owed.total_minor, agreement.settle_for_minor or owed.total_minor)
    carried = {
        name: getattr(left, f"{name}_minor") if getattr(agreement, name) == "carry_forward" else 0
        for name in ("interest", "fee", "penalty")
    }
    assert sum(one.principal_minor for one in planned) == principal_to_schedule_minor(owed, agreement)
    assert sum(one.carried_interest_minor for one in planned) == carried["interest"]
    assert sum(one.fee_minor for one in planned) == carried["fee"]
    assert sum(one.penalty_minor for one in planned) == carried["penalty"]
    assert all(one.interest_minor >= one.carried_interest_minor for one in planned)
