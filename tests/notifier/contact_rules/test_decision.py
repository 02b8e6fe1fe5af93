"""Which rule is told, and what rules of every preset agree on."""

from typing import Any

import pytest

from schemas.templates import TEMPLATES
from services.notifier.contact_rules.decision import Decision, decide
from services.notifier.contact_rules.purposes import PURPOSE_BY_TEMPLATE, PURPOSES
from tests.notifier.contact_rules.contacts import NEW_YORK, at_clock, facts, past, preset

CONVERSATION = past("2026-04-07T12:00:00", "conversation")
PRESETS = ("CN", "US", "UK")


def at_night(**known: Any) -> Decision:
    return decide(preset("US"), facts(**known), at_clock(NEW_YORK, "2026-04-07T23:00:00"))


def rule_of(decision: Decision) -> str | None:
    return None if decision.citation is None else decision.citation.rule_id


def test_a_contact_that_may_be_made_names_no_rule() -> None:
    assert decide(preset("US"), facts(), at_clock(NEW_YORK, "2026-04-07T12:00:00")) == Decision("send", "us-2021-11-30")


def test_the_rule_that_holds_a_contact_back_longest_is_told() -> None:
    assert rule_of(at_night()) == "contact-hours"
    assert rule_of(at_night(history=(CONVERSATION,))) == "after-conversation"


def test_of_rules_that_hold_it_back_equally_long_the_earlier_is_told() -> None:
    seven_calls = [past(f"2026-04-07T{hour:02d}:00:00") for hour in range(9, 16)]
    assert rule_of(at_night(history=(*seven_calls, CONVERSATION))) == "call-frequency"


def test_the_facts_seen_are_those_of_the_rule_told() -> None:
    decision = at_night(history=(CONVERSATION,))
    assert [(fact.name, fact.value) for fact in decision.seen] == [
        ("last conversation at", "2026-04-07T12:00-04:00"),
        ("days of rest", 7),
    ]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("purpose", [purpose for purpose in PURPOSES if purpose != "answer"])
def test_nothing_but_an_answer_leaves_at_night(name: str, purpose: str) -> None:
    at = at_clock(NEW_YORK, "2026-04-07T23:00:00")
    decision = decide(preset(name), facts(purpose=purpose, channel="email"), at)
    assert (decision.outcome, decision.until) == ("defer", at_clock(NEW_YORK, "2026-04-08T08:00:00"))


@pytest.mark.parametrize("name", PRESETS)
def test_an_answer_leaves_at_any_hour(name: str) -> None:
    at = at_clock(NEW_YORK, "2026-04-07T23:00:00")
    assert decide(preset(name), facts(purpose="answer", channel="email"), at).outcome == "send"


@pytest.mark.parametrize(("name", "closes"), [("CN", "22:00"), ("US", "21:00"), ("UK", "21:00")])
def test_hours_end_when_the_preset_says(name: str, closes: str) -> None:
    end = at_clock(NEW_YORK, f"2026-04-07T{closes}:00")
    just_before = at_clock(NEW_YORK, f"2026-04-07T{int(closes[:2]) - 1}:59:59")
    assert decide(preset(name), facts(), just_before).outcome == "send"
    assert decide(preset(name), facts(), end).outcome == "defer"


def test_every_kind_of_message_has_a_purpose() -> None:
    assert sorted(PURPOSE_BY_TEMPLATE) == sorted(TEMPLATES)
