"""Retention: day by day, what is over its time is erased, some borrowers at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.eventing import metrics
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.notifier.archive import erasing_store, retention_store
from services.notifier.archive.borrower_records import ErasureRecord
from services.notifier.archive.retention import DueErasure, due_erasure
from services.notifier.borrowers.store import lock_borrowers
from services.notifier.contact_rules.records_kept import RecordsKept
from services.notifier.contact_rules.rule_sets import RuleSets

log = structlog.get_logger(__name__)
_WALK_AGAIN_AFTER: Final = timedelta(days=1)
_ACTOR: Final = "retention"


@dataclass(slots=True)
class RetentionPlan:
    """What is over its time: `latest` is the moment before which the last activity lies; None: nothing is erased."""

    latest: datetime | None
    loans: int = 0
    borrowers: int = 0


class Retention:
    """The step of a WorkLoop: one lot of borrowers a call, all of them once a day.

    How long is said by the rules in force. Rules that say nothing of it let nothing be erased.
    """

    def __init__(self, rule_sets: RuleSets, rules_name: str, clock: Clock, borrowers_at_once: int = 200) -> None:
        self._rule_sets = rule_sets
        self._rules_name = rules_name
        self._clock = clock
        self._borrowers_at_once = borrowers_at_once
        self._after = ""
        self._walk_at: datetime | None = None

    async def __call__(self, connection: Connection) -> bool:
        """True when there may be more to do."""
        now = self._clock.now()
        kept = self._rule_sets.in_force(self._rules_name, now).records_kept
        if kept is None or (self._walk_at is not None and now < self._walk_at):
            return False
        async with connection.transaction():
            borrowers = await retention_store.next_borrowers(connection, self._after, self._borrowers_at_once)
            await retention_store.note_ends(connection, borrowers, now)
            due = await _due(connection, borrowers, kept.latest_activity_to_erase(now))
            if due:
                await self._erase(connection, [one.borrower_id for one in due], kept, now)
        if len(borrowers) < self._borrowers_at_once:
            self._after, self._walk_at = "", now + _WALK_AGAIN_AFTER
            return False
        self._after = borrowers[-1]
        return True

    async def planned(self, connection: Connection) -> RetentionPlan:
        """What would be erased; changes nothing."""
        now = self._clock.now()
        kept = self._rule_sets.in_force(self._rules_name, now).records_kept
        if kept is None:
            return RetentionPlan(None)
        plan = RetentionPlan(kept.latest_activity_to_erase(now))
        after = ""
        while borrowers := await retention_store.next_borrowers(connection, after, self._borrowers_at_once):
            due = await _due(connection, borrowers, kept.latest_activity_to_erase(now))
            plan.loans += sum(len(one.loan_ids) for one in due)
            plan.borrowers += sum(one.is_whole for one in due)
            after = borrowers[-1]
        return plan

    async def _erase(
        self, connection: Connection, borrower_ids: Sequence[str], kept: RecordsKept, now: datetime
    ) -> None:
        await lock_borrowers(connection, borrower_ids)
        # What was told meanwhile may have changed what is due.
        due = await _due(connection, borrower_ids, kept.latest_activity_to_erase(now))
        reason = f"{kept.years} years after the last activity: {kept.citation.clause}"
        for one in due:
            loans = [(one.borrower_id, loan_id) for loan_id in one.loan_ids]
            if one.is_whole:
                counts = await erasing_store.empty_borrowers(connection, [one.borrower_id], keeps_history=False)
            else:
                counts = await erasing_store.empty_loans(connection, loans)
            await retention_store.mark_erased(connection, loans, now)
            erasure = ErasureRecord(erased_at=now, kind="retention", reason=reason, actor=_ACTOR, counts=dict(counts))
            await erasing_store.note_erasure(connection, one.borrower_id, erasure)
        whole = sum(one.is_whole for one in due)
        loans_erased = sum(len(one.loan_ids) for one in due)
        metrics.ERASED_BORROWERS.labels("retention").inc(whole)
        metrics.ERASED_LOANS.inc(loans_erased)
        log.info("records_erased", borrowers=whole, loans=loans_erased)


async def _due(connection: Connection, borrower_ids: Sequence[str], latest: datetime) -> list[DueErasure]:
    if not borrower_ids:
        return []
    activities = await retention_store.activities(connection, borrower_ids)
    return [due for one in activities if (due := due_erasure(one, latest)) is not None]
