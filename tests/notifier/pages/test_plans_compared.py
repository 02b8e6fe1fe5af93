"""A plan beside the present schedule, in figures, in a chart and in sentences."""

from datetime import date

from schemas.dunning import RestructureTermsData
from services.notifier.pages.agreement_terms import agreement_terms
from services.notifier.pages.instalment_chart import WIDTH, instalment_chart
from services.notifier.pages.plan_comparison import DueDay, compared
from tests.notifier.pages.offers import CURRENT, EXTENDED, WAIVED, instalments, offer_made, plan, total_of

OFFER = offer_made()


def keys_of(number: int) -> list[str]:
    return [term.key for term in agreement_terms(OFFER, OFFER.plans[number])]


def test_days_of_both_schedules_stand_in_one_order() -> None:
    days = compared(OFFER, EXTENDED).days
    assert [days[0].due_on, days[1].due_on, days[2].due_on] == [date(2026, 2, 10), date(2026, 3, 10), date(2026, 4, 10)]
    assert (days[0].planned_minor, days[2].planned_minor) == (None, 70_350)


def test_the_difference_is_that_of_the_totals() -> None:
    comparison = compared(OFFER, EXTENDED)
    assert comparison.difference_minor == total_of(EXTENDED.instalments) - total_of(CURRENT) > 0


def test_without_the_present_schedule_only_the_plan_is_told() -> None:
    comparison = compared(offer_made(has_current=False), EXTENDED)
    assert (comparison.current, comparison.difference_minor, len(comparison.days)) == (None, None, 24)


def test_the_tallest_bar_is_the_largest_instalment_and_all_lie_inside() -> None:
    chart = instalment_chart(compared(OFFER, EXTENDED).days)
    tallest = max(chart.bars, key=lambda bar: bar.height)
    assert (chart.highest_minor, tallest.side) == (120_350, "current")
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and bar.height > 0 for bar in chart.bars)


def test_many_instalments_are_summed_by_year() -> None:
    lines = instalments(360, 1_000, date(2026, 4, 10))
    long = plan(
        1, "extend-term", RestructureTermsData(number_of_instalments=360, first_due_on=date(2026, 4, 10)), lines
    )
    chart = instalment_chart(compared(offer_made(plans=(long,), has_current=False), long).days)
    assert chart.is_by_year
    assert len(chart.bars) == 31


def test_one_single_instalment_has_one_bar_and_one_label() -> None:
    chart = instalment_chart([DueDay(date(2026, 4, 10), None, 5_000)])
    assert (len(chart.bars), len(chart.labels), chart.has_current) == (1, 1, False)


def test_the_terms_say_what_becomes_of_what_is_owed() -> None:
    assert keys_of(0) == ["instalments", "replaces", "interest.carry_forward", "penalty.carry_forward", "total", "more"]


def test_the_terms_say_over_how_many_instalments_arrears_are_spread() -> None:
    assert keys_of(1)[-3:] == ["carry_over", "total", "less"]


def test_the_terms_name_a_new_rate_and_what_is_waived() -> None:
    assert keys_of(2) == ["instalments", "replaces", "rate", "interest.carry_forward", "penalty.waive", "total", "less"]
    assert dict(agreement_terms(OFFER, WAIVED)[2].facts) == {"rate": "9.5"}


def test_the_terms_of_a_settlement_say_what_is_forgiven_and_nothing_of_parts() -> None:
    agreement = RestructureTermsData(
        number_of_instalments=2, first_due_on=date(2026, 4, 10), settle_for_minor=800_000, penalty="waive"
    )
    settlement = plan(1, "settlement", agreement, instalments(2, 400_000, date(2026, 4, 10)))
    keys = [term.key for term in agreement_terms(offer_made(plans=(settlement,)), settlement)]
    assert keys == ["instalments", "replaces", "settle", "total", "less"]
