"""Amounts and dates as readers of a language write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Final

from babel.dates import format_date
from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol, parse_pattern

from services.notifier.words.languages import LOCALES, Language

# Minor units follow ISO 4217, which differs from CLDR for some currencies (IQD, RSD, …). Those not listed have 2.
_CURRENCIES_BY_EXPONENT: Final[Mapping[int, str]] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENTS: Final[Mapping[str, int]] = {
    currency: exponent for exponent, listed in _CURRENCIES_BY_EXPONENT.items() for currency in listed.split()
}


@dataclass(frozen=True, slots=True)
class _MoneyStyle:
    """How a language writes amounts of a currency: what Babel's pattern of the two says, read once."""

    before: str
    after: str
    decimals: int
    group: str
    point: str


def format_money(amount_minor: int, currency: str, language: Language) -> str:
    """Write an amount of minor units as people in that language read it: 123450 CNY is CN¥1,234.50 in English."""
    style = _money_style(currency, language)
    sign = "-" if amount_minor < 0 else ""
    major, minor = divmod(abs(amount_minor), 10**style.decimals)
    whole = f"{major:,}".replace(",", style.group)
    fraction = f"{style.point}{minor:0{style.decimals}d}" if style.decimals else ""
    return f"{sign}{style.before}{whole}{fraction}{style.after}"


@lru_cache(maxsize=4096)
def format_day(day: date, language: Language) -> str:
    """Write a date in full, so that no reader takes the month for the day."""
    return format_date(day, "long", locale=LOCALES[language])


@cache
def _money_style(currency: str, language: Language) -> _MoneyStyle:
    """Babel's own formatting reads the locale's data again for each amount, which is most of the time it takes."""
    locale = LOCALES[language]
    symbol = get_currency_symbol(currency, locale)
    standard: str = locale.currency_formats["standard"].pattern
    pattern = parse_pattern(standard.replace("¤", "¤\N{NO-BREAK SPACE}") if symbol[-1].isalpha() else standard)
    if pattern.grouping != (3, 3):
        raise NotImplementedError(f"amounts in {locale} are not grouped by thousands")
    return _MoneyStyle(
        before=pattern.prefix[0].replace("¤", symbol),
        after=pattern.suffix[0].replace("¤", symbol),
        decimals=_EXPONENTS.get(currency, 2),
        group=get_group_symbol(locale),
        point=get_decimal_symbol(locale),
    )
