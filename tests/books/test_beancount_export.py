"""The text that Beancount reads: it accepts it, comes to the same balances, and finds a missing cent."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger import beancount_export
from services.ledger.booked import BookedTransaction, SummedPostings, turnovers
from services.ledger.journal import AccountCode, Posting
from services.schedules.money import UnknownCurrency
from tests.books.beancount_reading import balances_of, errors_of, expected
from tests.books.transactions import TRANSACTIONS, booked, months_of


def file_of(transactions: Sequence[BookedTransaction], proven_by: Sequence[BookedTransaction] | None = None) -> str:
    """The whole file; its assertions come from `proven_by`, or else the same transactions."""
    months = months_of(proven_by or transactions)
    last = max(one.booked_on for one in proven_by or transactions)
    texts = [beancount_export.transaction_text(one) for one in transactions]
    return "".join([*beancount_export.opening("Books", months), *texts, *beancount_export.assertions(months, last)])


def test_a_payment_reads_like_an_accountants_entry() -> None:
    payment = booked(
        Posting(AccountCode.CASH, AccountCode.INTEREST_RECEIVABLE, 1_000),
        Posting(AccountCode.CASH, AccountCode.PRINCIPAL_RECEIVABLE, 9_005),
        number=3,
    )
    assert beancount_export.transaction_text(payment) == (
        '\n2024-01-15 * "borrower-1" "payment payment-1" ^loan-1\n'
        '  loan: "loan-1"\n'
        "  number: 3\n"
        "  Assets:Cash 100.05 EUR\n"
        "  Assets:Receivable:Interest -10.00 EUR\n"
        "  Assets:Receivable:Principal -90.05 EUR\n"
    )


def test_a_correction_of_a_closed_period_is_in_the_open_one_and_names_its_value_date() -> None:
    text = beancount_export.transaction_text(booked(value_date=date(2024, 1, 31), booked_on=date(2024, 3, 1)))
    assert text.startswith("\n2024-03-01 *")
    assert "  value-date: 2024-01-31\n" in text


@pytest.mark.parametrize(("currency", "amount"), [("EUR", "0.05"), ("JPY", "5"), ("KWD", "0.005")])
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str) -> None:
    text = beancount_export.transaction_text(
        booked(Posting(AccountCode.CASH, AccountCode.SUSPENSE, 5), currency=currency)
    )
    assert f"  Assets:Cash {amount} {currency}\n" in text


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        beancount_export.transaction_text(booked(currency="XXX"))


@settings(max_examples=40, deadline=None)
@given(TRANSACTIONS)
def test_beancount_accepts_any_journal_and_comes_to_the_same_balances(transactions: list[BookedTransaction]) -> None:
    sums = [total for totals in months_of(transactions).values() for total in totals]
    assert balances_of(file_of(transactions)) == expected(turnovers(sums))


@settings(max_examples=20, deadline=None)
@given(TRANSACTIONS, st.data())
def test_beancount_finds_a_transaction_that_is_one_minor_unit_off(
    transactions: list[BookedTransaction], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(transactions) - 1))
    debit, credit, amount_minor = transactions[place].postings[0]
    more = Posting(debit, credit, amount_minor + 1)
    wrong = transactions[place]._replace(postings=(more, *transactions[place].postings[1:]))
    text = file_of([*transactions[:place], wrong, *transactions[place + 1 :]], proven_by=transactions)
    assert any("Balance failed" in message for message in errors_of(text))


def test_beancount_finds_a_transaction_that_is_missing() -> None:
    transactions = [booked(number=1), booked(number=2, value_date=date(2024, 2, 10))]
    assert len(errors_of(file_of(transactions[:1], proven_by=transactions))) == 2


def test_balances_are_asserted_after_each_month_and_after_the_last_day() -> None:
    transactions = [booked(number=1), booked(number=2, value_date=date(2024, 2, 10))]
    text = "".join(beancount_export.assertions(months_of(transactions), date(2024, 2, 10)))
    assert text.split("\n\n") == [
        "\n2024-02-01 balance Assets:Cash -1000.00 ~ 0 EUR"
        "\n2024-02-01 balance Assets:Receivable:Principal 1000.00 ~ 0 EUR",
        "2024-02-11 balance Assets:Cash -2000.00 ~ 0 EUR"
        "\n2024-02-11 balance Assets:Receivable:Principal 2000.00 ~ 0 EUR\n",
    ]


def test_the_postings_of_a_day_can_be_one_transaction() -> None:
    transactions = [booked(number=number) for number in (1, 2, 3)]
    summed = SummedPostings(
        date(2024, 1, 15), "disbursal", "EUR", 3,
        (Posting(AccountCode.PRINCIPAL_RECEIVABLE, AccountCode.CASH, 300_000),),
    )  # fmt: skip
    months = months_of(transactions)
    text = "".join(
        [*beancount_export.opening("Books", months), beancount_export.summed_text(summed),
         *beancount_export.assertions(months, date(2024, 1, 15))]
    )  # fmt: skip
    assert errors_of(text) == []
    assert "  summed-postings: 3\n" in text


@given(st.text(max_size=8), st.text(max_size=8))
def test_different_loans_have_different_links(one: str, other: str) -> None:
    assert (beancount_export.link(one) == beancount_export.link(other)) == (one == other)


def test_a_loan_with_plain_letters_links_as_it_is() -> None:
    assert beancount_export.link("L-2018_0001.a") == "L-2018_0001.a"
    assert beancount_export.link("loan:7") == "loan/3a7"
