"""The steps of a ladder: on which day, for whom, what is done, and what if it could not be."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.dunning import Channel, LoanFlag
from schemas.templates import TEMPLATES
from schemas.values import AmountMinor, Identifier
from services.dunning.ladder.risk_bands import RiskBand
from services.yaml_documents import broken_rule

# Without ':' so that a reminder id splits in one way only, and short enough to leave room for the loan id.
StepId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Action = Literal["remind", "offer", "call", "credit-notice", "credit-report", "refer-legal", "stop"]

NOTICES: Final = frozenset({"remind", "offer", "credit-notice"})
"""Actions that put a message before the borrower."""
CONTACTS: Final = NOTICES | {"call"}
"""Actions that reach the borrower, and count against the contact budget."""
ESCALATIONS: Final = frozenset({"credit-notice", "credit-report", "refer-legal"})
"""Actions that a borrower is worse off by."""


def known_template(template: str) -> str:
    """The name of a template if the notifier has words for it; else a broken rule."""
    if template not in TEMPLATES:
        raise broken_rule(f"{template!r} is not a template; there are {', '.join(TEMPLATES)}")
    return template


def some_and_different(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    """Channels, if there are any and none is named twice; else a broken rule."""
    if not channels:
        raise broken_rule("there must be at least one channel")
    for index, channel in enumerate(channels):
        if channel in channels[:index]:
            raise broken_rule(f"{channel!r} is named twice", (index,))
    return channels


class PolicyPart(BaseModel):
    """Base of the parts of a policy: immutable, unknown keys and wrong types refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Notice(PolicyPart):
    """A message: `channels` are tried in order."""

    template: Identifier
    channels: Annotated[tuple[Channel, ...], Field(strict=False)]

    _known = field_validator("template")(known_template)
    _channels = field_validator("channels")(some_and_different)


class Condition(PolicyPart):
    """For whom a step is. What is left out does not matter; of a list, one entry must fit.

    `overdue_from_minor` and `overdue_to_minor` bound the overdue total, both ends included.
    """

    buckets: Annotated[tuple[Identifier, ...], Field(strict=False)] | None = None
    overdue_from_minor: AmountMinor | None = None
    overdue_to_minor: AmountMinor | None = None
    risk_bands: Annotated[tuple[RiskBand, ...], Field(strict=False)] | None = None
    products: Annotated[tuple[str, ...], Field(strict=False)] | None = None
    segments: Annotated[tuple[Identifier, ...], Field(strict=False)] | None = None
    with_flags: Annotated[tuple[LoanFlag, ...], Field(strict=False)] = ()
    without_flags: Annotated[tuple[LoanFlag, ...], Field(strict=False)] = ()
    over_borrowed: bool | None = None

    @model_validator(mode="after")
    def _can_hold(self) -> "Condition":
        low, high = self.overdue_from_minor, self.overdue_to_minor
        if low is not None and high is not None and high < low:
            raise broken_rule(f"{high} is below overdue_from_minor {low}", ("overdue_to_minor",))
        for name in ("buckets", "risk_bands", "products", "segments"):
            if getattr(self, name) == ():
                raise broken_rule("an empty list fits nobody: the step would be unreachable", (name,))
        both = set(self.with_flags) & set(self.without_flags)
        if both:
            raise broken_rule(f"{min(both)!r} is also in with_flags: nobody fits", ("without_flags",))
        return self


class WhenNotDone(PolicyPart):
    """What if a message could not be sent, or was held back: `attempts` in all, `retry_after_days` apart.

    After the last, the step is skipped, or the step `fallback` is taken in its place.
    """

    attempts: Annotated[int, Field(ge=1, le=10)] = 1
    retry_after_days: Annotated[int, Field(ge=1, le=90)] = 1
    fallback: StepId | None = None


class AfterStep(PolicyPart):
    """The step `step` must have been done, really, at least `days` days before."""

    step: StepId
    days: Annotated[int, Field(ge=0, le=3650)]


EVERYBODY: Final = Condition()
ONE_ATTEMPT: Final = WhenNotDone()


class LadderStep(PolicyPart):
    """One step of the ladder.

    `at_days` counts from the due date: negative before it, 0 on it, positive days past due. A step at or before the
    due date is asked for until the due date only, one after it until `until_days` if given. `required` steps are taken
    for borrowers of a hold-out group too; `during_relief` ones while relief lasts, which no call or escalation may be.
    """

    id: StepId
    at_days: Annotated[int, Field(ge=-365, le=3650)]
    until_days: Annotated[int, Field(ge=-365, le=3650)] | None = None
    action: Action = "remind"
    template: Identifier | None = None
    channels: Annotated[tuple[Channel, ...], Field(strict=False)] | None = None
    only_if: Condition = EVERYBODY
    after: AfterStep | None = None
    when_not_done: WhenNotDone = ONE_ATTEMPT
    required: bool = False
    during_relief: bool = False

    @field_validator("template")
    @classmethod
    def _template_is_known(cls, template: str | None) -> str | None:
        return None if template is None else known_template(template)

    @field_validator("channels")
    @classmethod
    def _channels_differ(cls, channels: tuple[Channel, ...] | None) -> tuple[Channel, ...] | None:
        return None if channels is None else some_and_different(channels)

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> "LadderStep":
        for name in ("template", "channels"):
            given = getattr(self, name) is not None
            if self.is_notice and not given:
                raise broken_rule(f"missing: action {self.action!r} needs it", (name,))
            if given and not self.is_notice:
                raise broken_rule(f"action {self.action!r} has none", (name,))
        if self.until_days is not None and self.until_days < self.at_days:
            raise broken_rule(f"{self.until_days} is before at_days {self.at_days}: unreachable", ("until_days",))
        if self.at_days <= 0 and self.action in ESCALATIONS:
            raise broken_rule(f"action {self.action!r} is for loans past due only", ("at_days",))
        if self.during_relief and (self.action == "call" or self.action in ESCALATIONS):
            raise broken_rule(f"action {self.action!r} waits for the end of relief", ("during_relief",))
        return self

    @property
    def is_notice(self) -> bool:
        """Whether it puts a message before the borrower."""
        return self.action in NOTICES

    @property
    def notice(self) -> Notice:
        """What a notice says and how; only for steps that are one."""
        return Notice.model_construct(template=self.template or "", channels=self.channels or ())

    @property
    def last_day(self) -> int | None:
        """The last day from the due date on which it may be asked for; None without end."""
        return min(self.until_days or 0, 0) if self.at_days <= 0 else self.until_days
