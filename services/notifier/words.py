"""Words: what a message says, from facts alone.

The words live in `templates/<language>/`. One file a template holds its own sentences as blocks; the layouts
`email.txt`, `email.html` and `sms.txt` beside it hold what every message must say: the amounts by component, how to
pay, how to ask for help, how to object and how to opt out. So no template can forget one of them. Amounts and how to
pay are left out together where there is nothing to pay, or where the message is not about an amount.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, get_currency_symbol, parse_pattern
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from schemas.templates import TEMPLATES

Language = Literal["zh-CN", "en"]
Medium = Literal["email", "sms"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

# What these say is not about an amount, and one beside it would read as a demand.
_TELL_NO_AMOUNTS: Final = frozenset({"cured", "hardship_answer", "regional_relief"})

_LOCALES: Final[Mapping[str, Locale]] = {"en": Locale("en"), "zh-CN": Locale.parse("zh_Hans_CN")}

# Minor units follow ISO 4217, which differs from CLDR for some currencies (IQD, RSD, …). Those not listed have 2.
_CURRENCIES_BY_EXPONENT: Final[Mapping[int, str]] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENTS: Final[Mapping[str, int]] = {
    currency: exponent for exponent, listed in _CURRENCIES_BY_EXPONENT.items() for currency in listed.split()
}


class WordsError(ValueError):
    """A message cannot be worded."""


class UnknownTemplate(WordsError):
    """No template has this name."""

    def __init__(self, template: str) -> None:
        """`template` is the name that was asked for."""
        super().__init__(f"no template is called {template!r}")
        self.template = template


class UnknownLanguage(WordsError):
    """There are no words in this language."""

    def __init__(self, language: str) -> None:
        """`language` is the tag that was asked for."""
        super().__init__(f"there are no templates in language {language!r}")
        self.language = language


class FactRefused(WordsError):
    """A fact is missing, or cannot be told truthfully; the text names the fact and never its value."""

    def __init__(self, fact: str, reason: str) -> None:
        """`fact` is the field's name, `reason` what is wrong with it."""
        super().__init__(f"{fact} {reason}")
        self.fact = fact
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What a message tells. Amounts are integer minor units (ISO 4217) of `currency`; URLs are absolute http(s).

    `due_on` is the due date of the oldest unpaid instalment and `days_past_due` counts days after tolerance.
    """

    borrower_name: str
    loan_id: str
    currency: str
    due_on: date
    days_past_due: int
    penalty_minor: int
    fee_minor: int
    interest_minor: int
    principal_minor: int
    lender_name: str
    help_phone: str
    pay_url: str
    help_url: str
    opt_out_url: str

    def __post_init__(self) -> None:
        """Refuse facts that would leave a gap, a wrong sign or an unsafe link in a message."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None or (isinstance(value, str) and not value.strip()):
                raise FactRefused(field.name, "is missing")
            if isinstance(value, int) and value < 0:
                raise FactRefused(field.name, "is negative")
            if field.name.endswith("_url") and not _is_safe_url(value):
                raise FactRefused(field.name, "is not an absolute http(s) URL in ASCII")

    @property
    def total_minor(self) -> int:
        """The sum of all components, in minor units."""
        return self.penalty_minor + self.fee_minor + self.interest_minor + self.principal_minor


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words. An SMS has an empty `subject` and no `html`."""

    subject: str
    text: str
    html: str | None


def render(template: str, language: Language, channel: Medium, facts: MessageFacts) -> Rendered:
    """Word one message. Raises UnknownTemplate or UnknownLanguage."""
    if language not in _LOCALES:
        raise UnknownLanguage(language)
    if template not in TEMPLATES:
        raise UnknownTemplate(template)
    context = _context(language, facts, tells_amounts=template not in _TELL_NO_AMOUNTS)
    text = _words(f"{language}/{template}.jinja", False)
    if channel == "sms":
        sentence = text.render(context, layout=_words(f"{language}/sms.txt", False))
        return Rendered(subject="", text=" ".join(sentence.split()), html=None)
    return Rendered(
        subject=_subject(template, language),
        text=text.render(context, layout=_words(f"{language}/email.txt", False)).strip() + "\n",
        html=_words(f"{language}/{template}.jinja", True).render(
            context, layout=_words(f"{language}/email.html", True)
        ),
    )


def format_money(amount_minor: int, currency: str, language: Language) -> str:
    """Write an amount of minor units as people in that language read it: 123450 CNY is CN¥1,234.50 in English."""
    pattern = _money_pattern(currency, language)
    value = Decimal(amount_minor).scaleb(-_EXPONENTS.get(currency, 2))
    return str(pattern.apply(value, _LOCALES[language], currency_digits=False))


@lru_cache(maxsize=4096)
def format_day(day: date, language: Language) -> str:
    """Write a date in full, so that no reader takes the month for the day."""
    return format_date(day, "long", locale=_LOCALES[language])


@cache
def _money_pattern(currency: str, language: Language) -> NumberPattern:
    """The parsed pattern with the currency's symbol and number of decimals already in it."""
    locale = _LOCALES[language]
    symbol = get_currency_symbol(currency, locale)
    standard: str = locale.currency_formats["standard"].pattern
    spaced = standard.replace("¤", "¤\N{NO-BREAK SPACE}") if symbol[-1].isalpha() else standard
    pattern = parse_pattern(spaced)
    pattern.prefix = (pattern.prefix[0].replace("¤", symbol), pattern.prefix[1].replace("¤", symbol))
    pattern.suffix = (pattern.suffix[0].replace("¤", symbol), pattern.suffix[1].replace("¤", symbol))
    exponent = _EXPONENTS.get(currency, 2)
    pattern.frac_prec = (exponent, exponent)
    return pattern


def _context(language: Language, facts: MessageFacts, *, tells_amounts: bool) -> dict[str, object]:
    """What the templates see. An amount that is nothing, or is not told, is an empty string, and is left out."""

    def money(amount_minor: int) -> str:
        return format_money(amount_minor, facts.currency, language) if amount_minor and tells_amounts else ""

    return {
        "borrower_name": " ".join(facts.borrower_name.split()),
        "loan_id": facts.loan_id,
        "due_on": format_day(facts.due_on, language),
        "days_past_due": facts.days_past_due,
        "penalty": money(facts.penalty_minor),
        "fee": money(facts.fee_minor),
        "interest": money(facts.interest_minor),
        "principal": money(facts.principal_minor),
        "total": money(facts.total_minor),
        "lender_name": " ".join(facts.lender_name.split()),
        "help_phone": facts.help_phone,
        "pay_url": facts.pay_url,
        "help_url": facts.help_url,
        "opt_out_url": facts.opt_out_url,
    }


def _is_safe_url(url: str) -> bool:
    """Whether the URL may stand in a link and in a mail header."""
    return url.startswith(("https://", "http://")) and url.isascii() and all("!" <= c not in '<>"' for c in url)


@cache
def _environment(html: bool) -> Environment:
    """The templates, compiled once; with `html` every value is escaped."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=html,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _words(path: str, html: bool) -> Template:
    """One compiled template."""
    return _environment(html).get_template(path)


@cache
def _subject(template: str, language: str) -> str:
    """The subject line. It sees no facts, so it cannot tell any to whoever looks over a shoulder."""
    words = _words(f"{language}/{template}.jinja", False)
    return " ".join("".join(words.blocks["subject"](words.new_context())).split())
