"""Facts as templates see them: written out in the reader's language. What is not told is not there."""

from services.notifier.words.facts import MessageFacts
from services.notifier.words.languages import Language
from services.notifier.words.money import format_day, format_money


def template_facts(
    language: Language, facts: MessageFacts, *, tells_amounts: bool, tells_promise: bool
) -> dict[str, object]:
    """The names that a template may use. An amount of nothing is left out; all are unless `tells_amounts`."""
    told: dict[str, object] = {
        "borrower_name": " ".join(facts.borrower_name.split()),
        "loan_id": facts.loan_id,
        "days_past_due": facts.days_past_due,
        "lender_name": " ".join(facts.lender_name.split()),
        "help_phone": facts.help_phone,
        "pay_url": facts.pay_url,
        "help_url": facts.help_url,
        "opt_out_url": facts.opt_out_url,
        "is_vulnerable": facts.is_vulnerable,
    }
    told |= _known_texts(language, facts)
    if tells_amounts and facts.total_minor:
        told |= (by_name := amounts(language, facts))
        told["totals"] = (by_name,)
    if tells_promise:
        told |= _promise(language, facts)
    if facts.plan is not None:
        told["plan_instalments"] = facts.plan.instalments
        told["plan_instalment"] = format_money(facts.plan.instalment_minor, facts.currency, language)
        told["plan_first_due_on"] = format_day(facts.plan.first_due_on, language)
    return told


def amounts(language: Language, facts: MessageFacts) -> dict[str, str]:
    """Each component that is not nothing, and their total, by name."""
    return named_amounts(
        language,
        facts.currency,
        principal_minor=facts.principal_minor,
        interest_minor=facts.interest_minor,
        penalty_minor=facts.penalty_minor,
        fee_minor=facts.fee_minor,
    )


def named_amounts(
    language: Language, currency: str, *, principal_minor: int, interest_minor: int, penalty_minor: int, fee_minor: int
) -> dict[str, str]:
    """Amounts by the names that templates use, as the reader writes them, with their `total`; none that is nothing."""
    by_name = {
        "principal": principal_minor,
        "interest": interest_minor,
        "penalty": penalty_minor,
        "fee": fee_minor,
        "total": principal_minor + interest_minor + penalty_minor + fee_minor,
    }
    return {name: format_money(minor, currency, language) for name, minor in by_name.items() if minor}


def _promise(language: Language, facts: MessageFacts) -> dict[str, str]:
    """What the borrower said they would pay, and by when, as far as it is known."""
    told = {}
    if facts.promised_minor:
        told["promised"] = format_money(facts.promised_minor, facts.currency, language)
    if facts.promised_on is not None:
        told["promised_on"] = format_day(facts.promised_on, language)
    return told


def _known_texts(language: Language, facts: MessageFacts) -> dict[str, str]:
    """What may be unknown, where it is known."""
    known = {
        "due_on": None if facts.due_on is None else format_day(facts.due_on, language),
        "offer_url": facts.offer_url,
        "debt_advice": None if facts.debt_advice is None else " ".join(facts.debt_advice.split()),
        "opt_out_keyword": facts.opt_out_keyword,
    }
    return {name: text for name, text in known.items() if text is not None}
