"""Recording what channels answered."""

import random
from collections.abc import Sequence
from datetime import datetime

import structlog

from schemas.dunning import Channel
from services.eventing import metrics
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.notifier.borrowers.borrower import Language
from services.notifier.borrowers.contact_history_store import take_back_contacts
from services.notifier.channels.channel import FateUnknown
from services.notifier.sending import outcome_events
from services.notifier.sending.departure import CALL
from services.notifier.sending.departure_store import forget_dispatches
from services.notifier.sending.ending import Failed, Patience, Sent, TriedAgain, TriedElsewhere, Unknown, ending_of
from services.notifier.sending.ending_store import EndedPart, end_attempts
from services.notifier.sending.event_store import Telling, tell
from services.notifier.sending.hand_overs import Answered, HandOver

log = structlog.get_logger(__name__)


class Endings:
    """Decides how attempts ended, and records it with its events."""

    def __init__(
        self, patience: Patience, honouring_key: frozenset[Channel], clock: Clock, chance: random.Random
    ) -> None:
        self._patience = patience
        self._honouring_key = honouring_key
        self._clock = clock
        self._chance = chance

    async def record(self, connection: Connection, answers: Sequence[Answered]) -> None:
        """Record answers in one transaction."""
        at = self._clock.now()
        ended = [part for answer in answers for part in self._ended(answer, at)]
        languages = {one.hand_over.dispatch.dispatch_id: one.hand_over for one in answers}
        async with connection.transaction():
            changed = await end_attempts(connection, ended, at)
            ended = [one for one in ended if one.key in changed]
            await tell(
                connection,
                [told for one in ended if (told := _telling(one, languages[one.dispatch.dispatch_id], at)) is not None],
            )
            whole = {one.dispatch.dispatch_id: one for one in ended}.values()
            await forget_dispatches(connection, [_dispatch_key(one) for one in whole if self._is_forgotten(one)])
            await take_back_contacts(
                connection,
                sorted(_dispatch_key(one) for one in whole if not isinstance(one.ending, Sent | Unknown)),
            )
        for one in ended:
            _count(one, at)

    def _ended(self, answer: Answered, at: datetime) -> list[EndedPart]:
        dispatch = answer.hand_over.dispatch
        honours_key = dispatch.channel in self._honouring_key
        draw = self._chance.random()
        may_have_been_taken = dispatch.is_repeat or isinstance(answer.result, FateUnknown)
        ended = []
        for part in dispatch.parts:
            ending = ending_of(
                part,
                answer.result,
                at,
                self._patience,
                honours_key=honours_key,
                is_repeat=dispatch.is_repeat,
                draw=draw,
            )
            is_kept = may_have_been_taken and isinstance(ending, TriedAgain)
            ended.append(EndedPart(dispatch, part, ending, is_kept))
        return ended

    def _is_forgotten(self, one: EndedPart) -> bool:
        return one.dispatch.channel in self._honouring_key and not one.is_kept


def _dispatch_key(one: EndedPart) -> tuple[str, str]:
    return one.dispatch.borrower_id, one.dispatch.dispatch_id


def _telling(one: EndedPart, hand_over: HandOver, at: datetime) -> Telling | None:
    """The event of an ending; that somebody is to call is told by the channel itself, and what came of it then."""
    request, channel = one.part.message.request, one.dispatch.channel
    match one.ending:
        case Sent():
            if channel == CALL:
                return None
            return outcome_events.sent(request, channel, _language(hand_over), one.dispatch.dispatch_id, at)
        case Failed(reason):
            return outcome_events.failed(request, f"{channel}: {reason}" if channel not in reason else reason)
        case Unknown(reason):
            return outcome_events.unknown(request, channel, reason)
        case TriedAgain() | TriedElsewhere():
            return None


def _language(hand_over: HandOver) -> Language:
    return "zh-CN" if hand_over.outbound.language == "zh-CN" else "en"


def _count(one: EndedPart, at: datetime) -> None:
    channel = one.dispatch.channel
    match one.ending:
        case Sent():
            metrics.NOTIFICATIONS.labels("sent", channel).inc()
            metrics.NOTIFICATION_AGE.labels(channel).observe((at - one.part.message.asked_at).total_seconds())
        case Failed():
            metrics.NOTIFICATIONS.labels("failed", channel).inc()
        case Unknown():
            metrics.NOTIFICATIONS.labels("unknown", channel).inc()
        case TriedAgain(_, reason, _) | TriedElsewhere(_, reason):
            metrics.NOTIFICATIONS.labels("tried-again", channel).inc()
            log.info("send_tried_again", dispatch_id=one.dispatch.dispatch_id, channel=channel, reason=reason)
