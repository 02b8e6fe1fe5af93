"""Channels against real servers on loopback: an SMTP server, and an HTTP gateway."""

import asyncio
import email
import email.policy
import json
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd import smtp

from services.notifier.channels import Channel, ChannelUnavailable, Delivery, MessageRefused, OutboundMessage
from services.notifier.sms_channel import SmsChannel
from services.notifier.smtp_channel import SmtpChannel, SmtpServer, message_id

MAIL = OutboundMessage(
    notification_id="6a1f2c1e-0000-5000-8000-000000000001",
    idempotency_key="key-1",
    to="li.lei@example.org",
    subject="关于您账户的消息",
    text="您好，合计 ¥12.34\n.\nend\n",
    html="<p>您好 &amp; thanks</p>",
    opt_out_url="https://stop.example/" + "x" * 200,
)
SMS = OutboundMessage("n-1", "key-1", "+8613800000000", "", "您好")
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


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
    in_data: int = 0
    most_in_data: int = 0

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.mail_reply is not None:
            return self.mail_reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
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
        return self.data_reply


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
async def post(connections: int = 2, deadline_seconds: float = 5.0, each: int = 100) -> AsyncIterator[Post]:
    box = Mailbox()
    protocols: list[smtp.SMTP] = []

    def protocol() -> smtp.SMTP:
        protocols.append(smtp.SMTP(box, hostname="mail.test", loop=asyncio.get_running_loop()))
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


def numbered(number: int) -> OutboundMessage:
    return replace(MAIL, notification_id=f"n-{number}")


async def test_mail_arrives_whole() -> None:
    async with post() as posted:
        channel: Channel = posted.channel
        delivery = await channel.send(MAIL)
        (mail,) = posted.box.mails
    assert channel.name == "email"
    assert delivery == Delivery(f"<{MAIL.notification_id}@lender.example>")
    assert mail["Message-ID"] == delivery.provider_message_id
    assert mail["To"] == "li.lei@example.org"
    assert posted.box.recipients == ["li.lei@example.org"]
    assert mail["From"] == "Fair Bank <no-reply@lender.example>"
    assert mail["Subject"] == MAIL.subject
    assert mail["Date"].datetime == NOW
    assert mail["List-Unsubscribe"] == f"<{MAIL.opt_out_url}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == MAIL.text
    assert page.get_content().strip() == MAIL.html


async def test_without_html_and_opt_out() -> None:
    async with post() as posted:
        await posted.channel.send(replace(MAIL, html=None, opt_out_url=None))
        (mail,) = posted.box.mails
    assert mail.get_content_type() == "text/plain"
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None


async def test_connections_are_few_and_reused() -> None:
    async with post(connections=3) as posted:
        posted.box.delay_seconds = 0.01
        deliveries = await asyncio.gather(*(posted.channel.send(numbered(number)) for number in range(30)))
        assert len(set(deliveries)) == 30
        assert len(posted.box.mails) == 30
        assert len(posted.box.peers) == 3
        assert posted.box.most_in_data == 3


async def test_connection_is_replaced_after_its_share() -> None:
    async with post(connections=1, each=2) as posted:
        for number in range(5):
            await posted.channel.send(numbered(number))
        assert len(posted.box.peers) == 3


async def test_connection_that_the_server_dropped_is_replaced() -> None:
    async with post(connections=1) as posted:
        await posted.channel.send(numbered(1))
        posted.drop_connections()
        await posted.channel.send(numbered(2))
        await asyncio.sleep(0.01)
        posted.drop_connections()
        await asyncio.sleep(0.01)
        await posted.channel.send(numbered(3))
        assert len(posted.box.mails) == 3


@pytest.mark.parametrize(
    ("replies", "error", "code"),
    [
        ({"rcpt_reply": "550 no such user li.lei@example.org"}, MessageRefused, 550),
        ({"rcpt_reply": "450 mailbox busy li.lei@example.org"}, ChannelUnavailable, 450),
        ({"data_reply": "554 refused for li.lei@example.org"}, MessageRefused, 554),
        ({"data_reply": "451 try later"}, ChannelUnavailable, 451),
        ({"mail_reply": "550 sender unknown"}, ChannelUnavailable, 550),
    ],
)
async def test_refusals(replies: dict[str, str], error: type[Exception], code: int) -> None:
    async with post(connections=1) as posted:
        for name, reply in replies.items():
            setattr(posted.box, name, reply)
        with pytest.raises(error) as refused:
            await posted.channel.send(MAIL)
        assert refused.value.code == code  # type: ignore[attr-defined]
        assert refused.value.notification_id == MAIL.notification_id  # type: ignore[attr-defined]
        assert "li.lei" not in "".join(traceback.format_exception(refused.value))
        posted.box.rcpt_reply, posted.box.data_reply, posted.box.mail_reply = None, "250 OK", None
        await posted.channel.send(MAIL)
        assert len(posted.protocols) == 1, "a refusal keeps the connection"


async def test_service_shutting_down_costs_the_connection() -> None:
    async with post(connections=1) as posted:
        posted.box.data_reply = "421 closing"
        with pytest.raises(ChannelUnavailable):
            await posted.channel.send(MAIL)
        posted.box.data_reply = "250 OK"
        await posted.channel.send(MAIL)
        assert len(posted.protocols) == 2


async def test_deadline_and_recovery() -> None:
    async with post(connections=1, deadline_seconds=0.2) as posted:
        posted.box.delay_seconds = 1.0
        with pytest.raises(ChannelUnavailable) as late:
            await posted.channel.send(MAIL)
        assert late.value.code is None
        posted.box.delay_seconds = 0.0
        await posted.channel.send(MAIL)
        assert len(posted.protocols) == 2


async def test_server_without_tls_gets_no_mail() -> None:
    async with post() as posted:
        server = replace(posted.channel._server, tls="start")
        channel = SmtpChannel(server, sender="a@lender.example", now=lambda: NOW)
        with pytest.raises(ChannelUnavailable):
            await channel.send(MAIL)
        assert posted.box.mails == []


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = SmtpServer("127.0.0.1", taken.getsockname()[1], tls="none")
        channel = SmtpChannel(server, sender="a@lender.example", now=lambda: NOW, connections=1)
        for _ in range(2):
            with pytest.raises(ChannelUnavailable):
                await channel.send(MAIL)
        await channel.close()


@pytest.mark.parametrize(
    "to", ["a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "nobody", "李@例.example"]
)
async def test_address_that_cannot_be_is_refused(to: str) -> None:
    async with post() as posted:
        with pytest.raises(MessageRefused) as refused:
            await posted.channel.send(replace(MAIL, to=to))
        assert to not in "".join(traceback.format_exception(refused.value))
        assert posted.box.mails == []


def test_message_id_is_one_to_one() -> None:
    names = ["a.b", "a..b", "a:b", "a-b", "a%3Ab"]
    assert len({message_id(name, "x.example") for name in names}) == len(names)


def test_a_message_hides_its_address() -> None:
    assert MAIL.to not in repr(MAIL)
    assert "secret" not in repr(SmtpServer("h", 1, password="secret"))


@dataclass
class Gateway:
    """What the HTTP server saw, and what it is told to answer."""

    requests: list[tuple[dict[str, str], Any]] = field(default_factory=list)
    status: str = "200 OK"
    headers: str = ""
    body: str = '{"message_id": "m-1"}'
    delay_seconds: float = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:-2]
                headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
                self.requests.append((headers, json.loads(await reader.readexactly(int(headers["content-length"])))))
                await asyncio.sleep(self.delay_seconds)
                answer = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(self.body)}\r\n{self.headers}\r\n{self.body}"
                writer.write(answer.encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def gateway(timeout_seconds: float = 5.0) -> AsyncIterator[tuple[Gateway, SmsChannel]]:
    seen = Gateway()
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] = seen.serve
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/sms"
    channel = SmsChannel(url, token="t-1", timeout_seconds=timeout_seconds)
    try:
        yield seen, channel
    finally:
        await channel.close()
        server.close()
        await server.wait_closed()


async def test_sms_is_posted() -> None:
    async with gateway() as (seen, sms):
        channel: Channel = sms
        assert await channel.send(SMS) == Delivery("m-1")
        ((headers, body),) = seen.requests
    assert channel.name == "sms"
    assert headers["authorization"] == "Bearer t-1"
    assert body == {"to": SMS.to, "text": SMS.text, "idempotency_key": "key-1"}


@pytest.mark.parametrize("body", ["", "[]", "{}", "ok"])
async def test_sms_taken_without_a_name(body: str) -> None:
    async with gateway() as (seen, channel):
        seen.body = body
        assert await channel.send(SMS) == Delivery("key-1")


@pytest.mark.parametrize(
    ("status", "headers", "error", "retry_after_seconds"),
    [
        ("400 Bad Request", "", MessageRefused, None),
        ("422 Unprocessable", "", MessageRefused, None),
        ("401 Unauthorized", "", ChannelUnavailable, None),
        ("408 Timeout", "", ChannelUnavailable, None),
        ("429 Slow Down", "Retry-After: 30\r\n", ChannelUnavailable, 30.0),
        (
            "503 Down",
            "Date: Thu, 05 Mar 2026 09:30:00 GMT\r\nRetry-After: Thu, 05 Mar 2026 09:31:30 GMT\r\n",
            ChannelUnavailable,
            90.0,
        ),
        ("503 Down", "Retry-After: soon\r\n", ChannelUnavailable, None),
        ("302 Found", "Location: /else\r\n", ChannelUnavailable, None),
    ],
)
async def test_sms_refusals(
    status: str, headers: str, error: type[Exception], retry_after_seconds: float | None
) -> None:
    async with gateway() as (seen, channel):
        seen.status, seen.headers, seen.body = status, headers, f"no {SMS.to}"
        with pytest.raises(error) as refused:
            await channel.send(SMS)
    assert SMS.to not in str(refused.value)
    assert getattr(refused.value, "retry_after_seconds", None) == retry_after_seconds
    assert refused.value.code == int(status[:3])  # type: ignore[attr-defined]


async def test_sms_gateway_slow_or_gone() -> None:
    async with gateway(timeout_seconds=0.1) as (seen, channel):
        seen.delay_seconds = 0.5
        with pytest.raises(ChannelUnavailable):
            await channel.send(SMS)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = SmsChannel(f"http://127.0.0.1:{taken.getsockname()[1]}/")
        with pytest.raises(ChannelUnavailable):
            await gone.send(SMS)
        await gone.close()
