"""What a message tells: facts alone, checked before any word is chosen."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Final, Literal

from services.notifier.words.errors import FactRefused

Wording = Literal["plain", "discreet"]
"""`discreet`: an SMS or app message names neither debt, loan nor amount, as others may read it on a locked screen."""

_MAY_BE_UNKNOWN: Final = frozenset({
    "due_on", "offer_url", "promised_minor", "promised_on", "plan", "debt_advice", "opt_out_keyword",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class AcceptedPlan:
    """The plan that a borrower took, in short: `instalment_minor` is the amount of each, or of most of them."""

    instalments: int
    instalment_minor: int
    first_due_on: date

    def __post_init__(self) -> None:
        """Refuse a plan of nothing."""
        if self.instalments < 1:
            raise FactRefused("plan", "has no instalments")
        if self.instalment_minor < 1:
            raise FactRefused("plan", "has no instalment amount")


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What a message tells. Amounts are integer minor units (ISO 4217) of `currency`; URLs are absolute http(s).

    `due_on` is the due date of the oldest unpaid instalment and `days_past_due` counts days after tolerance.
    `offer_url` leads to the borrower's own page, `promised_…` is what the borrower said they would pay and by when,
    `plan` what was agreed, `debt_advice` a line that tells where independent advice on debts is free. With
    `opt_out_keyword` an SMS asks for that word as a reply, in place of telling the longer `opt_out_url`. What is None
    is not known: a template that cannot do without it is refused when it is rendered.
    """

    borrower_name: str
    loan_id: str
    currency: str
    due_on: date | None
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
    offer_url: str | None = None
    promised_minor: int | None = None
    promised_on: date | None = None
    plan: AcceptedPlan | None = None
    debt_advice: str | None = None
    opt_out_keyword: str | None = None
    is_vulnerable: bool = False
    wording: Wording = "plain"

    def __post_init__(self) -> None:
        """Refuse facts that would leave a gap, a wrong sign or an unsafe link in a message."""
        for field in _FIELDS:
            value = getattr(self, field)
            if value is None and field in _MAY_BE_UNKNOWN:
                continue
            if value is None or (isinstance(value, str) and not value.strip()):
                raise FactRefused(field, "is missing")
            if isinstance(value, int) and value < 0:
                raise FactRefused(field, "is negative")
            if field.endswith("_url") and not _is_safe_url(value):
                raise FactRefused(field, "is not an absolute http(s) URL in ASCII")

    @property
    def total_minor(self) -> int:
        """The sum of all components, in minor units."""
        return self.penalty_minor + self.fee_minor + self.interest_minor + self.principal_minor


_FIELDS: Final = tuple(field.name for field in fields(MessageFacts))


def _is_safe_url(url: str) -> bool:
    """Whether the URL may stand in a link and in a mail header."""
    return url.startswith(("https://", "http://")) and url.isascii() and all("!" <= c not in '<>"' for c in url)
