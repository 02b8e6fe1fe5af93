"""Events that tell what became of messages."""

from datetime import datetime
from typing import Final, TypedDict

from schemas.dunning import Channel
from schemas.notifier import (
    NotificationDeferred,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    NotificationUnknown,
)
from services.notifier.borrowers.borrower import Language
from services.notifier.contact_rules.decision import Decision
from services.notifier.sending.event_store import Telling
from services.notifier.sending.gate import Rule
from services.notifier.sending.message import MessageRequest

_LONGEST_CLAUSE: Final = 300
_LONGEST_REASON: Final = 500


class _Common(TypedDict):
    borrower_id: str
    loan_id: str
    notification_id: str
    reminder_id: str
    step_id: str
    template: str


def sent(request: MessageRequest, channel: Channel, language: Language, dispatch_id: str, at: datetime) -> Telling:
    """A provider took it."""
    event = NotificationSent(
        **_common(request), channel=channel, language=language, sent_at=at, dispatch_id=dispatch_id
    )
    return Telling(event, request.traceparent)


def failed(request: MessageRequest, reason: str) -> Telling:
    """No channel could take it."""
    return Telling(NotificationFailed(**_common(request), reason=reason[:_LONGEST_REASON]), request.traceparent)


def unknown(request: MessageRequest, channel: Channel, reason: str) -> Telling:
    """Whether it was taken is not known."""
    event = NotificationUnknown(**_common(request), channel=channel, reason=reason[:_LONGEST_REASON])
    return Telling(event, request.traceparent)


def stopped_by_gate(request: MessageRequest, rule: Rule) -> Telling:
    """Its reason has gone."""
    return Telling(NotificationSuppressed(**_common(request), rule=rule), request.traceparent)


def forbidden(request: MessageRequest, decision: Decision) -> Telling:
    """A contact rule forbids it."""
    event = NotificationSuppressed(
        **_common(request), rule=_rule(decision), rules_version=decision.rules_version, clause=_clause(decision)
    )
    return Telling(event, request.traceparent)


def deferred(request: MessageRequest, until: datetime, decision: Decision) -> Telling:
    """A contact rule lets it leave later."""
    event = NotificationDeferred(
        **_common(request), until=until, rule=_rule(decision), rules_version=decision.rules_version,
        clause=_clause(decision),
    )  # fmt: skip
    return Telling(event, request.traceparent)


def _common(request: MessageRequest) -> _Common:
    return _Common(
        borrower_id=request.borrower_id, loan_id=request.loan_id, notification_id=request.notification_id,
        reminder_id=request.reminder_id, step_id=request.step_id, template=request.template,
    )  # fmt: skip


def _rule(decision: Decision) -> str:
    return "unknown" if decision.citation is None else decision.citation.rule_id


def _clause(decision: Decision) -> str:
    return "" if decision.citation is None else decision.citation.clause[:_LONGEST_CLAUSE]
