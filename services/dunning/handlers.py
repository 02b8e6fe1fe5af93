"""Dunning's reaction to the ledger's events."""

from collections.abc import Sequence

import structlog

from schemas.ledger import BusinessDateCompleted, LedgerEventData
from schemas.values import ComponentAmounts, EventData
from services.dunning import store
from services.dunning.decisions import Track, decide
from services.dunning.ladder import LadderPolicy
from services.dunning.track import Amounts, TrackFacts, TrackState
from services.eventing import metrics
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import ReceivedEvent
from services.eventing.store import business_date_of, open_business_date

log = structlog.get_logger(__name__)


class LedgerEventsHandler:
    """Takes the newest facts of each loan, and evaluates the loans that moved on the current business date.

    Facts of a date that the ledger has not completed yet wait for it: the look falls due when it is.
    """

    def __init__(self, policy: LadderPolicy, calendar_id: str, partitions: int) -> None:
        self._policy = policy
        self._calendar_id = calendar_id
        self._partitions = partitions

    async def __call__(self, connection: Connection, events: Sequence[ReceivedEvent[EventData]]) -> Outcome:
        """Load the tracks, move them, write tracks, cases and decisions."""
        outcome = Outcome()
        about_loans: list[ReceivedEvent[LedgerEventData]] = []
        for event in events:
            if isinstance(event.data, LedgerEventData):
                if event.sequence is None:
                    outcome.reject(event, "missing-header", "ce_sequence", "", "the ledger counts its events")
                else:
                    about_loans.append(event)  # type: ignore[arg-type]
            elif isinstance(event.data, BusinessDateCompleted):
                await open_business_date(
                    connection, event.data.calendar_id, event.position.partition, event.data.business_date
                )
        if not about_loans:
            return outcome
        keys = sorted({(event.data.borrower_id, event.data.loan_id) for event in about_loans})
        tracks = await store.load_tracks(connection, keys)
        moved, traces = self._move(tracks, about_loans)
        if not moved:
            return outcome
        completed = await business_date_of(connection, self._calendar_id, self._partitions)
        now = [track for track in moved if completed is not None and track.known_on <= completed]
        if completed is not None and now:
            outcome.emitted, decisions = decide(now, self._policy, completed, traces)
            await store.save_decisions(connection, decisions)
        await store.save_tracks(connection, moved)
        if completed is not None:
            await store.save_cases(connection, [track.facts.borrower_id for track in moved], completed)
        return outcome

    def _move(
        self, tracks: dict[store.Key, Track], events: Sequence[ReceivedEvent[LedgerEventData]]
    ) -> tuple[list[Track], dict[str, str]]:
        """Give tracks their newest facts; what was seen before is dropped, a gap is counted (facts are complete)."""
        moved: dict[store.Key, Track] = {}
        traces: dict[str, str] = {}
        for event in events:
            key = (event.data.borrower_id, event.data.loan_id)
            track = tracks.get(key)
            sequence = event.sequence or 0
            if track is not None and sequence <= track.facts.sequence:
                metrics.DUPLICATES.labels(event.event_type).inc()
                continue
            if sequence > (track.facts.sequence if track is not None else 0) + 1:
                metrics.SEQUENCE_GAPS.labels(event.event_type).inc()
                log.warning("sequence_gap", loan_id=event.data.loan_id, event_id=event.event_id, sequence=sequence)
            if track is None:
                track = Track(
                    _facts(event, sequence), TrackState.initial(self._policy), event.data.standing.as_of, None, None, 0
                )
                tracks[key] = track
            track.facts = _facts(event, sequence)
            track.known_on = event.data.standing.as_of
            track.next_look_on = track.known_on
            moved[key] = track
            if event.traceparent is not None:
                traces[event.data.loan_id] = event.traceparent
        return [moved[key] for key in sorted(moved)], traces


def _facts(event: ReceivedEvent[LedgerEventData], sequence: int) -> TrackFacts:
    data, standing = event.data, event.data.standing
    return TrackFacts(
        loan_id=data.loan_id,
        borrower_id=data.borrower_id,
        currency=data.currency,
        oldest_unpaid_due_on=standing.oldest_unpaid_due_on,
        next_due_on=standing.next_due_on,
        overdue=_amounts(standing.overdue),
        next_due_amounts=_amounts(standing.next_due),
        settled=standing.settled,
        sequence=sequence,
    )


def _amounts(amounts: ComponentAmounts) -> Amounts:
    return Amounts(amounts.penalty_minor, amounts.fee_minor, amounts.interest_minor, amounts.principal_minor)
