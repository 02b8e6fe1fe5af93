"""What operators call a loan: its state, and the flags beside it."""

import pytest

from tests.dunning.cases import (
    Story,
    case,
    day,
    ladder,
    overdue,
    step,
    upcoming,
)

POLICY = ladder(ends=(0, 3, 30, 60, 90))


@pytest.mark.parametrize(
    ("on", "state"), [(0, "current"), (2, "grace"), (20, "early"), (45, "middle"), (75, "late"), (120, "pre-legal")]
)
def test_each_bucket_has_its_state(on: int, state: str) -> None:
    assert Story(POLICY, case(POLICY, upcoming())).on(on).memories["loan-1"].state == state


def test_a_policy_may_name_the_states_of_its_buckets() -> None:
    policy = ladder(ends=(0, 30), states={"b1": "late"})
    assert Story(policy, case(policy, overdue())).on(5).memories["loan-1"].state == "late"


def test_a_written_off_loan_is_written_off_in_every_bucket() -> None:
    assert Story(POLICY, case(POLICY, overdue(written_off=True))).on(5).memories["loan-1"].state == "written-off"


def test_a_loan_referred_to_lawyers_is_legal_from_that_day() -> None:
    policy = ladder(step("legal", 50, "refer-legal"))
    story = Story(policy, case(policy, overdue())).daily(49, 50)
    assert story.memory().state == "legal"


def test_a_restructured_loan_carries_its_flag_for_the_watch_period() -> None:
    policy = ladder(plans={"watch_days": 20})
    planned = upcoming(due=300, restructuring_id="plan-1", restructured_on=day(5))
    story = Story(policy, case(policy, planned))
    flags = {number: story.by_looks(number, number).memory().flags for number in (4, 5, 24, 25)}
    assert flags == {4: (), 5: ("restructured",), 24: ("restructured",), 25: ()}
