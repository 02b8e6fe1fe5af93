"""Limits by channel, by debt, by borrower and by address, over calendar days and over hours."""

from datetime import datetime
from typing import Any

from services.notifier.contact_rules.contact_limits import ContactLimit, RestAfterConversation
from services.notifier.contact_rules.decision import decide
from services.notifier.contact_rules.facts import Outcome, PastContact
from tests.notifier.contact_rules.contacts import at_clock, citation, everything, facts, past, preset

BERLIN = "Europe/Berlin"


def limit(maximum: int, **changes: Any) -> ContactLimit:
    """At most `maximum` text messages a day to a borrower, but for what is said."""
    known: dict[str, Any] = {"days": 1, "hours": None, "per": "borrower"} | changes
    outcomes: frozenset[Outcome] = frozenset({"sent", "unanswered", "conversation"})
    known = {"channels": frozenset({"sms"}), "outcomes": outcomes} | known
    return ContactLimit(citation("limit"), everything(), maximum, **known)


def sms(clock: str, debt: str | None = "LC-1", **more: Any) -> PastContact:
    return past(clock, "sent", BERLIN, "sms", debt, **more)


def released(rule: ContactLimit, clock: str, *history: PastContact, **known: Any) -> datetime | None:
    return rule.released_at(facts(BERLIN, channel="sms", history=history, **known), berlin(clock))


def berlin(clock: str, fold: int = 0) -> datetime:
    return at_clock(BERLIN, clock, fold)


def test_below_the_maximum_a_contact_may_be_made() -> None:
    assert released(limit(2), "2026-03-04T18:00:00", sms("2026-03-04T09:00:00")) == berlin("2026-03-04T18:00:00")


def test_a_full_day_waits_for_the_next() -> None:
    full = [sms("2026-03-04T09:00:00"), sms("2026-03-04T17:00:00")]
    assert released(limit(2), "2026-03-04T18:00:00", *full) == berlin("2026-03-05T00:00:00")


def test_the_order_of_history_makes_no_difference() -> None:
    full = [sms("2026-03-04T17:00:00"), sms("2026-03-02T09:00:00"), sms("2026-03-03T09:00:00")]
    assert released(limit(3, days=3), "2026-03-04T18:00:00", *full) == berlin("2026-03-05T00:00:00")


def test_more_than_the_maximum_waits_until_all_but_one_below_it_have_left() -> None:
    four = [sms(f"2026-03-0{day}T09:00:00") for day in (1, 2, 3, 4)]
    assert released(limit(2, days=7), "2026-03-04T18:00:00", *four) == berlin("2026-03-10T00:00:00")


def test_hours_roll_and_are_sixty_minutes_where_clocks_change() -> None:
    rule = limit(1, days=None, hours=24)
    assert released(rule, "2026-03-28T18:00:00", sms("2026-03-28T12:00:00")) == berlin("2026-03-29T13:00:00")


def test_at_the_end_of_rolling_hours_a_contact_may_be_made() -> None:
    rule = limit(1, days=None, hours=24)
    assert released(rule, "2026-03-05T12:00:00", sms("2026-03-04T12:00:00")) == berlin("2026-03-05T12:00:00")


def test_contacts_on_other_channels_do_not_count() -> None:
    call = past("2026-03-04T09:00:00", "sent", BERLIN)
    assert released(limit(1), "2026-03-04T18:00:00", call) == berlin("2026-03-04T18:00:00")


def test_a_limit_over_all_channels_counts_them_together() -> None:
    rule = limit(2, channels=frozenset({"call", "sms", "email"}))
    mixed = [past("2026-03-04T09:00:00", "unanswered", BERLIN), sms("2026-03-04T10:00:00")]
    assert released(rule, "2026-03-04T18:00:00", *mixed) == berlin("2026-03-05T00:00:00")


def test_by_borrower_all_debts_count_together() -> None:
    other = sms("2026-03-04T09:00:00", debt="LC-2")
    assert released(limit(1, per="borrower"), "2026-03-04T18:00:00", other) == berlin("2026-03-05T00:00:00")


def test_by_debt_another_debt_does_not_count() -> None:
    other = sms("2026-03-04T09:00:00", debt="LC-2")
    assert released(limit(1, per="debt"), "2026-03-04T18:00:00", other) == berlin("2026-03-04T18:00:00")


def test_a_contact_about_no_known_debt_counts_for_each() -> None:
    unknown = sms("2026-03-04T09:00:00", debt=None)
    assert released(limit(1, per="debt"), "2026-03-04T18:00:00", unknown) == berlin("2026-03-05T00:00:00")


def test_by_address_another_address_does_not_count() -> None:
    rule = limit(1, per="address")
    other = sms("2026-03-04T09:00:00", address="mobile")
    assert released(rule, "2026-03-04T18:00:00", other, address="office") == berlin("2026-03-04T18:00:00")
    assert released(rule, "2026-03-04T18:00:00", other, address="mobile") == berlin("2026-03-05T00:00:00")


def test_a_contact_at_no_known_address_counts_for_each() -> None:
    unknown = sms("2026-03-04T09:00:00")
    rule = limit(1, per="address")
    assert released(rule, "2026-03-04T18:00:00", unknown, address="office") == berlin("2026-03-05T00:00:00")


def test_rest_by_borrower_follows_a_conversation_about_any_debt() -> None:
    rest = RestAfterConversation(citation("rest"), everything(), 3, "borrower")
    talked = past("2026-03-04T09:00:00", "conversation", BERLIN, debt="LC-2")
    known = facts(BERLIN, history=(talked,))
    assert rest.released_at(known, berlin("2026-03-05T09:00:00")) == berlin("2026-03-07T00:00:00")


def chinese_calls(number: int, outcome: Outcome) -> list[PastContact]:
    return [past(f"2026-03-04T{hour:02d}:00:00", outcome, "Asia/Shanghai") for hour in range(9, 9 + number)]


def test_in_china_six_unanswered_calls_fill_a_day() -> None:
    known = facts("Asia/Shanghai", history=tuple(chinese_calls(6, "unanswered")))
    decision = decide(preset("CN"), known, at_clock("Asia/Shanghai", "2026-03-04T18:00:00"))
    assert (decision.outcome, decision.until) == ("defer", at_clock("Asia/Shanghai", "2026-03-05T08:00:00"))


def test_in_china_a_sixth_unanswered_call_may_be_tried() -> None:
    known = facts("Asia/Shanghai", history=tuple(chinese_calls(5, "unanswered")))
    assert decide(preset("CN"), known, at_clock("Asia/Shanghai", "2026-03-04T18:00:00")).outcome == "send"


def test_in_china_calls_that_were_answered_do_not_count() -> None:
    known = facts("Asia/Shanghai", history=(*chinese_calls(5, "unanswered"), *chinese_calls(3, "conversation")))
    assert decide(preset("CN"), known, at_clock("Asia/Shanghai", "2026-03-04T18:00:00")).outcome == "send"
