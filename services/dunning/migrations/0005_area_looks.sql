-- Regions and products whose cases are still to be looked at on a day; told up to `after_borrower_id`.
create table area_look (
    id                bigint generated always as identity primary key,
    scope             text not null check (scope in ('region', 'product')),
    value             text not null,
    look_on           date not null,
    after_borrower_id text not null default ''
);
