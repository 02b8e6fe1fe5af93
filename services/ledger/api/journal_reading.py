"""From the journal to answers about it. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from services.ledger.api.cursors import number_cursor
from services.ledger.api.journal_answers import (
    AccountAnswer,
    CurrencyTotal,
    JournalPage,
    OwedAnswer,
    PostingAnswer,
    StatementAnswer,
    StatementLineAnswer,
    TransactionAnswer,
    TrialBalanceAnswer,
)
from services.ledger.api.loan_reading import LoanHead
from services.ledger.booked import BookedTransaction, Selection, Turnover
from services.ledger.chart_of_accounts import CHART
from services.ledger.loan_statement import Owed, statement


def journal_page(head: LoanHead, transactions: Sequence[BookedTransaction], limit: int) -> JournalPage:
    """A page of at most `limit`; one more was asked for, to see whether another page follows."""
    shown = transactions[:limit]
    following = number_cursor(shown[-1].number) if len(transactions) > limit else None
    return JournalPage(
        borrower_id=head.borrower_id, loan_id=head.loan_id, currency=head.currency,
        transactions=tuple(_transaction(one) for one in shown), next=following,
    )  # fmt: skip


def statement_answer(head: LoanHead, transactions: Iterable[BookedTransaction], as_of: date | None) -> StatementAnswer:
    """The statement of account of a loan."""
    lines = tuple(
        StatementLineAnswer(
            number=line.transaction.number, kind=line.transaction.kind, cause=line.transaction.cause,
            value_date=line.transaction.value_date, change=_owed(line.change), balance=_owed(line.balance),
        )
        for line in statement(transactions)
    )  # fmt: skip
    return StatementAnswer(
        borrower_id=head.borrower_id, loan_id=head.loan_id, as_of=as_of, currency=head.currency, lines=lines
    )


def trial_balance_answer(
    turnovers: Iterable[Turnover], selection: Selection, currency: str | None
) -> TrialBalanceAnswer:
    """The accounts of one currency, or of all."""
    kept = [one for one in turnovers if currency in (None, one.currency)]
    currencies = sorted({one.currency for one in kept})
    return TrialBalanceAnswer(
        as_of=selection.as_of,
        dated=selection.dating.value,
        accounts=tuple(_account(one) for one in kept),
        totals=tuple(
            CurrencyTotal(
                currency=each,
                debits_minor=sum(one.debits_minor for one in kept if one.currency == each),
                credits_minor=sum(one.credits_minor for one in kept if one.currency == each),
            )
            for each in currencies
        ),
    )


def _transaction(one: BookedTransaction) -> TransactionAnswer:
    postings = tuple(
        PostingAnswer(debit=debit.label, credit=credit.label, amount_minor=amount_minor)
        for debit, credit, amount_minor in one.postings
    )
    return TransactionAnswer(
        number=one.number, kind=one.kind, cause=one.cause, value_date=one.value_date, booked_on=one.booked_on,
        recorded_at=one.recorded_at, postings=postings,
    )  # fmt: skip


def _owed(owed: Owed) -> OwedAnswer:
    return OwedAnswer(
        principal_minor=owed.principal_minor,
        interest_minor=owed.interest_minor,
        fee_minor=owed.fee_minor,
        penalty_minor=owed.penalty_minor,
        credit_minor=owed.credit_minor,
        interest_in_advance_minor=owed.interest_in_advance_minor,
        total_minor=owed.total_minor,
    )


def _account(one: Turnover) -> AccountAnswer:
    account = CHART[one.account]
    return AccountAnswer(
        account=one.account.label,
        currency=one.currency,
        normal_side=account.normal_side,
        debits_minor=one.debits_minor,
        credits_minor=one.credits_minor,
        balance_minor=account.balance_minor(one.debits_minor, one.credits_minor),
    )
