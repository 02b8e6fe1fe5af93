"""Whether a telephone number or a mailbox can exist, and where a number is at home."""

from email.errors import MessageError
from email.headerregistry import Address
from typing import Final

import phonenumbers
from phonenumbers import timezone

_MOST_ZONES: Final = 4
"""A number that could be in more zones than these (of a mobile network of a wide country, or a free one) says little
of where its owner is."""
_LONGEST_LOCAL_PART: Final = 64
_UNKNOWN_ZONE: Final = timezone.UNKNOWN_TIMEZONE


class UnusableNumber(ValueError):
    """No telephone number can be like this. The text never tells it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnusableMailbox(ValueError):
    """No mailbox can be called this. The text never tells its name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_number(number: str) -> None:
    """Check a number in E.164 by its country's lengths. Raises UnusableNumber.

    Whether somebody has the number is for the network to say: ranges come into use faster than any list of them.
    """
    if not phonenumbers.is_possible_number(_parsed(number)):
        raise UnusableNumber("no number of its country has this length")


def zones_of_phone(number: str | None) -> tuple[str, ...]:
    """The IANA names of the zones where a number in E.164 is at home, if it says so closely enough."""
    try:
        names = () if number is None else timezone.time_zones_for_number(_parsed(number))
    except UnusableNumber:
        return ()
    if len(names) > _MOST_ZONES or _UNKNOWN_ZONE in names:
        return ()
    return tuple(names)


def check_mailbox(mailbox: str) -> None:
    """Check that a mailbox can be written to at all. Raises UnusableMailbox."""
    local_part, _, told_domain = mailbox.rpartition("@")
    try:
        domain = told_domain.encode("idna").decode("ascii")
        Address(addr_spec=f"{_ascii_shape(local_part)}@{domain}")
    except (MessageError, ValueError, IndexError):
        raise UnusableMailbox("it is no mailbox that mail can be addressed to") from None
    if len(local_part.encode()) > _LONGEST_LOCAL_PART:
        raise UnusableMailbox(f"what is before the @ is longer than {_LONGEST_LOCAL_PART} bytes")
    labels = domain.split(".")
    if len(labels) < 2 or any(not _is_label(label) for label in labels):
        raise UnusableMailbox("what is behind the @ is no domain")


def _ascii_shape(local_part: str) -> str:
    """A letter for each one beyond ASCII: mail takes those too (RFC 6531), the standard library's parser does not."""
    return "".join(character if character.isascii() else "a" for character in local_part)


def _is_label(label: str) -> bool:
    inner = label.replace("-", "a")
    return inner.isalnum() and inner.isascii() and not label.startswith("-") and not label.endswith("-")


def _parsed(number: str) -> phonenumbers.PhoneNumber:
    try:
        return phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        raise UnusableNumber("it begins with no country's code") from None
