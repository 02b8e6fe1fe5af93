"""The decision about one message whose time has come: by which channel it leaves, or why it does not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from schemas.dunning import Channel
from services.notifier.borrowers.borrower import Borrower
from services.notifier.borrowers.rule_facts import facts_of
from services.notifier.contact_rules.decision import Decision, decide
from services.notifier.contact_rules.purposes import PURPOSE_BY_TEMPLATE
from services.notifier.contact_rules.rule_set import RuleSet
from services.notifier.sending.gate import GateFacts, Rule, suppressing_rule
from services.notifier.sending.message import WaitingMessage

CALL: Final[Channel] = "call"


@dataclass(frozen=True, slots=True)
class Leaves:
    """It may leave by `channel` at once. `others` could be tried after it."""

    channel: Channel
    decision: Decision
    others: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class Defers:
    """A contact rule lets it leave at `until` at the earliest, by `channel`."""

    until: datetime
    channel: Channel
    decision: Decision


@dataclass(frozen=True, slots=True)
class GateStops:
    """Its reason has gone."""

    rule: Rule
    facts: GateFacts


@dataclass(frozen=True, slots=True)
class RulesForbid:
    """A contact rule forbids it by every channel that could carry it; `decision` is about the first."""

    channel: Channel
    decision: Decision


@dataclass(frozen=True, slots=True)
class NoChannel:
    """No channel can carry it to the borrower; `reason` tells of each."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoContact:
    """Nothing is known of how the borrower is reached."""


Departure = Leaves | Defers | GateStops | RulesForbid | NoChannel | NoContact


def departure_of(
    message: WaitingMessage,
    borrower: Borrower,
    rules: RuleSet,
    at: datetime,
    *,
    configured: Collection[Channel],
    only: Channel | None = None,
) -> Departure:
    """Decide about a message at `at`, from what is known of the borrower then.

    The gate is asked first. Then the first channel counts by which contact rules let it leave now; if there is none,
    the one that opens first. A call is asked for whatever the hour, for the rules are asked again when somebody makes
    it; and never in place of a message that only has to wait. `only`: it can leave by this channel or not at all.
    """
    facts = gate_facts_of(borrower, message.request.loan_id)
    if (rule := suppressing_rule(message.request.template, message.request.due_on, facts)) is not None:
        return GateStops(rule, facts)
    if borrower.contact is None:
        return NoContact()
    wanted = message.channels_left if only is None else (only,)
    reasons = {channel: reason for channel in wanted if (reason := _unusable(channel, borrower, configured))}
    usable = tuple(channel for channel in wanted if channel not in reasons)
    if not usable:
        told = "; ".join(f"{channel}: {reason}" for channel, reason in reasons.items())
        return NoChannel(told or "every channel that it asks for was tried")
    return _by_rules(message, borrower, rules, at, usable)


def gate_facts_of(borrower: Borrower, loan_id: str) -> GateFacts:
    """What the ledger last said of a loan."""
    standing = borrower.standings.get(loan_id)
    if standing is None:
        return GateFacts(known=False, oldest_unpaid_due_on=None, settled=False)
    return GateFacts(True, standing.oldest_unpaid_due_on, standing.settled)


def _unusable(channel: Channel, borrower: Borrower, configured: Collection[Channel]) -> str | None:
    if channel not in configured:
        return "not configured"
    if channel in borrower.unusable_channels:
        return "the address does not work"
    if address_of(borrower, channel) is None:
        return "no address"
    return None


def address_of(borrower: Borrower, channel: Channel) -> str | None:
    """Where a channel reaches the borrower: in the lender's own app, under the borrower id."""
    if channel == "app":
        return borrower.borrower_id
    return None if borrower.contact is None else borrower.contact.address(channel)


def _by_rules(
    message: WaitingMessage, borrower: Borrower, rules: RuleSet, at: datetime, usable: Sequence[Channel]
) -> Departure:
    purpose = PURPOSE_BY_TEMPLATE[message.request.template]
    deferred: Defers | None = None
    forbidden: RulesForbid | None = None
    for channel in usable:
        decision = decide(rules, facts_of(borrower, channel, purpose, message.request.loan_id), at)
        if channel == CALL and deferred is not None:
            continue
        if decision.outcome == "send" or (decision.outcome == "defer" and channel == CALL):
            return Leaves(channel, decision, tuple(other for other in usable if other != channel))
        if decision.outcome == "suppress":
            forbidden = forbidden or RulesForbid(channel, decision)
            continue
        until = cast(datetime, decision.until)
        if deferred is None or until < deferred.until:
            deferred = Defers(until, channel, decision)
    if deferred is not None:
        return deferred
    assert forbidden is not None
    return forbidden
