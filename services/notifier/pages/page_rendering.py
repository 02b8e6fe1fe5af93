"""Pages in words: templates filled with the words of a language. Every value is escaped, a missing one is an error."""

import hashlib
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from babel.dates import format_date, format_skeleton
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from schemas.offers import OfferedPlan, OfferMade, OfferReason
from services.notifier.pages.agreement_terms import agreement_terms
from services.notifier.pages.form_fields import FieldFault
from services.notifier.pages.page_words import page_words
from services.notifier.pages.plan_comparison import total_minor
from services.notifier.words.languages import LANGUAGES, LOCALES, Language
from services.notifier.words.money import format_day, format_money

_FOLDER: Final = Path(__file__).parent / "templates"


def rendered(template: str, language: Language, **facts: object) -> str:
    """A page or a part of one as HTML."""
    return _environment(language).get_template(template).render(facts)


def terms_shown(language: Language, offer: OfferMade, plan: OfferedPlan) -> str:
    """The exact terms of a plan and the words for them, as the page before acceptance shows them and the archive keeps
    them. The same offer in the same language gives the same text.
    """
    return rendered("terms.html", language, offer=offer, plan=plan, terms=agreement_terms(offer, plan))


def shown(html: str) -> Markup:
    """HTML that was rendered here, to be put into a page as it is."""
    return Markup(html)


def style_sheet() -> bytes:
    """The style sheet of all pages."""
    return (resources.files(__package__) / "pages.css").read_bytes()


@cache
def style_version() -> str:
    """Changes with the style sheet."""
    return hashlib.sha256(style_sheet()).hexdigest()[:12]


@cache
def _environment(language: Language) -> Environment:
    words = page_words(language)
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def money(amount_minor: int, currency: str) -> str:
        return format_money(amount_minor, currency, language)

    def day(value: date) -> str:
        return format_day(value, language)

    def short_day(value: date) -> str:
        return str(format_date(value, "medium", locale=LOCALES[language]))

    def sentence(key: str, currency: str, **facts: object) -> str:
        """Words whose facts are still amounts in minor units and dates."""
        told = {name: _told(name, value, currency, language) for name, value in facts.items()}
        return words(key, **told)

    def reason(of: OfferReason) -> str:
        wordings = {wording.language: wording.text for wording in of.words}
        return wordings.get(language, next(iter(wordings.values()), ""))

    def fault_text(fault: FieldFault) -> str:
        """What is wrong with a field. An amount above a limit names its currency."""
        facts = dict(fault.facts)
        if isinstance(at_most_minor := facts.pop("at_most_minor", None), int):
            facts["at_most"] = money(at_most_minor, str(facts.pop("currency")))
        told = {name: day(value) if isinstance(value, date) else value for name, value in facts.items()}
        return words(f"fault.{fault.code}", **told)

    def labelled(prefix: str, values: Sequence[str], **others: str) -> list[tuple[str, str]]:
        """Choices with their words, whose keys are the values below a prefix; `others` name keys that differ."""
        return [(value, words(prefix + others.get(value, value))) for value in values]

    environment.globals.update(
        fault_text=fault_text, labelled=labelled,
        say=words, money=money, day=day, short_day=short_day, month=lambda value: _month(value, language),
        sentence=sentence, reason=reason, total_minor=total_minor, language=language, style_version=style_version(),
        languages=[(one, page_words(one)("language.name")) for one in LANGUAGES],
    )  # fmt: skip
    return environment


def _told(name: str, value: object, currency: str, language: Language) -> object:
    if isinstance(value, date):
        return format_day(value, language)
    if isinstance(value, int) and (name == "amount" or name.endswith("_minor")):
        return format_money(value, currency, language)
    return value


@lru_cache(maxsize=4096)
def _month(value: date, language: Language) -> str:
    return str(format_skeleton("yMMM", value, locale=LOCALES[language]))
