-- What the borrower would pay without a plan, as the event offer-made tells it; null for offers made before it was kept.
-- `sequence` counts the events told of an offer: it may be told of more than twice.
alter table offer
    add column current_instalments jsonb,
    add column sequence bigint not null default 1;
update offer set sequence = 2 where status <> 'open';
