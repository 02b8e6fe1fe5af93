"""What was recorded, folded into a replayed case in the order in which it was told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from schemas.borrower_answers import PromiseMadeByBorrower
from schemas.hardship import PromiseReported
from schemas.ledger import PaymentChargedBack, PaymentReceived, PaymentReversed
from schemas.registry import BY_TYPE
from services.dunning.api.command_facts import Told, command_fact_of, take_told
from services.dunning.cases.case_file import Areas, CaseFile, LoanFile
from services.dunning.cases.case_text import loan_facts_of
from services.dunning.cases.intake import takes
from services.dunning.cases.loan_memory import LoanMemory
from services.dunning.cases.promises import AllocatedPayment, Promise
from services.dunning.cases.refusals import NotTaken
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.what_if.history import History, RecordedFact, RecordedStanding

_LADDERS_OWN: Final = frozenset({"no-report"})
"""Rules by which a recorded fact says nothing under another ladder: what it is about was not done then."""
_PROMISES: Final = frozenset({PromiseReported.event_type, PromiseMadeByBorrower.event_type})


class UnknownFact(ValueError):
    """Something recorded of a borrower that a replay cannot take."""

    def __init__(self, borrower_id: str, kind: str, reason: str) -> None:
        super().__init__(f"borrower {borrower_id!r}, recorded fact {kind!r}: {reason}")
        self.borrower_id = borrower_id
        self.kind = kind
        self.reason = reason


class RecordedFacts:
    """The facts of one borrower, by the evaluation that first saw them."""

    def __init__(self, history: History) -> None:
        self._standings: dict[int, list[RecordedStanding]] = defaultdict(list)
        for standing in history.standings:
            self._standings[standing.evaluation].append(standing)
        self._facts: dict[int, list[RecordedFact]] = defaultdict(list)
        for fact in history.facts:
            self._facts[fact.evaluation].append(fact)
        self._payments: _Payments | None = None
        if any(fact.kind in _PROMISES for fact in history.facts):
            self._payments = _Payments()

    def fold(self, case: CaseFile, evaluation: int, policy: LadderPolicy, areas: Areas) -> None:
        """Give a case what was new to an evaluation that saw `areas`. Raises UnknownFact."""
        standings = self._standings.get(evaluation, ())
        if standings:
            _take_standings(case, standings, policy)
        for fact in self._facts.get(evaluation, ()):
            _take(case, fact, policy, areas)
        if self._payments is not None:
            self._payments.take(standings)
            case.payments = self._payments.standing()

    def has_standing_of(self, evaluation: int, on: date) -> bool:
        """Whether a standing that was new to an evaluation is of a day."""
        return any(loan_facts_of(standing.facts).as_of == on for standing in self._standings.get(evaluation, ()))


def _take_standings(case: CaseFile, standings: Sequence[RecordedStanding], policy: LadderPolicy) -> None:
    """The newest standing of each loan suffices."""
    is_new = False
    for loan_id, text in {standing.loan_id: standing.facts for standing in standings}.items():
        facts, file = loan_facts_of(text), case.loans.get(loan_id)
        if file is None:
            case.loans[loan_id] = LoanFile(facts, LoanMemory.initial(policy), facts.as_of)
            is_new = True
        else:
            file.facts, file.known_on = facts, facts.as_of
    if is_new:
        case.loans = dict(sorted(case.loans.items()))


def _take(case: CaseFile, fact: RecordedFact, policy: LadderPolicy, areas: Areas) -> None:
    told = _told(case, fact)
    if isinstance(told, PromiseReported | PromiseMadeByBorrower):
        # A promise that was taken is a fact, whatever the limits of the replayed ladder.
        promise = Promise(told.promise_id, told.loan_id, told.currency, told.amount_minor, told.made_on, told.due_on)
        case.facts = replace(case.facts, promises=(*case.facts.promises, promise))
        return
    try:
        take_told(case, told, policy, areas, fact.on)
    except NotTaken as refusal:
        if refusal.code in _LADDERS_OWN:
            return
        reason = f"{refusal.field} {refusal.value}: {refusal.reason}"
        raise UnknownFact(case.borrower_id, fact.kind, reason) from refusal


def _told(case: CaseFile, fact: RecordedFact) -> Told:
    command = command_fact_of(fact.kind, fact.fact)
    if command is not None:
        return command
    kind = BY_TYPE.get(fact.kind)
    if kind is None or not takes(kind):
        raise UnknownFact(case.borrower_id, fact.kind, "is not a kind that cases take")
    return kind.model_validate_json(fact.fact)


class _Payments:
    """What the ledger had allocated of each payment by an evaluation."""

    def __init__(self) -> None:
        self._payments: dict[tuple[str, str], AllocatedPayment] = {}
        self._reversed: set[tuple[str, str]] = set()

    def take(self, standings: Sequence[RecordedStanding]) -> None:
        for standing in standings:
            if standing.payment_id is not None:
                self._take(standing, (standing.loan_id, standing.payment_id))

    def _take(self, standing: RecordedStanding, key: tuple[str, str]) -> None:
        minor, known = standing.payment_minor or 0, self._payments.get(key)
        if standing.event_type == PaymentReceived.event_type:
            facts = loan_facts_of(standing.facts)
            paid_on = facts.last_paid_on or facts.as_of
            self._payments[key] = AllocatedPayment(key[1], key[0], facts.currency, paid_on, minor)
        elif standing.event_type == PaymentReversed.event_type:
            self._reversed.add(key)
        elif standing.event_type == PaymentChargedBack.event_type and known is not None:
            self._payments[key] = replace(known, allocated_minor=max(known.allocated_minor - minor, 0))

    def standing(self) -> tuple[AllocatedPayment, ...]:
        """Payments that were not reversed."""
        return tuple(payment for key, payment in self._payments.items() if key not in self._reversed)
