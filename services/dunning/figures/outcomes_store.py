"""The SQL of figures of what became of things, from the record: cures, promises, offers, plans, contacts, arms."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.dunning.figures.outcomes import (
    CURE_DAYS,
    NO_PROMISES,
    ArmLine,
    ContactLine,
    CuredWithin,
    CureLine,
    OfferLine,
    PlanLine,
    Promised,
    PromiseLine,
)
from services.dunning.figures.selection import arguments, arm_is, currency_is, product_is
from services.dunning.figures.standing import EVERYTHING, Period, Selection
from services.eventing.database import Connection

_ENTRIES: Final = f"""
    select v.borrower_id, v.loan_id, v.bucket, v.evaluation, v.on_date, v.days_past_due,
        coalesce(p.bucket, $5) as from_bucket
    from level_record v
    left join lateral (
        select earlier.bucket from level_record earlier
        where earlier.borrower_id = v.borrower_id and earlier.loan_id = v.loan_id
            and (earlier.on_date, earlier.evaluation) < (v.on_date, v.evaluation)
        order by earlier.on_date desc, earlier.evaluation desc limit 1) p on true
    where v.on_date between $6::date and least($7::date, $1::date) and v.bucket <> $5
        and coalesce(p.bucket, $5) <> v.bucket
        and {currency_is("v.currency")} and {product_is("v", "v.on_date")} and {arm_is("v", "v.on_date")}
"""
_CURED: Final = """
    left join lateral (
        select cure.on_date as cured_on, cure.evaluation as cured_at from decision cure
        where cure.kind = 'cure' and cure.borrower_id = e.borrower_id and cure.loan_id = e.loan_id
            and cure.evaluation > e.evaluation and cure.on_date <= $1
        order by cure.evaluation limit 1) c on true
"""
_WITHIN: Final = ", ".join(
    f"count(*) filter (where e.on_date + {days} <= $1::date),"
    f" count(*) filter (where e.on_date + {days} <= $1::date and c.cured_on <= e.on_date + {days})"
    for days in CURE_DAYS
)
_CURES: Final = f"""
    with e as (
        select distinct on (borrower_id, loan_id, bucket) * from ({_ENTRIES}) entry
        order by borrower_id, loan_id, bucket, evaluation
    )
    select e.bucket, count(*), count(c.cured_on), count(*) filter (where exists (
        select 1 from level_record again
        where again.borrower_id = e.borrower_id and again.loan_id = e.loan_id
            and (again.on_date, again.evaluation) > (c.cured_on, c.cured_at)
            and again.on_date <= $1 and again.bucket <> $5)), {_WITHIN}
    from e {_CURED} group by e.bucket
    order by min(e.days_past_due), e.bucket
"""
_ARMS: Final = f"""
    with e as (
        select distinct on (borrower_id, loan_id) * from ({_ENTRIES}) entry
        where from_bucket = $5 order by borrower_id, loan_id, evaluation
    )
    select coalesce(at.arm, ''), count(*), {_WITHIN}
    from e {_CURED} left join evaluation at on at.borrower_id = e.borrower_id and at.evaluation = e.evaluation
    group by 1 order by 1
"""
_PROMISES: Final = f"""
    with told as (
        select distinct on (d.borrower_id, d.decided #>> '{{promise,promise_id}}')
            d.borrower_id, d.decided -> 'promise' as promise, d.decided #>> '{{promise,promise_id}}' as promise_id,
            d.decided #>> '{{promise,loan_id}}' as loan_id, d.on_date
        from decision d
        where d.kind = 'promise' and d.on_date <= $1
            and (d.decided #>> '{{promise,due_on}}')::date between $5::date and $6::date
        order by d.borrower_id, d.decided #>> '{{promise,promise_id}}', d.evaluation
    )
    select date_trunc('month', (t.promise ->> 'due_on')::date)::date, t.promise ->> 'currency',
        coalesce(v.verdict, 'open'), count(*), sum((t.promise ->> 'amount_minor')::int8)::int8,
        coalesce(sum(v.paid_minor), 0)::int8
    from told t
    left join lateral (
        select d.decided ->> 'verdict' as verdict, (d.decided ->> 'paid_minor')::int8 as paid_minor from decision d
        where d.kind = 'promise-verdict' and d.borrower_id = t.borrower_id and d.on_date <= $1
            and d.decided #>> '{{promise,promise_id}}' = t.promise_id
        order by d.evaluation desc, d.number desc limit 1) v on true
    where {currency_is("t.promise ->> 'currency'")} and {product_is("t", "t.on_date")} and {arm_is("t", "t.on_date")}
    group by 1, 2, 3 order by 1, 2, 3
"""
_OFFERED: Final = f"""
    select o.*,
        case when o.closed_on <= $1 then o.status::text when o.expires_on < $1 then 'expired' else 'open' end as fate
    from offer o where o.made_on between $5::date and least($6::date, $1::date)
        and {currency_is("o.currency")} and {product_is("o", "o.made_on")} and {arm_is("o", "o.made_on")}
"""
_OFFERS: Final = f"""
    select date_trunc('month', made_on)::date, currency, count(*),
        {
    ", ".join(
        f"count(*) filter (where fate = '{fate}')"
        for fate in ("accepted", "declined", "expired", "countered", "withdrawn", "open")
    )
}
    from ({_OFFERED}) offered group by 1, 2 order by 1, 2
"""
_PLAN_FATES: Final = ("agreed", "watched", "kept", "broken", "replaced")
_PLANS: Final = f"""
    with accepted as (select * from ({_OFFERED}) offered where fate = 'accepted'),
    broken as (
        select distinct borrower_id, loan_id, decided ->> 'restructuring_id' as restructuring_id from decision
        where kind = 'plan-broken' and on_date <= $1
    ),
    judged as (
        select (select one ->> 'kind' from jsonb_array_elements(a.plans) one where one ->> 'plan_id' = a.plan_id)
                as kind,
            case when b.restructuring_id is not null then 'broken' when done.as_of is null then 'agreed'
                when s.settled then 'kept' when s.restructuring_id is distinct from a.offer_id then 'replaced'
                when 'restructured' = any(v.flags) or v.on_date is null or v.on_date < done.as_of then 'watched'
                else 'kept' end as fate
        from accepted a
        left join broken b on b.borrower_id = a.borrower_id and b.loan_id = a.loan_id
            and b.restructuring_id = a.offer_id
        left join lateral (
            select min(r.as_of) as as_of from standing_record r
            where r.event_type = 'amends.ledger.loan-restructured.v1' and r.borrower_id = a.borrower_id
                and r.loan_id = a.loan_id and r.restructuring_id = a.offer_id and r.as_of <= $1) done on true
        left join lateral (
            select r.settled, r.restructuring_id from standing_record r where r.borrower_id = a.borrower_id
                and r.loan_id = a.loan_id and r.as_of <= $1
            order by r.as_of desc, r.ledger_sequence desc limit 1) s on true
        left join lateral (
            select r.flags, r.on_date from level_record r where r.borrower_id = a.borrower_id
                and r.loan_id = a.loan_id and r.on_date <= $1
            order by r.on_date desc, r.evaluation desc limit 1) v on true
    )
    select kind, count(*), {", ".join(f"count(*) filter (where fate = '{fate}')" for fate in _PLAN_FATES)}
    from judged group by kind order by kind
"""
_SENT, _FAILED, _SUPPRESSED = (f"amends.notifier.notification-{fate}.v1" for fate in ("sent", "failed", "suppressed"))
_CONTACTS: Final = f"""
    with asked as (
        select coalesce(case when d.kind = 'task' or d.rule like 'ladder:%' then d.step_id else d.rule end, '') as step,
            case d.kind when 'task' then 'call' else d.kind end as kind, d.arm, count(*) as asked,
            count(distinct d.borrower_id) as borrowers
        from decision d
        where (d.kind = 'notice' or d.kind = 'task' and d.decided ->> 'kind' = 'call')
            and d.on_date between $5::date and least($6::date, $1::date)
            and {currency_is("d.facts ->> 'currency'")} and ($3::text is null or d.facts ->> 'product' = $3)
            and ($4::text is null or d.arm = $4)
        group by 1, 2, 3
    ),
    told as (
        select f.borrower_id, f.evaluation, f.on_date, f.kind, f.fact ->> 'loan_id' as loan_id,
            case f.fact ->> 'step_id' when 'offer' then substring(f.fact ->> 'reminder_id' from '[^:]+$')
                else f.fact ->> 'step_id' end as step
        from fact_record f
        where f.kind in ('{_SENT}', '{_FAILED}', '{_SUPPRESSED}') and f.on_date between $5 and least($6, $1)
    ),
    outcome as (
        select t.step, coalesce(e.arm, '') as arm, count(*) filter (where t.kind = '{_SENT}') as sent,
            count(*) filter (where t.kind = '{_FAILED}') as failed,
            count(*) filter (where t.kind = '{_SUPPRESSED}') as suppressed
        from told t left join evaluation e on e.borrower_id = t.borrower_id and e.evaluation = t.evaluation
        where {product_is("t", "t.on_date")} and ($2::text is null or exists (
            select 1 from standing_record s
            where s.borrower_id = t.borrower_id and s.loan_id = t.loan_id and s.currency = $2))
        group by 1, 2
    )
    select a.step, a.kind, a.arm, a.asked, a.borrowers, coalesce(o.sent, 0), coalesce(o.failed, 0),
        coalesce(o.suppressed, 0)
    from asked a left join outcome o on a.kind = 'notice' and o.step = a.step and o.arm = a.arm
    order by 1, 2, 3
"""


async def cures(
    connection: Connection, entered: Period, as_of: date, selection: Selection = EVERYTHING
) -> tuple[CureLine, ...]:
    """Of loans that entered each bucket in a period, those cured, and past due again, by the end of `as_of`.

    A loan counts once a bucket, from its first entry in the period.
    """
    rows = await connection.fetch(_CURES, *_entered(entered, as_of, selection))
    return tuple(
        CureLine(row[0], row[1], within=_within(tuple(row)[4:]), cured=row[2], redefaulted=row[3]) for row in rows
    )


async def arms(
    connection: Connection, entered: Period, as_of: date, selection: Selection = EVERYTHING
) -> tuple[ArmLine, ...]:
    """Of loans that fell past due in a period, those cured, by the arm that they were in then and by CURE_DAYS."""
    rows = await connection.fetch(_ARMS, *_entered(entered, as_of, selection))
    return tuple(ArmLine(row[0], row[1], within) for row in rows for within in _within(tuple(row)[2:]))


async def promises(
    connection: Connection, due: Period, as_of: date, selection: Selection = EVERYTHING
) -> tuple[PromiseLine, ...]:
    """Promises due in a period by month and currency, as last judged by the end of `as_of`.

    A promise about all loans of a borrower is of no product.
    """
    rows = await connection.fetch(_PROMISES, *_in_period(due, as_of, selection))
    lines: dict[tuple[date, str], dict[str, Promised]] = {}
    for due_in, currency, verdict, *promised in rows:
        lines.setdefault((due_in, currency), {})[verdict] = Promised(*promised)
    verdicts = ("kept", "partly-kept", "broken", "open")
    return tuple(
        PromiseLine(*key, *(by_verdict.get(verdict, NO_PROMISES) for verdict in verdicts))
        for key, by_verdict in lines.items()
    )


async def offers(
    connection: Connection, made: Period, as_of: date, selection: Selection = EVERYTHING
) -> tuple[OfferLine, ...]:
    """Offers made in a period by month and currency, and what had become of them by the end of `as_of`."""
    rows = await connection.fetch(_OFFERS, *_in_period(made, as_of, selection))
    return tuple(OfferLine(*row) for row in rows)


async def plans(
    connection: Connection, made: Period, as_of: date, selection: Selection = EVERYTHING
) -> tuple[PlanLine, ...]:
    """Plans accepted by the end of `as_of`, of offers made in a period, by kind and by what became of them."""
    rows = await connection.fetch(_PLANS, *_in_period(made, as_of, selection))
    return tuple(PlanLine(*row) for row in rows)


async def contacts(
    connection: Connection, asked: Period, as_of: date, selection: Selection = EVERYTHING
) -> tuple[ContactLine, ...]:
    """Notices and calls asked for in a period, up to `as_of`, by step and arm."""
    rows = await connection.fetch(_CONTACTS, *_in_period(asked, as_of, selection))
    return tuple(ContactLine(*row) for row in rows)


def _in_period(period: Period, as_of: date, selection: Selection) -> tuple[object, ...]:
    return *arguments(as_of, selection), period.from_on, period.to_on


def _entered(period: Period, as_of: date, selection: Selection) -> tuple[object, ...]:
    return *arguments(as_of, selection), selection.first_bucket, period.from_on, period.to_on


def _within(counts: Sequence[int]) -> tuple[CuredWithin, ...]:
    """From (observed, cured) for each of CURE_DAYS, flat."""
    return tuple(
        CuredWithin(days, counts[2 * place], counts[2 * place + 1]) for place, days in enumerate(CURE_DAYS)
    )  # fmt: skip
