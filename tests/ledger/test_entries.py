"""From what is booked to what is right."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.ledger.entries import Booked, Cause, Entries, Sides, corrections
from services.ledger.journal import AccountCode, Posting

MARCH, APRIL = date(2024, 3, 1), date(2024, 4, 1)
CASH, PRINCIPAL, INTEREST = AccountCode.CASH, AccountCode.PRINCIPAL_RECEIVABLE, AccountCode.INTEREST_RECEIVABLE
PAYMENT = Cause("payment", "P-1")
sides = st.tuples(st.sampled_from(AccountCode), st.sampled_from(AccountCode)).filter(lambda pair: pair[0] != pair[1])
amounts = st.dictionaries(sides, st.integers(-1000, 1000), max_size=6)


def paid(**by_account: int) -> Entries:
    entries = Entries()
    for account, amount_minor in by_account.items():
        entries.book("payment", "P-1", MARCH, CASH, AccountCode[account.upper()], amount_minor)
    return entries


def booked_as(amounts: dict[Sides, int], on: date = MARCH) -> Booked:
    booked = Booked()
    for (debit, credit), amount_minor in amounts.items():
        booked.add(PAYMENT, on, debit, credit, amount_minor)
    return booked


def test_what_was_never_booked_is_booked_on_its_day() -> None:
    wanted = paid(principal_receivable=100)
    (correction,) = corrections(wanted.by_cause, Booked(), APRIL)
    assert correction == (PAYMENT, MARCH, (Posting(CASH, PRINCIPAL, 100),))


def test_what_is_right_is_left_alone() -> None:
    assert list(corrections(paid(principal_receivable=100).by_cause, booked_as({(CASH, PRINCIPAL): 100}), APRIL)) == []


def test_a_payment_split_anew_is_corrected_by_the_difference_and_no_cash_moves() -> None:
    wanted = paid(principal_receivable=90, interest_receivable=10)
    (correction,) = corrections(wanted.by_cause, booked_as({(CASH, PRINCIPAL): 100}), APRIL)
    assert correction.postings == (Posting(PRINCIPAL, INTEREST, 10),)


def test_a_booking_whose_cause_is_gone_is_reversed_on_the_day_of_the_correction() -> None:
    (correction,) = corrections({}, booked_as({(CASH, PRINCIPAL): 100}), APRIL)
    assert correction == (PAYMENT, APRIL, (Posting(PRINCIPAL, CASH, 100),))


def test_what_was_booked_on_a_later_day_is_reversed_there_and_booked_where_it_counts() -> None:
    late = booked_as({(CASH, PRINCIPAL): 100}, on=APRIL)
    found = list(corrections(paid(principal_receivable=100).by_cause, late, APRIL))
    assert found == [
        (PAYMENT, APRIL, (Posting(PRINCIPAL, CASH, 100),)),
        (PAYMENT, MARCH, (Posting(CASH, PRINCIPAL, 100),)),
    ]


@given(amounts, amounts)
def test_booked_and_corrections_make_what_is_wanted(
    booked: dict[tuple[AccountCode, AccountCode], int], right: dict[tuple[AccountCode, AccountCode], int]
) -> None:
    wanted = Entries()
    for (debit, credit), amount_minor in right.items():
        wanted.book("payment", "P-1", MARCH, debit, credit, amount_minor)
    balance: Counter[AccountCode] = Counter()
    for correction in corrections(wanted.by_cause, booked_as(booked), APRIL):
        for posting in correction.postings:
            balance[posting.debit] += posting.amount_minor
            balance[posting.credit] -= posting.amount_minor
    for sign, entries in ((1, booked), (-1, right)):
        for (debit, credit), amount_minor in entries.items():
            balance[debit] += sign * amount_minor
            balance[credit] -= sign * amount_minor
    assert not any(balance.values())
