"""A borrower who objects to a debt is left in peace about it until somebody has looked into it."""

from typing import Any

import pytest

from schemas.borrower_answers import DebtDisputed
from services.dunning.cases.case_actions import HoldTold, TaskAsked
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.intake import lift_hold, take, take_hold
from services.dunning.cases.refusals import NotTaken
from tests.dunning.cases import BORROWER, Story, case, day, disputes, hold, ladder, lifts, overdue, step

POLICY = ladder(step("soft", 1), step("firm", 10), step("final", 20))


def disputed(**changes: Any) -> DebtDisputed:
    fields = {"dispute_id": "dispute-1", "loan_id": "loan-1", "kind": "amount", "disputed_on": day(5)}
    return DebtDisputed.model_validate({"borrower_id": BORROWER, **fields, **changes})


def told(one: CaseFile, data: DebtDisputed) -> bool:
    return take(one, data, POLICY, day(5))


def lived(*, lifted_on: int | None = None, **policy: Any) -> Story:
    """A dispute told on day 5 about the first of two loans, both late since day 0."""
    rules = ladder(step("soft", 1), step("firm", 10), **policy)
    story = Story(rules, case(rules, overdue("loan-1"), overdue("loan-2", since=-2)))
    story.told = {5: [disputes("loan-1", 5)]}
    if lifted_on is not None:
        story.told[lifted_on] = [lifts("dispute-1", lifted_on)]
    return story.by_looks(1, 40)


def test_a_dispute_holds_the_clock_and_contact_of_its_loan_until_it_is_lifted() -> None:
    story = lived(lifted_on=20)
    story.on(40)
    assert [(number, told.began) for number, told in story.of(HoldTold)] == [(5, True), (20, False)]
    began = story.of(HoldTold)[0][1]
    assert (began.hold.hold_id, began.hold.reason, began.hold.stops) == ("dispute-1", "dispute", {"clock", "contact"})
    assert story.memory("loan-1").days_past_due == 40 - 15


def test_the_other_loan_of_the_borrower_is_reminded_of_as_before() -> None:
    assert (8, "firm") in lived().notices


def test_a_person_is_asked_once_to_look_into_it() -> None:
    story = lived(lifted_on=20)
    assert [(number, one.kind, one.loan_id) for number, one in story.of(TaskAsked)] == [
        (5, "review-dispute", "loan-1")
    ]  # fmt: skip


def test_the_policy_may_say_how_long_it_holds() -> None:
    story = lived(disputes={"hold_days": 10})
    assert [(number, told.began) for number, told in story.of(HoldTold)] == [(5, True), (15, False)]


def test_a_dispute_told_twice_counts_once_and_stays_lifted() -> None:
    one = case(POLICY, overdue())
    assert told(one, disputed())
    assert not told(one, disputed())
    assert lift_hold(one, "dispute-1", day(8))
    assert not told(one, disputed())
    assert one.facts.disputes[0].lifted_on == day(8)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [({"loan_id": "other"}, "unknown-loan", "loan_id"), ({"kind": "not-mine"}, "id-reused", "dispute_id")],
)
def test_a_dispute_that_cannot_be_is_refused(changes: dict[str, Any], code: str, field: str) -> None:
    one = case(POLICY, overdue())
    if code == "id-reused":
        told(one, disputed())
    with pytest.raises(NotTaken) as caught:
        told(one, disputed(**changes))
    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_hold_and_a_dispute_share_no_id() -> None:
    one = case(POLICY, overdue())
    take_hold(one, hold("contact", hold_id="dispute-1"))
    with pytest.raises(NotTaken, match="dispute_id"):
        told(one, disputed())
    other = case(POLICY, overdue())
    told(other, disputed())
    with pytest.raises(NotTaken, match="hold_id"):
        take_hold(other, hold("contact", hold_id="dispute-1"))
