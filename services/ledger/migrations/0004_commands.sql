-- What people and programs commanded by the HTTP API: who, when, what and why, and what they were answered.

-- One row for each command that took effect. `caller` is the name of the API key, which outlives each key.
create table command (
    borrower_id     text        not null,
    caller          text        not null,
    idempotency_key text        not null,
    loan_id         text        not null,
    kind            text        not null,
    fact_id         text        not null,   -- the fact recorded or undone
    request         jsonb       not null,   -- the body as validated
    request_sha256  text        not null check (request_sha256 ~ '^[0-9a-f]{64}$'),
    reason          text        not null check (reason <> ''),
    key_id          text        not null,
    operator        text,                   -- in whose name the caller acted, by id
    request_id      text        not null,
    status          smallint    not null,
    answer          text        not null,   -- sent again, letter by letter, when the command is
    recorded_at     timestamptz not null default now(),
    primary key (borrower_id, caller, idempotency_key)
);
create index command_of_loan on command (borrower_id, loan_id);

create function refuse_command_change() returns trigger language plpgsql as $$
begin
    raise exception 'the record of commands is never updated or deleted';
end $$;
create trigger command_is_final before update or delete or truncate on command
    for each statement execute function refuse_command_change();

-- Pages of the loans of one status, however few they are.
create index loan_by_status on loan (status, borrower_id, loan_id);
