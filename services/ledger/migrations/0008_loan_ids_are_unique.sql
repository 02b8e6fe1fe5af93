-- Event ids and subjects are made of the loan id: no two borrowers may have loans of one id.

create unique index loan_id_is_unique on loan (loan_id);
