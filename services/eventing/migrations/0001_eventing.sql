-- What every service stands on. Runs inside the service's own schema.

create table consumer_position (
    consumer_group text   not null,
    topic          text   not null,
    partition      int    not null,
    next_offset    bigint not null check (next_offset >= 0),
    moved_at       timestamptz not null default now(),
    primary key (consumer_group, topic, partition)
) with (fillfactor = 50);

-- An ordered queue: rows leave in order of id once Kafka has them.
create table outbox (
    id          bigint generated always as identity primary key,
    topic       text   not null,
    partition   int,
    key         bytea,
    event_id    text,
    event_type  text,
    subject     text,
    sequence    bigint,
    traceparent text,
    raw_headers jsonb,           -- set for records passed on as they came: [[name, base64], ...]
    value       bytea,
    written_at  timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_insert_scale_factor = 1);

create type dead_letter_status as enum ('open', 'replayed', 'discarded');

create table dead_letter (
    id             bigint generated always as identity primary key,
    consumer_group text   not null,
    topic          text   not null,
    partition      int    not null,
    record_offset  bigint not null,
    key            bytea,
    value          bytea,
    raw_headers    jsonb  not null,
    event_id       text,
    event_type     text,
    code           text   not null,
    field          text   not null,
    wrong_value    text   not null,
    message        text   not null,
    status         dead_letter_status not null default 'open',
    recorded_at    timestamptz not null default now(),
    unique (consumer_group, topic, partition, record_offset)
);
create index dead_letter_open on dead_letter (code) where status = 'open';

-- Who did what to a dead letter; never changed.
create table dead_letter_action (
    id             bigint generated always as identity primary key,
    dead_letter_id bigint not null references dead_letter,
    action         text   not null check (action in ('replay', 'edit-and-replay', 'discard')),
    actor          text   not null,
    note           text   not null default '',
    edited_value   bytea,
    acted_at       timestamptz not null default now()
);

create table business_date (
    calendar_id   text not null,
    partition     int  not null,   -- the partition that said so; -1 for a date from the clock
    business_date date not null,
    opened_at     timestamptz not null default now(),
    primary key (calendar_id, partition)
);
