"""The last look before a message leaves."""

from datetime import date

import pytest

from schemas.templates import TEMPLATES, Template
from services.notifier.sending.gate import RULES_BY_TEMPLATE, GateFacts, suppressing_rule

DUE_ON = date(2026, 3, 5)
ABOUT_AN_INSTALMENT: tuple[Template, ...] = (
    "upcoming", "due_today", "overdue_soft", "overdue_firm", "offer_help", "final_notice", "promise_reminder",
    "promise_broken", "credit_report_notice",
)  # fmt: skip
OFFERS: tuple[Template, ...] = ("offer", "offer_reminder")
ALWAYS_LEAVE: tuple[Template, ...] = ("restructured", "hardship_answer", "regional_relief", "planning_tips")

UNPAID = GateFacts(known=True, oldest_unpaid_due_on=DUE_ON, settled=False)
PAID = GateFacts(known=True, oldest_unpaid_due_on=date(2026, 4, 5), settled=False)
OLDER_UNPAID = GateFacts(known=True, oldest_unpaid_due_on=date(2026, 2, 5), settled=False)
NOTHING_UNPAID = GateFacts(known=True, oldest_unpaid_due_on=None, settled=False)
SETTLED = GateFacts(known=True, oldest_unpaid_due_on=None, settled=True)
UNKNOWN = GateFacts(known=False, oldest_unpaid_due_on=None, settled=False)
EVERY_STANDING = (UNPAID, PAID, OLDER_UNPAID, NOTHING_UNPAID, SETTLED, UNKNOWN)


def test_every_kind_of_message_has_its_rules() -> None:
    assert tuple(sorted(RULES_BY_TEMPLATE)) == tuple(sorted(TEMPLATES))


@pytest.mark.parametrize("template", ABOUT_AN_INSTALMENT)
def test_a_message_about_an_instalment_leaves_while_it_is_unpaid(template: Template) -> None:
    assert suppressing_rule(template, DUE_ON, UNPAID) is None
    assert suppressing_rule(template, DUE_ON, OLDER_UNPAID) is None


@pytest.mark.parametrize("template", ABOUT_AN_INSTALMENT)
def test_a_message_about_an_instalment_paid_since_is_kept_back(template: Template) -> None:
    assert suppressing_rule(template, DUE_ON, PAID) == "paid-since"
    assert suppressing_rule(template, DUE_ON, NOTHING_UNPAID) == "paid-since"


@pytest.mark.parametrize("template", ABOUT_AN_INSTALMENT + OFFERS)
def test_a_settled_loan_is_neither_reminded_of_nor_offered_plans(template: Template) -> None:
    assert suppressing_rule(template, DUE_ON, SETTLED) == "loan-settled"


@pytest.mark.parametrize("template", OFFERS)
def test_plans_can_be_taken_although_an_instalment_was_paid(template: Template) -> None:
    assert suppressing_rule(template, DUE_ON, PAID) is None


@pytest.mark.parametrize("template", ALWAYS_LEAVE)
@pytest.mark.parametrize("facts", EVERY_STANDING)
def test_answers_help_and_advice_always_leave(template: Template, facts: GateFacts) -> None:
    assert suppressing_rule(template, DUE_ON, facts) is None


@pytest.mark.parametrize("facts", [PAID, NOTHING_UNPAID, SETTLED])
def test_a_borrower_is_thanked_for_a_cure(facts: GateFacts) -> None:
    assert suppressing_rule("cured", DUE_ON, facts) is None


@pytest.mark.parametrize("facts", [UNPAID, OLDER_UNPAID])
def test_nobody_is_thanked_for_a_cure_that_a_reversal_took_back(facts: GateFacts) -> None:
    assert suppressing_rule("cured", DUE_ON, facts) == "overdue-again"


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_loan_that_the_ledger_has_not_told_of_keeps_nothing_back(template: Template) -> None:
    assert suppressing_rule(template, DUE_ON, UNKNOWN) is None
