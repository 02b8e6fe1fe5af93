"""Templates see facts and reach nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Template, UndefinedError
from jinja2.exceptions import SecurityError

from services.notifier.words import SHIPPED, FactRefused, TemplateLibrary, render
from tests.notifier.words.word_facts import FACTS


@pytest.fixture
def written() -> Callable[[str], Template]:
    return SHIPPED.environment().from_string


def test_a_fact_that_is_not_known_can_be_asked_for(written: Callable[[str], Template]) -> None:
    assert written("{% if promised %}never{% else %}without{% endif %}").render() == "without"


@pytest.mark.parametrize("use", ["{{ promised }}", "{{ promised ~ 'x' }}", "{% for x in promised %}{% endfor %}"])
def test_a_fact_that_is_not_known_cannot_be_told(written: Callable[[str], Template], use: str) -> None:
    with pytest.raises(FactRefused) as refused:
        written(use).render()
    assert refused.value.fact == "promised"


@pytest.mark.parametrize("use", ["{{ not_a_fact }}", "{% if not_a_fact %}{% endif %}"])
def test_a_name_that_is_no_fact_fails_wherever_it_stands(written: Callable[[str], Template], use: str) -> None:
    with pytest.raises(UndefinedError):
        written(use).render()


@pytest.mark.parametrize("use", ["{{ due_on.__class__.__base__ }}", "{{ ''.format.__globals__ }}"])
def test_a_template_cannot_reach_the_program(written: Callable[[str], Template], use: str) -> None:
    with pytest.raises(SecurityError):
        written(use).render(due_on="March 5, 2026")


def test_a_template_cannot_change_what_others_see(written: Callable[[str], Template]) -> None:
    with pytest.raises(SecurityError):
        written("{{ totals.append(1) }}").render(totals=[])


def test_a_file_beside_the_templates_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "secret.txt").write_text("key", encoding="utf-8")
    own = tmp_path / "own"
    (own / "en").mkdir(parents=True)
    (own / "en" / "upcoming.jinja").write_text('{% include "../secret.txt" %}', encoding="utf-8")
    with pytest.raises(Exception, match="secret"):
        render("upcoming", "en", "sms", FACTS, TemplateLibrary(own))
