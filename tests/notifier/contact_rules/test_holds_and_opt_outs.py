"""Holds, opt-outs and third parties: what stops a contact whatever the hour."""

from datetime import date, datetime

import pytest

from schemas.borrower_answers import Purpose
from schemas.hardship import HoldReason
from services.notifier.contact_rules.decision import Decision, decide
from services.notifier.contact_rules.facts import ContactHold, OptOut
from services.notifier.contact_rules.holds import hold_on_days
from services.notifier.contact_rules.local_time import zone_named
from services.notifier.contact_rules.purposes import PURPOSES
from tests.notifier.contact_rules.contacts import at_clock, facts, preset

LONDON = "Europe/London"
ASKS_FOR_MONEY: tuple[Purpose, ...] = ("reminder", "collection", "offer", "advice")
GOES_ON: tuple[Purpose, ...] = ("service", "answer", "legal-notice")


def london(clock: str) -> datetime:
    return at_clock(LONDON, clock)


def noon(rules: str = "UK", **known: object) -> Decision:
    """The decision about a contact at noon of 4 March 2026 in London."""
    return decide(preset(rules), facts(LONDON, **known), london("2026-03-04T12:00:00"))


def rule_of(decision: Decision) -> str | None:
    return None if decision.citation is None else decision.citation.rule_id


def on_days(from_on: str, to_on: str | None, reason: HoldReason | None = None, debt: str | None = None) -> ContactHold:
    last = None if to_on is None else date.fromisoformat(to_on)
    return hold_on_days([zone_named(LONDON)], date.fromisoformat(from_on), last, reason, debt)


SIXTY_DAYS = on_days("2026-03-01", "2026-04-29", "breathing-space")


def test_a_breathing_space_defers_to_the_hours_of_the_day_after_it() -> None:
    decision = noon(holds=(SIXTY_DAYS,))
    assert (decision.outcome, decision.until) == ("defer", london("2026-04-30T08:00:00"))
    assert rule_of(decision) == "breathing-space"


def test_a_hold_without_an_end_suppresses() -> None:
    decision = noon(holds=(on_days("2026-03-01", None, "dispute"),))
    assert (decision.outcome, rule_of(decision)) == ("suppress", "dispute")


def test_a_hold_of_no_known_reason_stops_contact_too() -> None:
    assert rule_of(noon(holds=(on_days("2026-03-01", "2026-03-09"),))) == "contact-hold"


def test_holds_that_follow_each_other_are_waited_out_together() -> None:
    decision = noon(holds=(on_days("2026-03-10", "2026-03-12"), on_days("2026-03-01", "2026-03-09")))
    assert decision.until == london("2026-03-13T08:00:00")


def test_a_hold_that_is_over_stops_nothing() -> None:
    assert noon(holds=(on_days("2026-03-01", "2026-03-03"),)).outcome == "send"


def test_a_hold_that_begins_later_stops_nothing_yet() -> None:
    assert noon(holds=(on_days("2026-03-05", "2026-03-09"),)).outcome == "send"


def test_a_contact_out_of_hours_waits_out_a_hold_that_begins_in_between() -> None:
    known = facts(LONDON, holds=(on_days("2026-03-05", "2026-03-09"),))
    decision = decide(preset("UK"), known, london("2026-03-04T23:00:00"))
    assert decision.until == london("2026-03-10T08:00:00")


def test_a_hold_of_years_is_waited_out() -> None:
    known = facts(LONDON, holds=(on_days("2026-03-05", "2029-03-04"),))
    decision = decide(preset("UK"), known, london("2026-03-04T23:00:00"))
    assert decision.until == london("2029-03-05T08:00:00")


def test_a_hold_on_another_debt_stops_nothing() -> None:
    assert noon(holds=(on_days("2026-03-01", None, "dispute", "LC-2"),)).outcome == "send"


def test_a_days_hold_lasts_as_long_as_the_day_does_in_any_possible_zone() -> None:
    shanghai, new_york = zone_named("Asia/Shanghai"), zone_named("America/New_York")
    hold = hold_on_days([shanghai, new_york], date(2026, 3, 4), date(2026, 3, 4))
    assert hold.from_at == at_clock("Asia/Shanghai", "2026-03-04T00:00:00")
    assert hold.until == at_clock("America/New_York", "2026-03-05T00:00:00")


@pytest.mark.parametrize("purpose", GOES_ON)
def test_answers_service_and_legal_notices_go_on_during_a_hold(purpose: Purpose) -> None:
    assert noon(holds=(SIXTY_DAYS,), purpose=purpose).outcome == "send"


@pytest.mark.parametrize("purpose", ASKS_FOR_MONEY)
def test_what_asks_for_money_waits_for_the_end_of_a_hold(purpose: Purpose) -> None:
    assert noon(holds=(SIXTY_DAYS,), purpose=purpose).outcome == "defer"


@pytest.mark.parametrize("rules", ["CN", "US", "UK"])
def test_a_channel_that_the_borrower_opted_out_of_is_not_used(rules: str) -> None:
    decision = noon(rules, channel="sms", opt_outs=(OptOut("sms"),))
    assert (decision.outcome, rule_of(decision)) == ("suppress", "opt-out")


def test_the_other_channels_stay_open() -> None:
    assert noon(channel="email", opt_outs=(OptOut("sms"),)).outcome == "send"


def test_an_opt_out_of_a_purpose_holds_on_every_channel() -> None:
    assert noon(channel="email", purpose="advice", opt_outs=(OptOut(None, "advice"),)).outcome == "suppress"


def test_an_opt_out_of_a_purpose_leaves_others_alone() -> None:
    assert noon(channel="sms", purpose="reminder", opt_outs=(OptOut("sms", "advice"),)).outcome == "send"


@pytest.mark.parametrize("purpose", ["answer", "legal-notice"])
def test_what_was_asked_for_and_what_the_law_demands_is_told_all_the_same(purpose: Purpose) -> None:
    assert noon(channel="sms", purpose=purpose, opt_outs=(OptOut("sms"),)).outcome == "send"


def test_an_opt_out_suppresses_also_what_would_have_waited() -> None:
    known = facts(LONDON, channel="sms", opt_outs=(OptOut("sms"),))
    assert decide(preset("UK"), known, london("2026-03-04T23:00:00")).outcome == "suppress"


@pytest.mark.parametrize("rules", ["CN", "US", "UK"])
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_third_party_is_told_nothing(rules: str, purpose: Purpose) -> None:
    decision = noon(rules, recipient="third-party", purpose=purpose)
    assert (decision.outcome, rule_of(decision)) == ("suppress", "third-party")


def test_the_borrowers_attorney_may_be_talked_to() -> None:
    assert noon("US", recipient="attorney", holds=(SIXTY_DAYS,)).outcome == "send"
