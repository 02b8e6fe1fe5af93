"""What borrowers answer to offers on their pages.

An answer comes later than it is given: the offer may be closed by then. What cannot be taken any more is not left
unsaid: a person is asked to act on it, and what became of the offer is told beside it.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from schemas.cases import TaskKind, TaskRequested
from schemas.offers import (
    OfferAcceptedByBorrower,
    OfferAnswerData,
    OfferCounteredByBorrower,
    OfferDeclinedByBorrower,
)
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.identifiers import fitted
from services.dunning.cases.record import Record, TaskRow
from services.dunning.offer_desk import OfferDesk, OfferRefused, Wish
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, ReceivedEvent, outgoing

_CAME_TOO_LATE = frozenset({"offer-closed", "offer-expired"})
_NOT_POSSIBLE = _CAME_TOO_LATE | {"no-plan"}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of a borrower; `on` is the business date, `policy_version` that of the ladder of their case."""

    case: CaseFile
    event: ReceivedEvent[Any]
    on: date | None
    policy_version: str


async def take_reply(
    desk: OfferDesk, connection: Connection, reply: Reply, record: Record, outcome: Outcome
) -> bool:  # fmt: skip
    """Take an answer, and note what is to be told in `outcome`; True if the case is to be written for it.

    An answer to an offer or plan that never was is refused.
    """
    data: OfferAnswerData = reply.event.data
    try:
        outcome.emitted += await _answered(desk, connection, reply, data)
    except OfferRefused as refusal:
        match data:
            case OfferAcceptedByBorrower() if refusal.code in _CAME_TOO_LATE:
                return _ask(reply, "review-acceptance", data.plan_id, data.accepted_on, record, outcome)
            case OfferDeclinedByBorrower() if refusal.code in _CAME_TOO_LATE:
                return False
            case OfferCounteredByBorrower() if refusal.code in _NOT_POSSIBLE:
                outcome.emitted += await desk.tell_again(
                    connection, data.borrower_id, data.offer_id, data.countered_on, reply.event.traceparent
                )
                wish = f"{data.offer_id}:{data.countered_on:%Y%m%d}"
                return _ask(reply, "find-plan", wish, data.countered_on, record, outcome)
        outcome.reject(reply.event, refusal.code, refusal.field, refusal.value, refusal.reason)
    return False


async def _answered(
    desk: OfferDesk, connection: Connection, reply: Reply, data: OfferAnswerData
) -> list[OutgoingEvent]:  # fmt: skip
    """Raises OfferRefused."""
    match data:
        case OfferAcceptedByBorrower():
            return await desk.accept(connection, reply.case, data.offer_id, data.plan_id, data.accepted_on)
        case OfferDeclinedByBorrower():
            return await desk.close(connection, data.borrower_id, data.offer_id, "declined", data.declined_on)
        case OfferCounteredByBorrower():
            wish = Wish(data.instalment_minor, data.due_day_of_month)
            trace = reply.event.traceparent
            return await desk.counter(connection, reply.case, data.offer_id, wish, data.countered_on, trace)
        case _:
            return []


def _ask(reply: Reply, kind: TaskKind, about: str, on: date, record: Record, outcome: Outcome) -> bool:
    """Ask a person to act, once for what it is `about`; the case remembers it."""
    case, data = reply.case, reply.event.data
    task_id = fitted(f"{kind}:{about}")
    if task_id in case.memory.done:
        return False
    case.memory = replace(case.memory, done=(*case.memory.done, task_id))
    case.sequence += 1
    task = TaskRequested(
        borrower_id=case.borrower_id, business_date=reply.on or on, policy_version=reply.policy_version, kind=kind,
        task_id=task_id, loan_id=data.loan_id,
    )  # fmt: skip
    record.tasks.append(TaskRow(case.borrower_id, task_id, kind, data.loan_id, None, task.business_date))
    outcome.emitted.append(outgoing(task, case.sequence, traceparent=reply.event.traceparent))
    return True
