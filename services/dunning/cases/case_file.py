"""A borrower's case: all that dunning knows of them, and what it remembers of what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from schemas.cases import Verdict
from services.dunning.aging.holds import AreaHold, Hold
from services.dunning.cases.borrower_doings import MessageChoice, Talk
from services.dunning.cases.disputes import Dispute
from services.dunning.cases.exposure import Finances
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_memory import LoanMemory
from services.dunning.cases.promises import AllocatedPayment, Promise
from services.dunning.cases.relief import RegionalRelief, Relief


@dataclass(frozen=True, slots=True)
class Risk:
    """How likely the borrower is to default, as a model said."""

    probability_of_default: Decimal
    model_version: str
    assessed_on: date


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What was told of a borrower, beside what the ledger tells of their loans."""

    region: str | None = None
    segment: str | None = None
    finances: Finances | None = None
    risk: Risk | None = None
    holds: tuple[Hold, ...] = ()
    promises: tuple[Promise, ...] = ()
    reliefs: tuple[Relief, ...] = ()
    withdrawn_reports: tuple[str, ...] = ()
    """Credit reports that were found to be wrong, by id."""
    disputes: tuple[Dispute, ...] = ()
    talks: tuple[Talk, ...] = ()
    message_choices: tuple[MessageChoice, ...] = ()
    viewed_offers: tuple[str, ...] = ()
    """Offers that the borrower opened, by id."""


NO_FACTS: Final = CaseFacts()


@dataclass(frozen=True, slots=True)
class CaseMemory:
    """What was said and done in a borrower's case.

    `contacts` are the days of the contacts that may still count against the budget. `verdicts` were said of promises;
    holds and reliefs were `told` to be in force; `done` are notices and tasks that belong to no step. `noticed_on` is
    the day of the last notice: there is one a day at most.
    """

    contacts: tuple[date, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    told_holds: tuple[str, ...] = ()
    told_reliefs: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    is_over_borrowed: bool = False
    noticed_on: date | None = None


@dataclass(slots=True)
class LoanFile:
    """One loan of a case. `known_on`: the ledger's date that its facts are of; `sequence` counts events emitted."""

    facts: LoanFacts
    memory: LoanMemory
    known_on: date
    sequence: int = 0


@dataclass(slots=True)
class CaseFile:
    """A borrower's case as the store keeps it.

    `evaluations` and `fact_count` count what is recorded, `sequence` the events emitted about the borrower.
    `policy_version` and `arm` are those that the last evaluation went by. `payments` are loaded when there are promises
    to judge by them.
    """

    borrower_id: str
    loans: dict[str, LoanFile] = field(default_factory=dict)
    facts: CaseFacts = NO_FACTS
    memory: CaseMemory = field(default_factory=CaseMemory)
    payments: Sequence[AllocatedPayment] = ()
    policy_version: str | None = None
    arm: str = ""
    evaluated_on: date | None = None
    next_look_on: date | None = None
    evaluations: int = 0
    fact_count: int = 0
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Areas:
    """What holds for many borrowers at a time."""

    holds: tuple[AreaHold, ...] = ()
    reliefs: tuple[RegionalRelief, ...] = ()


NO_AREAS: Final = Areas()
