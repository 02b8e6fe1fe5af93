"""The parts of a ladder policy beside its steps."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field

from services.dunning.ladder.steps import Notice, PolicyPart
from services.yaml_documents import ExactDecimal

Jurisdiction = Literal["CN", "US", "UK"]
Method = Literal["oldest-unpaid", "since-arrears", "above-tolerance"]
Percent = Annotated[ExactDecimal, Field(ge=0, le=100)]


class JurisdictionRules(NamedTuple):
    """`report_waiting_days`: from the notice to the report to a credit register; `limitation_years`: how long a debt
    can be sued for, None where it depends (the states of the US) and the lender must say."""

    report_waiting_days: int
    limitation_years: int | None


JURISDICTIONS: Final[dict[Jurisdiction, JurisdictionRules]] = {
    # Credit Reporting Industry Regulation (State Council Order 631) art. 15: tell the person first; it names no days.
    # Civil Code art. 188: three years.
    "CN": JurisdictionRules(7, 3),
    # 12 CFR 1006.30(a): speak to the consumer, or send a message and wait a reasonable time, 14 days, for a bounce.
    "US": JurisdictionRules(14, None),
    # Consumer Credit Act 1974 s. 88: 14 days after a default notice. Limitation Act 1980 s. 5: six years.
    "UK": JurisdictionRules(14, 6),
}
"""Labelled presets, from secondary sources; a lender's counsel sets their own."""


class WorkingDays(PolicyPart):
    """Days past due count days on which banks work only."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, Field(min_length=1, max_length=8)] | None = None


class PromiseRules(PolicyPart):
    """When a promise to pay is taken, and when it counts as kept.

    It is kept when at least the amount less the tolerance was paid by `grace_days` after its day.
    """

    max_days_ahead: Annotated[int, Field(ge=0, le=365)] = 30
    max_open: Annotated[int, Field(ge=1, le=10)] = 1
    max_broken: Annotated[int, Field(ge=0, le=100)] = 2
    broken_within_days: Annotated[int, Field(ge=1, le=3650)] = 180
    grace_days: Annotated[int, Field(ge=0, le=30)] = 1
    tolerance_percent: Percent = Decimal(5)
    reminder: Notice | None = None
    reminder_days_before: Annotated[int, Field(ge=0, le=30)] = 1
    broken: Notice | None = None


class ReliefRules(PolicyPart):
    """What a hardship changes: a review after so many days, and the end of relief if nobody renews it then."""

    review_after_days: Annotated[int, Field(ge=1, le=365)] = 30
    lapses_after_review_days: Annotated[int, Field(ge=0, le=365)] = 14
    offers_plans: bool = True
    has_emergency_reserve: bool = False
    answer: Notice | None = None
    regional: Notice | None = None


class DisputeRules(PolicyPart):
    """`hold_days`: how long the debt is held that a borrower objects to; without it until somebody lifts the hold."""

    hold_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class PlanRules(PolicyPart):
    """How a plan is watched: it is broken when past due for more than so many days within the watch period."""

    watch_days: Annotated[int, Field(ge=0, le=3650)] = 90
    broken_after_days: Annotated[int, Field(ge=1, le=365)] = 10
    on_broken: Literal["undo", "keep", "offer-again"] = "keep"


class ContactBudget(PolicyPart):
    """At most so many contacts with one borrower, over all their loans, in so many days."""

    contacts: Annotated[int, Field(ge=1, le=100)]
    days: Annotated[int, Field(ge=1, le=365)]


class OverBorrowing(PolicyPart):
    """When a borrower counts as owing too much in several places."""

    instalments_to_income_percent: Annotated[int, Field(ge=1, le=1000)] = 50
    number_of_lenders: Annotated[int, Field(ge=2, le=1000)] = 4


class CureRules(PolicyPart):
    """`flag_days`: how long a loan is called cured; `thanks`: said to a borrower whose loan is current again."""

    flag_days: Annotated[int, Field(ge=0, le=365)] = 30
    thanks: Notice | None = None


def limitation_ends_on(since: date, years: int) -> date:
    """The last day on which a debt can be sued for, when the time runs from `since`."""
    try:
        return since.replace(year=since.year + years)
    except ValueError:
        return since.replace(year=since.year + years, day=28)
