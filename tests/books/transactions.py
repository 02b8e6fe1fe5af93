"""Transactions of the journal for tests: valid by default, with what a test is about changed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from services.ledger.booked import BookedTransaction, SidesTotal
from services.ledger.journal import AccountCode, Posting

ONE_POSTING = (Posting(AccountCode.PRINCIPAL_RECEIVABLE, AccountCode.CASH, 100_000),)
RECORDED_AT = datetime(2024, 1, 1, 12, tzinfo=UTC)


def booked(
    *postings: Posting,
    number: int = 1,
    loan_id: str = "loan-1",
    borrower_id: str = "borrower-1",
    kind: str = "payment",
    cause: str = "payment-1",
    value_date: date = date(2024, 1, 15),
    booked_on: date | None = None,
    currency: str = "EUR",
) -> BookedTransaction:
    """A transaction of a loan in EUR, booked on its value date."""
    return BookedTransaction(
        borrower_id, loan_id, number, kind, cause, value_date, booked_on or value_date, RECORDED_AT, currency,
        postings or ONE_POSTING,
    )  # fmt: skip


def months_of(transactions: Iterable[BookedTransaction]) -> dict[date, Sequence[SidesTotal]]:
    """The sums of each month, as the database makes them."""
    sums: dict[date, dict[tuple[AccountCode, AccountCode, str], int]] = defaultdict(lambda: defaultdict(int))
    for one in transactions:
        for debit, credit, amount_minor in one.postings:
            sums[one.booked_on.replace(day=1)][debit, credit, one.currency] += amount_minor
    return {
        month: [SidesTotal(*sides, amount_minor) for sides, amount_minor in sums[month].items()]
        for month in sorted(sums)
    }


_POSTINGS = st.builds(
    lambda sides, amount_minor: Posting(sides[0], sides[1], amount_minor),
    st.tuples(st.sampled_from(AccountCode), st.sampled_from(AccountCode)).filter(lambda sides: sides[0] != sides[1]),
    st.integers(1, 10**15),
)
_DAYS = st.dates(date(2023, 11, 1), date(2024, 3, 31))
TRANSACTIONS = st.lists(
    st.builds(
        lambda postings, number, loan_id, cause, days, currency: booked(
            *postings, number=number, loan_id=loan_id, cause=cause, value_date=min(days), booked_on=max(days),
            currency=currency,
        ),
        st.lists(_POSTINGS, min_size=1, max_size=5),
        st.integers(1, 10_000),
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,12}", fullmatch=True),
        st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=12),
        st.tuples(_DAYS, _DAYS),
        st.sampled_from(["EUR", "JPY", "KWD"]),
    ),
    min_size=1,
    max_size=12,
)  # fmt: skip
"""Transactions of any accounts, days and texts, some booked later than they count."""
