-- The close goes through the loans of a date in the order of this index and goes on behind the last one it had.

drop index loan_next_action;
create index loan_next_action on loan (next_action_on, borrower_id, loan_id) where next_action_on is not null;
