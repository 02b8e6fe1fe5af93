"""What borrowers type into forms, read strictly but kindly: what is wrong is told by field. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from services.schedules.money import MINOR_DIGITS

LONGEST_TEXT_LETTERS: Final = 1_000
_LONGEST_NUMBER_LETTERS: Final = 20
_AMOUNT: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_DAYS_OF_MONTH: Final = 31
_USUAL_DECIMALS: Final = 2
_DIGITS: Final = re.compile(r"\d{1,4}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class FieldFault(ValueError):
    """A field that cannot be taken: its name, and the code of the message with what the message tells."""

    def __init__(self, field: str, code: str, **facts: object) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as they were sent, without what no person types."""

    fields: Mapping[str, str]

    def text(self, name: str, longest: int) -> str:
        """Free text, line breaks kept; empty if nothing was written. Raises FieldFault."""
        text = _CONTROL.sub("", self.fields.get(name, "").replace("\r\n", "\n")).strip()
        if len(text) > longest:
            raise FieldFault(name, "too-long", longest=longest)
        return text

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of the choices. Raises FieldFault."""
        value = self.fields.get(name, "")
        if value not in choices:
            raise FieldFault(name, "choose")
        return value

    def is_ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.fields.get(name, "") != ""

    def amount_minor(self, name: str, currency: str, *, at_most_minor: int | None) -> int | None:
        """An amount in whole units of the currency, in minor units; None if left empty. Raises FieldFault."""
        typed = _plain(self.fields.get(name, "")).replace(" ", "").lstrip("¥$€£")
        if not typed:
            return None
        if len(typed) > _LONGEST_NUMBER_LETTERS or not _AMOUNT.fullmatch(typed):
            raise FieldFault(name, "amount-unreadable")
        decimals = MINOR_DIGITS.get(currency, _USUAL_DECIMALS)
        try:
            minor = Decimal(typed.replace(",", "")).scaleb(decimals)
        except InvalidOperation:
            raise FieldFault(name, "amount-unreadable") from None
        if minor != minor.to_integral_value():
            raise FieldFault(name, "amount-too-fine", decimals=decimals)
        if minor <= 0:
            raise FieldFault(name, "amount-not-positive")
        if at_most_minor is not None and minor > at_most_minor:
            raise FieldFault(name, "amount-too-large", at_most_minor=at_most_minor, currency=currency)
        return int(minor)

    def day_of_month(self, name: str) -> int | None:
        """A day of the month, 1 to 31; None if left empty. Raises FieldFault."""
        typed = _plain(self.fields.get(name, ""))
        if not typed:
            return None
        if not _DIGITS.fullmatch(typed) or not 1 <= int(typed) <= _DAYS_OF_MONTH:
            raise FieldFault(name, "day-of-month")
        return int(typed)

    def day(self, name: str, *, earliest: date, days_ahead: int) -> date:
        """A date from `earliest` to so many days later, typed as three fields or one. Raises FieldFault."""
        typed = self.fields.get(name, "").strip()
        parts = typed.split("-") if typed else [_plain(self.fields.get(f"{name}_{part}", "")) for part in _DATE_PARTS]
        if not any(parts):
            raise FieldFault(name, "day-missing")
        if len(parts) != len(_DATE_PARTS) or not all(_DIGITS.fullmatch(part) for part in parts):
            raise FieldFault(name, "day-unreadable")
        try:
            day = date(*(int(part) for part in parts))
        except ValueError:
            raise FieldFault(name, "day-unreadable") from None
        latest = earliest + timedelta(days=days_ahead)
        if not earliest <= day <= latest:
            raise FieldFault(name, "day-out-of-range", earliest=earliest, latest=latest)
        return day


def plain_amount(amount_minor: int, currency: str) -> str:
    """An amount as `Form.amount_minor` reads it: 120050 CNY is 1200.50."""
    return f"{Decimal(amount_minor).scaleb(-MINOR_DIGITS.get(currency, _USUAL_DECIMALS)):f}"


_DATE_PARTS: Final = ("year", "month", "day")


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed[:64]).strip()
