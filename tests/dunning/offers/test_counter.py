"""What a borrower wishes instead of an offer."""

from calendar import monthrange
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dunning.offers.counter import counter_offer
from services.dunning.offers.drafts import Drafts
from services.dunning.offers.engine import Offer, judged_candidate, make_offers
from services.dunning.offers.plan import Candidate, Shape, owed_of
from services.dunning.offers.position import InvalidPosition, LoanPosition
from services.dunning.offers.ranking import ValuedPlan
from services.dunning.offers.rules import Rejection
from services.dunning.offers.situation import Situation
from services.schedules.restructured import planned_instalments
from tests.dunning.offers.loans import any_position, means, only, policy, position, situation

UNDISCLOSED = means(None)


def test_a_wished_instalment_gives_the_shortest_plan_with_it() -> None:
    found = counter_offer(position(), means(), "none", policy(), wished_instalment_minor=100_000)
    assert isinstance(found, Offer)
    assert max(line.total_minor for line in found.instalments) <= 100_000
    one_less = Drafts(situation()).rescheduled(count=len(found.instalments) - 1)
    assert one_less is not None
    lines = planned_instalments(owed_of(situation()), position().terms, one_less)
    assert max(line.total_minor for line in lines) > 100_000


def test_a_wish_can_be_for_a_shorter_plan_than_agreed() -> None:
    found = counter_offer(position(), means(), "none", policy(), wished_instalment_minor=480_000)
    assert isinstance(found, Offer)
    assert len(found.instalments) == 5
    assert "scheduled-anew" in {reason.code for reason in found.reasons}


def test_the_answer_says_that_it_is_as_wished() -> None:
    found = counter_offer(position(), means(), "none", policy(), wished_instalment_minor=100_000)
    assert isinstance(found, Offer)
    assert found.reasons[1].in_words("en") == "No instalment is above 1,000.00 CNY, as you asked."


def test_a_wish_too_small_for_any_plan_tells_the_smallest_instalment() -> None:
    found = counter_offer(position(), means(), "none", policy(), wished_instalment_minor=1_000)
    assert isinstance(found, Rejection)
    assert (found.kind, found.rule) == ("extend-term", "wished-instalment")
    assert found.nearest is not None
    assert 1_000 < found.nearest.found < 60_000


def test_a_wish_that_takes_too_long_tells_the_rule_against_it() -> None:
    found = counter_offer(
        position(), means(), "none", policy(maximum_extension_months=3), wished_instalment_minor=112_000
    )
    assert isinstance(found, Rejection)
    assert found.rule == "maximum-extension"


def test_a_wish_above_what_the_borrower_can_afford_gets_a_longer_plan() -> None:
    found = counter_offer(position(), means(300_000), "none", policy(), wished_instalment_minor=400_000)
    assert isinstance(found, Offer)
    assert max(line.total_minor for line in found.instalments) <= 150_000


def test_a_policy_without_longer_terms_refuses_a_wished_instalment() -> None:
    found = counter_offer(position(), means(), "none", only("settlement"), wished_instalment_minor=100_000)
    assert found == Rejection("extend-term", "kind-not-allowed")


@pytest.mark.parametrize("day", [1, 25, 29, 31])
def test_instalments_fall_due_on_the_wished_day(day: int) -> None:
    found = counter_offer(position(), means(), "none", policy(), wished_due_day_of_month=day)
    assert isinstance(found, Offer)
    for line in found.instalments:
        assert line.due_on.day == min(day, monthrange(line.due_on.year, line.due_on.month)[1])
    assert "on-your-day" in {reason.code for reason in found.reasons}


def test_a_wished_day_alone_brings_the_kind_that_would_be_offered() -> None:
    ranked_first = make_offers(position(), means(), "job-loss", policy()).offers[0]
    found = counter_offer(position(), means(), "job-loss", policy(), wished_due_day_of_month=20)
    assert isinstance(found, Offer)
    assert found.kind == ranked_first.kind


def test_a_wished_day_can_be_for_one_kind() -> None:
    found = counter_offer(position(), means(), "none", policy(), wished_due_day_of_month=20, kind="spread-arrears")
    assert isinstance(found, Offer)
    assert (found.kind, found.instalments[0].due_on) == ("spread-arrears", date(2024, 11, 20))


def test_a_day_and_an_instalment_can_be_wished_together() -> None:
    found = counter_offer(
        position(), means(), "none", policy(), wished_due_day_of_month=20, wished_instalment_minor=100_000
    )
    assert isinstance(found, Offer)
    assert {line.due_on.day for line in found.instalments} == {20}
    assert max(line.total_minor for line in found.instalments) <= 100_000


def test_weekly_instalments_have_no_day_of_the_month() -> None:
    weekly = position(every=(2, "weeks"), as_of=date(2024, 6, 1))
    found = counter_offer(weekly, means(), "none", policy(), wished_due_day_of_month=20)
    assert isinstance(found, Rejection)
    assert found.rule == "wished-due-day"


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({}, "wished_instalment_minor None: nothing is wished"),
        ({"wished_instalment_minor": 0}, "wished_instalment_minor 0: must be above zero"),
        ({"wished_due_day_of_month": 32}, "wished_due_day_of_month 32: must be a day from 1 to 31"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(wish: dict[str, int], message: str) -> None:
    with pytest.raises(InvalidPosition) as caught:
        counter_offer(position(), means(), "none", policy(), **wish)  # type: ignore[arg-type]
    assert str(caught.value).startswith(message)


@given(any_position(), st.integers(1_000, 3_000_000))
def test_a_wish_is_honoured_by_the_shortest_plan_or_the_reason_is_told(loan: LoanPosition, wished_minor: int) -> None:
    found = counter_offer(loan, UNDISCLOSED, "none", policy(), wished_instalment_minor=wished_minor)
    shortest = _shortest(Situation(loan, UNDISCLOSED, "none", policy()), wished_minor)
    if isinstance(found, Rejection):
        assert shortest is None
        assert found.sentence
    else:
        assert max(line.total_minor for line in found.instalments) <= wished_minor
        assert len(found.instalments) == shortest


def _shortest(found: Situation, wished_minor: int) -> int | None:
    """The fewest instalments of a plan as wished, tried from one on."""
    drafts = Drafts(found)
    for count in range(1, drafts.count_with(found.policy.maximum_extension_months) + 2):
        agreement = drafts.rescheduled(count=count)
        if agreement is None:
            continue
        outcome = judged_candidate(Candidate("extend-term", Shape(), agreement), found)
        if isinstance(outcome, ValuedPlan) and outcome.plan.largest_minor <= wished_minor:
            return count
    return None
