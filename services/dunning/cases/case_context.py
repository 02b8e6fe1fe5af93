"""What of a borrower's case bears on every loan on a day: holds, relief, promises, exposure, contacts made."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.dunning.aging.day_intervals import DayInterval, covers
from services.dunning.aging.holds import Hold, intervals_of
from services.dunning.cases.case_file import Areas, CaseFacts, CaseFile
from services.dunning.cases.exposure import Exposure, exposure_of
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.promises import Judgement, Promise, judge, reminder_from
from services.dunning.cases.relief import Relief, reliefs_of
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.risk_bands import RiskBand
from services.dunning.ladder.rules import limitation_ends_on

_NO_INTERVALS: Final[tuple[DayInterval, ...]] = ()
WITHOUT_BUDGET: Final = 1_000
"""Contacts left where the policy sets no budget: more than there can be on a day."""


@dataclass(frozen=True, slots=True)
class Stops:
    """Days on which something stands still for a loan."""

    clock: tuple[DayInterval, ...] = _NO_INTERVALS
    contact: tuple[DayInterval, ...] = _NO_INTERVALS

    def stops_clock(self, on: date) -> bool:
        """Whether days past due stand still on a day."""
        return covers(self.clock, on)

    def stops_contact(self, on: date) -> bool:
        """Whether no notice may go out on a day."""
        return covers(self.contact, on)


NO_STOPS: Final = Stops()


@dataclass(frozen=True, slots=True)
class CaseContext:
    """A borrower's circumstances on a day.

    `contacts` are the days of earlier contacts that count against the budget, `talks` those of conversations that count
    beside them, `contacts_left` how many more it allows.
    """

    holds: tuple[Hold, ...]
    reliefs: tuple[Relief, ...]
    judged: tuple[tuple[Promise, Judgement], ...]
    exposure: Exposure | None
    risk_band: RiskBand | None
    contacts: tuple[date, ...]
    talks: tuple[date, ...]
    contacts_left: int

    def active_reliefs(self, policy: LadderPolicy, on: date) -> list[Relief]:
        """Reliefs in force."""
        return [relief for relief in self.reliefs if relief.is_active(policy.relief, on)]

    def is_promised(self, loan_id: str) -> bool:
        """Whether a promise for a loan is still open."""
        return any(judged.verdict == "open" and promise.is_about(loan_id) for promise, judged in self.judged)

    def stops_of(self, loan_id: str) -> Stops:
        """What stands still for a loan, and when."""
        if not self.holds:
            return NO_STOPS
        return Stops(intervals_of(self.holds, "clock", loan_id), intervals_of(self.holds, "contact", loan_id))

    def looks(self, policy: LadderPolicy) -> Iterator[date]:
        """Days on which something of this can change by itself, later than today or not."""
        for relief in self.reliefs:
            yield from (relief.from_on, relief.reviewed_on(policy.relief), relief.over_on(policy.relief))
        for promise, judged in self.judged:
            if judged.next_change_on is not None:
                yield judged.next_change_on
                yield reminder_from(promise, policy.promises)
        for hold in self.holds:
            if hold.days is not None:
                yield hold.days.from_on
                if hold.days.to_on is not None and hold.days.to_on < date.max:
                    yield hold.days.to_on + timedelta(days=1)


def context_of(case: CaseFile, policy: LadderPolicy, areas: Areas, on: date) -> CaseContext:
    """The circumstances of a borrower on `on`."""
    facts = case.facts
    contacts = counting_contacts(case.memory.contacts, policy, on)
    talks = counting_contacts(tuple(talk.on for talk in facts.talks), policy, on)
    budget = policy.contact_budget
    return CaseContext(
        holds=_holds(case, areas, policy),
        reliefs=reliefs_of(facts.reliefs, areas.reliefs, facts.region),
        judged=tuple((promise, judge(promise, case.payments, policy.promises, on)) for promise in facts.promises),
        exposure=_exposure(case, policy),
        risk_band=None if facts.risk is None else policy.risk_bands.band_of(facts.risk.probability_of_default),
        contacts=contacts,
        talks=talks,
        contacts_left=WITHOUT_BUDGET if budget is None else budget.contacts - len(contacts) - len(talks),
    )


def counting_contacts(contacts: tuple[date, ...], policy: LadderPolicy, on: date) -> tuple[date, ...]:
    """The contacts that count against the budget on `on`; none where there is no budget."""
    budget = policy.contact_budget
    if budget is None or not contacts:
        return ()
    return tuple(day for day in contacts if day > on - timedelta(days=budget.days))


def budget_released_on(contacts: tuple[date, ...], policy: LadderPolicy) -> date | None:
    """When the budget spent by these contacts lets the next one through; None if it is not spent."""
    budget = policy.contact_budget
    if budget is None or len(contacts) < budget.contacts:
        return None
    return sorted(contacts)[len(contacts) - budget.contacts] + timedelta(days=budget.days)


def time_barred_from(facts: LoanFacts, policy: LadderPolicy) -> date | None:
    """The first day on which the debt can no longer be sued for; None if that is not known, or nothing is unpaid.

    The time runs anew from each payment: PRC Civil Code art. 195, Limitation Act 1980 s. 29.
    """
    years, oldest = policy.years_of_limitation, facts.oldest_unpaid_due_on
    if years is None or oldest is None:
        return None
    since = oldest if facts.last_paid_on is None else max(oldest, facts.last_paid_on)
    return limitation_ends_on(since, years) + timedelta(days=1)


def own_holds(facts: CaseFacts, policy: LadderPolicy) -> tuple[Hold, ...]:
    """The holds of a borrower and their loans, and those of the disputes; not those of regions and products."""
    if not facts.disputes:
        return facts.holds
    return (*facts.holds, *(dispute.hold(policy.disputes) for dispute in facts.disputes))


def _holds(case: CaseFile, areas: Areas, policy: LadderPolicy) -> tuple[Hold, ...]:
    own = own_holds(case.facts, policy)
    if not areas.holds:
        return own
    products = {key: file.facts.product for key, file in case.loans.items() if file.facts.product is not None}
    area_holds = (hold for area in areas.holds for hold in area.for_case(case.facts.region, products))
    return (*own, *area_holds)


def _exposure(case: CaseFile, policy: LadderPolicy) -> Exposure | None:
    if case.facts.finances is None:
        return None
    loans = [file.facts for file in case.loans.values()]
    return exposure_of(loans, case.facts.finances, policy.over_borrowing)
