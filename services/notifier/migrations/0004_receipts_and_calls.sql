-- What providers told of messages that they took; each is told on once. A dispatch of several messages has a row each.
create table receipt (
    borrower_id         text        not null,
    notification_id     text        not null,
    provider            text        not null,
    provider_message_id text        not null,
    status              text        not null
        check (status in ('delivered', 'bounced', 'expired', 'rejected', 'complained')),
    told_at             timestamptz not null,
    received_at         timestamptz not null,
    primary key (borrower_id, notification_id, provider, provider_message_id, status)
);
create index receipt_of_provider on receipt (provider, provider_message_id);
-- A receipt can tell the fate of a message that was not known to have been taken.
create index message_of_unknown_fate on message (dispatch_id) where status = 'unknown';

-- What borrowers wrote back; `sealed` is the text.
create table reply (
    borrower_id text        not null,
    provider    text        not null,
    reply_id    text        not null,
    meaning     text        not null check (meaning in ('stop', 'start', 'talk')),
    sealed      bytea       not null,
    received_at timestamptz not null,
    primary key (borrower_id, provider, reply_id)
);

-- Calls that people are asked to make, one for each dispatch. `sealed` is what the agent is to say.
-- `attempts` counts the calls made; a claim that nobody ended lapses.
create table agent_call (
    borrower_id     text        not null,
    call_id         text        not null,
    dispatch_id     text        not null,
    notification_id text        not null,
    loan_id         text        not null,
    language        text        not null check (language in ('zh-CN', 'en')),
    status          text        not null check (status in ('open', 'claimed', 'done', 'cancelled')),
    sealed          bytea       not null,
    asked_at        timestamptz not null,
    not_before      timestamptz not null,
    attempts        int         not null default 0,
    claimed_by      text,
    claimed_at      timestamptz,
    outcome         text        check (outcome in ('sent', 'unanswered', 'conversation', 'not_connected')),
    reason          text,
    ended_at        timestamptz,
    primary key (borrower_id, call_id),
    check (status <> 'claimed' or (claimed_by is not null and claimed_at is not null)),
    check ((status in ('done', 'cancelled')) = (ended_at is not null))
) with (fillfactor = 80);
create index agent_call_waiting on agent_call (not_before) where status in ('open', 'claimed');
