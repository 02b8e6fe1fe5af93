"""The books of a few hundred loans on a real PostgreSQL: what Beancount, the trial balance and the statements say."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.ledger import journal_store
from services.ledger.beancount_file import beancount_file
from services.ledger.booked import BookedTransaction, Dating, Selection, Turnover
from services.ledger.chart_of_accounts import CHART
from services.ledger.journal import AccountCode
from services.ledger.loan_statement import statement
from services.schedules.money import to_decimal
from tests.books.beancount_reading import balances_of, expected
from tests.books.scene import LedgerInProcess, bean_check, eventful_book, ledger_in_process

NUMBER_OF_LOANS = 240
ALL = Selection(dating=Dating.BOOKED_ON)


@pytest.fixture
async def scene(fresh_database: str) -> AsyncIterator[LedgerInProcess]:
    async with ledger_in_process(fresh_database) as ledger:
        await eventful_book(ledger, NUMBER_OF_LOANS)
        yield ledger


async def exported(scene: LedgerInProcess, selection: Selection = ALL, *, compact: bool = False) -> str:
    async with scene.connected() as connection, aclosing(beancount_file(connection, selection, compact)) as pieces:
        return "".join([piece async for piece in pieces])


async def trial_balance(scene: LedgerInProcess, selection: Selection = ALL) -> list[Turnover]:
    async with scene.connected() as connection:
        return await journal_store.trial_balance(connection, selection)


async def test_beancount_agrees_with_the_books(scene: LedgerInProcess, tmp_path: Path) -> None:
    text = await exported(scene)
    file = tmp_path / "books.beancount"
    file.write_text(text)
    assert await bean_check(file) == (0, "")
    assert balances_of(text) == expected(await trial_balance(scene))
    assert text.count(" * ") == len(await scene.journal())


async def test_the_book_has_payments_taken_back_and_interest_earned(scene: LedgerInProcess) -> None:
    journal = await scene.journal()
    out_of_cash = {one.kind for one in journal for posting in one.postings if posting.credit is AccountCode.CASH}
    assert len(out_of_cash) > 1
    assert sum(one.kind == "disbursal" for one in journal) == NUMBER_OF_LOANS
    assert any(posting.credit is AccountCode.INTEREST_INCOME for one in journal for posting in one.postings)


async def test_beancount_refuses_the_books_with_one_posting_taken_out(scene: LedgerInProcess, tmp_path: Path) -> None:
    head, _, rest = (await exported(scene)).partition("\n2024-03-")
    file = tmp_path / "books.beancount"
    file.write_text(head + "\n" + rest[rest.index("\n\n") :])
    code, said = await bean_check(file)
    assert code == 1
    assert "Balance failed" in said


async def test_days_summed_up_come_to_the_same_balances(scene: LedgerInProcess) -> None:
    compact = await exported(scene, compact=True)
    assert balances_of(compact) == expected(await trial_balance(scene))
    assert compact.count(" * ") < len(await scene.journal())


async def test_one_loan_can_be_exported_as_of_a_day(scene: LedgerInProcess) -> None:
    selection = Selection(date(2024, 4, 15), Dating.BOOKED_ON, loan_id="loan:3")
    text = await exported(scene, selection)
    assert balances_of(text) == expected(await trial_balance(scene, selection)) != {}
    assert {one.loan_id for one in await scene.journal(selection)} == {"loan:3"}


async def test_an_export_of_nothing_is_empty(scene: LedgerInProcess) -> None:
    assert await exported(scene, Selection(loan_id="loan-nobody-knows")) == ""


async def test_pages_have_every_transaction_once_and_in_order(scene: LedgerInProcess) -> None:
    keys = [(one.borrower_id, one.loan_id, one.number) for one in await scene.journal()]
    assert keys == sorted(set(keys))
    async with scene.connected() as connection:
        assert len(keys) == await connection.fetchval("select count(*) from journal_transaction")


async def test_the_trial_balance_as_of_a_day_leaves_out_what_counts_later(scene: LedgerInProcess) -> None:
    as_of = date(2024, 4, 10)
    balance = await trial_balance(scene, Selection(as_of))
    summed: Counter[tuple[str, AccountCode]] = Counter()
    for one in await scene.journal():
        for debit, credit, amount_minor in one.postings if one.value_date <= as_of else ():
            summed[one.currency, debit] += amount_minor
            summed[one.currency, credit] -= amount_minor
    assert {(one.currency, one.account): one.debits_minor - one.credits_minor for one in balance} == dict(summed)
    assert {one.currency for one in balance} == {"EUR", "JPY", "KWD"}


async def test_statements_end_in_what_the_loans_owe(scene: LedgerInProcess) -> None:
    by_loan: dict[tuple[str, str], list[BookedTransaction]] = {}
    for one in await scene.journal():
        by_loan.setdefault((one.borrower_id, one.loan_id), []).append(one)
    rows = await scene.pool.fetch(
        "select borrower_id, loan_id, principal_outstanding_minor, credit_minor from loan where borrower_id <= $1",
        "borrower-5",
    )
    assert rows
    for borrower_id, loan_id, principal_minor, credit_minor in rows:
        last = statement(by_loan[borrower_id, loan_id])[-1].balance
        assert (last.principal_minor, last.credit_minor) == (principal_minor, credit_minor)


async def test_a_statement_can_be_had_as_it_was_known_before_a_payment_came_late(scene: LedgerInProcess) -> None:
    loan = Selection(borrower_id="borrower-0", loan_id="loan:0")
    journal = await scene.journal(loan)
    recorded_last = max(one.recorded_at for one in journal)
    before = [one for one in journal if one.recorded_at < recorded_last]
    assert any(one.value_date == date(2024, 5, 1) for one in journal if one not in before)
    known = replace(loan, known_at=max(one.recorded_at for one in before))
    assert await scene.journal(known) == before != []


async def test_balances_by_loan_add_up_to_the_trial_balance(scene: LedgerInProcess) -> None:
    balances: Counter[tuple[str, str]] = Counter()
    after = ("", "")
    async with scene.connected() as connection:
        while page := await journal_store.loan_balances(connection, Selection(), after, limit=50):
            after = max(page)
            for turnovers in page.values():
                for one in turnovers:
                    name = CHART[one.account].beancount_name
                    balances[name, one.currency] += one.debits_minor - one.credits_minor
    of_all = {(name, currency): to_decimal(minor, currency) for (name, currency), minor in balances.items() if minor}
    assert of_all == expected(await trial_balance(scene))
