"""Whether a call may be made: when it is claimed its reasons are looked at again, and the contact rules asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifier.borrowers.borrower import Borrower
from services.notifier.borrowers.rule_facts import facts_of
from services.notifier.calls.agent_call import CalledMessage
from services.notifier.contact_rules.decision import Decision, decide
from services.notifier.contact_rules.purposes import PURPOSE_BY_TEMPLATE
from services.notifier.contact_rules.rule_set import RuleSet
from services.notifier.sending.departure import gate_facts_of
from services.notifier.sending.gate import suppressing_rule


@dataclass(frozen=True, slots=True)
class Stopped:
    """A message that is no reason to call: `rule` of the gate, or of the contact rules with version and clause."""

    message: CalledMessage
    rule: str
    rules_version: str | None = None
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class CallNow:
    """The call may be made, about these messages."""

    about: tuple[CalledMessage, ...]
    stopped: tuple[Stopped, ...] = ()


@dataclass(frozen=True, slots=True)
class CallLater:
    """Contact rules allow the call at `until` at the earliest."""

    until: datetime
    rule: str
    rules_version: str
    clause: str
    stopped: tuple[Stopped, ...] = ()


@dataclass(frozen=True, slots=True)
class CallOff:
    """There is no reason left to call."""

    stopped: tuple[Stopped, ...]


CallDecision = CallNow | CallLater | CallOff
MayCall = Callable[[Sequence[CalledMessage], Borrower, datetime], CallDecision]


def may_call(rules: RuleSet, messages: Sequence[CalledMessage], borrower: Borrower, at: datetime) -> CallDecision:
    """Decide about a call at `at`. What has no reason any more, or is forbidden, is no part of it.

    As long as one message has to wait, the call does: the borrower is called once.
    """
    stopped: list[Stopped] = []
    allowed: list[CalledMessage] = []
    latest: Decision | None = None
    for message in messages:
        rule = suppressing_rule(message.template, message.due_on, gate_facts_of(borrower, message.loan_id))
        if rule is not None:
            stopped.append(Stopped(message, rule))
            continue
        purpose = PURPOSE_BY_TEMPLATE[message.template]
        decision = decide(rules, facts_of(borrower, "call", purpose, message.loan_id), at)
        if decision.outcome == "suppress":
            stopped.append(Stopped(message, *_cited(decision)))
            continue
        allowed.append(message)
        if decision.until is not None and (latest is None or latest.until is None or decision.until > latest.until):
            latest = decision
    if not allowed:
        return CallOff(tuple(stopped))
    if latest is not None and latest.until is not None:
        return CallLater(latest.until, *_cited(latest), tuple(stopped))
    return CallNow(tuple(allowed), tuple(stopped))


def _cited(decision: Decision) -> tuple[str, str, str]:
    citation = decision.citation
    if citation is None:
        return "unknown", decision.rules_version, ""
    return citation.rule_id, decision.rules_version, citation.clause
