-- The books. Amounts are minor units of the loan's currency.

create type loan_status as enum ('active', 'settled');

create table loan (
    borrower_id                 text    not null,
    loan_id                     text    not null,
    currency                    text    not null check (currency ~ '^[A-Z]{3}$'),
    principal_minor             bigint  not null check (principal_minor > 0),
    terms                       jsonb   not null,   -- as disbursed; frozen
    disbursed_on                date    not null,
    number_of_instalments       int     not null check (number_of_instalments > 0),
    arrears_tolerance_minor     bigint  not null default 0 check (arrears_tolerance_minor >= 0),
    instalment_minor            bigint  not null,
    period_days                 int     not null check (period_days > 0),
    status                      loan_status not null default 'active',
    principal_outstanding_minor bigint  not null check (principal_outstanding_minor >= 0),
    credit_minor                bigint  not null default 0 check (credit_minor >= 0),
    open_instalments            int     not null check (open_instalments >= 0),
    oldest_unpaid_due_on        date,
    last_value_date             date    not null,
    sequence                    bigint  not null default 0,
    transactions                int     not null default 0,
    next_action_on              date,               -- when the calendar next changes something
    opened_at                   timestamptz not null default now(),
    primary key (borrower_id, loan_id)
) with (fillfactor = 70);
create index loan_next_action on loan (next_action_on) where next_action_on is not null;

-- stage: what the calendar has done: 0 nothing, 1 announced ahead, 2 fell due (interest earned), 3 passed.
create table instalment (
    borrower_id          text   not null,
    loan_id              text   not null,
    number               int    not null,
    due_on               date   not null,
    principal_minor      bigint not null check (principal_minor >= 0),
    interest_minor       bigint not null check (interest_minor >= 0),
    fee_minor            bigint not null default 0 check (fee_minor >= 0),
    penalty_minor        bigint not null default 0 check (penalty_minor >= 0),
    principal_paid_minor bigint not null default 0 check (principal_paid_minor between 0 and principal_minor),
    interest_paid_minor  bigint not null default 0 check (interest_paid_minor between 0 and interest_minor),
    fee_paid_minor       bigint not null default 0 check (fee_paid_minor between 0 and fee_minor),
    penalty_paid_minor   bigint not null default 0 check (penalty_paid_minor between 0 and penalty_minor),
    paid_on              date,
    stage                smallint not null default 0 check (stage between 0 and 3),
    primary key (borrower_id, loan_id, number)
) with (fillfactor = 85);

create type payment_status as enum ('posted', 'reversed');

create table payment (
    borrower_id       text   not null,
    payment_id        text   not null,
    loan_id           text   not null,
    amount_minor      bigint not null check (amount_minor > 0),
    value_date        date   not null,
    status            payment_status not null default 'posted',
    penalty_minor     bigint not null,
    fee_minor         bigint not null,
    interest_minor    bigint not null,
    principal_minor   bigint not null,
    unallocated_minor bigint not null,
    position          bigint generated always as identity,   -- order of arrival
    recorded_at       timestamptz not null default now(),
    primary key (borrower_id, payment_id),
    check (amount_minor = penalty_minor + fee_minor + interest_minor + principal_minor + unallocated_minor)
);

create index payment_of_loan on payment (borrower_id, loan_id);

create table account (
    code smallint primary key,
    name text     not null unique
);

insert into account (code, name) values
    (1, 'cash'), (2, 'principal_receivable'), (3, 'interest_receivable'), (4, 'fee_receivable'),
    (5, 'penalty_receivable'), (6, 'interest_income'), (7, 'fee_income'), (8, 'penalty_income'),
    (9, 'borrower_credit'), (10, 'suspense'), (11, 'write_off'), (12, 'waived'), (13, 'capped');

create table journal_transaction (
    borrower_id text not null,
    loan_id     text not null,
    number      int  not null,      -- counts per loan
    kind        text not null,
    cause       text not null,      -- payment id, instalment number, ...
    value_date  date not null,
    recorded_at timestamptz not null default now(),
    primary key (borrower_id, loan_id, number)
);

-- A posting debits one account and credits another by the same amount, so no transaction can be unbalanced.
create table posting (
    borrower_id  text     not null,
    loan_id      text     not null,
    number       int      not null,
    line         smallint not null,
    debit        smallint not null,
    credit       smallint not null,
    amount_minor bigint   not null check (amount_minor > 0),
    currency     text     not null,
    primary key (borrower_id, loan_id, number, line),
    check (debit <> credit)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is never updated or deleted: book a reversing transaction';
end $$;
create trigger journal_transaction_is_final before update or delete or truncate on journal_transaction
    for each statement execute function refuse_change();
create trigger posting_is_final before update or delete or truncate on posting
    for each statement execute function refuse_change();

create table business_date_completed (
    calendar_id   text not null primary key,
    business_date date not null,
    completed_at  timestamptz not null default now()
);
