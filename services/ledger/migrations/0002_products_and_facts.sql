-- Products, the facts of a loan besides its payments, and interest that is paid before it is earned.

alter type loan_status add value 'written_off';

-- The documents that loans were made under; a version never changes.
create table product_version (
    reference   text  not null primary key,      -- id@version
    document    jsonb not null,
    recorded_at timestamptz not null default now()
);

-- calendar_through: the day up to which the calendar has run for the loan (penalties, interest, fees).
-- is_plain: nothing but payments ever happened to it, and they can be posted one after the other.
alter table loan add column product text not null default 'standard@1',
                 add column calendar_through date,
                 add column is_plain boolean not null default true;
update loan set calendar_through = disbursed_on;
alter table loan alter column calendar_through set not null;

-- stage: what the calendar has announced: 0 nothing, 1 to 50 so many announcements ahead, 100 fell due, 101 passed.
alter table instalment add column interest_in_advance_minor bigint not null default 0,
                       add column is_earned boolean not null default false;
alter table instalment drop constraint instalment_stage_check;
update instalment set is_earned = stage >= 2, stage = case when stage >= 2 then stage + 98 else stage end;
alter table instalment add check (stage between 0 and 50 or stage in (100, 101));

alter table payment add column purpose text not null default 'payment';

-- Facts as `services.ledger.facts` has them; `data` holds the fields of their kind.
create table fact (
    borrower_id text    not null,
    loan_id     text    not null,
    fact_id     text    not null,
    kind        text    not null,
    counts_on   date    not null,
    data        jsonb   not null,
    is_undone   boolean not null default false,
    recorded_by text    not null,
    recorded_at timestamptz not null default now(),
    primary key (borrower_id, fact_id)
);
create index fact_of_loan on fact (borrower_id, loan_id);

insert into account (code, name) values (14, 'unearned_interest'), (15, 'recovery_income');
