"""SQL about the reminders that the pages tell of."""

from schemas.values import ComponentAmounts
from services.eventing.database import Connection
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.pages.open_amounts import TELL_AN_INSTALMENT, Reminder


async def newest_reminder(
    connection: Connection, calendar: LenderCalendar, borrower_id: str, loan_id: str
) -> Reminder | None:
    """The newest reminder of an unpaid instalment of a loan that told amounts, whether or not it arrived."""
    row = await connection.fetchrow(
        "select template, currency, due_on, days_past_due, penalty_minor, fee_minor, interest_minor, principal_minor,"
        "  asked_at from message"
        " where borrower_id = $1 and loan_id = $2 and template = any($3::text[])"
        " and penalty_minor + fee_minor + interest_minor + principal_minor > 0"
        " order by asked_at desc, due_on desc, notification_id desc limit 1",
        borrower_id, loan_id, sorted(TELL_AN_INSTALMENT),
    )  # fmt: skip
    if row is None:
        return None
    return Reminder(
        row["template"],
        row["currency"],
        row["due_on"],
        row["days_past_due"],
        ComponentAmounts(
            penalty_minor=row["penalty_minor"],
            fee_minor=row["fee_minor"],
            interest_minor=row["interest_minor"],
            principal_minor=row["principal_minor"],
        ),
        calendar.day_at(row["asked_at"]),
    )
