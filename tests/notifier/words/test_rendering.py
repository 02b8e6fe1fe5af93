"""The words of messages: complete, safe, in the reader's language."""

import html
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from schemas.templates import TEMPLATES
from services.notifier.words import (
    LANGUAGES,
    AcceptedPlan,
    FactRefused,
    Language,
    Medium,
    MessageFacts,
    UnknownLanguage,
    UnknownTemplate,
    format_money,
    render,
)
from services.notifier.words.errors import UnknownMedium
from services.notifier.words.languages import MEDIA
from tests.notifier.words.word_facts import FACTS, NOTHING_DUE

EVERY = list(product(TEMPLATES, LANGUAGES, MEDIA))
WITHOUT_AMOUNTS = {"cured", "hardship_answer", "regional_relief"}
# In a few words there is no place for what the borrower's page or the plan tells better.
WITHOUT_AMOUNTS_IN_SHORT = {"offer", "offer_reminder", "restructured", "planning_tips"}
ABOUT_AMOUNTS = [
    (template, language, medium)
    for template, language, medium in EVERY
    if template not in WITHOUT_AMOUNTS and not (template in WITHOUT_AMOUNTS_IN_SHORT and medium in ("sms", "app"))
]
ABOUT_A_DUE_DATE = [one for one in ABOUT_AMOUNTS if not (one[0].startswith("promise_") and one[2] in ("sms", "app"))]
# Messages that can be asked for while nothing is due.
MAY_HAVE_NOTHING_DUE = (
    "promise_reminder", "promise_broken", "offer", "offer_reminder", "restructured", "hardship_answer",
    "regional_relief", "planning_tips",
)  # fmt: skip
DUE_ON = {"en": "March 5, 2026", "zh-CN": "2026年3月5日"}


def bodies(template: str, language: Language, medium: Medium, facts: MessageFacts) -> list[str]:
    """Everything that a reader may see of a message: the text, and that of the HTML of an e-mail."""
    rendered = render(template, language, medium, facts)
    assert (rendered.html is None) == (medium != "email")
    return [rendered.text] if rendered.html is None else [rendered.text, html.unescape(rendered.html)]


@pytest.mark.parametrize(("template", "language", "medium"), EVERY)
def test_every_message_tells_whom_it_is_for_and_how_to_get_help_object_and_opt_out(
    template: str, language: Language, medium: Medium
) -> None:
    for body in bodies(template, language, medium, FACTS) + bodies(template, language, medium, NOTHING_DUE):
        for told in (FACTS.borrower_name, FACTS.loan_id, FACTS.help_phone, FACTS.opt_out_url):
            assert told in body
        assert medium == "app" or FACTS.lender_name in body
        assert "{{" not in body
        assert "None" not in body


@pytest.mark.parametrize(("template", "language", "medium"), ABOUT_AMOUNTS)
def test_a_message_about_amounts_tells_all_of_them_and_how_to_pay(
    template: str, language: Language, medium: Medium
) -> None:
    for body in bodies(template, language, medium, FACTS):
        for amount in (1_234, 5_678, 91_011, 12_345_678, FACTS.total_minor):
            assert format_money(amount, "CNY", language) in body
        assert FACTS.pay_url in body


@pytest.mark.parametrize(("template", "language", "medium"), ABOUT_A_DUE_DATE)
def test_a_message_about_amounts_tells_since_when(template: str, language: Language, medium: Medium) -> None:
    assert all(DUE_ON[language] in body for body in bodies(template, language, medium, FACTS))


@pytest.mark.parametrize(("template", "language", "medium"), list(product(sorted(WITHOUT_AMOUNTS), LANGUAGES, MEDIA)))
def test_good_news_and_help_ask_for_no_money(template: str, language: Language, medium: Medium) -> None:
    for body in bodies(template, language, medium, FACTS):
        assert "¥" not in body
        assert FACTS.pay_url not in body


@pytest.mark.parametrize(("template", "language", "medium"), list(product(MAY_HAVE_NOTHING_DUE, LANGUAGES, MEDIA)))
def test_where_nothing_is_due_no_amount_no_due_date_and_no_way_to_pay_is_told(
    template: str, language: Language, medium: Medium
) -> None:
    for body in bodies(template, language, medium, NOTHING_DUE):
        assert "¥" not in body
        assert "<table" not in body
        assert FACTS.pay_url not in body
        assert DUE_ON[language] not in body


@pytest.mark.parametrize(("template", "language", "medium"), EVERY)
@pytest.mark.parametrize("facts", [FACTS, NOTHING_DUE, replace(FACTS, is_vulnerable=True)],
                         ids=["due", "nothing-due", "vulnerable"])  # fmt: skip
def test_a_message_is_laid_out_in_paragraphs(
    template: str, language: Language, medium: Medium, facts: MessageFacts
) -> None:
    rendered = render(template, language, medium, facts)
    assert "\n\n\n" not in rendered.text
    assert rendered.html is None or '<p style="margin:0 0 16px"></p>' not in rendered.html


@pytest.mark.parametrize(("template", "language"), list(product(TEMPLATES, LANGUAGES)))
@pytest.mark.parametrize("facts", [FACTS, NOTHING_DUE], ids=["due", "nothing-due"])
def test_the_sentences_of_an_sms_stand_apart(template: str, language: Language, facts: MessageFacts) -> None:
    text = render(template, language, "sms", facts).text
    for told in (
        "Pay:",
        "Total",
        "Need help",
        "See the plans",
        "Opt out:",
        "Please",
        "帮助或异议",
        "查看方案",
        "退订：",
    ):
        before, found, _ = text.partition(told)
        assert not found or before[-1] == " "


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("medium", MEDIA)
def test_notice_of_a_credit_report_tells_how_to_prevent_it(language: Language, medium: Medium) -> None:
    text = render("credit_report_notice", language, medium, FACTS).text
    told = {"en": ("intend to report", "credit register", "unless", "dispute", "plan"),
            "zh-CN": ("拟将逾期金额报送征信机构", "除非", "异议")}  # fmt: skip
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


def test_sms_reads_as_written() -> None:
    assert render("due_today", "en", "sms", FACTS).text == (
        "Fair Bank: Hello Li Lei. A payment on loan L-2026-7 is due today, March 5, 2026. Total CN¥124,436.01"
        " (principal CN¥123,456.78, interest CN¥910.11, penalty interest CN¥12.34, fees CN¥56.78)."
        " Pay: https://pay.example/l?id=7&s=a Need help, or do not agree? https://help.example/7 or +86 400 123 4567"
        " Opt out: https://stop.example/7"
    )
    assert render("due_today", "zh-CN", "sms", replace(FACTS, opt_out_keyword="R")).text == (
        "【Fair Bank】Li Lei您好，您的贷款 L-2026-7 有一期款项今天（2026年3月5日）到期。"
        "合计¥124,436.01（本金¥123,456.78、利息¥910.11、罚息¥12.34、费用¥56.78）。 还款： https://pay.example/l?id=7&s=a"
        " 帮助或异议请致电 +86 400 123 4567 拒收请回复R"
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


def test_a_fact_that_is_not_known_is_refused_by_the_template_that_needs_it() -> None:
    with pytest.raises(FactRefused) as refused:
        render("overdue_soft", "en", "email", replace(FACTS, due_on=None))
    assert refused.value.fact == "due_on"


@pytest.mark.parametrize("template", ["offer", "offer_reminder"])
def test_an_offer_without_a_link_to_it_is_refused(template: str) -> None:
    with pytest.raises(FactRefused) as refused:
        render(template, "en", "sms", replace(FACTS, offer_url=None))
    assert refused.value.fact == "offer_url"


@pytest.mark.parametrize(("language", "medium"), list(product(LANGUAGES, MEDIA)))
@pytest.mark.parametrize("template", ["promise_reminder", "promise_broken"])
def test_a_promise_is_told_with_amount_and_day_as_far_as_they_are_known(
    template: str, language: Language, medium: Medium
) -> None:
    known = replace(FACTS, promised_minor=43_210, promised_on=date(2026, 3, 18))
    day = {"en": "March 18, 2026", "zh-CN": "2026年3月18日"}[language]
    for body in bodies(template, language, medium, known):
        assert format_money(43_210, "CNY", language) in body
        assert day in body
    for body in bodies(template, language, medium, replace(known, promised_minor=None)):
        assert day in body


@pytest.mark.parametrize(("language", "medium"), list(product(LANGUAGES, MEDIA)))
def test_a_new_plan_is_told_with_instalments_amount_and_first_day(language: Language, medium: Medium) -> None:
    facts = replace(NOTHING_DUE, plan=AcceptedPlan(12, 11_987, date(2026, 4, 15)))
    for body in bodies("restructured", language, medium, facts):
        assert "12" in body
        assert format_money(11_987, "CNY", language) in body
        assert {"en": "April 15, 2026", "zh-CN": "2026年4月15日"}[language] in body


def test_thanks_for_a_cure_tell_which_payment_is_taken_care_of() -> None:
    assert "was due on March 5, 2026 is taken care of" in render("cured", "en", "email", FACTS).text
    assert "taken care of" not in render("cured", "en", "email", replace(FACTS, due_on=None)).text


@pytest.mark.parametrize(("template", "language"), list(product(["offer", "offer_reminder"], LANGUAGES)))
@pytest.mark.parametrize("medium", MEDIA)
def test_an_offer_leads_to_its_page(template: str, language: Language, medium: Medium) -> None:
    assert all("https://pages.example/o/7" in body for body in bodies(template, language, medium, FACTS))


@pytest.mark.parametrize(("template", "language"), list(product(["overdue_firm", "final_notice"], LANGUAGES)))
def test_a_vulnerable_borrower_is_offered_help_before_anything_is_asked(template: str, language: Language) -> None:
    facts = replace(FACTS, is_vulnerable=True, debt_advice="Advice Line 0800 1")
    for body in bodies(template, language, "email", facts):
        assert body.index("Advice Line 0800 1") < body.index(FACTS.pay_url)
        assert body.index(FACTS.help_url) < body.index(FACTS.pay_url)
        assert "pay the total" not in body
        assert "还清合计" not in body


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vulnerable_borrower_is_sent_no_link_to_pay_by_sms(language: Language) -> None:
    facts = replace(FACTS, is_vulnerable=True, debt_advice="Advice Line 0800 1")
    text = render("overdue_firm", language, "sms", facts).text
    assert FACTS.pay_url not in text
    assert "Advice Line 0800 1" in text


@pytest.mark.parametrize(("template", "language"), list(product(TEMPLATES, LANGUAGES)))
@pytest.mark.parametrize("medium", ["sms", "app"])
def test_a_discreet_message_tells_no_more_than_that_there_is_one(
    template: str, language: Language, medium: Medium
) -> None:
    rendered = render(template, language, medium, replace(FACTS, wording="discreet"))
    expected = {
        "en": "Fair Bank: There is a message for you. Please see https://pages.example/o/7 or call +86 400 123 4567"
        " Opt out: https://stop.example/7",
        "zh-CN": "【Fair Bank】您有一条新消息，请查看 https://pages.example/o/7 或致电 +86 400 123 4567"
        " 退订： https://stop.example/7",
    }
    assert " ".join(rendered.text.split()) == expected[language]


def test_a_discreet_message_without_a_page_of_its_own_leads_to_the_help_page() -> None:
    facts = replace(FACTS, wording="discreet", offer_url=None)
    assert FACTS.help_url in render("overdue_soft", "en", "sms", facts).text


@pytest.mark.parametrize(("template", "language"), list(product(TEMPLATES, LANGUAGES)))
def test_an_agent_says_nothing_of_the_loan_before_the_person_is_known(template: str, language: Language) -> None:
    script = render(template, language, "call", FACTS).text
    identity = script.index({"en": "2. Make sure who it is", "zh-CN": "二、核实身份"}[language])
    for told in (FACTS.loan_id, "¥", DUE_ON[language]):
        assert told not in script or script.index(told) > identity
    assert script.index(FACTS.borrower_name) < identity


@pytest.mark.parametrize(("template", "language"), list(product(TEMPLATES, LANGUAGES)))
def test_an_app_message_has_the_subject_line_as_its_title(template: str, language: Language) -> None:
    title = render(template, language, "app", FACTS).subject
    assert title == render(template, language, "email", FACTS).subject
    assert 0 < len(title) <= 65


def test_unknown_names_are_typed_errors() -> None:
    with pytest.raises(UnknownTemplate) as unknown:
        render("../page", "en", "email", FACTS)
    assert unknown.value.template == "../page"
    with pytest.raises(UnknownLanguage) as language:
        render("upcoming", "fr", "email", FACTS)  # type: ignore[arg-type]
    assert language.value.language == "fr"
    with pytest.raises(UnknownMedium) as medium:
        render("upcoming", "en", "fax", FACTS)  # type: ignore[arg-type]
    assert medium.value.medium == "fax"
