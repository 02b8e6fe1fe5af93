-- Keys, retention, erasure, commands and audit. Neither commands nor the audit hold contact data or texts.

-- How far each sealed column was walked to bring its values under the key that seals today; `walked_at` is when the
-- walk came to the end.
create table resealing (
    table_name        text        not null,
    column_name       text        not null,
    key_id            text        not null,
    after_borrower_id text        not null default '',
    started_at        timestamptz not null,
    walked_at         timestamptz,
    primary key (table_name, column_name)
);
create index message_plain on message (borrower_id) where subject is not null or body is not null;

-- Since when a loan was seen to be settled, and when what was kept of it was erased. No row while it is open.
create table loan_end (
    borrower_id text        not null,
    loan_id     text        not null,
    ended_at    timestamptz not null,
    erased_at   timestamptz,
    primary key (borrower_id, loan_id)
);

-- What of a borrower was erased, why, and by whom.
create table erasure (
    borrower_id text        not null,
    erased_at   timestamptz not null,
    kind        text        not null check (kind in ('asked-for', 'forced', 'retention')),
    reason      text        not null,
    actor       text        not null,
    counts      jsonb       not null,
    primary key (borrower_id, erased_at)
);

-- What erasing empties of rows that stay.
alter table offer_acceptance alter column sealed_shown drop not null;
alter table borrower_answer alter column sealed drop not null;
alter table reply alter column sealed drop not null;
alter table agent_call alter column sealed drop not null;

-- Lists of messages are in the order in which they were asked for.
create index message_in_order on message (asked_at, borrower_id, notification_id);
create index message_not_sent on message (status, asked_at, borrower_id, notification_id)
    where status in ('waiting_for_contact', 'deferred', 'failed', 'suppressed', 'unknown');
create index message_by_id on message (notification_id);

-- Commands over HTTP that took effect, and their answers: who did what and why.
create table command (
    borrower_id     text        not null,
    caller          text        not null,
    idempotency_key text        not null,
    kind            text        not null,
    subject_id      text        not null,
    request         jsonb       not null,
    request_sha256  text        not null,
    reason          text        not null,
    key_id          text        not null,
    operator        text,
    request_id      text        not null,
    status          int         not null,
    answer          text        not null,
    recorded_at     timestamptz not null,
    primary key (borrower_id, caller, idempotency_key)
);

-- Who saw personal data or gave a command. `borrower_id` is empty for what is about no single borrower.
create table audit (
    borrower_id text        not null,
    audit_id    bigint      generated always as identity,
    at          timestamptz not null,
    action      text        not null,
    caller      text        not null,
    key_id      text,
    operator    text,
    request_id  text,
    what        jsonb       not null,
    primary key (borrower_id, audit_id)
);
create index audit_in_order on audit (audit_id);

create function refuse_record_change() returns trigger language plpgsql as $$
begin
    raise exception 'the record is never updated or deleted';
end $$;
create trigger command_is_final before update or delete or truncate on command
    for each statement execute function refuse_record_change();
create trigger audit_is_final before update or delete or truncate on audit
    for each statement execute function refuse_record_change();
create trigger erasure_is_final before update or delete or truncate on erasure
    for each statement execute function refuse_record_change();
