"""Mails as a mail program reads them: the standard library's parser is the judge."""

import email
import email.policy
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.channels.channel import OutboundMessage
from services.notifier.channels.mail_message import (
    Mail,
    NoAddress,
    key_of_message_id,
    mail_of,
    message_id,
)
from tests.notifier.channels.messages import MAIL, NOW

SENDER = Address("Fair Bank", addr_spec="no-reply@lender.example")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=300)


def read(mail: Mail) -> EmailMessage:
    """A mail as its receiver gets it: without the end and the dots that SMTP adds."""
    assert mail.data.endswith(b"\r\n.\r\n")
    lines = mail.data[: -len(b".\r\n")].split(b"\r\n")
    carried = b"\r\n".join(line.removeprefix(b".") for line in lines)
    return email.message_from_bytes(carried, policy=email.policy.default)


def of(message: OutboundMessage, sender: Address = SENDER) -> EmailMessage:
    return read(mail_of(message, sender, NOW))


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text.replace("\r\n", "\n")


def ended(text: str) -> str:
    """A text with its line ends as mail has them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines if lines.endswith("\n") else lines + "\n"


@given(TEXTS, TEXTS)
def test_text_and_page_arrive_as_written(text: str, page: str) -> None:
    mail = of(replace(MAIL, text=text, html=page))
    assert mail.get_content_type() == "multipart/alternative"
    assert body(mail, "plain") == ended(text)
    assert body(mail, "html") == ended(page)
    assert not mail.defects


@given(TEXTS)
def test_a_subject_arrives_with_single_spaces(subject: str) -> None:
    mail = mail_of(replace(MAIL, subject=subject), SENDER, NOW)
    assert str(read(mail)["Subject"]).split() == subject.split()


@pytest.mark.parametrize(
    "subject", ["您的还款" * 40, "word " * 60, "=?utf-8?q?forged?=", "a\r\nBcc: b@c.example", "x" * 500]
)
def test_no_header_line_is_too_long_or_another_header(subject: str) -> None:
    mail = mail_of(replace(MAIL, subject=subject), SENDER, NOW)
    head = mail.data.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(len(line) for line in head) <= 998
    assert str(read(mail)["Subject"]).split() == subject.split()
    assert read(mail)["Bcc"] is None


def test_plain_english_is_sent_as_it_is() -> None:
    mail = mail_of(replace(MAIL, subject="Your instalment", text="Dear Ada,\n.\n", html=None), SENDER, NOW)
    assert b"Content-Transfer-Encoding: 7bit\r\n\r\nDear Ada,\r\n..\r\n.\r\n" in mail.data


def test_a_line_that_is_too_long_for_mail_arrives_whole() -> None:
    text = "x" * 5_000 + " = end\n"
    mail = mail_of(replace(MAIL, text=text, html=None), SENDER, NOW)
    assert max(len(line) for line in mail.data.split(b"\r\n")) <= 998
    assert read(mail).get_content().replace("\r\n", "\n") == text


def test_a_text_that_has_the_boundary_does_not_end_the_part() -> None:
    boundary = of(MAIL).get_boundary()
    assert boundary is not None
    mail = of(replace(MAIL, text=f"a\n--{boundary}--\nb\n", html="<p>c</p>"))
    assert body(mail, "plain") == f"a\n--{boundary}--\nb\n"


@pytest.mark.parametrize("name", ["", "Fair Bank", 'Bank, "The" Fair', "公平银行"])
def test_the_sender_is_named(name: str) -> None:
    (address,) = of(MAIL, Address(name, addr_spec="no-reply@lender.example"))["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "no-reply@lender.example")


@pytest.mark.parametrize(
    "to", ["ada@example.org", "a.b+c_d@x-y.example.org", "o'hara@example.org", '"a b"@example.org']
)
def test_addresses_that_can_be(to: str) -> None:
    (address,) = of(replace(MAIL, to=to))["To"].addresses
    assert address.addr_spec == to


def test_an_address_beyond_ascii_is_told_so() -> None:
    assert mail_of(replace(MAIL, to="ada@例.example"), SENDER, NOW).needs_utf8
    assert not mail_of(MAIL, SENDER, NOW).needs_utf8


@pytest.mark.parametrize(
    "to",
    ["", "ada", "@x.example", "a@b@c", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example", "a b@c.example"],
)
def test_addresses_that_cannot_be(to: str) -> None:
    with pytest.raises(NoAddress):
        mail_of(replace(MAIL, to=to), SENDER, NOW)


@given(st.text(min_size=1, max_size=60))
def test_the_key_is_found_in_its_message_id(key: str) -> None:
    try:
        named = message_id(key, "lender.example")
    except UnicodeEncodeError:
        return
    assert key_of_message_id(named) == key
    assert key_of_message_id(named.strip("<>")) == key


def test_a_link_that_could_be_another_header_is_left_out() -> None:
    assert of(replace(MAIL, opt_out_url="https://x.example/\r\nBcc: c@d.example"))["List-Unsubscribe"] is None
