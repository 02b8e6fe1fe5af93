"""One message over several loans of a borrower, in place of one for each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.notifier.words.errors import FactRefused, NotDigestible, WordsError
from services.notifier.words.facts import MessageFacts
from services.notifier.words.languages import Language, Medium
from services.notifier.words.money import format_day
from services.notifier.words.rendering import TELL_A_PROMISE, Rendered, check_language_and_medium, render, word
from services.notifier.words.template_facts import amounts, named_amounts, template_facts
from services.notifier.words.template_library import SHIPPED, TemplateLibrary

DIGESTIBLE: Final = frozenset({
    "upcoming", "due_today", "overdue_soft", "overdue_firm", "offer_help", "final_notice", "promise_reminder",
    "promise_broken",
})  # fmt: skip
"""The kinds that may be joined: reminders of payments. What answers the borrower, thanks, informs of a right or must
be told by law stands alone, and so does an offer, which has a page of its own."""

DigestItem = tuple[str, MessageFacts]

# What a message over several loans tells once, so that it must be the same for each of them.
_COMMON: Final = (
    "borrower_name", "lender_name", "help_phone", "pay_url", "help_url", "opt_out_url", "debt_advice",
    "opt_out_keyword", "is_vulnerable", "wording",
)  # fmt: skip


def render_digest(
    language: Language, medium: Medium, items: Sequence[DigestItem], library: TemplateLibrary = SHIPPED
) -> Rendered:
    """Word one message over `items`, each a kind and its facts, in the order in which they are told.

    One item alone is worded as without a digest. `offer_url` is told if all items have the same. Raises what `render`
    raises; NotDigestible for a kind that stands alone; FactRefused where the items differ in what is told once;
    WordsError without items.
    """
    if not items:
        raise WordsError("a message over no loans has no words")
    for template, _ in items:
        if template not in DIGESTIBLE:
            raise NotDigestible(template)
    if len(items) == 1:
        return render(items[0][0], language, medium, items[0][1], library)
    check_language_and_medium(language, medium)
    every = [facts for _, facts in items]
    _check_common(every)
    told = _told(language, items, library)
    return word("digest", language, medium, told, library, is_discreet=every[0].wording == "discreet")


def _check_common(every: Sequence[MessageFacts]) -> None:
    for fact in _COMMON:
        if any(getattr(facts, fact) != getattr(every[0], fact) for facts in every):
            raise FactRefused(fact, "differs between the loans of one message")


def _told(language: Language, items: Sequence[DigestItem], library: TemplateLibrary) -> dict[str, object]:
    """What the templates see: what is common, each loan, and the totals."""
    every = [facts for _, facts in items]
    offer_urls = {facts.offer_url for facts in every}
    page_url = every[0].offer_url if len(offer_urls) == 1 else None
    common = replace(every[0], due_on=None, plan=None, offer_url=page_url)
    told = template_facts(language, common, tells_amounts=False, tells_promise=False)
    del told["loan_id"], told["days_past_due"]
    told["loans"] = tuple(_loan(template, language, facts, library) for template, facts in items)
    due = [facts.due_on for facts in every if facts.due_on is not None]
    if due:
        told["oldest_due_on"] = format_day(min(due), language)
    totals = _totals(language, every)
    if totals:
        told["totals"] = totals
        told["total"] = " + ".join(one["total"] for one in totals)
    return told


def _loan(template: str, language: Language, facts: MessageFacts, library: TemplateLibrary) -> dict[str, str]:
    """One loan: what its own message would say of it in short, and its amounts by name."""
    words = library.template(f"{language}/{template}.jinja")
    told = template_facts(language, facts, tells_amounts=True, tells_promise=template in TELL_A_PROMISE)
    sentence = " ".join("".join(words.blocks["short"](words.new_context(told))).split())
    return {"sentence": sentence, "loan_id": facts.loan_id, **amounts(language, facts)}


def _totals(language: Language, every: Sequence[MessageFacts]) -> tuple[dict[str, str], ...]:
    """What all loans of a currency come to, by component; the currencies in the order in which loans have them."""
    totals = (
        named_amounts(
            language,
            currency,
            principal_minor=sum(facts.principal_minor for facts in every if facts.currency == currency),
            interest_minor=sum(facts.interest_minor for facts in every if facts.currency == currency),
            penalty_minor=sum(facts.penalty_minor for facts in every if facts.currency == currency),
            fee_minor=sum(facts.fee_minor for facts in every if facts.currency == currency),
        )
        for currency in dict.fromkeys(facts.currency for facts in every)
    )
    return tuple(total for total in totals if total)
