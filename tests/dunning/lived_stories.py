"""A story lived by looks, moment by moment, and what of it presses a borrower."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.dunning.cases.case_actions import CaseAction, NoticeAsked, ReferralAsked, ReportAsked, TaskAsked
from services.dunning.cases.case_evaluation import KeptBack
from services.dunning.ladder.steps import ESCALATIONS, LadderStep
from tests.dunning.case_stories import FIRST, LAST, Plot
from tests.dunning.cases import Story, day

_PRESSING: Final = ("call", "report", "refer")


@dataclass(frozen=True, slots=True)
class Pressure:
    """A notice, call, report or referral about a loan; `step` of the ladder, None for a notice that is none of its."""

    loan_id: str
    action: CaseAction
    step: LadderStep | None

    @property
    def is_contact(self) -> bool:
        """Whether it reaches the borrower."""
        return isinstance(self.action, NoticeAsked | TaskAsked)

    @property
    def escalates(self) -> bool:
        """Whether it is a call, a notice of a credit report, such a report, or a referral to lawyers."""
        return self.step is not None and (self.step.action == "call" or self.step.action in ESCALATIONS)

    @property
    def is_answer(self) -> bool:
        """Whether it answers a hardship that the borrower reported."""
        return isinstance(self.action, NoticeAsked) and self.action.step_id.startswith("relief-r")


@dataclass(frozen=True)
class Moment:
    """A day of a story, and what was done on it."""

    number: int
    story: Story
    done: list[CaseAction | KeptBack]

    @property
    def on(self) -> date:
        """The date of the day."""
        return day(self.number)

    @property
    def pressing(self) -> list[Pressure]:
        """Contacts, reports and referrals."""
        steps = self.story.policy.step_by_id
        result: list[Pressure] = []
        for action in self.done:
            if isinstance(action, NoticeAsked):
                result.append(Pressure(action.loan_id, action, steps.get(action.rule.removeprefix("ladder:"))))
            elif isinstance(action, TaskAsked | ReportAsked | ReferralAsked) and action.kind in _PRESSING:
                assert action.loan_id is not None
                assert action.step_id is not None
                result.append(Pressure(action.loan_id, action, steps[action.step_id]))
        return result


def lived(plot: Plot) -> Iterator[Moment]:
    """The days of a story looked at only when that is to be done."""
    story = plot.story()
    for number in range(FIRST, LAST):
        before = len(story.happened)
        story.by_looks(number, number)
        yield Moment(number, story, [one for _, one in story.happened[before:]])
