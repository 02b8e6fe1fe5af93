"""Reading what the lender registers of a borrower: their zones, and whether their addresses can exist."""

from schemas.dunning import Channel
from schemas.lending import BorrowerRegistered
from services.notifier.borrowers.addresses import (
    UnusableMailbox,
    UnusableNumber,
    check_mailbox,
    check_number,
    zones_of_phone,
)
from services.notifier.borrowers.borrower import Contact
from services.notifier.borrowers.contact_store import RegisteredContact
from services.notifier.contact_rules.local_time import UnknownZone, zone_named


class UnknownZoneTold(ValueError):
    """A zone of a registration is none of the IANA database; `field` is where it is told."""

    def __init__(self, field: str, name: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.name = name
        self.reason = reason


def registered_contact(told: BorrowerRegistered, sequence: int | None) -> RegisteredContact:
    """What is kept of a registration. A zone counts as told only if the event has it. Raises UnknownZoneTold."""
    time_zone = told.time_zone if "time_zone" in told.model_fields_set else None
    if time_zone is not None:
        _check_zone("time_zone", time_zone)
    for place, name in enumerate(told.other_time_zones):
        _check_zone(f"other_time_zones.{place}", name)
    contact = Contact(told.name, told.email, told.phone, told.language, told.date_of_birth, told.identity_ending)
    return RegisteredContact(
        told.borrower_id, contact, time_zone, told.other_time_zones, zones_of_phone(told.phone), sequence
    )


def unusable_channels(contact: Contact) -> dict[Channel, str]:
    """The channels whose address cannot exist, each with the reason, which never tells the address."""
    found: dict[Channel, str] = {}
    if contact.email is not None:
        try:
            check_mailbox(contact.email)
        except UnusableMailbox as error:
            found["email"] = error.reason
    if contact.phone is not None:
        try:
            check_number(contact.phone)
        except UnusableNumber as error:
            found["sms"] = found["call"] = error.reason
    return found


def _check_zone(field: str, name: str) -> None:
    try:
        zone_named(name)
    except UnknownZone as error:
        raise UnknownZoneTold(field, name, str(error)) from None
