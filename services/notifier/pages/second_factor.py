"""The second factor: one thing that the borrower knows and the message does not tell. Pure."""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, Protocol

from schemas.dunning import Channel

FactorKind = Literal["identity-ending", "date-of-birth", "phone-ending"]
_PHONE_DIGITS: Final = 4
_NO_LETTER: Final = re.compile(r"[^0-9A-Z]")


class KnownBorrower(Protocol):
    """What is known of a borrower that can be asked for."""

    @property
    def phone(self) -> str | None:
        """The number, E.164."""

    @property
    def date_of_birth(self) -> date | None:
        """The day of birth."""

    @property
    def identity_ending(self) -> str | None:
        """The last characters of an identity document."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the right answer; `length` is how many characters the answer has."""

    kind: FactorKind
    right: str = field(repr=False)

    @property
    def length(self) -> int:
        """How many characters of a document or number are asked for."""
        return len(self.right)


def question_for(borrower: KnownBorrower, link_channel: Channel) -> Question | None:
    """What to ask whoever opens a link that came by a channel; None: nothing is known that may be asked.

    The number's last digits are asked only of who got the link by e-mail: who got it on the telephone has the number.
    """
    if borrower.identity_ending:
        return Question("identity-ending", _letters(borrower.identity_ending))
    if borrower.date_of_birth is not None:
        return Question("date-of-birth", borrower.date_of_birth.isoformat())
    if borrower.phone and link_channel == "email":
        return Question("phone-ending", borrower.phone[-_PHONE_DIGITS:])
    return None


def is_right(question: Question, answers: Mapping[str, str]) -> bool:
    """Whether a form answers the question; it takes as long for a wrong answer as for the right one.

    A date comes as `day`, `month` and `year`, anything else as `answer`. Spaces, case and full-width letters do not
    matter.
    """
    told = _date_told(answers) if question.kind == "date-of-birth" else _letters(answers.get("answer", ""))
    return hmac.compare_digest(told.encode(), question.right.encode())


def _date_told(answers: Mapping[str, str]) -> str:
    year, month, day = (_letters(answers.get(part, "")) for part in ("year", "month", "day"))
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}"


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text[:64]).upper())
