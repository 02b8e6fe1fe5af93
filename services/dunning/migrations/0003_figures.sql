-- What figures need of the record, for any date: each loan's newest standing and last move by one look into an index.

-- Of a standing's facts, what figures count. Text becomes a date by its parts: a cast would depend on settings.
alter table standing_record
    add column settled boolean not null generated always as
        (coalesce((facts ->> 'settled')::boolean, false)) stored,
    add column written_off boolean not null generated always as
        (coalesce((facts ->> 'written_off')::boolean, false)) stored,
    add column product text generated always as (facts ->> 'product') stored,
    add column restructuring_id text generated always as (facts ->> 'restructuring_id') stored,
    add column next_due_on date generated always as (make_date(
        substr(facts ->> 'next_due_on', 1, 4)::int,
        substr(facts ->> 'next_due_on', 6, 2)::int,
        substr(facts ->> 'next_due_on', 9, 2)::int)) stored,
    add column next_due_minor bigint not null generated always as (
        coalesce((facts #>> '{next_due_amounts,penalty_minor}')::bigint, 0)
        + coalesce((facts #>> '{next_due_amounts,fee_minor}')::bigint, 0)
        + coalesce((facts #>> '{next_due_amounts,interest_minor}')::bigint, 0)
        + coalesce((facts #>> '{next_due_amounts,principal_minor}')::bigint, 0)) stored;

create index standing_record_as_of on standing_record (borrower_id, loan_id, as_of desc, ledger_sequence desc)
    include (currency, product, overdue_minor, principal_outstanding_minor, settled, written_off, next_due_on,
        next_due_minor);
create index standing_record_opened on standing_record (as_of)
    include (borrower_id, loan_id, currency, principal_outstanding_minor)
    where event_type = 'amends.ledger.loan-opened.v1';
create index standing_record_restructured on standing_record (borrower_id, loan_id, restructuring_id) include (as_of)
    where event_type = 'amends.ledger.loan-restructured.v1';
create index level_record_as_of on level_record (borrower_id, loan_id, on_date desc, evaluation desc)
    include (currency, bucket, state, days_past_due);
create index decision_cure on decision (borrower_id, loan_id, evaluation) include (on_date) where kind = 'cure';
create index decision_promise_verdict on decision (borrower_id, evaluation, number) where kind = 'promise-verdict';
create index fact_record_kind on fact_record (kind, on_date);
create index offer_made_on on offer (made_on);
