"""Departures: one transaction looks at what is due, decides it, and marks what leaves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from schemas.dunning import Channel
from services.eventing import metrics
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.notifier.borrowers.borrower import Borrower
from services.notifier.borrowers.contact_history_store import ContactMade, record_contacts
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.borrowers.store import load_borrowers
from services.notifier.contact_rules.rule_sets import RuleSets
from services.notifier.sealing.key_ring import KeyRing, SealBroken
from services.notifier.sending import departure_store
from services.notifier.sending.borrower_plan import Plan, Planner
from services.notifier.sending.departure import CALL
from services.notifier.sending.digest import Dispatch, awake
from services.notifier.sending.dispatch_wording import DispatchWording
from services.notifier.sending.due_store import postpone, take_due
from services.notifier.sending.event_store import tell
from services.notifier.sending.hand_overs import HandOver
from services.notifier.sending.message import WaitingMessage
from services.notifier.sending.room import Room
from services.notifier.sending.verdict import Verdict, losing, verdict_of
from services.notifier.sending.wording import Worded

log = structlog.get_logger(__name__)
_UNREADABLE_WAITS: Final = timedelta(minutes=15)

Borrowers = Mapping[str, Borrower]
Messages = dict[str, list[WaitingMessage]]


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The contact rules of a name, by the day."""

    name: str
    rule_sets: RuleSets


@dataclass(frozen=True, slots=True)
class Marked:
    """What leaves, to be handed over at once; `decided` counts the messages that were decided."""

    hand_overs: Sequence[HandOver]
    decided: int


class Departures:
    """Decides and marks, for channels that know a repeated dispatch by its key (`honouring_key`) and others."""

    def __init__(
        self,
        *,
        keys: KeyRing,
        calendar: LenderCalendar,
        rules: RulesInForce,
        wording: DispatchWording,
        channels: frozenset[Channel],
        honouring_key: frozenset[Channel],
        clock: Clock,
    ) -> None:
        self._keys = keys
        self._calendar = calendar
        self._rules = rules
        self._wording = wording
        self._channels = channels
        self._honouring_key = honouring_key
        self._clock = clock

    async def mark(self, connection: Connection, room: Room) -> Marked:
        """Decide what is due, as far as there is room, and mark what leaves.

        The facts that the decision rests on are locked until all is committed, so that none of them can change between.
        """
        at = self._clock.now()
        async with connection.transaction():
            due = await take_due(connection, room, self._channels, at)
            if not due:
                return Marked((), 0)
            borrowers = await self._readable(connection, due, at)
            plan = self._planned(borrowers, due, room, at)
            verdicts = [verdict_of(one, at) for one in plan.kept_back]
            verdicts += [verdict for given_up in plan.given_up for verdict in losing(given_up)]
            fresh = [dispatch for dispatch in plan.dispatches if not dispatch.is_repeat]
            leaving, unworded = await self._wording.word(connection, borrowers, fresh, at)
            verdicts += unworded
            hand_overs = await self._written(connection, borrowers, plan, leaving, verdicts, at)
        _count(verdicts)
        return Marked(hand_overs, len(verdicts) + sum(len(one.dispatch.parts) for one in hand_overs))

    async def _readable(self, connection: Connection, due: Messages, at: datetime) -> Borrowers:
        """The borrowers, locked. Messages to one whose data does not open wait, for a key may be missing."""
        while True:
            try:
                return await load_borrowers(connection, self._keys, list(due), at, self._calendar, for_sending=True)
            except SealBroken as error:
                log.error("contact_unreadable", borrower_id=error.owner, reason=error.reason)
                await postpone(connection, due.pop(error.owner), at + _UNREADABLE_WAITS)

    def _planned(self, borrowers: Borrowers, due: Messages, room: Room, at: datetime) -> Plan:
        rules = self._rules.rule_sets.in_force(self._rules.name, at)
        planner = Planner(rules, at, self._channels, room)
        for borrower_id, messages in due.items():
            planner.add(borrowers[borrower_id], awake(messages, at))
        return planner.plan

    async def _written(
        self,
        connection: Connection,
        borrowers: Borrowers,
        plan: Plan,
        leaving: Sequence[Worded],
        verdicts: Sequence[Verdict],
        at: datetime,
    ) -> list[HandOver]:
        repeated = [dispatch for dispatch in plan.dispatches if dispatch.is_repeat]
        kept = [worded for worded in leaving if worded.dispatch.channel in self._honouring_key]
        await departure_store.mark_leaving(connection, self._keys, leaving, at)
        await departure_store.keep_dispatches(connection, self._keys, kept)
        await departure_store.mark_repeated(connection, repeated, at)
        words = await departure_store.kept_dispatches(connection, self._keys, repeated)
        leaving_dispatches = [*(worded.dispatch for worded in leaving), *repeated]
        given_up = {(m.request.borrower_id, str(m.repeats)): one for one in plan.given_up for m in one.messages}
        await departure_store.forget_dispatches(connection, list(given_up))
        await record_contacts(
            connection,
            [_contact(borrowers, dispatch, at) for dispatch in leaving_dispatches if dispatch.channel != CALL]
            + [
                ContactMade(borrower_id, dispatch_id, None, one.channel, "sent", at)
                for (borrower_id, dispatch_id), one in given_up.items()
                if one.channel != CALL
            ],
        )
        await departure_store.write_verdicts(connection, verdicts, at)
        await departure_store.let_wait(connection, plan.crowded_out)
        await tell(connection, [verdict.telling for verdict in verdicts if verdict.telling is not None])
        return [HandOver(worded.dispatch, worded.outbound) for worded in leaving] + [
            HandOver(dispatch, words[dispatch.dispatch_id]) for dispatch in repeated
        ]


def _contact(borrowers: Borrowers, dispatch: Dispatch, at: datetime) -> ContactMade:
    contact = borrowers[dispatch.borrower_id].contact
    digest = None if contact is None else contact.address_digest(dispatch.channel)
    return ContactMade(
        dispatch.borrower_id, dispatch.dispatch_id, dispatch.loan_id, dispatch.channel, "sent", at,
        address_digest=digest,
    )  # fmt: skip


def _count(verdicts: Sequence[Verdict]) -> None:
    for verdict in verdicts:
        if verdict.status == "failed":
            metrics.NOTIFICATIONS.labels("failed", "").inc()
        elif verdict.status == "unknown":
            metrics.NOTIFICATIONS.labels("unknown", verdict.channel or "").inc()
        elif verdict.telling is not None:
            metrics.NOTIFICATIONS_KEPT_BACK.labels(verdict.status, verdict.reason).inc()
