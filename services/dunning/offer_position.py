"""From a case to what the offer engine asks: the loan's position, the borrower's means, the reason for relief."""

from datetime import date
from typing import Any, Final

from schemas.ledger import ScheduleTerms
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_levels import overdue_on
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.offers.means import BorrowerMeans, ObservedPayment
from services.dunning.offers.offer_policy import ReliefReason
from services.dunning.offers.position import InvalidPosition, LoanPosition, remaining_instalments
from services.schedules.restructured import accrued_interest_minor
from services.schedules.schedule import Instalment, build_schedule
from services.schedules.terms import InvalidTerms, LoanTerms

_EVERY: Final = {"every_count", "every_unit"}


class NoPosition(ValueError):
    """No plan can be worked out for a loan, for this reason."""


def position_of(facts: LoanFacts, terms_text: str | None, on: date) -> LoanPosition:
    """How a loan stands on `on`; `terms_text` are the ledger's terms as JSON. Raises NoPosition."""
    if terms_text is None:
        raise NoPosition("the ledger told no terms that its schedule follows from")
    if facts.settled or facts.written_off:
        raise NoPosition("nothing is to be planned of a loan that is settled or written off")
    try:
        terms = loan_terms(ScheduleTerms.model_validate_json(terms_text))
        schedule = build_schedule(terms)
        overdue = overdue_on(facts, on)
        to_come_minor = facts.principal_outstanding_minor - overdue.principal_minor
        return LoanPosition(
            terms=terms,
            as_of=on,
            principal_outstanding_minor=facts.principal_outstanding_minor,
            overdue=overdue,
            accrued_interest_minor=_accrued_minor(facts, terms, schedule, on),
            remaining=remaining_instalments(schedule, on, to_come_minor),
            oldest_unpaid_due_on=facts.oldest_unpaid_due_on if overdue.total_minor else None,
        )
    except (InvalidTerms, InvalidPosition) as error:
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


def _accrued_minor(facts: LoanFacts, terms: LoanTerms, schedule: tuple[Instalment, ...], on: date) -> int:
    """Interest earned since the last due date and unpaid: what was paid ahead of the next instalment comes off."""
    earned_minor = accrued_interest_minor(schedule, terms.disbursed_on, on)
    following = next((line for line in schedule if line.due_on == facts.next_due_on), None)
    if following is None or following.due_on < on:
        return earned_minor
    paid_ahead_minor = max(0, following.interest_minor - facts.next_due_amounts.interest_minor)
    return max(0, earned_minor - paid_ahead_minor)
