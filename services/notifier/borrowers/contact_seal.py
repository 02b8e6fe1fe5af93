"""Contact data as it is kept: sealed, with digests by which it is found."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.notifier.borrowers.borrower import Contact, Language
from services.notifier.sealing.key_ring import KeyRing

_PHONE_ENDING_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class ContactDigests:
    """What stands for parts of contact data in indexes; None where there is no such part."""

    name: bytes
    email: bytes | None
    phone: bytes | None
    phone_ending: bytes | None


def seal_contact(keys: KeyRing, borrower_id: str, contact: Contact) -> bytes:
    """All of a contact that tells who somebody is. The language is not among it."""
    personal = {
        "name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
        "date_of_birth": None if contact.date_of_birth is None else contact.date_of_birth.isoformat(),
        "identity_ending": contact.identity_ending,
    }
    return keys.seal(borrower_id, json.dumps(personal, ensure_ascii=False).encode())


def open_contact(
    keys: KeyRing,
    borrower_id: str,
    sealed: bytes,
    language: Language,
    email_digest: bytes | None = None,
    phone_digest: bytes | None = None,
) -> Contact:
    """What `seal_contact` sealed. Raises SealBroken."""
    personal = json.loads(keys.open(borrower_id, sealed))
    born = personal["date_of_birth"]
    return Contact(
        personal["name"], personal["email"], personal["phone"], language,
        None if born is None else date.fromisoformat(born), personal["identity_ending"], email_digest, phone_digest,
    )  # fmt: skip


def digests_of(keys: KeyRing, name: str, email: str | None, phone: str | None) -> ContactDigests:
    """The digests of contact data."""
    return ContactDigests(
        name_digest(keys, name),
        None if email is None else email_digest(keys, email),
        None if phone is None else phone_digest(keys, phone),
        None if phone is None else phone_ending_digest(keys, phone),
    )


def name_digest(keys: KeyRing, name: str) -> bytes:
    """Equal for names that differ in case, width and spaces only."""
    return keys.digest("name", " ".join(unicodedata.normalize("NFKC", name).casefold().split()))


def email_digest(keys: KeyRing, email: str) -> bytes:
    """Equal for mailboxes that differ in case only: hardly any provider tells those apart."""
    return keys.digest("email", unicodedata.normalize("NFKC", email.strip()).casefold())


def phone_digest(keys: KeyRing, phone: str) -> bytes:
    """Of the number in E.164; spaces and hyphens do not matter."""
    return keys.digest("phone", "".join(character for character in phone if character in "+0123456789"))


def phone_ending_digest(keys: KeyRing, phone: str) -> bytes:
    """Of the last four digits, or of four given alone."""
    digits = "".join(character for character in phone if character.isdigit())
    return keys.digest("phone-ending", digits[-_PHONE_ENDING_DIGITS:])
