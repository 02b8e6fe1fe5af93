"""The catalogues of the pages say the same in both languages, and everything that pages ask for."""

import re
import string
from pathlib import Path
from typing import get_args

import pytest

import services.notifier.pages
from schemas.dunning import Treatment
from schemas.offers import PlanKind
from services.notifier.pages.page_words import UnknownWords, page_words
from services.notifier.words.languages import LANGUAGES, Language

TEMPLATES = sorted((Path(services.notifier.pages.__file__).parent / "templates").glob("*.html"))
_SAID = re.compile(r'say\("([a-z0-9_.-]+)"[,)]')


def facts_in(words: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def test_both_languages_have_the_same_words() -> None:
    assert set(page_words("en").by_key) == set(page_words("zh-CN").by_key)


def test_both_languages_tell_the_same_facts() -> None:
    english, chinese = page_words("en").by_key, page_words("zh-CN").by_key
    assert [key for key, words in english.items() if facts_in(words) != facts_in(chinese[key])] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.name))
def test_a_template_says_only_what_the_catalogues_have(template: Path) -> None:
    said = set(_SAID.findall(template.read_text(encoding="utf-8")))
    assert {key for key in said if not key.endswith(".")} <= set(page_words("en").by_key)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", get_args(PlanKind))
def test_every_kind_of_plan_has_a_name_and_a_sentence(language: Language, kind: str) -> None:
    words = page_words(language)
    assert words(f"plan.kind.{kind}")
    assert words(f"plan.change.{kind}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("component", ["interest", "fee", "penalty"])
@pytest.mark.parametrize("treatment", get_args(Treatment))
def test_every_treatment_of_what_is_owed_has_a_sentence(language: Language, component: str, treatment: str) -> None:
    assert page_words(language)(f"accept.agreement.{component}.{treatment}", day="March 5, 2026")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.name))
def test_no_template_has_scripts_or_inline_styles_or_things_from_elsewhere(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert re.findall(r"<script|<style| style=| on[a-z]+=|javascript:|<img|<iframe|https?://", text) == []


def test_unknown_words_are_an_error() -> None:
    with pytest.raises(UnknownWords, match="en has no words for 'nothing'"):
        page_words("en")("nothing")


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(KeyError, match="name"):
        page_words("en")("plans.greeting")
