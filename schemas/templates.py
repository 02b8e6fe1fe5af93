"""The kinds of messages that the notifier has words for; dunning names one in each request."""

from typing import Final, Literal, get_args

Template = Literal[
    "upcoming", "due_today", "overdue_soft", "overdue_firm", "offer_help", "final_notice", "promise_reminder",
    "promise_broken", "offer", "offer_reminder", "restructured", "cured", "credit_report_notice", "hardship_answer",
    "regional_relief", "planning_tips",
]  # fmt: skip
TEMPLATES: Final[tuple[str, ...]] = get_args(Template)
