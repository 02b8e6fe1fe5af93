"""A message as MIME mail: text and HTML, and the one-click opt-out that mail programs show (RFC 8058).

Every mail has one of two shapes, which are written out here: `email.message.EmailMessage` parses each header that it is
given, twice, and takes twenty times as long.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.utils import format_datetime
from hashlib import sha256
from typing import Final
from urllib.parse import quote, unquote

from services.notifier.channels.channel import OutboundMessage

_CRLF: Final = b"\r\n"
_LINK: Final = re.compile(r"https?://[!-;=?-~]+")
_PLAIN_ADDRESS: Final = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_LINE_THAT_BEGINS_WITH_A_DOT: Final = re.compile(rb"(?m)^\.")
_LONGEST_LINE_BYTES: Final = 998
"""RFC 5322, 2.1.1, without the line's end."""
_SUBJECT_LINE_LETTERS: Final = 75


class NoAddress(ValueError):
    """What should be an e-mail address is none. The text does not repeat it."""

    def __init__(self) -> None:
        super().__init__("the address is not well formed")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail; `data` is what follows DATA, with its end. `needs_utf8`: an address in it is not ASCII (RFC 6531)."""

    message_id: str
    data: bytes = field(repr=False)
    needs_utf8: bool


def mail_of(message: OutboundMessage, sender: Address, at: datetime) -> Mail:
    """The mail of a message, written at `at` (aware). Raises NoAddress."""
    _check_address(message.to)
    identity = message_id(message.idempotency_key, sender.domain)
    headers = [
        f"From: {_sender(sender)}",
        f"To: {message.to}",
        f"Subject: {_encoded(' '.join(message.subject.split()), len('Subject: '))}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: {identity}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
    ]
    if message.opt_out_url is not None and _LINK.fullmatch(message.opt_out_url):
        # On one line each: a folded link is a broken one.
        headers.append(f"List-Unsubscribe: <{message.opt_out_url}>")
        headers.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    head = "\r\n".join(headers).encode() + _CRLF
    text = _part("plain", message.text)
    body = text if message.html is None else _alternatives(identity, text, _part("html", message.html))
    needs_utf8 = not (message.to.isascii() and sender.addr_spec.isascii())
    return Mail(identity, _LINE_THAT_BEGINS_WITH_A_DOT.sub(b"..", head + body) + b".\r\n", needs_utf8)


def message_id(idempotency_key: str, domain: str) -> str:
    """The Message-ID of a mail: the same for every attempt under a key, and another for every other key."""
    return f"<{quote(idempotency_key, safe='').replace('.', '%2E')}@{domain}>"


def key_of_message_id(told: str) -> str:
    """The idempotency key in a Message-ID that `message_id` made, with or without its angle brackets."""
    return unquote(told.removeprefix("<").rpartition("@")[0])


def _check_address(to: str) -> None:
    if _PLAIN_ADDRESS.fullmatch(to):
        return
    try:
        address = Address(addr_spec=to)
    except (ValueError, IndexError, MessageError):
        raise NoAddress from None
    if address.addr_spec != to or not to.isprintable():
        raise NoAddress


def _sender(sender: Address) -> str:
    if sender.display_name.isascii():
        return str(sender)
    return f"{_encoded(sender.display_name, len('From: '))} <{sender.addr_spec}>"


def _encoded(text: str, column: int) -> str:
    """A header's text; what is not ASCII, or too long for a line, in encoded words (RFC 2047), a line each."""
    plain = text.isascii() and text.isprintable() and column + len(text) <= _SUBJECT_LINE_LETTERS
    if plain and "=?" not in text:
        return text
    name = " " * max(0, column - len(": "))
    return Header(text, "utf-8", _SUBJECT_LINE_LETTERS, name).encode(linesep="\r\n")


def _part(subtype: str, text: str) -> bytes:
    """A text with the headers that describe it, in the plainest encoding that carries it."""
    lines = _LINE_END.sub("\r\n", text)
    data = (lines if lines.endswith("\r\n") else lines + "\r\n").encode("utf-8", "replace")
    if data.isascii() and b"\x00" not in data and max(map(len, data.split(_CRLF))) <= _LONGEST_LINE_BYTES:
        charset, encoding, carried = "us-ascii", "7bit", data
    elif data.isascii():
        quoted = binascii.b2a_qp(data.replace(_CRLF, b"\n"), istext=True)
        charset, encoding, carried = "us-ascii", "quoted-printable", quoted.replace(b"\n", _CRLF)
    else:
        charset, encoding, carried = "utf-8", "base64", base64.encodebytes(data).replace(b"\n", _CRLF)
    described = f'Content-Type: text/{subtype}; charset="{charset}"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return described.encode("ascii") + carried


def _alternatives(identity: str, *parts: bytes) -> bytes:
    """Parts that say the same, the plainest first (RFC 2046, 5.1.4)."""
    boundary = b"=_" + sha256(identity.encode()).hexdigest()[:32].encode()
    # In quoted-printable and base64 `=_` cannot stand; in plain text only if somebody meant it.
    while any(boundary in part for part in parts):
        boundary += b"_"
    joined = b"".join(b"\r\n--" + boundary + _CRLF + part for part in parts)
    head = b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n'
    return head + joined + b"\r\n--" + boundary + b"--\r\n"
