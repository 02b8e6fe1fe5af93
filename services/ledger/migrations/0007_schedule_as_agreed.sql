-- The schedule as it was agreed at disbursal, which no later version of a holiday calendar may change: three arrays of
-- one length, the instalments in order.

alter table loan add column schedule_due_on date[],
                 add column schedule_principal_minor bigint[],
                 add column schedule_interest_minor bigint[];
update loan l set (schedule_due_on, schedule_principal_minor, schedule_interest_minor) =
    (select array_agg(due_on order by number), array_agg(principal_minor order by number),
            array_agg(interest_minor order by number)
     from instalment i where i.borrower_id = l.borrower_id and i.loan_id = l.loan_id);
alter table loan alter column schedule_due_on set not null,
                 alter column schedule_principal_minor set not null,
                 alter column schedule_interest_minor set not null;
