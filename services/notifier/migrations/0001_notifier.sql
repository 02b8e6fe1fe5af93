-- Who can be reached how, and every message asked for. Amounts are minor units of the loan's currency.

create table contact (
    borrower_id   text not null primary key,
    name          text not null,
    email         text,
    phone         text,
    language      text not null check (language in ('zh-CN', 'en')),
    time_zone     text not null,
    sequence      bigint,
    registered_at timestamptz not null default now()
);

-- What the gate looks at when a message leaves.
create table loan_standing (
    borrower_id          text   not null,
    loan_id              text   not null,
    ledger_sequence      bigint not null,
    oldest_unpaid_due_on date,
    settled              boolean not null,
    primary key (borrower_id, loan_id)
) with (fillfactor = 80);

create type message_status as enum ('waiting_for_contact', 'queued', 'sending', 'sent', 'failed', 'suppressed');

create table message (
    borrower_id         text   not null,
    notification_id     text   not null,
    reminder_id         text   not null,
    loan_id             text   not null,
    step_id             text   not null,
    template            text   not null,
    channels            text[] not null check (cardinality(channels) > 0),
    currency            text   not null,
    due_on              date   not null,
    days_past_due       int    not null,
    penalty_minor       bigint not null,
    fee_minor           bigint not null,
    interest_minor      bigint not null,
    principal_minor     bigint not null,
    traceparent         text,
    status              message_status not null,
    reason              text   not null default '',
    channel             text,
    language            text,
    subject             text,
    body                text,
    provider_message_id text,
    attempts            int    not null default 0,
    next_attempt_at     timestamptz not null default now(),
    asked_at            timestamptz not null default now(),
    ended_at            timestamptz,
    primary key (borrower_id, notification_id)
) with (fillfactor = 80);
create index message_to_send on message (next_attempt_at) where status in ('queued', 'sending');
create index message_waiting on message (borrower_id) where status = 'waiting_for_contact';
