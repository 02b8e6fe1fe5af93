"""Facts of one borrower's loan, for tests of words."""

from dataclasses import replace
from datetime import date
from typing import Final

from services.notifier.words import MessageFacts

FACTS: Final = MessageFacts(
    borrower_name="Li Lei",
    loan_id="L-2026-7",
    currency="CNY",
    due_on=date(2026, 3, 5),
    days_past_due=12,
    penalty_minor=1_234,
    fee_minor=5_678,
    interest_minor=91_011,
    principal_minor=12_345_678,
    lender_name="Fair Bank",
    help_phone="+86 400 123 4567",
    pay_url="https://pay.example/l?id=7&s=a",
    help_url="https://help.example/7",
    opt_out_url="https://stop.example/7",
    offer_url="https://pages.example/o/7",
)
NOTHING_DUE: Final = replace(FACTS, days_past_due=0, penalty_minor=0, fee_minor=0, interest_minor=0, principal_minor=0)
