"""Facts that would make a message untrue, broken or unsafe are refused before it is worded."""

from dataclasses import fields, replace
from datetime import date

import pytest

from services.notifier.words import AcceptedPlan, FactRefused, MessageFacts
from tests.notifier.words.word_facts import FACTS


@pytest.mark.parametrize("fact", [field.name for field in fields(MessageFacts) if field.type is str])
def test_an_empty_fact_is_refused(fact: str) -> None:
    with pytest.raises(FactRefused) as refused:
        replace(FACTS, **{fact: " "})  # type: ignore[arg-type]
    assert refused.value.fact == fact


@pytest.mark.parametrize("fact", ["borrower_name", "penalty_minor", "pay_url"])
def test_a_fact_that_every_message_needs_cannot_be_unknown(fact: str) -> None:
    with pytest.raises(FactRefused) as refused:
        replace(FACTS, **{fact: None})  # type: ignore[arg-type]
    assert refused.value.fact == fact


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", 'https://a"b', "https://a\r\nBcc: x", "/pay"])
@pytest.mark.parametrize("fact", ["pay_url", "offer_url"])
def test_an_unsafe_link_is_refused_and_not_repeated(fact: str, url: str) -> None:
    with pytest.raises(FactRefused) as refused:
        replace(FACTS, **{fact: url})  # type: ignore[arg-type]
    assert url not in str(refused.value)


@pytest.mark.parametrize("fact", ["fee_minor", "promised_minor", "days_past_due"])
def test_a_negative_number_is_refused(fact: str) -> None:
    with pytest.raises(FactRefused) as refused:
        replace(FACTS, **{fact: -1})  # type: ignore[arg-type]
    assert refused.value.fact == fact


@pytest.mark.parametrize(("instalments", "instalment_minor"), [(0, 100), (12, 0)])
def test_a_plan_of_nothing_is_refused(instalments: int, instalment_minor: int) -> None:
    with pytest.raises(FactRefused):
        AcceptedPlan(instalments, instalment_minor, date(2026, 4, 15))
