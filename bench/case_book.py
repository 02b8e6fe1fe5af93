"""A large book of cases made in PostgreSQL, as dunning would hold it on the evening before `LOOKED_ON`."""

from datetime import date

import asyncpg

from services.eventing.settings import Settings

LOOKED_ON = date(2018, 6, 15)
_SETTINGS = {"search_path": "dunning", "jit": "off", "synchronous_commit": "off"}
_STANDING = """
    select n, 'B-' || lpad(n::text, 8, '0') as borrower_id, 'L-' || lpad(n::text, 8, '0') as loan_id,
        -- The factor, prime to 1,000, strews those with a look due over the whole book.
        case when n * 7919 % 1000 >= $2 then 'idle' else (array['upcoming', 'firm', 'boundary'])[n % 3 + 1] end as place
    from generate_series(1, $1::int8) n
"""
_DATED = f"""
    select s.*,
        case place when 'upcoming' then $3::date + 3 when 'idle' then $3::date + 4 + (n % 24)::int
            else $3::date + 20 end as next_due_on,
        case place when 'firm' then $3::date - 10 when 'boundary' then $3::date - 31 end as oldest
    from ({_STANDING}) s
"""
_LOANS = f"""
    insert into loan (borrower_id, loan_id, currency, ledger_sequence, settled, bucket, days_past_due, state,
        overdue_minor, principal_outstanding_minor, facts, memory, known_on, sequence)
    select borrower_id, loan_id, 'USD', 1, false,
        case when oldest is null then 'current' else 'M1' end,
        case when oldest is null then 0 else $3::date - 1 - oldest end,
        case when oldest is null then 'current' else 'early' end,
        case when oldest is null then 0 else 103529 end, 600000,
        jsonb_build_object('loan_id', loan_id, 'borrower_id', borrower_id, 'currency', 'USD', 'as_of', $3::date - 1,
            'sequence', 1, 'oldest_unpaid_due_on', coalesce(oldest, next_due_on), 'next_due_on', next_due_on,
            'overdue', case when oldest is null then '{{}}'::jsonb
                else '{{"interest_minor": 6000, "principal_minor": 97529}}' end,
            'next_due_amounts', '{{"interest_minor": 5025, "principal_minor": 98504}}'::jsonb,
            'principal_outstanding_minor', 600000),
        case when oldest is null then '{{"bucket": "current"}}'::jsonb else jsonb_build_object(
            'bucket', 'M1', 'days_past_due', $3::date - 1 - oldest, 'is_past_due', true, 'state', 'early',
            'anchor_due_on', oldest, 'arrears_since', oldest, 'above_since', oldest,
            'steps', jsonb_build_object('overdue-soft', jsonb_build_object('status', 'done', 'on', oldest + 1))) end,
        $3::date - 1, 0
    from ({_DATED}) d
"""
_CASES = f"""
    insert into borrower_case (borrower_id, loans_past_due, worst_days_past_due, opened_on, policy_version, arm,
        evaluated_on, next_look_on, evaluations)
    select borrower_id, (oldest is not null)::int, case when oldest is null then 0 else $3::date - 1 - oldest end,
        oldest + 1, 'default-2', 'champion', $3::date - 1,
        case place when 'idle' then next_due_on - 3 else $3::date end, 1
    from ({_DATED}) d
"""


async def make_case_book(database_url: str, cases: int, due_per_mille: int) -> None:
    """Fill an empty dunning with cases of one loan each; of a thousand `due_per_mille` have a look due on `LOOKED_ON`.

    Of these a third is to be reminded of what is coming, a third gets a firm reminder, a third moves to a worse bucket.
    """
    connection = await asyncpg.connect(database_url, server_settings=_SETTINGS)
    try:
        for statement in (_LOANS, _CASES):
            await connection.execute(statement, cases, due_per_mille, LOOKED_ON, timeout=600)
        # What autovacuum has done in any book that grew over time.
        await connection.execute("vacuum (analyze)", timeout=600)
    finally:
        await connection.close()


async def open_day(connection: asyncpg.Connection, settings: Settings) -> None:
    """Say for every partition that the ledger has completed `LOOKED_ON`."""
    await connection.executemany(
        "insert into business_date (calendar_id, partition, business_date) values ($1, $2, $3)",
        [(settings.calendar_id, partition, LOOKED_ON) for partition in range(settings.topic_partitions)],
    )
