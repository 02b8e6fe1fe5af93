"""Contact data of borrowers, sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.eventing.database import Connection
from services.notifier.borrowers.addresses import zones_of_phone
from services.notifier.borrowers.borrower import Contact
from services.notifier.borrowers.contact_seal import digests_of, seal_contact
from services.notifier.sealing.key_ring import KeyRing


@dataclass(frozen=True, slots=True)
class RegisteredContact:
    """Contact data as told; `time_zone` is None if it was not. Zones are IANA names.

    `sequence` counts what was told of the borrower; None where the publisher does not count.
    """

    borrower_id: str
    contact: Contact
    time_zone: str | None
    other_time_zones: tuple[str, ...]
    phone_time_zones: tuple[str, ...]
    sequence: int | None


async def save_contacts(
    connection: Connection, keys: KeyRing, contacts: Sequence[RegisteredContact], at: datetime
) -> list[str]:
    """Keep the contact data of locked borrowers, one each, unless newer is kept. Returns whose was kept."""
    rows = []
    for one in sorted(contacts, key=lambda contact: contact.borrower_id):
        contact = one.contact
        digests = digests_of(keys, contact.name, contact.email, contact.phone)
        rows.append((
            one.borrower_id, contact.language, seal_contact(keys, one.borrower_id, contact), keys.current,
            digests.name, digests.email, digests.phone, digests.phone_ending, one.time_zone,
            ",".join(one.other_time_zones), ",".join(one.phone_time_zones), one.sequence, at,
        ))  # fmt: skip
    kept = await connection.fetch(
        "insert into contact (borrower_id, language, sealed, sealed_by, name_digest, email_digest, phone_digest,"
        " phone_ending_digest, time_zone, other_time_zones, phone_time_zones, sequence, registered_at)"
        " select n.a, n.b, n.c, n.d, n.e, n.f, n.g, n.h, n.i, string_to_array(n.j, ','), string_to_array(n.k, ','),"
        "  n.l, n.m from unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::bytea[], $6::bytea[],"
        "  $7::bytea[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::int8[], $13::timestamptz[])"
        "  as n (a, b, c, d, e, f, g, h, i, j, k, l, m)"
        " on conflict (borrower_id) do update set name = null, email = null, phone = null,"
        " language = excluded.language, sealed = excluded.sealed, sealed_by = excluded.sealed_by,"
        " name_digest = excluded.name_digest, email_digest = excluded.email_digest,"
        " phone_digest = excluded.phone_digest, phone_ending_digest = excluded.phone_ending_digest,"
        " time_zone = excluded.time_zone, other_time_zones = excluded.other_time_zones,"
        " phone_time_zones = excluded.phone_time_zones, sequence = excluded.sequence,"
        " registered_at = excluded.registered_at"
        " where excluded.sequence is null or contact.sequence is null or excluded.sequence > contact.sequence"
        " returning borrower_id",
        *zip(*rows, strict=True),
    )
    return [row[0] for row in kept]


async def seal_plain_rows(connection: Connection, keys: KeyRing, limit: int) -> int:
    """Seal contact data that is still kept in plain, in a transaction. Returns of how many borrowers; 0: no more."""
    rows = await connection.fetch(
        "select borrower_id, name, email, phone, language from contact where sealed is null"
        " order by borrower_id limit $1 for update skip locked",
        limit,
    )
    if not rows:
        return 0
    sealed = []
    for row in rows:
        contact = Contact(row["name"], row["email"], row["phone"], row["language"])
        digests = digests_of(keys, contact.name, contact.email, contact.phone)
        sealed.append((
            row["borrower_id"], seal_contact(keys, row["borrower_id"], contact), keys.current, digests.name,
            digests.email, digests.phone, digests.phone_ending, ",".join(zones_of_phone(contact.phone)),
        ))  # fmt: skip
    await connection.execute(
        "update contact c set sealed = n.b, sealed_by = n.c, name_digest = n.d, email_digest = n.e,"
        " phone_digest = n.f, phone_ending_digest = n.g, phone_time_zones = string_to_array(n.h, ','),"
        " name = null, email = null, phone = null"
        " from unnest($1::text[], $2::bytea[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[],"
        "  $8::text[]) as n (a, b, c, d, e, f, g, h) where c.borrower_id = n.a",
        *zip(*sealed, strict=True),
    )
    return len(rows)
