"""One message over several loans."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from schemas.templates import TEMPLATES
from services.notifier.words import (
    DIGESTIBLE,
    LANGUAGES,
    FactRefused,
    Language,
    Medium,
    WordsError,
    format_money,
    render,
    render_digest,
)
from services.notifier.words.digest import DigestItem
from services.notifier.words.errors import NotDigestible
from services.notifier.words.languages import MEDIA
from tests.notifier.words.word_facts import FACTS

SECOND = replace(
    FACTS, loan_id="L-8", due_on=date(2026, 2, 10), penalty_minor=0, fee_minor=0, interest_minor=42, principal_minor=700
)
IN_DOLLARS = replace(FACTS, loan_id="L-9", currency="USD", due_on=date(2026, 4, 1))
ITEMS: list[DigestItem] = [("overdue_soft", FACTS), ("promise_reminder", SECOND), ("upcoming", IN_DOLLARS)]
EVERY = list(product(LANGUAGES, MEDIA))


@pytest.mark.parametrize(("language", "medium"), [one for one in EVERY if one[1] != "sms"])
def test_each_loan_is_told_with_what_and_when_and_its_amounts(language: Language, medium: Medium) -> None:
    rendered = render_digest(language, medium, ITEMS)
    for body in filter(None, [rendered.text, rendered.html]):
        for _, facts in ITEMS:
            assert facts.loan_id in body
            for minor in (facts.principal_minor, facts.interest_minor, facts.penalty_minor, facts.total_minor):
                assert not minor or format_money(minor, facts.currency, language) in body
        assert {"en": "April 1, 2026", "zh-CN": "2026年4月1日"}[language] in body


@pytest.mark.parametrize(("language", "medium"), EVERY)
def test_there_is_one_total_a_currency(language: Language, medium: Medium) -> None:
    text = render_digest(language, medium, ITEMS).text
    for total, currency in ((FACTS.total_minor + SECOND.total_minor, "CNY"), (IN_DOLLARS.total_minor, "USD")):
        assert format_money(total, currency, language) in text


@pytest.mark.parametrize(("language", "medium"), EVERY)
def test_ways_to_pay_and_to_opt_out_are_told_once(language: Language, medium: Medium) -> None:
    rendered = render_digest(language, medium, ITEMS)
    for body in filter(None, [rendered.text, rendered.html]):
        assert body.count("https://stop.example/7") == 1
        assert rendered.text.count(FACTS.pay_url) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_sms_over_several_loans_tells_their_number_the_oldest_due_date_and_the_totals(language: Language) -> None:
    text = render_digest(language, "sms", ITEMS).text
    assert {"en": "3 of your loans", "zh-CN": "3 笔贷款"}[language] in text
    assert {"en": "February 10, 2026", "zh-CN": "2026年2月10日"}[language] in text
    assert format_money(FACTS.principal_minor + SECOND.principal_minor, "CNY", language) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_discreet_digest_reads_as_any_discreet_message(language: Language) -> None:
    items = [(template, replace(facts, wording="discreet")) for template, facts in ITEMS]
    alone = render("upcoming", language, "sms", items[0][1])
    assert render_digest(language, "sms", items).text == alone.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vulnerable_borrower_of_several_loans_is_offered_help_first(language: Language) -> None:
    advice = "Advice Line 0800 1"
    items = [(template, replace(facts, is_vulnerable=True, debt_advice=advice)) for template, facts in ITEMS]
    text = render_digest(language, "email", items).text
    assert text.index(advice) < text.index(format_money(FACTS.total_minor, "CNY", language))


def test_one_loan_alone_is_worded_as_without_a_digest() -> None:
    assert render_digest("en", "email", ITEMS[:1]) == render("overdue_soft", "en", "email", FACTS)


def test_a_page_that_not_all_loans_share_is_not_told() -> None:
    items = [ITEMS[0], ("upcoming", replace(SECOND, offer_url="https://pages.example/o/8"))]
    assert "pages.example" not in render_digest("en", "email", items).text


@pytest.mark.parametrize("template", sorted(set(TEMPLATES) - DIGESTIBLE))
def test_what_must_stand_alone_is_not_joined(template: str) -> None:
    with pytest.raises(NotDigestible) as refused:
        render_digest("en", "email", [ITEMS[0], (template, SECOND)])
    assert refused.value.template == template


@pytest.mark.parametrize("fact", ["borrower_name", "opt_out_url", "lender_name"])
def test_loans_of_different_borrowers_or_lenders_are_never_joined(fact: str) -> None:
    with pytest.raises(FactRefused) as refused:
        render_digest("en", "email", [ITEMS[0], ("upcoming", replace(SECOND, **{fact: "https://other.example"}))])  # type: ignore[arg-type]
    assert refused.value.fact == fact


def test_no_loans_make_no_message() -> None:
    with pytest.raises(WordsError):
        render_digest("en", "email", [])
