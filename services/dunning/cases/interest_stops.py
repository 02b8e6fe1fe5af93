"""Holds that stop interest, as the ledger is told of them: for each loan, the days on which no penalty accrues.

The ledger is told of a hold as soon as it is known, also of days past, on which it takes back what accrued; and again
when the hold is lifted.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from services.dunning.aging.day_intervals import DAY, DayInterval
from services.dunning.aging.holds import Hold
from services.dunning.cases.case_actions import CaseAction, PenaltiesResume, PenaltiesStop
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_memory import LoanMemory


def interest_news(
    facts: LoanFacts, memory: LoanMemory, holds: Iterable[Hold]
) -> tuple[LoanMemory, list[CaseAction]]:  # fmt: skip
    """What the ledger is to be told of a loan's penalties, and the memory of having told it."""
    told = dict(memory.interest_stops)
    news: list[CaseAction] = []
    for hold in holds:
        if "interest" not in hold.stops or not hold.concerns(facts.loan_id):
            continue
        if facts.settled and hold.from_on > facts.as_of:
            continue
        resumed_before = told.get(hold.hold_id)
        if resumed_before is None:
            if hold.days is not None and not _is_before(hold.days, facts.opened_on):
                told[hold.hold_id] = () if hold.lifted_on is None else (hold.lifted_on,)
                news.append(PenaltiesStop(facts.loan_id, hold.hold_id, hold.days.from_on, hold.days.to_on))
        elif hold.lifted_on is not None and hold.lifted_on not in resumed_before and _ends_early(hold):
            told[hold.hold_id] = (*resumed_before, hold.lifted_on)
            resumed_on = max(hold.lifted_on, hold.from_on)
            news.append(PenaltiesResume(facts.loan_id, hold.hold_id, resumed_on, len(told[hold.hold_id])))
    return (replace(memory, interest_stops=told), news) if news else (memory, [])


def _is_before(days: DayInterval, opened_on: date | None) -> bool:
    return opened_on is not None and days.to_on is not None and days.to_on < opened_on


def _ends_early(hold: Hold) -> bool:
    return hold.to_on is None or (hold.lifted_on is not None and hold.lifted_on < hold.to_on + DAY)
