"""What keeps the steps of a ladder back on a day, and for which loans a step is. Pure."""

from dataclasses import dataclass
from typing import Final

from services.dunning.cases.loan_levels import LoanLevels
from services.dunning.ladder.risk_bands import RiskBand
from services.dunning.ladder.steps import CONTACTS, ESCALATIONS, Condition, LadderStep

ONE_NOTICE_A_DAY: Final = "one-notice-a-day"
CONTACT_BUDGET: Final = "contact-budget"


@dataclass(frozen=True, slots=True)
class Gate:
    """What keeps steps back on a day. `is_noticed`: the borrower was sent a notice on it already."""

    contact_is_stopped: bool = False
    clock_is_stopped: bool = False
    is_in_relief: bool = False
    is_promised: bool = False
    is_noticed: bool = False
    budget_is_spent: bool = False
    is_held_out: bool = False
    is_time_barred: bool = False
    is_written_off: bool = False

    def closed_by(self, step: LadderStep, levels: LoanLevels) -> str | None:
        """The rule that keeps a step back, or None."""
        action = step.action
        rules = (
            (self.is_written_off, "written-off"),
            (self.is_time_barred, "time-barred"),
            (self.is_held_out and not step.required, "hold-out"),
            (self.contact_is_stopped and action != "stop", "hold"),
            (self.clock_is_stopped and (action == "call" or action in ESCALATIONS), "hold"),
            (self.is_in_relief and not step.during_relief, "relief"),
            (self.is_promised and (levels.is_past_due or action in ESCALATIONS), "promise"),
            (self.is_noticed and step.is_notice, ONE_NOTICE_A_DAY),
            (self.budget_is_spent and action in CONTACTS, CONTACT_BUDGET),
        )
        for closes, rule in rules:
            if closes:
                return rule
        return None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the conditions of steps ask about, beside the bucket."""

    overdue_minor: int
    product: str | None = None
    segment: str | None = None
    risk_band: RiskBand | None = None
    flags: tuple[str, ...] = ()
    is_over_borrowed: bool = False

    def fit(self, condition: Condition, bucket: str) -> bool:
        """Whether a step is for this loan."""
        if condition.buckets is not None and bucket not in condition.buckets:
            return False
        if condition.overdue_from_minor is not None and self.overdue_minor < condition.overdue_from_minor:
            return False
        if condition.overdue_to_minor is not None and self.overdue_minor > condition.overdue_to_minor:
            return False
        if condition.risk_bands is not None and self.risk_band not in condition.risk_bands:
            return False
        if condition.products is not None and self.product not in condition.products:
            return False
        if condition.segments is not None and self.segment not in condition.segments:
            return False
        if condition.over_borrowed is not None and condition.over_borrowed != self.is_over_borrowed:
            return False
        return all(flag in self.flags for flag in condition.with_flags) and not any(
            flag in self.flags for flag in condition.without_flags
        )
