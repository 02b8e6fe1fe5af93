"""A flood gives relief to every borrower of its region, before they are late."""

from schemas.cases import ReliefGranted
from services.dunning.cases.case_actions import NoticeAsked, OffersWanted, ReliefTold
from services.dunning.cases.case_events import events_of
from services.dunning.cases.case_file import NO_AREAS, Areas, CaseFacts
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.relief import RegionalRelief, reliefs_of
from services.dunning.ladder.policy import LadderPolicy
from tests.dunning.cases import DUE, Story, adds, case, day, hold, ladder, overdue, relief, step, upcoming

FLOOD = RegionalRelief("flood", "CN-44", day(-10), None)
POLICY = ladder(
    step("upcoming", -3),
    step("soft", 1),
    relief={
        "answer": {"template": "hardship_answer", "channels": ("email",)},
        "regional": {"template": "regional_relief", "channels": ("sms",)},
    },
)


def lived(region: str | None, loan: LoanFacts, first: int = -10, last: int = 0, policy: LadderPolicy = POLICY) -> Story:
    told = CaseFacts(region=region)
    return Story(policy, case(policy, loan, told=told), Areas(reliefs=(FLOOD,))).daily(first, last)


def test_a_borrower_of_the_region_is_told_of_relief_before_their_due_date() -> None:
    story = lived("CN-44", upcoming())
    assert [(number, told.began) for number, told in story.of(ReliefTold)] == [(-10, True)]
    assert [(number, one.notice.template) for number, one in story.of(NoticeAsked)] == [(-10, "regional_relief")]


def test_a_borrower_of_another_region_or_of_none_known_has_no_relief() -> None:
    assert lived("CN-11", upcoming()).of(ReliefTold) == []
    assert lived(None, upcoming()).of(ReliefTold) == []


def test_plans_are_made_at_once_only_for_those_who_are_late_already() -> None:
    assert lived("CN-44", upcoming()).of(OffersWanted) == []
    assert [one.loan_id for _, one in lived("CN-44", overdue(since=-20)).of(OffersWanted)] == ["loan-1"]


def test_a_word_about_a_flood_is_no_answer_and_waits_for_the_day_after_a_reminder() -> None:
    story = Story(POLICY, case(POLICY, upcoming(), told=CaseFacts(region="CN-44")))
    story.on(-3)
    story.areas = Areas(reliefs=(RegionalRelief("flood", "CN-44", day(-3), None),))
    story.on(-3)
    story.by_looks(-2, 0)
    assert story.notices == [(-3, "upcoming"), (-2, "relief-flood")]


def test_who_reports_a_hardship_of_their_own_besides_gets_its_answer() -> None:
    story = lived("CN-44", upcoming(), last=-9)
    story.told = {-8: [adds(reliefs=[relief(-8)])]}
    story.daily(-8, -5)
    assert [one.notice.template for _, one in story.of(NoticeAsked)] == ["regional_relief", "hardship_answer"]


def test_relief_of_a_region_ended_for_one_borrower_is_over_for_them_alone() -> None:
    ended = relief(-10, relief_id="flood", ended_on=day(-5))
    assert reliefs_of((ended,), [FLOOD], "CN-44") == (ended,)
    assert [one.relief_id for one in reliefs_of((), [FLOOD], "CN-44")] == ["flood"]


def test_regional_relief_waits_for_its_first_day() -> None:
    story = Story(POLICY, case(POLICY, upcoming(), told=CaseFacts(region="CN-44")), Areas(reliefs=(FLOOD,)))
    assert story.on(-20).next_look_on == day(-10)
    assert story.of(ReliefTold) == []


def test_contact_holds_keep_the_word_about_a_flood_back() -> None:
    told = CaseFacts(region="CN-44", holds=(hold("contact", since=-20, until=-6),))
    story = Story(POLICY, case(POLICY, upcoming(), told=told), Areas(reliefs=(FLOOD,))).by_looks(-12, 0)
    assert [number for number, _ in story.notices] == [-5]


def test_a_lender_with_an_emergency_reserve_refers_to_it() -> None:
    for has_reserve in (True, False):
        rules = POLICY.model_copy(update={"relief": {"has_emergency_reserve": has_reserve}})
        told = case(rules, upcoming(), told=CaseFacts(reliefs=(relief(-10),)))
        story = Story(rules, told, NO_AREAS)
        (granted,) = [one for one in story.on(-10).actions if isinstance(one, ReliefTold)]
        (event,) = events_of(granted, told, rules, DUE, None)
        assert ReliefGranted.model_validate_json(event.value).refers_to_emergency_reserve is has_reserve
