"""Examples of what the notifier tells besides sending: receipts, deferrals, calls, what borrowers do on their pages."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas import borrower_answers, notifier
from schemas.values import EventData

_BORROWER: dict[str, Any] = {"borrower_id": "B-00003"}
_LOAN: dict[str, Any] = {**_BORROWER, "loan_id": "LC-00003"}
_AT = datetime(2024, 3, 15, 14, tzinfo=UTC)
_ON = date(2024, 3, 15)


def _notification(number: int) -> dict[str, Any]:
    return {
        **_LOAN, "notification_id": f"N-0000{number}", "reminder_id": f"LC-00003:{number}:overdue-soft",
        "step_id": "overdue-soft", "template": "overdue_soft",
    }  # fmt: skip


_EVENTS: tuple[EventData, ...] = (
    notifier.NotificationDeferred(
        **_notification(4), until=datetime(2024, 3, 16, 0, tzinfo=UTC), rule="contact-hours",
        rules_version="cn-2026-01-30", clause="no contact from 22:00 to 08:00"),
    notifier.NotificationUnknown(**_notification(5), channel="sms", reason="sms: the gateway broke off"),
    notifier.NotificationDelivered(**_notification(4), channel="sms", delivered_at=_AT),
    notifier.NotificationUndelivered(
        **_notification(6), channel="email", kind="bounced", told_at=_AT, is_tried_elsewhere=True),
    notifier.AgentCallRequested(**_notification(7), not_before=_AT),
    notifier.ContactRecorded(
        **_LOAN, contact_id="call:N-00007", channel="call", outcome="conversation", made_at=_AT + timedelta(hours=1)),
    borrower_answers.HardshipReportedByBorrower(
        **_BORROWER, hardship_id="page:HS-00002", reason="job-loss", reported_on=_ON),
    borrower_answers.DebtDisputed(**_LOAN, dispute_id="page:D-00001", kind="amount", disputed_on=_ON),
    borrower_answers.OptedOut(**_BORROWER, channel="sms", opted_out_at=_AT, source="reply"),
    borrower_answers.OptedIn(**_BORROWER, channel="sms", opted_in_at=_AT + timedelta(days=2), source="page"),
    borrower_answers.OfferViewed(**_LOAN, offer_id="LC-00003:20240315:overdue-help", viewed_at=_AT),
)  # fmt: skip

NOTIFIER_STORY: tuple[tuple[datetime, EventData], ...] = tuple((_AT, event) for event in _EVENTS)
