-- Period close. A transaction is booked on its value date, or on the first day that was open when it was recorded.

-- `booked_not_before` is the first open day. Closing a period sets its default: a constant in the catalogue costs the
-- bulk insert nothing, and the lock of `alter table` waits for every transaction that still writes with the old one.
alter table journal_transaction
    add column booked_not_before date not null default '-infinity',
    add column booked_on date not null generated always as (greatest(value_date, booked_not_before)) stored;

-- One row a closed period; it begins on the day after the one before. All loans of a ledger share its periods.
create table closed_period (
    through      date        not null primary key,
    calendar_id  text        not null,   -- whose business dates were completed
    closed_at    timestamptz not null default clock_timestamp(),
    closed_by    text        not null,
    postings     bigint      not null check (postings >= 0),
    debits_minor jsonb       not null,   -- by currency
    sha256       text        not null check (sha256 ~ '^[0-9a-f]{64}$')   -- of the period before and all postings
);

create function refuse_reopening() returns trigger language plpgsql as $$
begin
    raise exception 'a closed period stays closed: book a correction, it counts in the open period';
end $$;
create trigger closed_period_is_final before update or delete or truncate on closed_period
    for each statement execute function refuse_reopening();
