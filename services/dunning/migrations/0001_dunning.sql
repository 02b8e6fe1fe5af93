-- What dunning knows and has decided. Amounts are minor units of the loan's currency.

-- One loan's track: the newest facts from the ledger, where it stood when last evaluated, and when to look again.
create table track (
    borrower_id             text   not null,
    loan_id                 text   not null,
    currency                text   not null,
    ledger_sequence         bigint not null,
    oldest_unpaid_due_on    date,
    next_due_on             date,
    overdue_penalty_minor   bigint not null,
    overdue_fee_minor       bigint not null,
    overdue_interest_minor  bigint not null,
    overdue_principal_minor bigint not null,
    next_penalty_minor      bigint not null,
    next_fee_minor          bigint not null,
    next_interest_minor     bigint not null,
    next_principal_minor    bigint not null,
    settled                 boolean not null,
    bucket                  text   not null,
    days_past_due           int    not null check (days_past_due >= 0),
    done_anchor_due_on      date,
    done_at_days            int,
    known_on                date   not null,   -- the ledger's date that the facts are of
    evaluated_on            date,
    next_look_on            date,
    sequence                bigint not null default 0,
    primary key (borrower_id, loan_id)
) with (fillfactor = 70);
create index track_next_look on track (next_look_on) where next_look_on is not null;

-- One conversation a borrower: the worst of their loans.
create table borrower_case (
    borrower_id         text   not null primary key,
    loans_past_due      int    not null,
    worst_days_past_due int    not null,
    opened_on           date   not null,
    cured_on            date
);

-- Every decision to remind, with the rule, its version and the facts it saw; never changed.
create table decision (
    borrower_id    text  not null,
    reminder_id    text  not null,
    loan_id        text  not null,
    step_id        text  not null,
    policy_version text  not null,
    business_date  date  not null,
    facts          jsonb not null,
    decided_at     timestamptz not null default now(),
    primary key (borrower_id, reminder_id, business_date)
);
