"""All SQL about links. Of a link's id only a digest is kept: who reads the table cannot open a page."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.dunning import Channel
from services.eventing.database import Connection


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to be kept."""

    borrower_id: str
    link_id: str
    loan_id: str
    offer_id: str | None
    channel: Channel
    expires_at: datetime


async def add_links(connection: Connection, links: Sequence[NewLink]) -> None:
    """Keep new links."""
    rows = [
        (one.borrower_id, digest_of(one.link_id), one.loan_id, one.offer_id, one.channel, one.expires_at)
        for one in links
    ]
    await connection.execute(
        "insert into page_link (borrower_id, link_digest, loan_id, offer_id, channel, expires_at)"
        " select * from unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])",
        *(zip(*rows, strict=True) if rows else ((),) * 6),
    )


def digest_of(token_id: str) -> bytes:
    """What stands for the id of a link or session in the database."""
    return hashlib.sha256(token_id.encode()).digest()
