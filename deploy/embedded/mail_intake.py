"""The SMTP side of the sink: takes e-mails in and decodes their MIME."""

import asyncio
import logging
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

from deploy.embedded.mailbox import Mailbox
from deploy.embedded.processes import LOCALHOST

LARGEST_MAIL = 10 * 1024 * 1024

logger = logging.getLogger(__name__)


class MailHandler:
    """aiosmtpd's handler: every mail is accepted and recorded, once for each recipient."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Record the mail."""
        subject, body, message_id = decode(envelope.content)
        for recipient in envelope.rcpt_tos:
            self._mailbox.add_email(envelope.mail_from or "", recipient, subject, body, message_id)
        return "250 Message accepted for delivery"


def decode(content: bytes) -> tuple[str, str, str]:
    """Subject, text and Message-ID of a mail; the plain text part is preferred to HTML."""
    mail = message_from_bytes(content, policy=policy.default)
    if not isinstance(mail, EmailMessage):
        return "", content.decode("utf-8", "replace"), ""
    return str(mail.get("Subject", "")), _text(mail), str(mail.get("Message-ID", "")).strip()


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        return str(part.get_content()).replace("\r\n", "\n").strip()
    except (LookupError, KeyError, ValueError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace").strip() if isinstance(payload, bytes) else ""


async def serve_mail(mailbox: Mailbox, port: int) -> asyncio.Server:
    """Listen for mails on the port."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    loop = asyncio.get_running_loop()
    handler = MailHandler(mailbox)

    def connection() -> asyncio.BaseProtocol:
        protocol: asyncio.BaseProtocol = SMTP(
            handler, hostname="localhost", data_size_limit=LARGEST_MAIL, enable_SMTPUTF8=True, loop=loop
        )
        return protocol

    return await loop.create_server(connection, LOCALHOST, port)
