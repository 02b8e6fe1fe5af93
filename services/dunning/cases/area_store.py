"""The SQL of what holds for many borrowers at a time.

An area may have a million borrowers: they are told bit by bit, in transactions of their own, so that the event or
command that says so is done at once.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from services.dunning.aging.holds import AreaHold, HoldScope
from services.dunning.cases.case_file import Areas
from services.dunning.cases.relief import RegionalRelief
from services.eventing.database import Connection

_CONCERNED: Final[Mapping[HoldScope, str]] = {
    "region": "region = $2",
    "product": "exists (select from loan l where l.borrower_id = c.borrower_id and l.facts ->> 'product' = $2)",
}


async def load_areas(connection: Connection) -> Areas:
    """What holds for many borrowers at a time."""
    holds = await connection.fetch("select * from area_hold order by hold_id")
    reliefs = await connection.fetch("select * from regional_relief order by incident_id")
    return Areas(
        tuple(
            AreaHold(row["hold_id"], row["scope"], row["value"], row["reason"], frozenset(row["stops"]),
                     row["from_on"], row["to_on"], row["lifted_on"])
            for row in holds
        ),
        tuple(RegionalRelief(*row) for row in reliefs),
    )  # fmt: skip


async def save_area_holds(connection: Connection, holds: Sequence[AreaHold]) -> None:
    """Keep holds by region or product; the first of an id counts."""
    for hold in holds:
        await connection.execute(
            "insert into area_hold (hold_id, scope, value, reason, stops, from_on, to_on, lifted_on)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
            hold.hold_id, hold.scope, hold.value, hold.reason, sorted(hold.stops), hold.from_on, hold.to_on,
            hold.lifted_on,
        )  # fmt: skip


async def lift_area_hold(connection: Connection, hold_id: str, lifted_on: date) -> AreaHold | None:
    """End a hold by region or product, on the earliest day told; returns it, None if there is none."""
    row = await connection.fetchrow(
        "update area_hold set lifted_on = least(lifted_on, $2) where hold_id = $1 returning *", hold_id, lifted_on
    )
    if row is None:
        return None
    return AreaHold(row["hold_id"], row["scope"], row["value"], row["reason"], frozenset(row["stops"]),
                    row["from_on"], row["to_on"], row["lifted_on"])  # fmt: skip


async def save_regional_relief(connection: Connection, relief: RegionalRelief) -> None:
    """Keep an incident; the first of an id counts."""
    await connection.execute(
        "insert into regional_relief (incident_id, region, from_on, review_on) values ($1, $2, $3, $4)"
        " on conflict do nothing",
        relief.incident_id, relief.region, relief.from_on, relief.review_on,
    )  # fmt: skip


async def look_at_area(connection: Connection, scope: HoldScope, value: str, on: date) -> None:
    """Let all borrowers of a region, or with a loan of a product, be looked at on `on`, once `spread_area_look` ran."""
    await connection.execute("insert into area_look (scope, value, look_on) values ($1, $2, $3)", scope, value, on)


async def spread_area_look(connection: Connection, at_once: int) -> bool:
    """Let up to `at_once` cases of an area be looked at; True when more may wait. In a transaction."""
    waiting = await connection.fetchrow(
        "select id, scope, value, look_on, after_borrower_id from area_look order by id limit 1 for update skip locked"
    )
    if waiting is None:
        return False
    reached = await connection.fetchval(
        "with concerned as materialized (select borrower_id from borrower_case c where borrower_id > $1 and "
        + _CONCERNED[waiting["scope"]]
        + " order by borrower_id limit $3 for update), told as (update borrower_case c"
        " set next_look_on = least(c.next_look_on, $4) from concerned n where c.borrower_id = n.borrower_id)"
        " select case when count(*) = $3 then max(borrower_id) end from concerned",
        waiting["after_borrower_id"], waiting["value"], at_once, waiting["look_on"],
    )  # fmt: skip
    if reached is None:
        await connection.execute("delete from area_look where id = $1", waiting["id"])
    else:
        await connection.execute("update area_look set after_borrower_id = $2 where id = $1", waiting["id"], reached)
    return True
