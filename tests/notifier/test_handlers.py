"""The notifier's reaction to reminders asked for; its store is played by a connection that takes every row."""

from datetime import date
from typing import Any, cast

import pytest

from schemas.dunning import ReminderRequested
from schemas.templates import TEMPLATES
from schemas.values import ComponentAmounts
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import read_record
from services.notifier.handlers import handle_events
from tests.builders import record


class TakesEveryRow:
    """Counts the rows of the first column as inserted."""

    def __init__(self) -> None:
        self.rows = 0

    async def execute(self, statement: str, *columns: Any) -> str:
        """Take the rows."""
        self.rows += len(columns[0])
        return f"INSERT 0 {len(columns[0])}"


def reminder(template: str) -> ReminderRequested:
    return ReminderRequested(
        borrower_id="borrower-1", loan_id="loan-1", business_date=date(2026, 3, 6), days_past_due=1,
        policy_version="policy-1", reminder_id=f"loan-1:20260305:{template}", step_id=template, template=template,
        channels=("email", "sms"), currency="EUR", due_on=date(2026, 3, 5),
        amounts=ComponentAmounts(principal_minor=10_000, interest_minor=0, fee_minor=0, penalty_minor=0),
    )  # fmt: skip


async def handled(*reminders: ReminderRequested) -> tuple[int, Outcome]:
    connection = TakesEveryRow()
    events = [read_record(record(one, offset)) for offset, one in enumerate(reminders)]
    outcome = await handle_events(cast(Connection, connection), events)
    return connection.rows, outcome


@pytest.mark.parametrize("template", TEMPLATES)
async def test_every_kind_of_message_is_queued(template: str) -> None:
    rows, outcome = await handled(reminder(template))
    assert (rows, outcome.rejected) == (1, [])


async def test_a_message_that_there_are_no_words_for_is_refused_alone() -> None:
    rows, outcome = await handled(reminder("upcoming"), reminder("greeting"))
    assert rows == 1
    assert [(one.reason.code, one.reason.value) for one in outcome.rejected] == [("unknown-template", "greeting")]
