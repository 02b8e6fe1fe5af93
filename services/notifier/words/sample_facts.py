"""Made-up facts to show and to check words with: as long as real ones, and each easy to find in a text."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from services.notifier.words.digest import DigestItem
from services.notifier.words.facts import AcceptedPlan, MessageFacts
from services.notifier.words.languages import Language

SampleName = Literal["plain", "all-known", "nothing-due", "vulnerable", "discreet"]

_NAMES: Final[Mapping[Language, tuple[str, str]]] = {"en": ("Li Lei", "Fair Bank"), "zh-CN": ("李雷", "公平银行")}
_ADVICE: Final[Mapping[Language, str]] = {"en": "Advice Line +86 400 765 4321", "zh-CN": "咨询热线 +86 400 765 4321"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One set of facts for the words of a language; `items` are the loans of a message over several."""

    facts: MessageFacts
    items: tuple[DigestItem, ...]


def samples(language: Language) -> Mapping[SampleName, Sample]:
    """`plain` knows no more than each reminder does; `all-known` everything; links are as long as the notifier's own.

    In a plain SMS the borrower opts out by a reply, in a discreet one by a link.
    """
    plain = _plain(language)
    all_known = replace(
        plain,
        promised_minor=43_210,
        promised_on=date(2026, 3, 18),
        plan=AcceptedPlan(instalments=12, instalment_minor=11_987, first_due_on=date(2026, 4, 15)),
        debt_advice=_ADVICE[language],
    )
    nothing_due = replace(plain, days_past_due=0, penalty_minor=0, fee_minor=0, interest_minor=0, principal_minor=0)
    vulnerable = replace(plain, is_vulnerable=True, debt_advice=_ADVICE[language])
    discreet = replace(plain, wording="discreet", opt_out_keyword=None)
    by_name: dict[SampleName, MessageFacts] = {
        "plain": plain,
        "all-known": all_known,
        "nothing-due": nothing_due,
        "vulnerable": vulnerable,
        "discreet": discreet,
    }
    return MappingProxyType({name: Sample(facts, _items(facts)) for name, facts in by_name.items()})


def _plain(language: Language) -> MessageFacts:
    borrower_name, lender_name = _NAMES[language]
    return MessageFacts(
        borrower_name=borrower_name,
        loan_id="LC-70912",
        currency="CNY",
        due_on=date(2026, 3, 5),
        days_past_due=12,
        penalty_minor=1_357,
        fee_minor=2_468,
        interest_minor=9_753,
        principal_minor=123_579,
        lender_name=lender_name,
        help_phone="+86 400 123 4567",
        pay_url="https://lender.example/pay",
        help_url="https://lender.example/help",
        opt_out_url="https://pages.lender.example/u/Zf3kQ0vW8sYbT1nLr6HjXc2eGm9pAd5uKi7oRwBx",
        offer_url="https://pages.lender.example/o/4uVtq9ZkC2mXhN7bWjLr0A.p1Y8sDfGxKe3TzQvBn6RiOcMwUa",
        opt_out_keyword="R",
    )


def _items(facts: MessageFacts) -> tuple[DigestItem, ...]:
    """Three loans of the borrower, one of them in another currency."""
    other = replace(
        facts, loan_id="LC-70913", due_on=date(2026, 3, 17), days_past_due=0, penalty_minor=0, fee_minor=0,
        interest_minor=min(facts.interest_minor, 4_204), principal_minor=min(facts.principal_minor, 56_789),
    )  # fmt: skip
    in_dollars = replace(
        facts, loan_id="LC-80001", currency="USD", due_on=date(2026, 3, 18),
        penalty_minor=0, fee_minor=0, principal_minor=min(facts.principal_minor, 25_025),
    )  # fmt: skip
    return (("overdue_soft", facts), ("due_today", other), ("promise_reminder", in_dollars))
