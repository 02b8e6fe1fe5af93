-- Payments that named only the borrower; their shares are payments of their loans.

create table spread_payment (
    borrower_id  text   not null,
    payment_id   text   not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency     text   not null,
    value_date   date   not null,
    rule         text   not null,
    shares       jsonb  not null,      -- [[loan id, payment id of the share, amount], ...]
    recorded_at  timestamptz not null default now(),
    primary key (borrower_id, payment_id)
);
