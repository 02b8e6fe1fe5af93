"""Messages as the channels get them."""

from dataclasses import replace
from datetime import UTC, datetime

from services.notifier.channels.channel import OutboundMessage

NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
MAIL = OutboundMessage(
    borrower_id="B-1",
    loan_id="L-1",
    template="overdue_soft",
    language="zh-CN",
    notification_id="N:6a1f2c1e",
    idempotency_key="D:6a1f2c1e-0000-5000-8000-000000000001",
    to="li.lei@example.org",
    subject="关于您账户的消息",
    text="您好，合计 ¥12.34\n.\nend\n",
    html="<p>您好 &amp; thanks</p>",
    opt_out_url="https://stop.example/" + "x" * 200,
)
SMS = replace(MAIL, to="+8613800000000", subject="", text="您好", html=None, opt_out_url=None)


def numbered(message: OutboundMessage, number: int) -> OutboundMessage:
    """The same message under another key."""
    return replace(message, notification_id=f"N:{number}", idempotency_key=f"D:{number}")
