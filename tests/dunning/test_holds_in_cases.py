"""What holds do in a case: the clock stands, nobody is contacted, nothing escalates; areas hold for many at a time."""

from dataclasses import replace

import pytest

from services.dunning.aging.holds import AreaHold, Hold, HoldScope, HoldStop
from services.dunning.cases.case_actions import HoldTold, NoticeAsked, ReferralAsked, TaskAsked
from services.dunning.cases.case_file import Areas, CaseFacts
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.ladder.policy import LadderPolicy
from tests.dunning.cases import Story, adds, case, day, hold, ladder, overdue, step, upcoming

POLICY = ladder(
    step("soft", 1), step("firm", 10), step("call", 12, "call"), step("notice", 14, "credit-notice"),
    step("legal", 16, "refer-legal"), ends=(0, 3, 10),
)  # fmt: skip


def held(*holds: Hold, policy: LadderPolicy = POLICY, loans: tuple[LoanFacts, ...] = (overdue(),)) -> Story:
    return Story(policy, case(policy, *loans, told=CaseFacts(holds=holds)))


def area(scope: HoldScope, value: str, *stops: HoldStop, since: int = 5, until: int | None = 9) -> Areas:
    to_on = None if until is None else day(until)
    return Areas(holds=(AreaHold("area-1", scope, value, "disaster-region", frozenset(stops), day(since), to_on),))


def begun_and_ended(story: Story) -> list[tuple[int, str, bool]]:
    return [(number, told.hold.hold_id, told.began) for number, told in story.of(HoldTold)]


def test_while_the_clock_stops_days_and_bucket_stand_still() -> None:
    story = held(hold("clock", since=3, until=9))
    assert [story.daily(number, number).memory().days_past_due for number in (2, 3, 9, 10)] == [2, 2, 2, 3]
    assert (story.memory().bucket, story.daily(11, 11).memory().bucket) == ("b1", "b2")


def test_a_bucket_is_looked_at_again_as_many_days_later_as_the_clock_stops() -> None:
    story = held(hold("clock", since=3, until=9), policy=ladder(ends=(0, 20)))
    assert story.on(10).next_look_on == day(21 + 7)


def test_while_the_clock_stops_for_good_the_bucket_never_changes() -> None:
    story = held(hold("clock", since=3), policy=ladder(step("late", 60), ends=(0, 20), jurisdiction="US"),
                 loans=(overdue(next_due=None),))  # fmt: skip
    story.on(10)
    assert story.memory().bucket == "b1"
    assert story.daily(11, 60).memory().days_past_due == 2


def test_overlapping_and_nested_holds_count_a_day_once() -> None:
    holds = (
        hold("clock", since=3, until=9, hold_id="a"), hold("clock", since=5, until=6, hold_id="nested"),
        hold("clock", since=8, until=12, hold_id="overlapping"),
    )  # fmt: skip
    assert held(*holds).daily(1, 20).memory().days_past_due == 20 - 10


def test_a_hold_of_contact_lets_days_run_and_keeps_everything_back() -> None:
    story = held(hold("contact", since=2, until=25)).daily(1, 25)
    assert story.memory().days_past_due == 25
    assert story.notices == [(1, "soft")]
    assert story.of(TaskAsked, ReferralAsked) == []


def test_a_hold_of_the_clock_lets_reminders_go_on_but_nothing_escalates() -> None:
    story = held(hold("clock", since=20)).by_looks(21, 21)
    assert story.memory().days_past_due == 19
    assert [step_id for _, step_id in story.notices] == ["firm"]
    assert story.of(TaskAsked, ReferralAsked) == []


def test_a_hold_of_interest_alone_holds_no_step_back() -> None:
    story = held(hold("interest", since=0)).daily(1, 30)
    assert story.notices == [(1, "soft"), (10, "firm"), (14, "notice")]
    assert [number for number, _ in story.of(TaskAsked, ReferralAsked)] == [12, 16]


def test_a_loan_is_flagged_on_hold_while_clock_or_contact_stops_but_not_for_interest() -> None:
    assert held(hold("contact", since=2, until=3)).daily(2, 3).memory().flags == ("on-hold",)
    assert held(hold("contact", since=2, until=3)).daily(2, 4).memory().flags == ()
    assert held(hold("interest", since=2, until=3)).daily(2, 3).memory().flags == ()


def test_a_hold_is_told_when_it_begins_and_when_it_is_over() -> None:
    assert begun_and_ended(held(hold("contact", since=5, until=8)).by_looks(1, 30)) == [
        (5, "hold-1", True), (9, "hold-1", False)
    ]  # fmt: skip


def test_a_lifted_hold_is_over_on_the_day_it_was_lifted() -> None:
    story = held(hold("contact", since=5))
    story.by_looks(1, 6)
    story.case.facts = CaseFacts(holds=(replace(story.case.facts.holds[0], lifted_on=day(7)),))
    story.on(7)
    assert begun_and_ended(story) == [(5, "hold-1", True), (7, "hold-1", False)]
    assert story.memory().flags == ()


def test_a_hold_placed_with_an_earlier_start_takes_its_days_back() -> None:
    story = held().daily(1, 9)
    adds(holds=[hold("clock", since=4)])(story.case)
    story.on(10)
    assert (story.memory().days_past_due, story.memory().bucket) == (3, "b1")


def test_a_hold_on_one_loan_leaves_the_clock_of_the_other() -> None:
    story = held(hold("clock", loan="loan-1"), loans=(overdue("loan-1"), overdue("loan-2"))).daily(1, 5)
    assert [story.memory(loan).days_past_due for loan in ("loan-1", "loan-2")] == [0, 5]


def test_a_hold_of_a_region_holds_for_its_borrowers_only() -> None:
    there, elsewhere = (
        Story(POLICY, case(POLICY, overdue(), told=CaseFacts(region=region)), area("region", "north", "clock"))
        for region in ("north", "south")
    )
    assert there.daily(1, 15).memory().days_past_due == 10
    assert elsewhere.daily(1, 15).memory().days_past_due == 15


def test_a_hold_of_a_product_holds_for_loans_of_it_only() -> None:
    loans = (overdue("loan-1", product="cash@1"), overdue("loan-2", product="car@1"))
    story = Story(POLICY, case(POLICY, *loans), area("product", "cash@1", "clock", "contact")).daily(1, 15)
    assert [story.memory(loan).days_past_due for loan in ("loan-1", "loan-2")] == [10, 15]


def test_a_hold_of_a_product_is_told_for_each_loan_of_it() -> None:
    loans = (overdue("loan-1", product="cash@1"), overdue("loan-2", product="cash@1"))
    story = Story(POLICY, case(POLICY, *loans), area("product", "cash@1", "contact")).by_looks(1, 15)
    told = [(number, one.hold.loan_id, one.began) for number, one in story.of(HoldTold)]
    assert told == [(5, "loan-1", True), (5, "loan-2", True), (10, "loan-1", False), (10, "loan-2", False)]


def test_a_day_under_a_hold_of_the_region_and_one_of_the_borrower_counts_once() -> None:
    told = CaseFacts(region="north", holds=(hold("clock", since=7, until=12),))
    story = Story(POLICY, case(POLICY, overdue(), told=told), area("region", "north", "clock")).daily(1, 15)
    assert story.memory().days_past_due == 15 - 8


@pytest.mark.parametrize("stop", ["clock", "contact"])
def test_steps_wait_and_are_taken_when_the_hold_is_over(stop: HoldStop) -> None:
    policy = ladder(step("legal", 5, "refer-legal"))
    story = held(hold(stop, since=5, until=9), policy=policy).by_looks(1, 30)
    assert [number for number, _ in story.of(ReferralAsked)] == [10]


def test_a_reminder_before_the_due_date_is_not_sent_late_under_a_hold() -> None:
    policy = ladder(step("upcoming", -3), step("due-today", 0), step("late", 60))
    story = held(hold("contact", since=-5, until=0), policy=policy, loans=(upcoming(),)).by_looks(-6, 20)
    assert story.of(NoticeAsked) == []
