"""What a contact is for: rules bind what asks for money more than what the borrower asked for or the law demands."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, get_args

from schemas.borrower_answers import Purpose
from schemas.templates import Template

PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)

PURPOSE_BY_TEMPLATE: Final[Mapping[Template, Purpose]] = MappingProxyType({
    "upcoming": "reminder",
    "due_today": "reminder",
    "promise_reminder": "reminder",
    "overdue_soft": "collection",
    "overdue_firm": "collection",
    "final_notice": "collection",
    "promise_broken": "collection",
    "offer_help": "offer",
    "offer": "offer",
    "offer_reminder": "offer",
    "regional_relief": "advice",
    "planning_tips": "advice",
    "restructured": "service",
    "cured": "service",
    "hardship_answer": "answer",
    "credit_report_notice": "legal-notice",
})  # fmt: skip
"""The purpose of each kind of message that the notifier has words for."""
