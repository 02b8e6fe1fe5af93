-- The borrower's pages: links, visits, offers as dunning made them, and what borrowers answered.
-- What is personal is sealed by the borrower's id; of the ids of links and visits only digests are kept.

create table page_link (
    borrower_id    text        not null,
    link_digest    bytea       not null,
    loan_id        text        not null,
    offer_id       text,
    channel        text        not null check (channel in ('email', 'sms', 'app', 'call')),
    expires_at     timestamptz not null,
    used_at        timestamptz,
    failures       int         not null default 0 check (failures >= 0),
    last_failed_at timestamptz,
    locked_at      timestamptz,
    primary key (borrower_id, link_digest)
) with (fillfactor = 90);
create index page_link_by_digest on page_link (link_digest);
create index page_link_expiry on page_link (expires_at);

create table page_visit (
    borrower_id  text        not null,
    visit_digest bytea       not null,
    link_digest  bytea       not null,
    loan_id      text        not null,
    offer_id     text,
    factor       text        not null check (factor in ('identity-ending', 'date-of-birth', 'phone-ending')),
    started_at   timestamptz not null,
    expires_at   timestamptz not null,
    primary key (borrower_id, visit_digest)
) with (fillfactor = 80);
create index page_visit_by_digest on page_visit (visit_digest);
create index page_visit_expiry on page_visit (expires_at);

-- New links that borrowers asked for: how often is limited.
create table page_link_request (
    borrower_id  text        not null,
    requested_at timestamptz not null,
    number       bigint      not null,
    primary key (borrower_id, number)
);

-- `accepted` here is what the borrower said; `agreed` is what dunning answered.
create table kept_offer (
    borrower_id    text        not null,
    offer_id       text        not null,
    loan_id        text        not null,
    currency       text        not null,
    made_on        date        not null,
    expires_on     date        not null,
    sequence       bigint      not null,
    sealed         bytea       not null,
    status         text        not null check (status in ('open', 'accepted', 'agreed', 'countered', 'closed')),
    closed_reason  text        check (closed_reason in ('declined', 'expired', 'withdrawn', 'countered')),
    plan_id        text,
    is_wish_refused boolean    not null default false,
    viewed_at      timestamptz,
    primary key (borrower_id, offer_id),
    check ((status = 'closed') = (closed_reason is not null)),
    check (status not in ('accepted', 'agreed') or plan_id is not null)
) with (fillfactor = 80);
create index kept_offer_of_loan on kept_offer (borrower_id, loan_id, made_on);

-- What was accepted: the exact terms and the words shown, sealed, and their SHA-256. Rows are never changed.
create table offer_acceptance (
    borrower_id  text        not null,
    offer_id     text        not null,
    loan_id      text        not null,
    plan_id      text        not null,
    accepted_on  date        not null,
    accepted_at  timestamptz not null,
    language     text        not null check (language in ('zh-CN', 'en')),
    factor       text        not null,
    link_digest  bytea       not null,
    shown_sha256 bytea       not null,
    sealed_shown bytea       not null,
    primary key (borrower_id, offer_id)
);

-- Everything else that borrowers told on their pages; `sealed` has what they wrote.
create table borrower_answer (
    borrower_id text        not null,
    answer_id   text        not null,
    kind        text        not null
        check (kind in ('decline', 'counter', 'promise', 'hardship', 'dispute', 'opt-out', 'opt-in')),
    loan_id     text,
    offer_id    text,
    answered_on date        not null,
    answered_at timestamptz not null,
    sealed      bytea       not null,
    primary key (borrower_id, answer_id)
);
create index borrower_answer_of_kind on borrower_answer (borrower_id, kind, answered_at);
