-- Cases: a borrower's whole conversation, evaluated as one; and the record that figures and what-if replays read.
-- Amounts are minor units of the loan's currency. `evaluation` counts per borrower.

-- One loan: the ledger's newest facts and what dunning remembers, as documents; beside them what is looked up by.
alter table track rename to loan;
alter table loan
    add column facts jsonb,
    add column memory jsonb,
    add column terms jsonb,             -- the ledger's terms of the current schedule, for offers
    add column state text not null default 'current',
    add column overdue_minor bigint not null default 0,
    add column principal_outstanding_minor bigint not null default 0;
update loan set
    overdue_minor = overdue_penalty_minor + overdue_fee_minor + overdue_interest_minor + overdue_principal_minor,
    facts = jsonb_build_object(
        'loan_id', loan_id, 'borrower_id', borrower_id, 'currency', currency, 'as_of', known_on,
        'sequence', ledger_sequence, 'oldest_unpaid_due_on', oldest_unpaid_due_on, 'next_due_on', next_due_on,
        'overdue', jsonb_build_object(
            'penalty_minor', overdue_penalty_minor, 'fee_minor', overdue_fee_minor,
            'interest_minor', overdue_interest_minor, 'principal_minor', overdue_principal_minor),
        'next_due_amounts', jsonb_build_object(
            'penalty_minor', next_penalty_minor, 'fee_minor', next_fee_minor,
            'interest_minor', next_interest_minor, 'principal_minor', next_principal_minor),
        'settled', settled),
    memory = jsonb_build_object(
        'bucket', bucket, 'days_past_due', days_past_due, 'is_past_due', days_past_due > 0,
        'anchor_due_on', done_anchor_due_on);
drop index track_next_look;
alter table loan
    alter column facts set not null,
    alter column memory set not null,
    drop column oldest_unpaid_due_on,
    drop column next_due_on,
    drop column overdue_penalty_minor,
    drop column overdue_fee_minor,
    drop column overdue_interest_minor,
    drop column overdue_principal_minor,
    drop column next_penalty_minor,
    drop column next_fee_minor,
    drop column next_interest_minor,
    drop column next_principal_minor,
    drop column done_anchor_due_on,
    drop column done_at_days,
    drop column evaluated_on,
    drop column next_look_on;

-- A borrower's case. `facts`: what was told of the borrower; `memory`: what was said and done; null while empty.
alter table borrower_case
    add column facts jsonb,
    add column memory jsonb,
    add column region text,
    add column policy_version text,
    add column arm text not null default '',
    add column evaluated_on date,
    add column next_look_on date,
    add column evaluations bigint not null default 0,
    add column fact_count bigint not null default 0,
    add column sequence bigint not null default 0,
    alter column loans_past_due set default 0,
    alter column worst_days_past_due set default 0,
    alter column opened_on drop not null;
update borrower_case set next_look_on = current_date;
create index borrower_case_next_look on borrower_case (next_look_on) where next_look_on is not null;
create index borrower_case_region on borrower_case (region) where region is not null;

-- What the ledger allocated of each payment; `reversed_on` once it was taken back.
create table payment (
    borrower_id     text   not null,
    loan_id         text   not null,
    payment_id      text   not null,
    currency        text   not null,
    value_date      date   not null,
    allocated_minor bigint not null,
    reversed_on     date,
    primary key (borrower_id, loan_id, payment_id)
);

-- The record. Rows are never changed. Each evaluation of a case, why, and what it led to.
create table evaluation (
    borrower_id    text   not null,
    evaluation     bigint not null,
    on_date        date   not null,
    policy_version text   not null,
    arm            text   not null,
    next_look_on   date,
    recorded_at    timestamptz not null default now(),
    primary key (borrower_id, evaluation)
);

-- Each standing that the ledger told, with the evaluation that first saw it.
create table standing_record (
    borrower_id                 text   not null,
    loan_id                     text   not null,
    ledger_sequence             bigint not null,
    evaluation                  bigint not null,
    event_type                  text   not null,
    as_of                       date   not null,
    currency                    text   not null,
    overdue_minor               bigint not null,
    principal_outstanding_minor bigint not null,
    facts                       jsonb  not null,
    recorded_at                 timestamptz not null default now(),
    primary key (borrower_id, loan_id, ledger_sequence)
);

-- Each thing told of a borrower beside the ledger's: holds, promises, hardship, outcomes of notices.
create table fact_record (
    borrower_id text   not null,
    number      bigint not null,
    evaluation  bigint not null,
    on_date     date   not null,
    kind        text   not null,
    fact        jsonb  not null,
    recorded_at timestamptz not null default now(),
    primary key (borrower_id, number)
);

-- Each move of a loan between buckets or states.
create table level_record (
    borrower_id                 text   not null,
    loan_id                     text   not null,
    evaluation                  bigint not null,
    on_date                     date   not null,
    currency                    text   not null,
    bucket                      text   not null,
    state                       text   not null,
    flags                       text[] not null,
    days_past_due               int    not null,
    overdue_minor               bigint not null,
    principal_outstanding_minor bigint not null,
    settled                     boolean not null,
    primary key (borrower_id, loan_id, evaluation)
);
create index level_record_on_date on level_record (on_date);

-- Every decision with the rule, its version and the facts it saw.
alter table decision rename to reminder_decision;
create table decision (
    borrower_id    text   not null,
    evaluation     bigint not null,
    number         int    not null,
    on_date        date   not null,
    loan_id        text,
    kind           text   not null,
    step_id        text,
    rule           text   not null,
    policy_version text   not null,
    arm            text   not null,
    decided        jsonb  not null,
    facts          jsonb,
    recorded_at    timestamptz not null default now(),
    primary key (borrower_id, evaluation, number)
);
create index decision_kind on decision (kind, on_date);

-- What people are asked to do, and what came of it.
create table task (
    borrower_id  text not null,
    task_id      text not null,
    kind         text not null,
    loan_id      text,
    step_id      text,
    requested_on date not null,
    done_on      date,
    outcome      text,
    operator     text,
    primary key (borrower_id, task_id),
    check ((done_on is null) = (outcome is null))
);
create index task_open on task (requested_on, borrower_id) where done_on is null;

-- Offers of plans. `plans` are those of the event offer-made.
create type offer_status as enum ('open', 'accepted', 'declined', 'expired', 'withdrawn', 'countered');
create table offer (
    borrower_id   text not null,
    offer_id      text not null,
    loan_id       text not null,
    currency      text not null,
    made_on       date not null,
    expires_on    date not null,
    rule          text not null,
    plans         jsonb not null,
    status        offer_status not null default 'open',
    plan_id       text,
    closed_on     date,
    primary key (borrower_id, offer_id),
    check ((status = 'accepted') = (plan_id is not null))
);
create index offer_open on offer (expires_on) where status = 'open';

-- What holds for many borrowers at a time.
create table area_hold (
    hold_id   text not null primary key,
    scope     text not null check (scope in ('region', 'product')),
    value     text not null,
    reason    text not null,
    stops     text[] not null,
    from_on   date not null,
    to_on     date,
    lifted_on date
);
create table regional_relief (
    incident_id text not null primary key,
    region      text not null,
    from_on     date not null,
    review_on   date
);

-- Every ladder that was ever used, word for word: a version stands for one document.
create table ladder (
    version       text not null primary key,
    document      text not null,
    first_used_at timestamptz not null default now()
);

-- Commands over HTTP that took effect, and their answers: who did what and why.
create table command (
    borrower_id     text  not null,
    caller          text  not null,
    idempotency_key text  not null,
    kind            text  not null,
    subject_id      text  not null,
    request         jsonb not null,
    request_sha256  text  not null,
    reason          text  not null,
    key_id          text  not null,
    operator        text,
    request_id      text  not null,
    status          int   not null,
    answer          text  not null,
    recorded_at     timestamptz not null default now(),
    primary key (borrower_id, caller, idempotency_key)
);
create function refuse_record_change() returns trigger language plpgsql as $$
begin
    raise exception 'the record is never updated or deleted';
end $$;
create trigger command_is_final before update or delete or truncate on command
    for each statement execute function refuse_record_change();
create trigger decision_is_final before update or delete or truncate on decision
    for each statement execute function refuse_record_change();
create trigger evaluation_is_final before update or delete or truncate on evaluation
    for each statement execute function refuse_record_change();
create trigger standing_record_is_final before update or delete or truncate on standing_record
    for each statement execute function refuse_record_change();
create trigger fact_record_is_final before update or delete or truncate on fact_record
    for each statement execute function refuse_record_change();
