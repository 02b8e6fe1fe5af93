"""Records for a credit register: status, history, dispute, correction, withdrawal."""

from dataclasses import replace
from datetime import date

import pytest

from services.dunning.credit_file import ReportedLoan, credit_record

REPORTED = ReportedLoan(
    borrower_id="B-1",
    loan_id="L-1",
    report_id="L-1:20240301:credit-report",
    kind="report",
    reported_on=date(2024, 6, 3),
    currency="CNY",
    opened_on=date(2024, 2, 1),
    original_principal_minor=600_000,
    number_of_instalments=6,
    frequency="M",
    scheduled_instalment_minor=103_529,
    principal_outstanding_minor=600_000,
    overdue_minor=310_587,
    days_past_due=94,
    first_overdue_on=date(2024, 3, 1),
    last_paid_on=None,
    settled=False,
    written_off=False,
    is_disputed=False,
    is_restructured=False,
    days_past_due_by_month=(91, 60, 30, 0, None),
)


@pytest.mark.parametrize(
    ("days", "status"), [(29, "11"), (30, "71"), (60, "78"), (90, "80"), (120, "82"), (150, "83"), (180, "84")]
)
def test_the_account_status_follows_days_past_due(days: int, status: str) -> None:
    assert credit_record(replace(REPORTED, days_past_due=days)).account_status == status


def test_the_payment_history_is_twenty_four_months_newest_first() -> None:
    assert credit_record(REPORTED).payment_history_profile == "3210" + "B" * 20


def test_a_correction_says_current_and_names_no_first_delinquency() -> None:
    record = credit_record(replace(REPORTED, kind="correction", overdue_minor=0))
    assert (record.account_status, record.amount_past_due_minor, record.date_of_first_delinquency) == ("11", 0, None)


def test_a_withdrawal_deletes_the_record() -> None:
    assert credit_record(replace(REPORTED, kind="withdrawal", overdue_minor=0)).account_status == "DA"


def test_a_settled_loan_is_paid_with_no_balance() -> None:
    record = credit_record(replace(REPORTED, kind="correction", overdue_minor=0, settled=True))
    assert (record.account_status, record.current_balance_minor) == ("13", 0)


def test_a_written_off_loan_is_charged_off() -> None:
    assert credit_record(replace(REPORTED, written_off=True)).account_status == "97"


def test_a_disputed_debt_says_so() -> None:
    assert credit_record(replace(REPORTED, is_disputed=True)).compliance_condition_code == "XB"


def test_terms_changed_by_agreement_are_told() -> None:
    assert credit_record(replace(REPORTED, is_restructured=True)).special_comment == "CN"
