"""One example of each event type, from one consistent story.

Borrower B-00001 takes 6,000.00 USD at 12 % over six months (loan LC-00001). The first payment bounces, so the first
instalment falls overdue; it is made good on 20 February 2018, and the loan is settled in July.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from schemas import calendar, dunning, ledger, lending, notifier, payments
from schemas.case_examples import CASE_STORY
from schemas.hardship_examples import HARDSHIP_STORY
from schemas.notifier_examples import NOTIFIER_STORY
from schemas.values import ComponentAmounts, EventData, LoanStanding

_BORROWER = "B-00001"
_LOAN = "LC-00001"
_PAYMENT = "P-00001"
_CURRENCY = "USD"
_PRINCIPAL = 600_000
_INSTALMENT = 103_529
_DISBURSED_ON = date(2018, 1, 15)
_FIRST_DUE_ON = date(2018, 2, 15)
_SECOND_DUE_ON = date(2018, 3, 15)
_REMINDED_ON = date(2018, 2, 12)
_REVERSED_ON = date(2018, 2, 16)
_CURED_ON = date(2018, 2, 20)
_SETTLED_ON = date(2018, 7, 13)
_POLICY = "2018-01"

_NOTHING = ComponentAmounts()
_FIRST_INSTALMENT = ComponentAmounts(interest_minor=6_000, principal_minor=97_529)
_SECOND_INSTALMENT = ComponentAmounts(interest_minor=5_025, principal_minor=98_504)

_BEFORE_DUE = LoanStanding(
    as_of=_REMINDED_ON,
    principal_outstanding_minor=_PRINCIPAL,
    overdue=_NOTHING,
    oldest_unpaid_due_on=_FIRST_DUE_ON,
    next_due_on=_FIRST_DUE_ON,
    next_due=_FIRST_INSTALMENT,
    credit_minor=0,
    settled=False,
)
_PAID_ON_TIME = LoanStanding(
    as_of=_FIRST_DUE_ON,
    principal_outstanding_minor=_PRINCIPAL - _FIRST_INSTALMENT.principal_minor,
    overdue=_NOTHING,
    oldest_unpaid_due_on=_SECOND_DUE_ON,
    next_due_on=_SECOND_DUE_ON,
    next_due=_SECOND_INSTALMENT,
    credit_minor=0,
    settled=False,
)
_PAYMENT_BOUNCED = LoanStanding(
    as_of=_REVERSED_ON,
    principal_outstanding_minor=_PRINCIPAL,
    overdue=_FIRST_INSTALMENT,
    oldest_unpaid_due_on=_FIRST_DUE_ON,
    next_due_on=_SECOND_DUE_ON,
    next_due=_SECOND_INSTALMENT,
    credit_minor=0,
    settled=False,
)
_SETTLED = LoanStanding(
    as_of=_SETTLED_ON,
    principal_outstanding_minor=0,
    overdue=_NOTHING,
    oldest_unpaid_due_on=None,
    next_due_on=None,
    next_due=_NOTHING,
    credit_minor=0,
    settled=True,
)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    """That time of that day, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


_LENDER_STORY: tuple[tuple[datetime, EventData], ...] = (
    (
        _at(_DISBURSED_ON, 9),
        lending.BorrowerRegistered(
            borrower_id=_BORROWER,
            name="Maria Santos",
            email="maria.santos@example.com",
            phone="+12025550143",
            language="en",
            time_zone="America/New_York",
        ),
    ),
    (
        _at(_DISBURSED_ON, 10),
        lending.LoanDisbursed(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            principal_minor=_PRINCIPAL,
            currency=_CURRENCY,
            annual_rate_percent=Decimal("12.00"),
            number_of_instalments=6,
            disbursed_on=_DISBURSED_ON,
            first_due_on=_FIRST_DUE_ON,
        ),
    ),
    (
        _at(_FIRST_DUE_ON, 14),
        payments.PaymentCaptured(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            payment_id=_PAYMENT,
            amount_minor=_INSTALMENT,
            currency=_CURRENCY,
            value_date=_FIRST_DUE_ON,
        ),
    ),
    (
        _at(_REVERSED_ON, 8),
        payments.PaymentReversed(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            payment_id=_PAYMENT,
            reversed_on=_REVERSED_ON,
            reason="bounced: insufficient funds",
        ),
    ),
)

_LEDGER_STORY: tuple[tuple[datetime, EventData], ...] = (
    (
        _at(_DISBURSED_ON, 10, 1),
        ledger.LoanOpened(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            currency=_CURRENCY,
            standing=_BEFORE_DUE.model_copy(update={"as_of": _DISBURSED_ON}),
            product=None,
            terms=ledger.ScheduleTerms(
                principal_minor=_PRINCIPAL,
                currency=_CURRENCY,
                annual_rate_percent=Decimal("12.00"),
                method="equal_instalment",
                number_of_instalments=6,
                every_count=1,
                every_unit="months",
                day_count="30/360",
                disbursed_on=_DISBURSED_ON,
                first_due_on=_FIRST_DUE_ON,
            ),
            maturity_on=date(2018, 7, 15),
        ),
    ),
    (_at(_REMINDED_ON, 6), calendar.BusinessDateOpened(business_date=_REMINDED_ON)),
    (
        _at(_REMINDED_ON, 6, 1),
        ledger.RepaymentDue(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            currency=_CURRENCY,
            standing=_BEFORE_DUE,
            instalment_number=1,
            due_on=_FIRST_DUE_ON,
            days_ahead=(_FIRST_DUE_ON - _REMINDED_ON).days,
            amounts=_FIRST_INSTALMENT,
            business_date=_REMINDED_ON,
        ),
    ),
    (
        _at(_FIRST_DUE_ON, 14, 1),
        ledger.PaymentReceived(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            currency=_CURRENCY,
            standing=_PAID_ON_TIME,
            payment_id=_PAYMENT,
            amount_minor=_INSTALMENT,
            value_date=_FIRST_DUE_ON,
            allocation=ledger.PaymentAllocation(
                interest_minor=_FIRST_INSTALMENT.interest_minor,
                principal_minor=_FIRST_INSTALMENT.principal_minor,
                unallocated_minor=0,
                instalments=(
                    ledger.InstalmentAllocation(
                        instalment_number=1,
                        interest_minor=_FIRST_INSTALMENT.interest_minor,
                        principal_minor=_FIRST_INSTALMENT.principal_minor,
                    ),
                ),
            ),
        ),
    ),
    (
        _at(_REVERSED_ON, 8, 1),
        ledger.PaymentReversed(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            currency=_CURRENCY,
            standing=_PAYMENT_BOUNCED,
            payment_id=_PAYMENT,
            amount_minor=_INSTALMENT,
            reversed_on=_REVERSED_ON,
        ),
    ),
    (
        _at(_REVERSED_ON, 8, 2),
        ledger.InstalmentOverdue(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            currency=_CURRENCY,
            standing=_PAYMENT_BOUNCED,
            instalment_number=1,
            due_on=_FIRST_DUE_ON,
            amounts=_FIRST_INSTALMENT,
            days_past_due=(_REVERSED_ON - _FIRST_DUE_ON).days,
            business_date=_REVERSED_ON,
        ),
    ),
    (
        _at(_SETTLED_ON, 14),
        ledger.LoanSettled(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            currency=_CURRENCY,
            standing=_SETTLED,
            settled_on=_SETTLED_ON,
        ),
    ),
    (_at(_REMINDED_ON, 6, 2), ledger.BusinessDateCompleted(business_date=_REMINDED_ON)),
)

_DUNNING_STORY: tuple[tuple[datetime, EventData], ...] = (
    (
        _at(_REMINDED_ON, 6, 3),
        dunning.ReminderRequested(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            business_date=_REMINDED_ON,
            days_past_due=0,
            policy_version=_POLICY,
            reminder_id="LC-00001:1:due-in-3-days",
            step_id="due-in-3-days",
            template="payment-due-soon",
            channels=("email", "sms"),
            currency=_CURRENCY,
            due_on=_FIRST_DUE_ON,
            amounts=_FIRST_INSTALMENT,
        ),
    ),
    (
        _at(_REVERSED_ON, 8, 3),
        dunning.BucketChanged(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            business_date=_REVERSED_ON,
            days_past_due=(_REVERSED_ON - _FIRST_DUE_ON).days,
            policy_version=_POLICY,
            from_bucket="current",
            to_bucket="1-29",
        ),
    ),
    (
        _at(_CURED_ON, 15),
        dunning.CaseCured(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            business_date=_CURED_ON,
            days_past_due=0,
            policy_version=_POLICY,
            from_bucket="1-29",
        ),
    ),
)

_NOTIFIER_STORY: tuple[tuple[datetime, EventData], ...] = (
    (
        _at(_REMINDED_ON, 14),
        notifier.NotificationSent(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            notification_id="N-00001",
            reminder_id="LC-00001:1:due-in-3-days",
            step_id="due-in-3-days",
            template="payment-due-soon",
            channel="email",
            language="en",
            sent_at=_at(_REMINDED_ON, 14),
        ),
    ),
    (
        _at(date(2018, 2, 18), 14),
        notifier.NotificationFailed(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            notification_id="N-00002",
            reminder_id="LC-00001:1:overdue-3-days",
            step_id="overdue-3-days",
            template="payment-overdue",
            reason="email: mailbox full; sms: provider timed out",
        ),
    ),
    (
        _at(_CURED_ON, 15, 1),
        notifier.NotificationSuppressed(
            borrower_id=_BORROWER,
            loan_id=_LOAN,
            notification_id="N-00003",
            reminder_id="LC-00001:1:overdue-5-days",
            step_id="overdue-5-days",
            template="payment-overdue",
            rule="paid-since-requested",
        ),
    ),
    *NOTIFIER_STORY,
)

_STORY = _LENDER_STORY + _LEDGER_STORY + _DUNNING_STORY + _NOTIFIER_STORY + HARDSHIP_STORY + CASE_STORY

EXAMPLES: dict[str, EventData] = {event.event_type: event for _, event in _STORY}
OCCURRED_AT: dict[str, datetime] = {event.event_type: moment for moment, event in _STORY}
