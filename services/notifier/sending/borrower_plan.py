"""What happens now with the messages of one borrower: which leave together, and why others do not leave."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from schemas.dunning import Channel
from services.notifier.borrowers.borrower import Borrower
from services.notifier.contact_rules.facts import PastContact
from services.notifier.contact_rules.rule_set import RuleSet
from services.notifier.sending.departure import CALL, Defers, Departure, Leaves, departure_of
from services.notifier.sending.digest import Dispatch, DispatchPart, dispatch_of
from services.notifier.sending.message import WaitingMessage
from services.notifier.sending.room import Room
from services.notifier.words import DIGESTIBLE


@dataclass(frozen=True, slots=True)
class KeptBack:
    """A message that does not leave now."""

    message: WaitingMessage
    departure: Departure


@dataclass(frozen=True, slots=True)
class CrowdedOut:
    """A message that may leave by a channel that has no room now."""

    message: WaitingMessage
    channel: Channel


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Messages of a dispatch that may have been taken and may not be repeated: its end stays unknown."""

    messages: tuple[WaitingMessage, ...]
    channel: Channel


@dataclass(slots=True)
class Plan:
    """Everything that happens now."""

    dispatches: list[Dispatch] = field(default_factory=list)
    kept_back: list[KeptBack] = field(default_factory=list)
    crowded_out: list[CrowdedOut] = field(default_factory=list)
    given_up: list[GivenUp] = field(default_factory=list)


class Planner:
    """Plans under some rules, at a moment, with the room that is left, for one borrower after the other."""

    def __init__(self, rules: RuleSet, at: datetime, configured: Collection[Channel], room: Room) -> None:
        self._rules = rules
        self._at = at
        self._configured = configured
        self._room = room
        self.plan = Plan()

    def add(self, borrower: Borrower, messages: Sequence[WaitingMessage]) -> None:
        """Plan a borrower's messages in the order in which they were asked for.

        What is repeated comes first, then what may leave together. Each dispatch counts as a contact for what is
        planned after it.
        """
        for dispatch_id in sorted({message.repeats for message in messages if message.repeats}):
            borrower = self._repeat(borrower, [message for message in messages if message.repeats == dispatch_id])
        fresh = [message for message in messages if message.repeats is None]
        borrower = self._leave(borrower, [one for one in fresh if one.request.template in DIGESTIBLE])
        for message in fresh:
            if message.request.template not in DIGESTIBLE:
                borrower = self._leave(borrower, [message])

    def _leave(self, borrower: Borrower, messages: Sequence[WaitingMessage]) -> Borrower:
        """Plan messages that may leave together, by one channel; what is left for another one is decided after that."""
        together: list[DispatchPart] = []
        elsewhere: list[WaitingMessage] = []
        channel: Channel | None = None
        for message in messages:
            departure = self._departure(message, borrower)
            if not isinstance(departure, Leaves):
                self.plan.kept_back.append(KeptBack(message, departure))
            elif channel in (None, departure.channel):
                channel = departure.channel
                together.append(
                    DispatchPart(message.handed_to(channel, self._at), departure.decision, departure.others)
                )
            else:
                elsewhere.append(message)
        if channel is not None:
            borrower = self._dispatch(borrower, dispatch_of(channel, together))
        return self._leave(borrower, elsewhere) if elsewhere else borrower

    def _repeat(self, borrower: Borrower, messages: Sequence[WaitingMessage]) -> Borrower:
        """Plan to repeat a dispatch as it was, if all of it may still leave by its channel."""
        first = messages[0]
        channel = first.channel or first.request.channels[0]
        departures = [self._departure(message, borrower, only=channel) for message in messages]
        if not all(isinstance(one, Leaves | Defers) for one in departures):
            self.plan.given_up.append(GivenUp(tuple(messages), channel))
            return borrower
        if deferred := [one for one in departures if isinstance(one, Defers)]:
            last = max(deferred, key=lambda one: one.until)
            self.plan.kept_back += [KeptBack(message, last) for message in messages]
            return borrower
        parts = tuple(
            DispatchPart(message.handed_to(channel, self._at), leaves.decision)
            for message, leaves in zip(messages, departures, strict=True)
            if isinstance(leaves, Leaves)
        )
        repeated = Dispatch(borrower.borrower_id, str(first.repeats), channel, parts, is_repeat=True)
        return self._dispatch(borrower, repeated)

    def _dispatch(self, borrower: Borrower, dispatch: Dispatch) -> Borrower:
        """Take the room for a dispatch, and give the borrower as they are once it has left.

        A call counts as a contact when somebody makes it.
        """
        if not self._room.take(dispatch.channel):
            self.plan.crowded_out += [CrowdedOut(part.message, dispatch.channel) for part in dispatch.parts]
            return borrower
        self.plan.dispatches.append(dispatch)
        if dispatch.channel == CALL:
            return borrower
        return replace(borrower, history=(*borrower.history, _contact_by(borrower, dispatch, self._at)))

    def _departure(self, message: WaitingMessage, borrower: Borrower, only: Channel | None = None) -> Departure:
        return departure_of(message, borrower, self._rules, self._at, configured=self._configured, only=only)


def _contact_by(borrower: Borrower, dispatch: Dispatch, at: datetime) -> PastContact:
    """The contact that a dispatch is, as the contact rules see it: the lender's app rings on the telephone."""
    digest = None if borrower.contact is None else borrower.contact.address_digest(dispatch.channel)
    return PastContact(
        "sms" if dispatch.channel == "app" else dispatch.channel, at, dispatch.loan_id, "sent",
        address=None if digest is None else digest.hex(),
    )  # fmt: skip
