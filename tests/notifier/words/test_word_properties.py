"""Whatever the facts: amounts are written out, and those shown add up."""

import html
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.templates import TEMPLATES
from services.notifier.words import DIGESTIBLE, LANGUAGES, Language, Medium, MessageFacts, render, render_digest
from services.notifier.words.languages import MEDIA
from tests.notifier.words.word_facts import FACTS

AMOUNT = re.compile(r"¥([\d,]+\.\d\d)(?!\d)")

# From 10,000 on: an amount in minor units has then digits in a row that no written one has.
AMOUNTS = st.one_of(st.just(0), st.integers(min_value=10_000, max_value=10**11))


@st.composite
def facts_of_any_loan(draw: st.DrawFn) -> MessageFacts:
    return replace(
        FACTS,
        penalty_minor=draw(AMOUNTS),
        fee_minor=draw(AMOUNTS),
        interest_minor=draw(AMOUNTS),
        principal_minor=draw(AMOUNTS),
        days_past_due=draw(st.integers(min_value=0, max_value=400)),
        promised_minor=draw(st.one_of(st.none(), AMOUNTS)),
        promised_on=draw(st.one_of(st.none(), st.just(date(2026, 3, 18)))),
        is_vulnerable=draw(st.booleans()),
        debt_advice=draw(st.sampled_from([None, "Advice Line"])),
        wording=draw(st.sampled_from(["plain", "discreet"])),
    )


def bodies(template: str, language: Language, medium: Medium, facts: MessageFacts) -> list[str]:
    rendered = render(template, language, medium, facts)
    return [rendered.text] if rendered.html is None else [rendered.text, html.unescape(rendered.html)]


@settings(max_examples=150, deadline=None)
@given(
    template=st.sampled_from(TEMPLATES),
    language=st.sampled_from(LANGUAGES),
    medium=st.sampled_from(MEDIA),
    facts=facts_of_any_loan(),
)
def test_no_message_prints_minor_units_or_a_missing_value(
    template: str, language: Language, medium: Medium, facts: MessageFacts
) -> None:
    amounts = (facts.penalty_minor, facts.fee_minor, facts.interest_minor, facts.principal_minor, facts.total_minor,
               facts.promised_minor)  # fmt: skip
    for body in bodies(template, language, medium, facts):
        assert not any(str(minor) in body for minor in amounts if minor)
        assert "None" not in body
        assert "¥0.00" not in body


@settings(max_examples=150, deadline=None)
@given(
    template=st.sampled_from([template for template in TEMPLATES if not template.startswith("promise_")]),
    language=st.sampled_from(LANGUAGES),
    medium=st.sampled_from(MEDIA),
    facts=facts_of_any_loan(),
)
def test_the_components_shown_add_up_to_the_total_shown(
    template: str, language: Language, medium: Medium, facts: MessageFacts
) -> None:
    for body in bodies(template, language, medium, facts):
        shown = [round(float(amount.replace(",", "")) * 100) for amount in AMOUNT.findall(body)]
        if shown:
            assert max(shown) * 2 == sum(shown) == facts.total_minor * 2


@settings(max_examples=60, deadline=None)
@given(
    language=st.sampled_from(LANGUAGES),
    loans=st.lists(st.tuples(st.sampled_from(sorted(DIGESTIBLE)), facts_of_any_loan()), min_size=2, max_size=5),
)
def test_what_a_digest_tells_of_each_loan_adds_up_to_its_total(
    language: Language, loans: list[tuple[str, MessageFacts]]
) -> None:
    common = loans[0][1]
    items = [
        (template, replace(facts, is_vulnerable=common.is_vulnerable, debt_advice=common.debt_advice,
                           wording="plain", promised_minor=None))
        for template, facts in loans
    ]  # fmt: skip
    shown = [
        round(float(amount.replace(",", "")) * 100)
        for amount in AMOUNT.findall(render_digest(language, "email", items).text)
    ]
    total = sum(facts.total_minor for _, facts in items)
    assert sum(shown) == total * 3
    assert not total or shown[-1] == total


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_facts_make_a_discreet_message_tell_the_loan(template: str, language: Language) -> None:
    text = render(template, language, "sms", replace(FACTS, wording="discreet", promised_minor=43_210)).text
    for told in (FACTS.loan_id, FACTS.borrower_name, "¥", "2026"):
        assert told not in text
