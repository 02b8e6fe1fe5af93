"""Dunning's reaction to events: of the ledger, of the lender's systems, and of the notifier."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

import structlog

from schemas.hardship import AreaHoldLifted, AreaHoldPlaced, RegionAffected
from schemas.ledger import (
    BusinessDateCompleted,
    LedgerEventData,
    LoanOpened,
    LoanRestructured,
    PaymentChargedBack,
    PaymentReceived,
    PaymentReversed,
)
from schemas.lending import BorrowerRegistered
from schemas.offers import OfferAnswerData
from schemas.values import EventData
from services.dunning import store
from services.dunning.cases.area_intake import take_area
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.case_text import loan_facts_text
from services.dunning.cases.case_work import CaseWork
from services.dunning.cases.intake import take, takes
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.promises import AllocatedPayment
from services.dunning.cases.record import FactRow, Record, StandingRow
from services.dunning.cases.refusals import NotTaken
from services.dunning.cases.told_standing import take_standing
from services.dunning.kept_schedule import (
    KeptSchedule,
    leaves_instalments_known,
    restructured_schedule,
    told_instalments,
)
from services.dunning.ladder.choice import Ladders
from services.dunning.offer_desk import OfferDesk
from services.dunning.offer_replies import Reply, take_reply
from services.dunning.offer_store import load_schedules
from services.eventing import metrics
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent
from services.eventing.store import open_business_date

log = structlog.get_logger(__name__)
_AREA_EVENTS: Final = (RegionAffected, AreaHoldPlaced, AreaHoldLifted)


class CaseHandler:
    """Takes what a batch tells into the cases it is about, and evaluates those that moved.

    Facts of a date that the ledger has not completed yet wait for it: the look falls due when it is.
    """

    def __init__(self, work: CaseWork) -> None:
        self._work = work

    async def __call__(self, connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
        """Load the cases, take the events in order, evaluate, write."""
        outcome = Outcome()
        about_cases: list[ReceivedEvent[Any]] = []
        for event in events:
            if isinstance(event.data, BusinessDateCompleted):
                await open_business_date(
                    connection, event.data.calendar_id, event.position.partition, event.data.business_date
                )
            elif isinstance(event.data, _AREA_EVENTS):
                await take_area(connection, event, outcome, await self._work.today(connection))
            elif _is_about_a_case(event.data):
                about_cases.append(event)
        if not about_cases:
            return outcome
        cases = await store.load_cases(connection, {event.data.borrower_id for event in about_cases})
        # Under the locks, so that no case is looked at on a date before its last.
        on = await self._work.today(connection)
        await store.load_payments(connection, cases.values())
        ladders = await self._work.ladders(connection)
        schedules = await load_schedules(connection, _restructured_loans(about_cases, cases))
        batch = _Batch(cases, ladders, self._work.offers, on, outcome, schedules)
        for event in about_cases:
            await batch.take(connection, event)
        await store.save_payments(connection, batch.payments)
        await store.reduce_payments(connection, batch.taken_back)
        moved = [cases[borrower_id] for borrower_id in sorted(batch.moved)]
        outcome.emitted += await self._work.evaluate(connection, moved, batch.record, on, batch.traces)
        return outcome


def _is_about_a_case(data: EventData) -> bool:
    if isinstance(data, BorrowerRegistered):
        return data.region is not None or data.segment is not None
    return isinstance(data, LedgerEventData | OfferAnswerData) or takes(type(data))


def _restructured_loans(
    events: Sequence[ReceivedEvent[Any]], cases: Mapping[str, CaseFile]
) -> list[tuple[str, str]]:  # fmt: skip
    """The restructured loans that the ledger tells of, as (borrower id, loan id)."""
    told = {(event.data.borrower_id, event.data.loan_id) for event in events if isinstance(event.data, LedgerEventData)}
    return sorted(
        (borrower_id, loan_id)
        for borrower_id, loan_id in told
        if (file := cases[borrower_id].loans.get(loan_id)) is not None and file.facts.restructuring_id is not None
    )


class _Batch:
    """What a batch of events changes, until it is written."""

    def __init__(
        self, cases: dict[str, CaseFile], ladders: Ladders, offers: OfferDesk, on: date | None, outcome: Outcome,
        schedules: Mapping[tuple[str, str], KeptSchedule],
    ) -> None:  # fmt: skip
        self._cases = cases
        self._ladders = ladders
        self._offers = offers
        self._on = on
        self._outcome = outcome
        self._schedules = schedules
        self.moved: set[str] = set()
        self.record = Record()
        self.traces: dict[str, str] = {}
        self.payments: list[tuple[str, AllocatedPayment]] = []
        self.taken_back: list[tuple[str, str, str, int, date, bool]] = []

    async def take(self, connection: Connection, event: ReceivedEvent[Any]) -> None:
        """Take one event into its case."""
        data = event.data
        case = self._cases[data.borrower_id]
        if isinstance(data, LedgerEventData):
            changed = self._take_standing(case, event)
        elif isinstance(data, OfferAnswerData):
            reply = Reply(case, event, self._on, self._ladders.choose(case).policy.version)
            changed = await take_reply(self._offers, connection, reply, self.record, self._outcome)
        else:
            changed = self._take_fact(case, event)
        if changed:
            self.moved.add(case.borrower_id)
            if event.traceparent is not None:
                self.traces[case.borrower_id] = event.traceparent

    def _take_standing(self, case: CaseFile, event: ReceivedEvent[LedgerEventData]) -> bool:
        """The newest facts of a loan; what was seen before is dropped, a gap is counted (facts are complete)."""
        if event.sequence is None:
            self._outcome.reject(event, "missing-header", "ce_sequence", "", "the ledger counts its events")
            return False
        data, file = event.data, case.loans.get(event.data.loan_id)
        last = 0 if file is None else file.facts.sequence
        if event.sequence <= last:
            metrics.DUPLICATES.labels(event.event_type).inc()
            return False
        if event.sequence > last + 1:
            metrics.SEQUENCE_GAPS.labels(event.event_type).inc()
            log.warning("sequence_gap", loan_id=data.loan_id, event_id=event.event_id, sequence=event.sequence)
        before = None if file is None else file.facts
        take_standing(case, data, event.sequence, self._ladders.choose(case).policy)
        payment_id, payment_minor = self._note_money(data)
        facts = case.loans[data.loan_id].facts
        self._keep_schedule(data, before, facts)
        self.record.standings.append(StandingRow(
            case.borrower_id, data.loan_id, event.sequence, case.evaluations + 1, event.event_type, facts.as_of,
            facts.currency, facts.overdue.total_minor, facts.principal_outstanding_minor, loan_facts_text(facts),
            payment_id, payment_minor,
        ))  # fmt: skip
        return True

    def _keep_schedule(self, data: LedgerEventData, before: LoanFacts | None, facts: LoanFacts) -> None:
        """Keep a schedule that is told, and of a restructured loan drop what is not certain any more."""
        key = (data.borrower_id, data.loan_id)
        if isinstance(data, LoanOpened):
            self.record.schedules[key] = KeptSchedule(data.terms.model_dump_json())
            return
        if isinstance(data, LoanRestructured):
            self.record.schedules[key] = restructured_schedule(data)
            return
        kept = self.record.schedules.get(key) or self._schedules.get(key)
        if before is None or kept is None or kept.instalments is None:
            return
        has_gap = facts.sequence > before.sequence + 1
        if has_gap or not leaves_instalments_known(data, before, facts, told_instalments(kept.instalments)):
            self.record.schedules[key] = replace(kept, instalments=None)

    def _note_money(self, data: LedgerEventData) -> tuple[str | None, int | None]:
        """What an event tells of a payment: its id, and what was allocated or charged back; None: all is reversed."""
        if isinstance(data, PaymentReceived):
            allocated_minor = data.amount_minor - data.allocation.unallocated_minor
            payment = AllocatedPayment(
                data.payment_id, data.loan_id, data.currency, data.value_date, allocated_minor
            )  # fmt: skip
            self.payments.append((data.borrower_id, payment))
            return data.payment_id, allocated_minor
        if isinstance(data, PaymentReversed):
            self.taken_back.append((data.borrower_id, data.loan_id, data.payment_id, 0, data.reversed_on, True))
            return data.payment_id, None
        if isinstance(data, PaymentChargedBack):
            self.taken_back.append((
                data.borrower_id, data.loan_id, data.payment_id, data.amount_minor, data.charged_back_on, False
            ))  # fmt: skip
            return data.payment_id, data.amount_minor
        return None, None

    def _take_fact(self, case: CaseFile, event: ReceivedEvent[EventData]) -> bool:
        on = self._on or date.min
        try:
            changed = take(case, event.data, self._ladders.choose(case).policy, on)
        except NotTaken as refusal:
            self._outcome.reject(event, refusal.code, refusal.field, refusal.value, refusal.reason)
            return False
        if not changed:
            metrics.DUPLICATES.labels(event.event_type).inc()
            return False
        case.fact_count += 1
        self.record.facts.append(FactRow(
            case.borrower_id, case.fact_count, case.evaluations + 1, on, event.event_type,
            _without_contact_data(event.data).model_dump_json(),
        ))  # fmt: skip
        return True


def _without_contact_data(data: EventData) -> EventData:
    """What is kept for good: of a registration, not who the borrower is and how they are reached."""
    if not isinstance(data, BorrowerRegistered):
        return data
    return data.model_copy(
        update={"name": "-", "email": None, "phone": None, "date_of_birth": None, "identity_ending": None}
    )
