"""The words of messages: complete, safe, in the reader's language, and quick."""

import html
import time
from dataclasses import fields, replace
from datetime import date
from itertools import product

import pytest
from jinja2 import UndefinedError

from schemas.templates import TEMPLATES
from services.notifier.words import (
    LANGUAGES,
    FactRefused,
    Language,
    Medium,
    MessageFacts,
    UnknownLanguage,
    UnknownTemplate,
    format_money,
    render,
)

FACTS = MessageFacts(
    borrower_name="Li Lei",
    loan_id="L-2026-7",
    currency="CNY",
    due_on=date(2026, 3, 5),
    days_past_due=12,
    penalty_minor=1_234,
    fee_minor=5_678,
    interest_minor=91_011,
    principal_minor=12_345_678,
    lender_name="Fair Bank",
    help_phone="+86 400 123 4567",
    pay_url="https://pay.example/l?id=7&s=a",
    help_url="https://help.example/7",
    opt_out_url="https://stop.example/7",
)
NOTHING_DUE = replace(FACTS, days_past_due=0, penalty_minor=0, fee_minor=0, interest_minor=0, principal_minor=0)
MEDIA: tuple[Medium, ...] = ("email", "sms")
EVERY = list(product(TEMPLATES, LANGUAGES, MEDIA))
WITHOUT_AMOUNTS = {"cured", "hardship_answer", "regional_relief"}
ABOUT_AMOUNTS = [one for one in EVERY if one[0] not in WITHOUT_AMOUNTS]
# Messages that can be asked for while nothing is due, in order of need.
MAY_HAVE_NOTHING_DUE = (
    "promise_reminder", "promise_broken", "offer", "offer_reminder", "restructured", "cured", "hardship_answer",
    "regional_relief", "planning_tips",
)  # fmt: skip
DUE_ON = {"en": "March 5, 2026", "zh-CN": "2026年3月5日"}
# Parts that a long SMS is cut into: 153 characters of GSM 03.38, or 67 of UCS-2.
PART_CHARACTERS = {"en": 153, "zh-CN": 67}
MOST_PARTS = {"en": 3, "zh-CN": 4}


def bodies(template: str, language: Language, channel: Medium, facts: MessageFacts) -> list[str]:
    """Everything that a reader may see of a message: the text, and that of the HTML of an e-mail."""
    rendered = render(template, language, channel, facts)
    assert (rendered.html is None) == (channel == "sms")
    return [rendered.text] if rendered.html is None else [rendered.text, html.unescape(rendered.html)]


@pytest.mark.parametrize(("template", "language", "channel"), EVERY)
def test_every_message_tells_whom_it_is_for_and_how_to_get_help_object_and_opt_out(
    template: str, language: Language, channel: Medium
) -> None:
    for body in bodies(template, language, channel, FACTS) + bodies(template, language, channel, NOTHING_DUE):
        for told in (FACTS.borrower_name, FACTS.loan_id, FACTS.lender_name, FACTS.help_phone):
            assert told in body
        assert FACTS.help_url in body
        assert FACTS.opt_out_url in body
        assert "{{" not in body


@pytest.mark.parametrize(("template", "language", "channel"), ABOUT_AMOUNTS)
def test_a_message_about_amounts_tells_all_of_them_since_when_and_how_to_pay(
    template: str, language: Language, channel: Medium
) -> None:
    for body in bodies(template, language, channel, FACTS):
        for amount in (1_234, 5_678, 91_011, 12_345_678, FACTS.total_minor):
            assert format_money(amount, "CNY", language) in body
        assert DUE_ON[language] in body
        assert FACTS.pay_url in body


@pytest.mark.parametrize(("template", "language", "channel"), list(product(sorted(WITHOUT_AMOUNTS), LANGUAGES, MEDIA)))
def test_good_news_and_help_ask_for_no_money(template: str, language: Language, channel: Medium) -> None:
    for body in bodies(template, language, channel, FACTS):
        assert "¥" not in body
        assert FACTS.pay_url not in body
        assert DUE_ON[language] not in body


@pytest.mark.parametrize(("template", "language", "channel"), list(product(MAY_HAVE_NOTHING_DUE, LANGUAGES, MEDIA)))
def test_where_nothing_is_due_no_amount_no_due_date_and_no_way_to_pay_is_told(
    template: str, language: Language, channel: Medium
) -> None:
    for body in bodies(template, language, channel, NOTHING_DUE):
        assert "¥" not in body
        assert "<table" not in body
        assert FACTS.pay_url not in body
        assert DUE_ON[language] not in body


@pytest.mark.parametrize(("template", "language"), list(product(TEMPLATES, LANGUAGES)))
@pytest.mark.parametrize("facts", [FACTS, NOTHING_DUE], ids=["due", "nothing-due"])
def test_an_email_is_laid_out_in_paragraphs(template: str, language: Language, facts: MessageFacts) -> None:
    rendered = render(template, language, "email", facts)
    assert "\n\n\n" not in rendered.text
    assert rendered.html is not None
    assert '<p style="margin:0 0 12px"></p>' not in rendered.html


@pytest.mark.parametrize(("template", "language"), list(product(TEMPLATES, LANGUAGES)))
@pytest.mark.parametrize("facts", [FACTS, NOTHING_DUE], ids=["due", "nothing-due"])
def test_the_sentences_of_an_sms_stand_apart(template: str, language: Language, facts: MessageFacts) -> None:
    text = render(template, language, "sms", facts).text
    for told in ("Pay:", "Need help", "See the plans", "Opt out:", "还款： ", "需要帮助", "查看方案", "退订："):
        before, found, _ = text.partition(told)
        assert not found or before[-1] in " 、"


@pytest.mark.parametrize(("template", "language"), list(product(TEMPLATES, LANGUAGES)))
def test_an_sms_with_long_amounts_stays_within_a_few_parts(template: str, language: Language) -> None:
    characters = len(render(template, language, "sms", FACTS).text)
    assert characters <= MOST_PARTS[language] * PART_CHARACTERS[language]


@pytest.mark.parametrize(("template", "language"), list(product(TEMPLATES, LANGUAGES)))
def test_subject_tells_nothing_of_the_loan(template: str, language: Language) -> None:
    subject = render(template, language, "email", FACTS).subject
    assert subject
    assert not any(character.isdigit() for character in subject)
    words = ("overdue", "debt", "loan", "due", "owe", "late", "credit", "逾期", "贷款", "欠", "债", "催", "征信")
    assert not any(word in subject.lower().split() or (not word.isascii() and word in subject) for word in words)


@pytest.mark.parametrize(("template", "language", "channel"), EVERY)
def test_no_message_threatens(template: str, language: Language, channel: Medium) -> None:
    text = render(template, language, channel, FACTS).text.lower()
    for word in (
        "court", "legal", "lawyer", "police", "immediately", "consequence", "blacklist", "seize", "employer",
        "法院", "起诉", "律师", "立即", "后果", "黑名单", "失信", "强制", "单位",
    ):  # fmt: skip
        assert word not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", MEDIA)
def test_notice_of_a_credit_report_tells_how_to_prevent_it(language: Language, channel: Medium) -> None:
    text = render("credit_report_notice", language, channel, FACTS).text
    told = {"en": ("intend to report", "credit register", "unless", "dispute", "plan"),
            "zh-CN": ("拟将逾期金额报送征信机构", "除非", "异议", "还款方案")}  # fmt: skip
    assert [words for words in told[language] if words not in text] == []


@pytest.mark.parametrize("template", ["restructured", "planning_tips"])
def test_who_was_not_asked_to_pay_is_not_told_to_disregard_the_message(template: str) -> None:
    assert not any("disregard" in body for body in bodies(template, "en", "email", FACTS))


def test_html_keeps_the_lines_of_a_list() -> None:
    rendered = render("planning_tips", "en", "email", FACTS)
    assert rendered.html is not None
    assert 'white-space:pre-line">1. Put every due date' in rendered.html


def test_a_component_of_nothing_is_left_out() -> None:
    facts = replace(FACTS, penalty_minor=0, fee_minor=0)
    assert "Penalty" not in render("upcoming", "en", "email", facts).text
    assert "罚息" not in render("upcoming", "zh-CN", "sms", facts).text


def test_a_total_of_nothing_is_left_out() -> None:
    assert "is due on March 5, 2026. Need help" in render("upcoming", "en", "sms", NOTHING_DUE).text
    assert "2026年3月5日。 需要帮助" in render("upcoming", "zh-CN", "sms", NOTHING_DUE).text


def test_sms_reads_as_written() -> None:
    assert render("due_today", "en", "sms", FACTS).text == (
        "Fair Bank: Hello Li Lei, a payment on loan L-2026-7 is due today, March 5, 2026. Total CN¥124,436.01"
        " (principal CN¥123,456.78, interest CN¥910.11, penalty interest CN¥12.34, fees CN¥56.78)."
        " Pay: https://pay.example/l?id=7&s=a Need help, or do not agree? https://help.example/7 or +86 400 123 4567"
        " Opt out: https://stop.example/7"
    )
    assert render("due_today", "zh-CN", "sms", FACTS).text == (
        "【Fair Bank】Li Lei您好，您的贷款 L-2026-7 有一期款项今天（2026年3月5日）到期。"
        "合计¥124,436.01（本金¥123,456.78、利息¥910.11、罚息¥12.34、费用¥56.78）。 还款： https://pay.example/l?id=7&s=a"
        " 需要帮助或有异议： https://help.example/7 或致电 +86 400 123 4567 退订： https://stop.example/7"
    )


def test_one_day_is_singular() -> None:
    assert "1 day past due" in render("overdue_soft", "en", "email", replace(FACTS, days_past_due=1)).text
    assert "past due" not in render("overdue_soft", "en", "email", replace(FACTS, days_past_due=0)).text


def test_html_is_escaped_and_text_is_not() -> None:
    rendered = render("overdue_soft", "en", "email", replace(FACTS, borrower_name="<script>x</script> & Co"))
    assert rendered.html is not None
    assert "<script>" not in rendered.html
    assert "&lt;script&gt;x&lt;/script&gt; &amp; Co" in rendered.html
    assert "<script>x</script> & Co" in rendered.text


@pytest.mark.parametrize("fact", [field.name for field in fields(MessageFacts) if field.type is str])
def test_missing_fact_is_refused(fact: str) -> None:
    with pytest.raises(FactRefused) as refused:
        replace(FACTS, **{fact: " "})  # type: ignore[arg-type]
    assert refused.value.fact == fact


def test_a_value_that_a_template_lacks_fails() -> None:
    from services.notifier.words import _environment

    with pytest.raises(UndefinedError):
        _environment(False).from_string("{{ not_a_fact }}").render()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", 'https://a"b', "https://a\r\nBcc: x", "/pay"])
def test_unsafe_link_is_refused(url: str) -> None:
    with pytest.raises(FactRefused) as refused:
        replace(FACTS, pay_url=url)
    assert url not in str(refused.value)


def test_negative_amount_is_refused() -> None:
    with pytest.raises(FactRefused):
        replace(FACTS, fee_minor=-1)


def test_unknown_names_are_typed_errors() -> None:
    with pytest.raises(UnknownTemplate) as unknown:
        render("../page", "en", "email", FACTS)
    assert unknown.value.template == "../page"
    with pytest.raises(UnknownLanguage) as language:
        render("upcoming", "fr", "email", FACTS)  # type: ignore[arg-type]
    assert language.value.language == "fr"


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (123_450, "CNY", "en", "CN¥1,234.50"),
        (123_450, "CNY", "zh-CN", "¥1,234.50"),
        (123_450, "USD", "en", "$1,234.50"),
        (123_450, "JPY", "en", "¥123,450"),
        (123_450, "KWD", "en", "KWD\N{NO-BREAK SPACE}123.450"),
        (123_450, "RSD", "en", "RSD\N{NO-BREAK SPACE}1,234.50"),
        (5, "GBP", "en", "£0.05"),
        (10**15, "GBP", "en", "£10,000,000,000,000.00"),
    ],
)
def test_money(minor: int, currency: str, language: Language, written: str) -> None:
    assert format_money(minor, currency, language) == written


def test_rendering_is_quick() -> None:
    render("overdue_firm", "en", "email", FACTS)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(100):
            render("overdue_firm", "en", "email", FACTS)
        best = min(best, (time.perf_counter() - start) / 100)
    assert best < 300e-6
