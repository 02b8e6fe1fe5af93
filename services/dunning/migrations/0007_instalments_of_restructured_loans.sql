-- The instalments of a restructured loan as the ledger told them: what they carry over does not follow from the terms.
-- Null: the schedule is the one of `terms`; or, of a restructured loan, it is not known what its instalments lack.
alter table loan
    add column instalments jsonb;
