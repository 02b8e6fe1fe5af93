"""What only commands tell of a borrower, taken into a case; and read back from the record."""

from dataclasses import replace
from datetime import date

import pytest

from schemas.hardship import HardshipEnded
from services.dunning.api.command_facts import (
    CommandFact,
    CreditReportWithdrawn,
    HardshipReviewed,
    OfferCommanded,
    TaskDone,
    command_fact_of,
    kind_of,
    take_told,
)
from services.dunning.cases.case_file import NO_AREAS, Areas, CaseFacts, CaseFile
from services.dunning.cases.refusals import NotTaken
from services.dunning.cases.relief import RegionalRelief, Relief
from services.dunning.ladder.files import load_policy

POLICY = load_policy(None)
ON = date(2024, 3, 20)
FLOOD = Areas(reliefs=(RegionalRelief("flood", "R-1", date(2024, 3, 18), None),))
ILL = Relief("illness-1", "illness", date(2024, 3, 1))


def case(*reliefs: Relief, region: str | None = None) -> CaseFile:
    """A borrower without loans."""
    return CaseFile("borrower-1", facts=CaseFacts(region=region, reliefs=reliefs))


def reviewed(hardship_id: str, review_on: date = date(2024, 6, 1)) -> HardshipReviewed:
    return HardshipReviewed(borrower_id="borrower-1", hardship_id=hardship_id, review_on=review_on)


FACTS: list[CommandFact] = [
    reviewed("illness-1"),
    CreditReportWithdrawn(borrower_id="borrower-1", loan_id="loan-1"),
    TaskDone(borrower_id="borrower-1", task_id="task-1", task_kind="call", loan_id="loan-1", step_id="call",
             outcome="will-pay", done_on=ON),
    OfferCommanded(borrower_id="borrower-1", offer_id="offer-1", loan_id="loan-1", did="accepted", plan_id="offer-1:1",
                   on=ON),
]  # fmt: skip


@pytest.mark.parametrize("fact", FACTS, ids=kind_of)
def test_what_is_recorded_is_read_back(fact: CommandFact) -> None:
    assert command_fact_of(kind_of(fact), fact.model_dump_json()) == fact


def test_what_events_tell_is_no_command_fact() -> None:
    assert command_fact_of("amends.lending.hold-placed.v1", "{}") is None


def test_a_review_sets_the_day_of_the_borrowers_own_hardship() -> None:
    of = case(ILL)
    assert take_told(of, reviewed("illness-1"), POLICY, NO_AREAS, ON)
    assert of.facts.reliefs == (replace(ILL, review_on=date(2024, 6, 1)),)
    assert not take_told(of, reviewed("illness-1"), POLICY, NO_AREAS, ON)


def test_a_review_of_a_regional_hardship_is_the_borrowers_own() -> None:
    of = case(region="R-1")
    assert take_told(of, reviewed("flood"), POLICY, FLOOD, ON)
    (relief,) = of.facts.reliefs
    assert (relief.relief_id, relief.is_regional, relief.review_on) == ("flood", True, date(2024, 6, 1))


def test_a_regional_hardship_ends_for_one_borrower() -> None:
    of = case(region="R-1")
    assert take_told(of, HardshipEnded(borrower_id="borrower-1", hardship_id="flood", ended_on=ON), POLICY, FLOOD, ON)
    assert [relief.ended_on for relief in of.facts.reliefs] == [ON]


def test_a_hardship_of_another_region_is_not_the_borrowers() -> None:
    with pytest.raises(NotTaken) as refused:
        take_told(case(region="R-2"), reviewed("flood"), POLICY, FLOOD, ON)
    assert (refused.value.code, refused.value.field, refused.value.value) == (
        "unknown-hardship", "hardship_id", "flood")  # fmt: skip


@pytest.mark.parametrize(
    ("relief", "review_on", "code"),
    [(ILL, ON, "invalid-hardship"), (replace(ILL, ended_on=ON), date(2024, 6, 1), "hardship-over")],
)
def test_a_review_that_cannot_be_is_refused(relief: Relief, review_on: date, code: str) -> None:
    with pytest.raises(NotTaken) as refused:
        take_told(case(relief), reviewed("illness-1", review_on), POLICY, NO_AREAS, ON)
    assert refused.value.code == code


def test_an_offers_answer_leaves_the_case_as_it_is() -> None:
    of = case(ILL)
    assert not take_told(of, FACTS[-1], POLICY, NO_AREAS, ON)
    assert of == case(ILL)
