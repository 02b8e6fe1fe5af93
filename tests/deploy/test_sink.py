"""The sink's record and its page, without servers."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from deploy.embedded.mail_intake import decode
from deploy.embedded.mailbox import Channel, KeyReused, Mailbox
from deploy.embedded.sink_page import render_page


def test_a_mailbox_remembers_after_a_restart_and_a_cut_line(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    first = Mailbox(path)
    sent = first.add_sms("Amends", "+1415", "Due today", "key-1")
    first.add_email("a@example.com", "b@example.com", "Due", "Pay", "<1@example.com>")
    first.close()
    path.write_text(path.read_text(encoding="utf-8") + '{"message_id": "cut', encoding="utf-8")
    second = Mailbox(path)
    assert second.counts == {Channel.EMAIL: 1, Channel.SMS: 1}
    assert second.add_sms("Amends", "+1415", "Due today", "key-1") == sent
    second.add_sms("Amends", "+1415", "Later", "key-2")
    second.close()
    third = Mailbox(path)
    assert third.counts == {Channel.EMAIL: 1, Channel.SMS: 2}
    third.close()


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    opened = Mailbox(tmp_path / "messages.jsonl", kept=3)
    yield opened
    opened.close()


def test_a_key_with_another_text_is_refused(mailbox: Mailbox) -> None:
    mailbox.add_sms("", "+1415", "Due today", "key-1")
    with pytest.raises(KeyReused):
        mailbox.add_sms("", "+1415", "Due tomorrow", "key-1")
    assert mailbox.counts[Channel.SMS] == 1


def test_the_latest_come_first_and_only_so_many_are_kept(mailbox: Mailbox) -> None:
    for number in range(5):
        mailbox.add_sms("", f"+{number}", "text", "")
    assert [message.to for message in mailbox.latest(10)] == ["+4", "+3", "+2"]
    assert mailbox.counts[Channel.SMS] == 5
    assert mailbox.latest(10, Channel.EMAIL) == []


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_chinese_mails_are_decoded_and_plain_text_is_preferred(encoding: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["Message-ID"] = "还款通知", "<1@example.com>"
    mail.set_content("您好，请还款。", cte=encoding)
    mail.add_alternative("<p>HTML</p>", subtype="html")
    assert decode(mail.as_bytes()) == ("还款通知", "您好，请还款。", "<1@example.com>")


def test_a_mail_in_an_unknown_charset_is_still_taken() -> None:
    _, body, _ = decode(b"Subject: x\r\nContent-Type: text/plain; charset=no-such\r\n\r\nhello\r\n")
    assert body == "hello"


def test_the_page_escapes_everything(mailbox: Mailbox) -> None:
    evil = '"><script>alert(1)</script>'
    mailbox.add_email(evil, evil, evil, evil, evil)
    mailbox.add_sms(evil, evil, evil, evil)
    page = render_page(mailbox.latest(200), mailbox.counts, evil)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
