"""Of a hold that stops interest the ledger is told for each loan: once from when to when, and when it is lifted."""

from services.dunning.aging.holds import AreaHold, Hold
from services.dunning.cases.case_actions import PenaltiesResume, PenaltiesStop
from services.dunning.cases.case_file import Areas, CaseFacts
from services.dunning.cases.loan_facts import LoanFacts
from tests.dunning.cases import Story, adds, case, day, hold, ladder, lifts, overdue, settled, tells, upcoming

POLICY = ladder()


def held(*holds: Hold, loans: tuple[LoanFacts, ...] = (overdue(),)) -> Story:
    return Story(POLICY, case(POLICY, *loans, told=CaseFacts(holds=holds)))


def test_the_days_of_a_hold_are_told_once_for_each_loan() -> None:
    story = held(hold("interest", since=3, until=9), loans=(overdue("loan-1"), upcoming("loan-2"))).daily(1, 12)
    assert story.of(PenaltiesStop) == [
        (1, PenaltiesStop("loan-1", "hold-1", day(3), day(9))),
        (1, PenaltiesStop("loan-2", "hold-1", day(3), day(9))),
    ]
    assert story.of(PenaltiesResume) == []


def test_a_hold_on_one_loan_is_told_of_that_loan() -> None:
    holds = hold("interest", loan="loan-2")
    story = held(holds, loans=(overdue("loan-1"), overdue("loan-2"))).daily(1, 3)
    assert [stop.loan_id for _, stop in story.of(PenaltiesStop)] == ["loan-2"]


def test_a_hold_that_lets_interest_run_is_not_told() -> None:
    assert held(hold("clock", "contact")).daily(1, 3).of(PenaltiesStop) == []


def test_a_hold_of_days_past_is_told() -> None:
    story = held()
    story.told[20] = [adds(holds=[hold("interest", since=2, until=5)])]
    assert story.daily(1, 21).of(PenaltiesStop) == [(20, PenaltiesStop("loan-1", "hold-1", day(2), day(5)))]


def test_the_end_of_a_lifted_hold_is_told() -> None:
    story = held(hold("interest", since=1))
    story.told[6] = [lifts("hold-1", 6)]
    assert story.daily(1, 8).of(PenaltiesResume) == [(6, PenaltiesResume("loan-1", "hold-1", day(6), 1))]


def test_a_hold_lifted_again_on_an_earlier_day_is_told_again() -> None:
    story = held(hold("interest", since=1))
    story.told[6] = [lifts("hold-1", 6)]
    story.told[9] = [lifts("hold-1", 4)]
    assert [resume for _, resume in story.daily(1, 10).of(PenaltiesResume)] == [
        PenaltiesResume("loan-1", "hold-1", day(6), 1), PenaltiesResume("loan-1", "hold-1", day(4), 2)
    ]  # fmt: skip


def test_a_hold_lifted_on_its_first_day_resumes_on_that_day() -> None:
    story = held(hold("interest", since=3))
    story.told[4] = [lifts("hold-1", 1)]
    assert [resume.resumed_on for _, resume in story.daily(3, 5).of(PenaltiesResume)] == [day(3)]


def test_a_hold_lifted_after_its_end_resumes_nothing() -> None:
    story = held(hold("interest", since=1, until=4))
    story.told[8] = [lifts("hold-1", 8)]
    assert story.daily(1, 9).of(PenaltiesResume) == []


def test_a_loan_opened_after_a_hold_is_not_told_of_it() -> None:
    story = held(hold("interest", since=1, until=4), loans=(upcoming(due=60, opened_on=day(5), as_of=5),))
    assert story.daily(5, 8).of(PenaltiesStop) == []


def test_a_settled_loan_is_told_of_a_hold_before_its_end_and_of_none_after() -> None:
    story = held()
    story.told[10] = [tells(settled())]
    story.told[12] = [adds(holds=[hold("interest", since=-5, until=-1), hold("interest", since=3, hold_id="later")])]
    assert [stop.hold_id for _, stop in story.daily(1, 13).of(PenaltiesStop)] == ["hold-1"]


def test_a_hold_on_a_region_is_told_of_each_loan_of_its_borrowers() -> None:
    area = AreaHold("area-1", "region", "CN-44", "disaster-region", frozenset({"interest"}), day(2), day(9))
    told = CaseFacts(region="CN-44")
    story = Story(POLICY, case(POLICY, overdue("loan-1"), overdue("loan-2"), told=told), areas=Areas(holds=(area,)))
    assert [(stop.loan_id, stop.hold_id) for _, stop in story.daily(1, 4).of(PenaltiesStop)] == [
        ("loan-1", "area-1"), ("loan-2", "area-1")
    ]  # fmt: skip
