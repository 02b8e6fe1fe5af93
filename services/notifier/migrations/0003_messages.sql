-- Messages: why each left or was kept back, in which words, and what waits to be sent. Also the archive.

drop index message_to_send;
drop index message_waiting;
alter table message alter column status type text using status::text;
drop type message_status;
update message set status = 'leaving' where status = 'sending';
alter table message
    add constraint message_status_known check (status in ('waiting_for_contact', 'queued', 'deferred', 'leaving',
        'sent', 'failed', 'suppressed', 'unknown')),
    alter column next_attempt_at drop default,
    alter column asked_at drop default,
    -- What the message is for, and what it is about besides an instalment.
    add column purpose          text,
    add column about            jsonb  not null default '{}',
    -- The channel that it is expected to leave by next, those that it is not tried on again, and how often and since
    -- when it was tried on the one it waits for.
    add column waits_for        text,
    add column spent_channels   text[] not null default '{}',
    add column channel_attempts int    not null default 0,
    add column channel_since    timestamptz,
    -- The end of the deferral that was told last.
    add column told_until       timestamptz,
    -- Messages of one dispatch left, or leave, as one.
    add column dispatch_id      text,
    add column marked_at        timestamptz,
    -- {outcome, rule, clause, rules_version, seen, until, decided_at}
    add column decision         jsonb,
    -- {subject, text} as sent, with the secret part of links masked.
    add column sealed           bytea,
    add column segments         int,
    add column cost_micros      bigint,
    add column cost_currency    text,
    -- Events told of the message: the next one's sequence is one more.
    add column events_told      int    not null default 0;
update message set waits_for = channels[1] where status in ('waiting_for_contact', 'queued', 'leaving');
update message set events_told = 1 where status in ('sent', 'failed', 'suppressed');

create index message_due on message (waits_for, next_attempt_at) where status in ('queued', 'deferred');
create index message_leaving on message (borrower_id) where status = 'leaving';
create index message_waiting on message (borrower_id) where status = 'waiting_for_contact';
create index message_of_provider on message (channel, provider_message_id) where provider_message_id is not null;

-- Dispatches in flight to providers that know a repeated one by its key: each attempt says the same under the same key.
-- `sealed` is the whole outbound message.
create table kept_dispatch (
    borrower_id text  not null,
    dispatch_id text  not null,
    sealed      bytea not null,
    primary key (borrower_id, dispatch_id)
);
