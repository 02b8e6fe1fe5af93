"""An SMTP server on loopback that answers as it is told, and a channel to it."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd import smtp

from services.notifier.channels.smtp_channel import SmtpChannel, SmtpServer
from tests.notifier.channels.messages import NOW


@dataclass
class Mailbox:
    """What the SMTP server saw, and what it is told to answer."""

    mails: list[EmailMessage] = field(default_factory=list)
    peers: set[tuple[str, int]] = field(default_factory=set)
    recipients: list[str] = field(default_factory=list)
    rcpt_reply: str | None = None
    data_reply: str = "250 taken"
    mail_reply: str | None = None
    delay_seconds: float = 0.0
    drops_at: str | None = None
    in_data: int = 0
    most_in_data: int = 0

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.drop(server, "MAIL")
        if self.mail_reply is not None:
            return self.mail_reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.drop(server, "RCPT")
        if self.rcpt_reply is not None:
            return self.rcpt_reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.in_data += 1
        self.most_in_data = max(self.most_in_data, self.in_data)
        await asyncio.sleep(self.delay_seconds)
        self.in_data -= 1
        if self.data_reply.startswith("2"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.recipients.extend(envelope.rcpt_tos)
            self.peers.add(session.peer)
        self.drop(server, "text")
        return self.data_reply

    def drop(self, server: Any, step: str) -> bool:
        """Drop the connection if this is the step at which to."""
        if self.drops_at == step:
            server.transport.abort()
        return self.drops_at == step


class _DroppingServer(smtp.SMTP):
    """Drops connections also where its handler is not asked."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.event_handler.drop(self, "connect")

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not self.event_handler.drop(self, "DATA"):
            await super().smtp_DATA(arg)


@dataclass
class Post:
    """A running SMTP server and a channel to it."""

    box: Mailbox
    channel: SmtpChannel
    protocols: list[smtp.SMTP]

    def drop_connections(self) -> None:
        for protocol in self.protocols:
            if protocol.transport is not None:
                protocol.transport.close()


@asynccontextmanager
async def post(
    connections: int = 2, deadline_seconds: float = 5.0, each: int = 100, box: Mailbox | None = None
) -> AsyncIterator[Post]:
    box = box or Mailbox()
    protocols: list[smtp.SMTP] = []

    def protocol() -> smtp.SMTP:
        protocols.append(_DroppingServer(box, hostname="mail.test", loop=asyncio.get_running_loop()))
        return protocols[-1]

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    channel = SmtpChannel(
        SmtpServer("127.0.0.1", server.sockets[0].getsockname()[1], tls="none"),
        sender="Fair Bank <no-reply@lender.example>",
        now=lambda: NOW,
        connections=connections,
        messages_per_connection=each,
        deadline_seconds=deadline_seconds,
    )
    posted = Post(box, channel, protocols)
    try:
        yield posted
    finally:
        await channel.close()
        posted.drop_connections()
        server.close()
        await server.wait_closed()
