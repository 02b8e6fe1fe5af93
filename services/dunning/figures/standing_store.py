"""The SQL of figures of where loans stand, from the record alone: each query serves any date, and the whole book.

Loans are enumerated from table `loan`, of which nothing but the ids is read, in the order of the indexes: so the looks
into an index that find each loan's standing on the date stay within pages just read. The work grows with the loans and
their moves, not with how much the ledger told of them.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from services.dunning.figures.selection import arguments, arm_is, currency_is, product_is
from services.dunning.figures.standing import (
    EVERYTHING,
    SETTLED,
    VINTAGE_DAYS,
    WRITTEN_OFF,
    BucketLine,
    InvalidPeriod,
    Period,
    RollCount,
    RollRate,
    Selection,
    VintageCount,
    VintagePoint,
    roll_rates_of,
    vintage_points,
)
from services.eventing.database import Connection

_OPENED: Final = "amends.ledger.loan-opened.v1"


_LOANS: Final = "(select borrower_id, loan_id from loan order by borrower_id, loan_id)"


def _standing(on: str) -> str:
    """The lateral query of a loan's newest standing at the end of a date; what fell due since is overdue."""
    return f"""
        select s.currency, s.product, s.settled, s.written_off, s.principal_outstanding_minor,
            s.overdue_minor + case when s.next_due_on < {on} then s.next_due_minor else 0 end as overdue_minor
        from standing_record s
        where s.borrower_id = l.borrower_id and s.loan_id = l.loan_id and s.as_of <= {on}
        order by s.as_of desc, s.ledger_sequence desc limit 1"""


def _moves(on: str) -> str:
    """The query of each loan's last move between buckets and states by the end of a date, of loans that ever moved."""
    return f"""
        select distinct on (borrower_id, loan_id) borrower_id, loan_id, bucket, state, days_past_due from level_record
        where on_date <= {on} order by borrower_id, loan_id, on_date desc, evaluation desc"""


_BUCKETS: Final = f"""
    select
        case when s.settled then '{SETTLED}' else coalesce(v.bucket, $5) end,
        case when s.settled then '{SETTLED}' when s.written_off then '{WRITTEN_OFF}'
            else coalesce(v.state, 'current') end,
        s.currency, count(*), sum(s.overdue_minor)::int8, sum(s.principal_outstanding_minor)::int8,
        min(case when s.settled then 0 else coalesce(v.days_past_due, 0) end)
    from {_LOANS} l
    cross join lateral ({_standing("$1::date")}) s
    left join ({_moves("$1")}) v using (borrower_id, loan_id)
    where {currency_is("s.currency")} and ($3::text is null or s.product = $3) and {arm_is("l", "$1")}
    group by 1, 2, 3
"""

_ROLLS: Final = f"""
    select coalesce(v.bucket, $5),
        case when t.settled then '{SETTLED}' when t.written_off then '{WRITTEN_OFF}' else coalesce(w.bucket, $5) end,
        s.currency, count(*), sum(s.principal_outstanding_minor)::int8,
        min(coalesce(v.days_past_due, 0)), min(coalesce(w.days_past_due, 0))
    from {_LOANS} l
    cross join lateral ({_standing("$1::date")}) s
    left join ({_moves("$1")}) v using (borrower_id, loan_id)
    cross join lateral ({_standing("$6::date")}) t
    left join ({_moves("$6")}) w using (borrower_id, loan_id)
    where not s.settled and not s.written_off
        and {currency_is("s.currency")} and ($3::text is null or s.product = $3) and {arm_is("l", "$1")}
    group by 1, 2, 3
"""

_FIRST_LATE: Final = ", ".join(
    f"min(on_date) filter (where days_past_due >= {days}) as late_{days}_on" for days in VINTAGE_DAYS
)
_MONTHS_UNTIL_LATE: Final = ", ".join(
    f"(extract(year from late_{days}_on) * 12 + extract(month from late_{days}_on)"
    " - extract(year from o.as_of) * 12 - extract(month from o.as_of))::int"
    for days in VINTAGE_DAYS
)
_VINTAGES: Final = f"""
    with late as (
        select borrower_id, loan_id, {_FIRST_LATE} from level_record
        where days_past_due >= {min(VINTAGE_DAYS)} and on_date <= $1 group by borrower_id, loan_id
    )
    select date_trunc('month', o.as_of)::date, o.currency, {_MONTHS_UNTIL_LATE}, count(*),
        sum(o.principal_outstanding_minor)::int8
    from standing_record o left join late using (borrower_id, loan_id)
    where o.event_type = '{_OPENED}' and o.as_of between coalesce($5::date, '-infinity') and least($1::date, $6::date)
        and {currency_is("o.currency")} and {product_is("o", "$1")} and {arm_is("o", "$1")}
    group by {", ".join(str(1 + place) for place in range(2 + len(VINTAGE_DAYS)))}
"""


async def buckets(connection: Connection, as_of: date, selection: Selection = EVERYTHING) -> tuple[BucketLine, ...]:
    """Loans by bucket, state and currency at the end of `as_of`; settled ones last of each currency."""
    rows = await connection.fetch(_BUCKETS, *arguments(as_of, selection), selection.first_bucket)
    order = _bucket_order((row[0], row[6]) for row in rows)
    lines = [BucketLine(*tuple(row)[:6]) for row in rows]
    return tuple(sorted(lines, key=lambda line: (line.currency, order[line.bucket], line.state)))


async def roll_rates(
    connection: Connection, from_on: date, to_on: date, selection: Selection = EVERYTHING
) -> tuple[RollRate, ...]:
    """Where loans alive at the end of `from_on` stood at the end of `to_on`. Raises InvalidPeriod unless it is later.

    `selection` is by what counted on `from_on`.
    """
    if to_on <= from_on:
        raise InvalidPeriod("to_on", to_on, f"is not after from_on {from_on}")
    rows = await connection.fetch(_ROLLS, *arguments(from_on, selection), selection.first_bucket, to_on)
    order = _bucket_order([*((row[0], row[5]) for row in rows), *((row[1], row[6]) for row in rows)])
    counts = [RollCount(*tuple(row)[:5]) for row in rows]
    return roll_rates_of(
        sorted(counts, key=lambda one: (one.currency, order[one.from_bucket], order[one.to_bucket]))
    )  # fmt: skip


async def vintages(
    connection: Connection, as_of: date, selection: Selection = EVERYTHING, disbursed: Period | None = None
) -> tuple[VintagePoint, ...]:
    """Vintage curves of loans disbursed in a period, or of all, as far as they are known at the end of `as_of`."""
    from_on, to_on = (None, None) if disbursed is None else (disbursed.from_on, disbursed.to_on)
    rows = await connection.fetch(_VINTAGES, *arguments(as_of, selection), from_on, to_on)
    counts = [VintageCount(row[0], row[1], tuple(row)[2:-2], row[-2], row[-1]) for row in rows]
    return vintage_points(counts, as_of)


def _bucket_order(seen: Iterable[tuple[str, int]]) -> dict[str, tuple[int, int, str]]:
    """A place for each bucket by the fewest days past due seen in it, settled and written-off loans last."""
    fewest: dict[str, int] = {}
    for bucket, days_past_due in seen:
        fewest[bucket] = min(days_past_due, fewest.get(bucket, days_past_due))
    last = (WRITTEN_OFF, SETTLED)
    return {bucket: (last.index(bucket) + 1 if bucket in last else 0, days, bucket) for bucket, days in fewest.items()}
