"""E-mail against a real SMTP server on loopback."""

import asyncio
import socket
import traceback
from dataclasses import replace

import pytest

from services.notifier.channels.channel import (
    Channel,
    ChannelUnavailable,
    Delivery,
    FateUnknown,
    MessageRefused,
)
from services.notifier.channels.mail_message import message_id
from services.notifier.channels.smtp_channel import SmtpChannel, SmtpServer
from tests.notifier.channels.mail_server import post
from tests.notifier.channels.messages import MAIL, NOW, numbered


async def test_mail_arrives_whole() -> None:
    async with post() as posted:
        channel: Channel = posted.channel
        delivery = await channel.send(MAIL)
        (mail,) = posted.box.mails
    assert channel.name == "email"
    assert delivery == Delivery(message_id(MAIL.idempotency_key, "lender.example"))
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
        deliveries = await asyncio.gather(*(posted.channel.send(numbered(MAIL, number)) for number in range(30)))
        assert len(set(deliveries)) == 30
        assert len(posted.box.mails) == 30
        assert len(posted.box.peers) == 3
        assert posted.box.most_in_data == 3


async def test_connection_is_replaced_after_its_share() -> None:
    async with post(connections=1, each=2) as posted:
        for number in range(5):
            await posted.channel.send(numbered(MAIL, number))
        assert len(posted.box.peers) == 3


async def test_connection_that_the_server_dropped_is_replaced() -> None:
    async with post(connections=1) as posted:
        await posted.channel.send(numbered(MAIL, 1))
        posted.drop_connections()
        await posted.channel.send(numbered(MAIL, 2))
        await asyncio.sleep(0.01)
        posted.drop_connections()
        await asyncio.sleep(0.01)
        await posted.channel.send(numbered(MAIL, 3))
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
        with pytest.raises(FateUnknown) as late:
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


async def test_a_connection_dropped_before_the_text_leaves_the_message_untaken() -> None:
    async with post(connections=1) as posted:
        for step in ("connect", "MAIL", "RCPT", "DATA"):
            posted.box.drops_at = step
            with pytest.raises(ChannelUnavailable):
                await posted.channel.send(MAIL)
        posted.box.drops_at = None
        await posted.channel.send(MAIL)
        assert len(posted.box.mails) == 1


async def test_a_connection_dropped_after_the_text_leaves_the_fate_unknown() -> None:
    async with post(connections=1) as posted:
        posted.box.drops_at = "text"
        with pytest.raises(FateUnknown) as dropped:
            await posted.channel.send(MAIL)
        assert (dropped.value.channel, dropped.value.notification_id) == ("email", MAIL.notification_id)
        assert len(posted.box.mails) == 1, "the server took it, and did not say so"


async def test_a_mail_server_knows_no_keys() -> None:
    async with post() as posted:
        assert not posted.channel.honours_key


async def test_a_second_attempt_bears_the_same_message_id() -> None:
    async with post(connections=1) as posted:
        await posted.channel.send(MAIL)
        await posted.channel.send(MAIL)
        first, second = posted.box.mails
    assert first["Message-ID"] == second["Message-ID"]


async def test_lines_that_begin_with_a_dot_arrive_as_written() -> None:
    async with post() as posted:
        await posted.channel.send(replace(MAIL, text=".\n..two\n.three\r\n\nend", html=None))
        (mail,) = posted.box.mails
    assert mail.get_content().splitlines() == [".", "..two", ".three", "", "end"]


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
