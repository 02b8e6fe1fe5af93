"""From a case to what the offer engine asks: the loan's position, the borrower's means, the reason for relief."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from schemas.ledger import ScheduleTerms
from services.dunning.amounts import Amounts
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_levels import overdue_on
from services.dunning.current_schedule import (
    CurrentSchedule,
    NotThisSchedule,
    ScheduleLine,
    lines_to_come,
    schedule_as_told,
    schedule_of_terms,
)
from services.dunning.kept_schedule import KeptSchedule, told_instalments
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.offers.means import BorrowerMeans, ObservedPayment
from services.dunning.offers.offer_policy import ReliefReason
from services.dunning.offers.position import InvalidPosition, LoanPosition
from services.schedules.restructured import accrued_share_minor
from services.schedules.schedule import Instalment
from services.schedules.terms import InvalidTerms, LoanTerms

_EVERY: Final = {"every_count", "every_unit"}


class NoPosition(ValueError):
    """No plan can be worked out for a loan, for this reason."""


def current_schedule_of(facts: LoanFacts, kept: KeptSchedule | None) -> CurrentSchedule:
    """The schedule that the ledger has of a loan, from what was kept of it.

    Raises NoPosition where it is not certain: who accepts a plan must get the schedule that was shown.
    """
    if kept is None or kept.terms is None:
        raise NoPosition("the ledger told no terms that its schedule follows from")
    try:
        terms = loan_terms(ScheduleTerms.model_validate_json(kept.terms))
        if facts.restructuring_id is None:
            if facts.opened_on not in (None, terms.disbursed_on):
                raise NoPosition("the schedule is again the one before a restructuring, and that was not kept")
            return schedule_of_terms(terms)
        if kept.instalments is None or facts.restructured_on != terms.disbursed_on:
            raise NoPosition("what the instalments of the restructured loan carry over is not known")
        return schedule_as_told(terms, told_instalments(kept.instalments))
    except (InvalidTerms, NotThisSchedule) as error:
        raise NoPosition(str(error)) from error


def position_of(facts: LoanFacts, kept: KeptSchedule | None, on: date) -> LoanPosition:
    """How a loan stands on `on`, by what was kept of its schedule. Raises NoPosition."""
    schedule = current_schedule_of(facts, kept)
    if facts.settled or facts.written_off:
        raise NoPosition("nothing is to be planned of a loan that is settled or written off")
    try:
        overdue = overdue_on(facts, on)
        to_come = lines_to_come(schedule, facts, on)
        return LoanPosition(
            terms=schedule.terms,
            as_of=on,
            principal_outstanding_minor=facts.principal_outstanding_minor,
            overdue=overdue,
            accrued_interest_minor=_owed_interest_minor(schedule, to_come, on),
            remaining=_remaining(schedule, to_come),
            oldest_unpaid_due_on=facts.oldest_unpaid_due_on if overdue.total_minor else None,
            charges_to_come=Amounts(
                penalty_minor=sum(line.lacks.penalty_minor for line in to_come),
                fee_minor=sum(line.lacks.fee_minor for line in to_come),
            ),
        )
    except (InvalidPosition, NotThisSchedule) as error:
        raise NoPosition(str(error)) from error


def loan_terms(told: ScheduleTerms) -> LoanTerms:
    """The terms as the schedule rules take them. Raises InvalidTerms."""
    fields: dict[str, Any] = {name: getattr(told, name) for name in ScheduleTerms.model_fields if name not in _EVERY}
    return LoanTerms(**fields, every=(told.every_count, told.every_unit))


def means_of(
    case: CaseFile, currency: str, payments: tuple[ObservedPayment, ...], ladder: LadderPolicy | None
) -> BorrowerMeans:
    """What is known of the borrower's means; finances told in another currency do not count."""
    finances, risk = case.facts.finances, case.facts.risk
    told = finances if finances is not None and finances.currency == currency else None
    return BorrowerMeans(
        income_monthly_minor=None if told is None else told.income_monthly_minor,
        observed_payments=payments,
        other_obligations_monthly_minor=0 if told is None else told.other_obligations_monthly_minor,
        number_of_dependants=0 if told is None else told.number_of_dependants or 0,
        probability_of_default=None if risk is None else risk.probability_of_default,
        risk_band=None if risk is None or ladder is None else ladder.risk_bands.band_of(risk.probability_of_default),
    )


def relief_reason_of(case: CaseFile, ladder: LadderPolicy | None, on: date) -> ReliefReason:
    """The reason of the newest relief in force, or none."""
    active = [
        relief
        for relief in case.facts.reliefs
        if (ladder is None and relief.ended_on is None) or (ladder is not None and relief.is_active(ladder.relief, on))
    ]
    return max(active, key=lambda relief: relief.from_on).reason if active else "none"


def _owed_interest_minor(schedule: CurrentSchedule, to_come: Sequence[ScheduleLine], on: date) -> int:
    """Interest owed of instalments to come: all but what their own periods have not earned yet."""
    following = next((line for line in schedule.lines if line.due_on > on), None)
    starts_on = max(
        [schedule.terms.disbursed_on, *(line.due_on for line in schedule.lines if line.due_on <= on)]
    )  # fmt: skip
    owed_minor = 0
    for line in to_come:
        own_minor = line.own_interest_minor
        if line.due_on <= on:
            earned_minor = own_minor
        elif following is not None and line.due_on == following.due_on:
            earned_minor = accrued_share_minor(own_minor, starts_on, line.due_on, on)
        else:
            earned_minor = 0
        owed_minor += max(0, line.lacks.interest_minor - (own_minor - earned_minor))
    return owed_minor


def _remaining(schedule: CurrentSchedule, to_come: Sequence[ScheduleLine]) -> tuple[Instalment, ...]:
    """Instalments to come with principal and interest. Raises NotThisSchedule for one that the schedule lacks."""
    days = {line.due_on for line in schedule.lines}
    instalments = [line for line in to_come if line.lacks.principal_minor or line.lacks.interest_minor]
    for line in instalments:
        if line.lacks.interest_minor and line.due_on not in days:
            raise NotThisSchedule(f"{line.due_on}, the due date told, is none of its due dates")
    return tuple(
        Instalment(number, line.due_on, line.lacks.principal_minor, line.lacks.interest_minor)
        for number, line in enumerate(instalments, start=1)
    )
