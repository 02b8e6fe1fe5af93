"""GET: loans, and all that is known of one; the trial balance. Scope `ledger:read`."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query

from services.eventing.api_access import caller_with
from services.eventing.api_parameters import After, Day, Id, Limit
from services.ledger.api.cursors import loan_after, loan_cursor, number_after
from services.ledger.api.journal_answers import JournalPage, StatementAnswer, TrialBalanceAnswer
from services.ledger.api.journal_reading import journal_page, statement_answer, trial_balance_answer
from services.ledger.api.ledger_problems import PROBLEM_RESPONSES
from services.ledger.api.loan_answers import (
    FactAnswer,
    FactsAnswer,
    LoanAnswer,
    LoansPage,
    QuoteAnswer,
    ScheduleAnswer,
)
from services.ledger.api.loan_reading import loan_answer, quote_answer, schedule_answer
from services.ledger.api.parameters import AsOf, BorrowerId, CurrencyFilter, LoanId
from services.ledger.api.reading import Reading
from services.ledger.booked import Dating, Selection
from services.ledger.life import LifeStatus
from services.ledger.loan import Key

LOAN: Final = "/borrowers/{borrower_id}/loans/{loan_id}"


def loan_key(borrower_id: BorrowerId, loan_id: LoanId) -> Key:
    """The loan that the address names."""
    return borrower_id, loan_id


LoanKey = Annotated[Key, Depends(loan_key)]
BookedAsOf = Annotated[Day | None, Query(description="Leave out what counts later.")]


def reading_router(reading: Reading) -> APIRouter:
    """Everything that is only read."""
    router = APIRouter(prefix="/v1", tags=["reading"], responses=PROBLEM_RESPONSES,
                       dependencies=[Depends(caller_with("ledger:read"))])  # fmt: skip
    _add_lists(router, reading)
    _add_loan_as_of(router, reading)
    _add_loan_as_booked(router, reading)
    return router


def _add_lists(router: APIRouter, reading: Reading) -> None:
    @router.get("/loans", summary="Loans, page by page")
    async def loans(
        borrower_id: Annotated[Id | None, Query(description="Only loans of this borrower.")] = None,
        status: Annotated[LifeStatus | None, Query(description="Only loans that are in this status now.")] = None,
        after: After = None,
        limit: Limit = 100,
    ) -> LoansPage:
        found = await reading.loans_page(borrower_id, status, loan_after(after), limit + 1)
        shown = tuple(found[:limit])
        following = loan_cursor((shown[-1].borrower_id, shown[-1].loan_id)) if len(found) > limit else None
        return LoansPage(loans=shown, next=following)

    @router.get("/trial-balance", summary="Debits and credits of each account")
    async def trial_balance(
        as_of: BookedAsOf = None,
        currency: CurrencyFilter = None,
        dated: Annotated[Dating, Query(description="Which day of a transaction counts.")] = Dating.VALUE_DATE,
    ) -> TrialBalanceAnswer:
        selection = Selection(as_of, dated)
        return trial_balance_answer(await reading.trial_balance(selection), selection, currency)


def _add_loan_as_of(router: APIRouter, reading: Reading) -> None:
    @router.get(LOAN, summary="A loan as of any day")
    async def loan(key: LoanKey, as_of: AsOf = None) -> LoanAnswer:
        return loan_answer(*await reading.life(key, as_of, "as_of"))

    @router.get(f"{LOAN}/schedule", summary="Its instalments as of any day")
    async def schedule(key: LoanKey, as_of: AsOf = None) -> ScheduleAnswer:
        return schedule_answer(*await reading.life(key, as_of, "as_of"))

    @router.get(f"{LOAN}/quote", summary="What ends it on a day")
    async def quote(
        key: LoanKey, on: Annotated[Day | None, Query(description="The day; today's business date without it.")] = None
    ) -> QuoteAnswer:
        return quote_answer(*await reading.life(key, on, "on"))


def _add_loan_as_booked(router: APIRouter, reading: Reading) -> None:
    @router.get(f"{LOAN}/statement", summary="What is owed after each transaction")
    async def statement(key: LoanKey, as_of: BookedAsOf = None) -> StatementAnswer:
        head, transactions = await reading.journal(key, as_of)
        return statement_answer(head, transactions, as_of)

    @router.get(f"{LOAN}/journal", summary="Its transactions with postings, page by page")
    async def journal(key: LoanKey, as_of: BookedAsOf = None, after: After = None, limit: Limit = 100) -> JournalPage:
        return journal_page(*await reading.journal_page(key, as_of, number_after(after), limit + 1), limit)

    @router.get(f"{LOAN}/facts", summary="Payments and all else that happened to it")
    async def facts(key: LoanKey) -> FactsAnswer:
        head, found = await reading.facts(key)
        told = tuple(
            FactAnswer(
                fact_id=one.fact.fact_id, kind=one.kind, on=one.fact.on, is_undone=one.fact.is_undone,
                recorded_by=one.recorded_by, recorded_at=one.recorded_at, details=one.details,
            )
            for one in found
        )  # fmt: skip
        return FactsAnswer(borrower_id=head.borrower_id, loan_id=head.loan_id, currency=head.currency, facts=told)
