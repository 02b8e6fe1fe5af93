"""The lint: what a lender's own words may not do, each rule with words that break it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.notifier.words import LANGUAGES, SHIPPED, TemplateLibrary, render
from services.notifier.words.lint import BrokenTemplates, Finding, checked_library, lint
from services.notifier.words.lint.sources import LAYOUTS, read_sources
from services.notifier.words.lint.word_lists import word_lists
from services.notifier.words.template_library import SHIPPED_DIRECTORY
from tests.notifier.words.word_facts import FACTS

Changed = Callable[[str, str, str], Path]


@pytest.fixture
def changed(tmp_path: Path) -> Changed:
    """Puts a shipped file into a lender's directory, with some of its text replaced."""

    def change(name: str, shipped: str, own: str) -> Path:
        text = (SHIPPED_DIRECTORY / name).read_text(encoding="utf-8")
        assert shipped in text
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(shipped, own, 1), encoding="utf-8")
        return tmp_path

    return change


def found(directory: Path, kind: str, *, most_segments: int = 3) -> list[Finding]:
    return list(lint(TemplateLibrary(directory), most_segments=most_segments, kinds=[kind]))


def kind_to_look_at(name: str) -> str:
    """The kind of a file; for a layout one that has everything in it."""
    return Path(name).stem if name.endswith(".jinja") else "overdue_firm"


def test_the_shipped_words_have_no_faults() -> None:
    assert lint(SHIPPED) == ()


def test_a_fault_is_told_with_file_line_rule_and_what_is_wrong(changed: Changed) -> None:
    directory = changed("en/overdue_firm.jinja", "Paying part of it helps too.", "Or we tell the police.")
    (finding,) = found(directory, "overdue_firm")
    assert str(finding) == (
        f"{directory / 'en/overdue_firm.jinja'}:4: threat: 'police': a threat of arrest or punishment; debt is no crime"
    )


@pytest.mark.parametrize(
    ("name", "shipped", "own", "rule"),
    [
        ("en/overdue_soft.jinja", "Perhaps it slipped your mind.", "You may be arrested.", "threat"),
        ("en/overdue_soft.jinja", "Perhaps it slipped your mind.", "We will contact your employer.", "threat"),
        ("en/final_notice.jinja", "This is the last reminder", "Pay immediately. This is the last reminder", "threat"),
        ("zh-CN/overdue_firm.jinja", "先还一部分也有帮助。", "否则将通知您的家人。", "threat"),
        ("zh-CN/overdue_firm.jinja", "先还一部分也有帮助。", "我们将安排人员上门。", "threat"),
        ("zh-CN/upcoming.jinja", "温馨提示：", "逾期会影响您的征信。", "threat"),
        ("en/sms.txt", "reply {{ opt_out_keyword }}", "reply", "no-opt-out"),
        ("en/email.txt", "To stop receiving these messages: {{ opt_out_url }}", "", "no-opt-out"),
        ("en/email.html", '<a href="{{ opt_out_url }}" style="color:#52606d">Stop receiving these messages</a>', "",
         "no-opt-out"),
        ("zh-CN/app.txt", "退订： {{ opt_out_url }}", "", "no-opt-out"),
        ("en/discreet.txt", "reply {{ opt_out_keyword }}{% else %}{{ opt_out_url }}", "{% else %}", "no-opt-out"),
        ("zh-CN/sms.txt", "帮助或异议请致电{% endblock %} {{ help_phone }}", "异议请回复{% endblock %}", "no-help"),
        ("en/sms.txt", "Need help, or do not agree?", "Need help?", "no-objection"),
        ("zh-CN/sms.txt", "帮助或异议请致电", "帮助请致电", "no-objection"),
        ("en/email.html", "{% block objection %}", "{% block objection %}{% endblock %}{% block unused %}",
         "no-objection"),
        ("en/sms.txt", "{%- if one.penalty %}", "{%- if one.penalty and loans %}", "no-components"),
        ("zh-CN/email.html", "{% if interest %}", "{% if interest and loans %}", "no-components"),
        ("zh-CN/upcoming.jinja", "{% block short %}", "{% block short %}" + "一" * 40, "sms-length"),
        ("en/overdue_soft.jinja", "A message about your account", "Your payment is overdue", "debt-told"),
        ("zh-CN/overdue_soft.jinja", "关于您账户的消息", "您的贷款已逾期", "debt-told"),
        ("en/overdue_soft.jinja", "A message about your account", "About {{ loan_id }}", "debt-told"),
        ("en/email.html", "has a message for you.", "writes about your loan.", "debt-told"),
        ("en/discreet.txt", "There is a message for you.", "Your loan needs you.", "debt-told"),
        ("zh-CN/discreet.txt", "您有一条新消息", "您有一笔待还金额 {{ total }}", "debt-told"),
        ("en/call.txt", "say nothing of why you call", "say that it is about a loan", "debt-told"),
        ("en/overdue_firm.jinja", "Please pay the total", "PLEASE pay the total", "capitals"),
        ("en/overdue_firm.jinja", "Please pay the total", "Please pay the total NOW", "capitals"),
        ("zh-CN/overdue_firm.jinja", "请您还款或联系我们。", "请您还款或联系我们！！", "capitals"),
        ("en/email.html", '<a href="{{ help_url }}"', '<a href="/help"', "link"),
        ("en/upcoming.jinja", "talk to us now", "go to www.lender.example now", "link"),
        ("page.html", "<head>", '<head><link rel="stylesheet" href="https://cdn.example/a.css">', "remote-content"),
        ("page.html", "{{ lender_name }}</p>", '<img src="https://lender.example/pixel.gif"></p>', "remote-content"),
        ("en/upcoming.jinja", "{{ due_on }}", "{{ due_date }}", "unknown-fact"),
        ("en/upcoming.jinja", "block request", "block reqest", "unknown-block"),
        ("en/upcoming.jinja", "block short", "block request", "syntax"),
        ("en/upcoming.jinja", "block short", "block help", "missing-block"),
        ("en/upcoming.jinja", "{% endblock %}", "", "syntax"),
        ("en/promise_reminder.jinja", "{% if promised %} {{ promised }}{% endif %}", "{{ promised }}", "not-rendered"),
        ("en/upcoming.jinja", "{{ due_on }}", "{{ due_on.__class__.mro() }}", "not-rendered"),
        ("en/upcoming.jinja", "{{ due_on }}", "{{ 1 / 0 }}", "not-rendered"),
        ("en/upcoming.jinja", "{% block opening %}", "{% block opening %}{{ self.opening() }}", "not-rendered"),
        ("en/email.txt", "{{- self.help_way() }}", "", "vulnerable"),
        ("en/email.html", "{% block advice %}", "{% block advice %}{% endblock %}{% block unused %}", "vulnerable"),
    ],
)  # fmt: skip
def test_words_that_break_a_rule_are_refused(changed: Changed, name: str, shipped: str, own: str, rule: str) -> None:
    directory = changed(name, shipped, own)
    findings = [finding for finding in found(directory, kind_to_look_at(name)) if finding.path == directory / name]
    assert rule in {finding.rule for finding in findings}


@pytest.mark.parametrize(
    ("word", "template"),
    [("We may take this to court.", "final_notice"), ("We may take this to court.", "credit_report_notice"),
     ("This is about your credit report.", "credit_report_notice")],
)  # fmt: skip
def test_a_fact_that_a_notice_must_tell_is_no_threat_in_it(changed: Changed, word: str, template: str) -> None:
    name = f"en/{template}.jinja"
    assert found(changed(name, "{% block opening %}", "{% block opening %}" + word), template) == []


def test_a_threat_in_a_branch_that_no_sample_takes_is_found(changed: Changed) -> None:
    threat = "{% if days_past_due == 89 %}We will visit you.{% endif %}"
    directory = changed("en/overdue_firm.jinja", "Paying part of it helps too.", threat)
    assert [finding.rule for finding in found(directory, "overdue_firm")] == ["threat"]


def test_the_line_of_a_fault_is_the_words_own(changed: Changed) -> None:
    directory = changed("en/credit_report_notice.jinja", "1. Pay the total.", "1. Pay the total immediately.")
    assert [(finding.rule, finding.line) for finding in found(directory, "credit_report_notice")] == [("threat", 5)]


def test_words_that_fail_only_in_a_message_over_several_loans_are_refused(changed: Changed) -> None:
    directory = changed("en/final_notice.jinja", "{% block short %}", "{% block short %}{{ super() }}")
    assert found(directory, "final_notice") == []
    assert {finding.rule for finding in found(directory, "digest")} == {"not-rendered"}


def test_the_limit_of_parts_is_the_lenders(changed: Changed) -> None:
    directory = changed("zh-CN/upcoming.jinja", "{% block short %}", "{% block short %}" + "一" * 40)
    assert found(directory, "upcoming", most_segments=4) == []


def test_a_file_that_takes_no_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "upcomming.jinja").write_text("{% extends layout %}", encoding="utf-8")
    assert [finding.rule for finding in found(tmp_path, "upcoming")] == ["unknown-file"]


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert [finding.rule for finding in found(tmp_path / "nowhere", "upcoming")] == ["no-directory"]


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "upcoming.jinja").write_bytes("您好".encode("gb18030"))
    assert [finding.rule for finding in found(tmp_path, "upcoming")] == ["unreadable"]


def test_a_lenders_own_file_takes_the_place_of_one_and_no_other(changed: Changed) -> None:
    directory = changed("en/due_today.jinja", "Please pay today if you can.", "Today is fine, tomorrow as well.")
    library = checked_library(directory)
    assert "tomorrow as well" in render("due_today", "en", "email", FACTS, library).text
    assert render("upcoming", "en", "email", FACTS, library) == render("upcoming", "en", "email", FACTS)


def test_broken_words_do_not_come_into_use(changed: Changed) -> None:
    directory = changed("en/due_today.jinja", "Please pay today if you can.", "{{ oops }}")
    with pytest.raises(BrokenTemplates) as refused:
        checked_library(directory)
    assert f"{directory / 'en/due_today.jinja'}:4: unknown-fact: there is no fact called 'oops'" in str(refused.value)


def test_without_a_lenders_own_words_those_shipped_are_used() -> None:
    assert checked_library(None) is SHIPPED


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_file(language: str) -> None:
    sources, _ = read_sources(SHIPPED)
    names = {Path(name).name for name in sources if name.startswith(f"{language}/")}
    others = {Path(name).name for name in sources if not name.startswith(f"{language}/") and "/" in name}
    assert names == others
    assert set(LAYOUTS) <= names


@pytest.mark.parametrize("list_of", [threat.reason for threat in word_lists().threats])
def test_each_list_of_threats_has_words_in_both_languages(list_of: str) -> None:
    threat = next(threat for threat in word_lists().threats if threat.reason == list_of)
    assert threat.en
    assert threat.zh_cn
