"""Facts and memory of a case as JSON text, for the store and the record."""

from typing import Final

from pydantic import TypeAdapter

from services.dunning.cases.case_file import NO_FACTS, CaseFacts, CaseMemory
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_memory import LoanMemory

_CASE_FACTS: Final = TypeAdapter(CaseFacts)
_CASE_MEMORY: Final = TypeAdapter(CaseMemory)
_LOAN_FACTS: Final = TypeAdapter(LoanFacts)
_LOAN_MEMORY: Final = TypeAdapter(LoanMemory)
_NO_MEMORY: Final = CaseMemory()


def case_facts_text(facts: CaseFacts) -> str | None:
    """Nothing for a borrower of whom nothing was told."""
    return None if facts == NO_FACTS else _CASE_FACTS.dump_json(facts, exclude_defaults=True).decode()


def case_facts_of(text: str | None) -> CaseFacts:
    """What `case_facts_text` wrote."""
    return NO_FACTS if text is None else _CASE_FACTS.validate_json(text)


def case_memory_text(memory: CaseMemory) -> str | None:
    """Nothing for a case in which nothing was said."""
    return None if memory == _NO_MEMORY else _CASE_MEMORY.dump_json(memory, exclude_defaults=True).decode()


def case_memory_of(text: str | None) -> CaseMemory:
    """What `case_memory_text` wrote."""
    return CaseMemory() if text is None else _CASE_MEMORY.validate_json(text)


def loan_facts_text(facts: LoanFacts) -> str:
    """A loan's facts."""
    return _LOAN_FACTS.dump_json(facts, exclude_defaults=True).decode()


def loan_facts_of(text: str) -> LoanFacts:
    """What `loan_facts_text` wrote."""
    return _LOAN_FACTS.validate_json(text)


def loan_memory_text(memory: LoanMemory) -> str:
    """A loan's memory."""
    return _LOAN_MEMORY.dump_json(memory, exclude_defaults=True).decode()


def loan_memory_of(text: str) -> LoanMemory:
    """What `loan_memory_text` wrote."""
    return _LOAN_MEMORY.validate_json(text)
