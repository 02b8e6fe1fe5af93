-- What a replay of the record cannot work out from the rest of it. Amounts are minor units of the loan's currency.

-- The payment that an event was about: `payment_minor` is what was allocated of one received, or taken back by a
-- chargeback; null for one reversed as a whole.
alter table standing_record
    add column payment_id    text,
    add column payment_minor bigint;

-- Holds by region or product and regional reliefs that concerned the borrower, as the evaluation saw them.
alter table evaluation
    add column areas jsonb;
