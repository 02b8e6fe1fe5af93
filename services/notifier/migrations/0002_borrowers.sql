-- What is known of a borrower, and what a contact is decided by.

-- One row for each borrower of whom anything is known. Whoever tells a fact of the borrower, and whoever lets a message
-- leave, locks it first: so each sees what the other committed before.
-- `wishes_told` counts the opt-outs and opt-ins told of them.
create table borrower (
    borrower_id text   not null primary key,
    wishes_told bigint not null default 0
);
insert into borrower (borrower_id) select borrower_id from contact union select borrower_id from loan_standing;

-- `sealed` is JSON of name, e-mail, phone, date of birth and the ending of an identity document, under the key named
-- in `sealed_by`. The plain columns are those of rows not sealed yet. Digests make the sealed row findable.
alter table contact
    alter column name drop not null,
    alter column time_zone drop not null,
    add column sealed              bytea,
    add column sealed_by           text,
    add column name_digest         bytea,
    add column email_digest        bytea,
    add column phone_digest        bytea,
    add column phone_ending_digest bytea,
    add column other_time_zones    text[] not null default '{}',
    add column phone_time_zones    text[] not null default '{}',
    add constraint contact_sealed_or_plain check (
        case when sealed is null then name is not null and sealed_by is null
             else sealed_by is not null and name is null and email is null and phone is null end
    );
-- A zone that is not told is null; it was kept as UTC.
update contact set time_zone = null where time_zone = 'UTC';
create index contact_by_name on contact (name_digest);
create index contact_by_email on contact (email_digest);
create index contact_by_phone on contact (phone_digest);
create index contact_by_phone_ending on contact (phone_ending_digest);
create index contact_by_key on contact (sealed_by);
create index contact_plain on contact (borrower_id) where sealed is null;

-- Holds that dunning told, on business dates, both included. `loan_id` is empty for all loans. `sequence` is that of
-- the borrower's case: the newest one counts.
create table contact_hold (
    borrower_id   text    not null,
    hold_id       text    not null,
    loan_id       text    not null default '',
    reason        text,
    stops_contact boolean not null,
    from_on       date,
    to_on         date,
    is_over       boolean not null,
    sequence      bigint  not null,
    primary key (borrower_id, hold_id, loan_id)
);

create table relief (
    borrower_id text    not null,
    relief_id   text    not null,
    is_over     boolean not null,
    sequence    bigint  not null,
    primary key (borrower_id, relief_id)
);

-- Empty means any channel, or any purpose.
create table opt_out (
    borrower_id  text not null,
    channel      text not null default '' check (channel in ('', 'email', 'sms', 'app', 'call')),
    purpose      text not null default '',
    opted_out_at timestamptz not null,
    source       text not null,
    primary key (borrower_id, channel, purpose)
);

create table consent (
    borrower_id text not null,
    loan_id     text not null,
    given_at    timestamptz not null,
    until       timestamptz,
    primary key (borrower_id, loan_id, given_at)
);

-- Every contact that limits and rests count, made by the notifier or by people.
create table contact_made (
    borrower_id    text not null,
    contact_id     text not null,
    made_at        timestamptz not null,
    channel        text not null check (channel in ('email', 'sms', 'app', 'call')),
    loan_id        text,
    outcome        text not null check (outcome in ('sent', 'unanswered', 'conversation', 'not_connected')),
    recipient      text not null check (recipient in ('borrower', 'third-party', 'attorney')),
    is_by_borrower boolean not null,
    address_digest bytea,
    primary key (borrower_id, contact_id)
);
create index contact_made_at on contact_made (borrower_id, made_at);

-- An address that cannot be reached, by channel; empty digest: whatever the address is.
create table unusable_address (
    borrower_id    text  not null,
    channel        text  not null check (channel in ('email', 'sms', 'app', 'call')),
    address_digest bytea not null,
    reason         text  not null,
    since          timestamptz not null,
    primary key (borrower_id, channel)
);
