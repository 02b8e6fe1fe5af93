"""The preview: one page that needs nothing else."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from amends.commands.notifier import notifier_app
from schemas.templates import TEMPLATES
from services.notifier.words import LANGUAGES, SHIPPED, TemplateLibrary
from services.notifier.words.lint import lint
from services.notifier.words.preview import preview_page
from services.notifier.words.template_library import SHIPPED_DIRECTORY

PAGE = preview_page(SHIPPED, ())


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_every_kind_is_shown_in_every_language() -> None:
    ids = {attrs.get("id") for _, attrs in Page(PAGE).tags}
    assert {f"{template}-{language}-title" for template in (*TEMPLATES, "digest") for language in LANGUAGES} <= ids


def test_the_page_loads_nothing() -> None:
    for tag, attrs in Page(PAGE).tags:
        assert tag not in ("link", "img", "object", "embed")
        assert "src" not in attrs
        assert tag != "a" or (attrs["href"] or "").startswith("#")
    assert "default-src 'none'" in PAGE


def test_the_page_can_be_read_aloud() -> None:
    tags = Page(PAGE).tags
    assert all(attrs["title"] for tag, attrs in tags if tag == "iframe")
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert ("html", {"lang": "en"}) in tags
    headings = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(lower - upper <= 1 for upper, lower in pairwise(headings))


def test_a_message_cannot_break_out_of_its_frame() -> None:
    frames = [attrs for tag, attrs in Page(PAGE).tags if tag == "iframe"]
    assert all("allow-scripts" not in (attrs["sandbox"] or "") for attrs in frames)
    assert all((attrs["srcdoc"] or "").lstrip().startswith("<!doctype html>") for attrs in frames)


def test_an_sms_is_shown_with_its_alphabet_and_parts() -> None:
    assert re.search(r"GSM-7, \d+ characters, \d parts, \d+ left in the last", PAGE)
    assert re.search(r"UCS-2, \d+ characters, \d parts, \d+ left in the last", PAGE)


@pytest.fixture
def threatening(tmp_path: Path) -> Path:
    own = tmp_path / "en" / "overdue_firm.jinja"
    own.parent.mkdir()
    text = (SHIPPED_DIRECTORY / "en" / "overdue_firm.jinja").read_text(encoding="utf-8")
    own.write_text(text.replace("Paying part of it helps too.", "Or we tell the police."), encoding="utf-8")
    return tmp_path


def test_what_the_lint_finds_stands_beside_the_message(threatening: Path) -> None:
    library = TemplateLibrary(threatening)
    page = preview_page(library, lint(library, kinds=["overdue_firm"]), ["en"])
    section = page[page.index('id="overdue_firm-en-title"') : page.index('id="offer_help"')]
    assert "a threat of arrest" in section
    assert "The lint finds 1 fault:" in page


def test_lint_prints_the_faults_and_fails(threatening: Path) -> None:
    result = CliRunner().invoke(notifier_app, ["lint", "--templates", str(threatening)])
    assert result.exit_code == 1
    assert "overdue_firm.jinja:4: threat: 'police'" in result.stdout


def test_lint_of_the_shipped_words_is_silent() -> None:
    result = CliRunner().invoke(notifier_app, ["lint"])
    assert (result.exit_code, result.stdout) == (0, "")


def test_preview_writes_the_languages_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "messages.html"
    result = CliRunner().invoke(notifier_app, ["preview", "--out", str(out), "--language", "en"])
    assert result.exit_code == 0
    assert "overdue_firm-en" in out.read_text(encoding="utf-8")
    assert "zh-CN" not in out.read_text(encoding="utf-8")


def test_preview_of_words_that_cannot_be_rendered_tells_where(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "upcoming.jinja").write_text("{% extends layout %}\n{% block %}", encoding="utf-8")
    result = CliRunner().invoke(notifier_app, ["preview", "--templates", str(tmp_path)])
    assert result.exit_code == 1
    assert "upcoming.jinja:2: syntax:" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["--language", "fr"], ["--out", "/nowhere/messages.html"]], ids=["language", "out"]
)
def test_preview_names_an_option_that_cannot_be(arguments: list[str]) -> None:
    result = CliRunner().invoke(notifier_app, ["preview", *arguments])
    assert result.exit_code == 2
    assert arguments[1] in result.stderr
