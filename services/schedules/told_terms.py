"""Terms of a schedule as events tell them, and back: who reads them builds the very schedule that the ledger built."""

from decimal import Decimal

from schemas.ledger import ScheduleTerms
from services.schedules.terms import LoanTerms


def told_terms(terms: LoanTerms) -> ScheduleTerms:
    """Terms as an event tells them; the rate without an exponent."""
    return ScheduleTerms(
        principal_minor=terms.principal_minor,
        currency=terms.currency,
        annual_rate_percent=Decimal(f"{terms.annual_rate_percent:f}"),
        method=terms.method,
        number_of_instalments=terms.number_of_instalments,
        every_count=terms.every[0],
        every_unit=terms.every[1],
        day_count=terms.day_count,
        disbursed_on=terms.disbursed_on,
        first_due_on=terms.first_due_on,
        due_day_of_month=terms.due_day_of_month,
        minimum_days_to_first_due=terms.minimum_days_to_first_due,
        keeps_month_end=terms.keeps_month_end,
        country=terms.country,
        subdivision=terms.subdivision,
        non_working_days=terms.non_working_days,
        interest_on_adjusted_dates=terms.interest_on_adjusted_dates,
        principal_grace_instalments=terms.principal_grace_instalments,
        interest_grace_instalments=terms.interest_grace_instalments,
        interest_grace=terms.interest_grace,
        rounding_mode=terms.rounding_mode,
        rounding_unit_minor=terms.rounding_unit_minor,
        balloon_minor=terms.balloon_minor,
        down_payment_minor=terms.down_payment_minor,
    )


def terms_from(told: ScheduleTerms) -> LoanTerms:
    """The terms that an event tells. Raises InvalidTerms and UnknownCurrency for what the ledger would never tell."""
    return LoanTerms(
        principal_minor=told.principal_minor,
        currency=told.currency,
        annual_rate_percent=told.annual_rate_percent,
        method=told.method,
        number_of_instalments=told.number_of_instalments,
        every=(told.every_count, told.every_unit),
        day_count=told.day_count,
        disbursed_on=told.disbursed_on,
        first_due_on=told.first_due_on,
        due_day_of_month=told.due_day_of_month,
        minimum_days_to_first_due=told.minimum_days_to_first_due,
        keeps_month_end=told.keeps_month_end,
        country=told.country,
        subdivision=told.subdivision,
        non_working_days=told.non_working_days,
        interest_on_adjusted_dates=told.interest_on_adjusted_dates,
        principal_grace_instalments=told.principal_grace_instalments,
        interest_grace_instalments=told.interest_grace_instalments,
        interest_grace=told.interest_grace,
        rounding_mode=told.rounding_mode,
        rounding_unit_minor=told.rounding_unit_minor,
        balloon_minor=told.balloon_minor,
        down_payment_minor=told.down_payment_minor,
    )
