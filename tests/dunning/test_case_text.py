"""Facts and memory of a case as text: nothing is written where nothing is known."""

from decimal import Decimal

from services.dunning.cases.case_file import NO_FACTS, CaseFacts, CaseMemory, Risk
from services.dunning.cases.case_text import (
    case_facts_of,
    case_facts_text,
    case_memory_of,
    case_memory_text,
    loan_facts_text,
)
from tests.dunning.cases import day, hold, overdue, promise, relief


def test_a_borrower_of_whom_nothing_was_told_has_no_text() -> None:
    assert case_facts_text(NO_FACTS) is None
    assert case_facts_of(None) == NO_FACTS


def test_a_case_in_which_nothing_was_said_has_no_text() -> None:
    assert case_memory_text(CaseMemory()) is None
    assert case_memory_of(None) == CaseMemory()


def test_all_that_may_be_told_of_a_borrower_is_read_back() -> None:
    facts = CaseFacts(
        region="CN-44", segment="staff", risk=Risk(Decimal("0.25"), "m1", day(0)), holds=(hold("clock", "contact"),),
        promises=(promise(due=3),), reliefs=(relief(ended_on=day(9)),), withdrawn_reports=("report-1",),
    )  # fmt: skip
    text = case_facts_text(facts)
    assert text is not None
    assert case_facts_of(text) == facts


def test_what_is_as_usual_takes_no_space() -> None:
    assert "restructuring_id" not in loan_facts_text(overdue())
