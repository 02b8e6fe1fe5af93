"""Registered borrowers: contact data sealed and findable, zones, and addresses that cannot exist."""

from datetime import date
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.eventing import metrics
from services.notifier.borrowers.contact_seal import email_digest, name_digest, phone_digest, phone_ending_digest
from tests.notifier.borrowers.telling import KEYS, Notifier, opened, registered

PHONE = "+12025550143"


def zone_names(borrower_zones: tuple[object, ...]) -> list[str]:
    return [str(zone) for zone in borrower_zones]


async def test_contact_data_comes_back_as_it_was_told(notifier: Notifier) -> None:
    await notifier.take(registered(
        name="李雷", email="li@example.com", phone=PHONE, language="zh-CN", date_of_birth=date(1990, 1, 31),
        identity_ending="123X",
    ))  # fmt: skip
    contact = (await notifier.known()).contact
    assert contact is not None
    assert (contact.name, contact.email, contact.phone) == ("李雷", "li@example.com", PHONE)
    assert (contact.language, contact.date_of_birth, contact.identity_ending) == ("zh-CN", date(1990, 1, 31), "123X")


async def test_nothing_that_tells_who_somebody_is_is_kept_in_plain(notifier: Notifier) -> None:
    await notifier.take(registered(email="ada@example.com", phone=PHONE, date_of_birth=date(1990, 1, 31),
                                   identity_ending="7788"))  # fmt: skip
    row = str(await notifier.pool.fetch("select * from contact"))
    assert not [told for told in ("Ada", "ada@", PHONE, "5550143", "1990", "7788") if told in row]


async def test_what_is_known_of_a_borrower_shows_no_contact_data_in_a_log(notifier: Notifier) -> None:
    await notifier.take(registered(email="ada@example.com", phone=PHONE, date_of_birth=date(1990, 1, 31)))
    text = repr(await notifier.known())
    assert not [told for told in ("Ada", "ada@", PHONE, "1990") if told in text]


@pytest.mark.parametrize(
    ("column", "digest"),
    [
        ("name_digest", name_digest(KEYS, "  ADA   Example ")),
        ("email_digest", email_digest(KEYS, "Ada@Example.com")),
        ("phone_digest", phone_digest(KEYS, "+1 202-555-0143")),
        ("phone_ending_digest", phone_ending_digest(KEYS, "0143")),
    ],
)
async def test_a_sealed_borrower_is_found_by(column: str, digest: bytes, notifier: Notifier) -> None:
    await notifier.take(registered(email="ada@example.com", phone=PHONE), registered("borrower-2", name="Bob"))
    found = await notifier.pool.fetch(f"select borrower_id from contact where {column} = $1", digest)
    assert [row[0] for row in found] == ["borrower-1"]


async def test_the_newest_registration_counts(notifier: Notifier) -> None:
    await notifier.take(registered(name="Ada New"), sequence=5)
    await notifier.take(registered(name="Ada Old"), sequence=4)
    contact = (await notifier.known()).contact
    assert contact is not None
    assert contact.name == "Ada New"


async def test_a_borrower_of_whom_only_a_loan_is_known_has_no_contact(notifier: Notifier) -> None:
    await notifier.take(opened())
    borrower = await notifier.known()
    assert (borrower.contact, list(borrower.standings)) == (None, ["loan-1"])


async def test_a_borrower_may_be_in_every_zone_told(notifier: Notifier) -> None:
    await notifier.take(registered(time_zone="Europe/Paris", other_time_zones=("Asia/Tokyo", "Europe/Paris")))
    assert zone_names((await notifier.known()).zones) == ["Europe/Paris", "Asia/Tokyo"]


async def test_a_borrower_may_be_where_their_telephone_number_is_at_home(notifier: Notifier) -> None:
    await notifier.take(registered(time_zone="Europe/Paris", phone=PHONE))
    assert zone_names((await notifier.known()).zones) == ["Europe/Paris", "America/New_York"]


@pytest.mark.parametrize("phone", ["+79161234567", "+15550000001", "+18005551234"])
async def test_a_number_that_could_be_anywhere_adds_no_zone(phone: str, notifier: Notifier) -> None:
    await notifier.take(registered(time_zone="Europe/Paris", phone=phone))
    assert zone_names((await notifier.known()).zones) == ["Europe/Paris"]


async def test_without_a_zone_told_the_lender_s_default_zones_count(notifier: Notifier) -> None:
    await notifier.take(registered())
    assert zone_names((await notifier.known()).zones) == ["Asia/Shanghai"]


async def test_a_zone_told_to_be_utc_is_utc(notifier: Notifier) -> None:
    await notifier.take(registered(time_zone="UTC"))
    assert zone_names((await notifier.known()).zones) == ["UTC"]


@pytest.mark.parametrize(
    ("told", "field", "value"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone", "Mars/Olympus"),
        ({"time_zone": "UTC", "other_time_zones": ("Asia/Tokyo", "../etc")}, "other_time_zones.1", "../etc"),
    ],
)
async def test_a_zone_that_is_not_in_the_database_is_refused_alone(
    told: dict[str, Any], field: str, value: str, notifier: Notifier
) -> None:
    outcome = await notifier.take(registered(**told), registered("borrower-2"))
    assert [(one.reason.code, one.reason.field, one.reason.value) for one in outcome.rejected] == [
        ("unknown-time-zone", field, value)
    ]
    assert (await notifier.known("borrower-1")).contact is None
    assert (await notifier.known("borrower-2")).contact is not None


async def test_a_number_that_cannot_exist_is_not_called_and_gets_no_sms(notifier: Notifier) -> None:
    await notifier.take(registered(phone="+999123456789", email="ada@example.com"))
    assert (await notifier.known()).unusable_channels == {"sms", "call"}


async def test_a_mailbox_that_cannot_exist_gets_no_mail(notifier: Notifier) -> None:
    await notifier.take(registered(phone=PHONE, email="ada@localhost"))
    assert (await notifier.known()).unusable_channels == {"email"}


async def test_why_an_address_is_unusable_is_kept_without_the_address(notifier: Notifier) -> None:
    await notifier.take(registered(email="ada@localhost"))
    assert await notifier.pool.fetchval("select reason from unusable_address") == "what is behind the @ is no domain"


async def test_addresses_that_cannot_exist_are_counted(notifier: Notifier) -> None:
    counter = metrics.UNUSABLE_ADDRESSES.labels("email")
    before = counter._value.get()
    await notifier.take(registered(email="ada@localhost"))
    assert counter._value.get() == before + 1


async def test_a_corrected_address_is_used(notifier: Notifier) -> None:
    await notifier.take(registered(email="ada@localhost"))
    await notifier.take(registered(email="ada@example.com"))
    assert (await notifier.known()).unusable_channels == frozenset()


async def test_the_log_tells_of_an_unusable_address_without_the_address(notifier: Notifier) -> None:
    with capture_logs() as logs:
        await notifier.take(registered(email="ada@localhost"))
    assert logs == [
        {"event": "address_unusable", "log_level": "warning", "borrower_id": "borrower-1", "channel": "email",
         "reason": "what is behind the @ is no domain"}
    ]  # fmt: skip
