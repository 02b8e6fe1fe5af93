"""Rule sets as data: a dated, versioned YAML document, refused with source, line and path, compiled into rules."""

import re
from datetime import date
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from schemas.borrower_answers import Purpose
from schemas.hardship import HoldReason
from schemas.values import Identifier
from services.notifier.contact_rules.contact_hours import ContactHours, Hours
from services.notifier.contact_rules.contact_limits import ContactLimit, Per, RestAfterConversation
from services.notifier.contact_rules.facts import Channel, Outcome, Recipient
from services.notifier.contact_rules.holds import NoContactOnHold
from services.notifier.contact_rules.holidays import RestCalendar, RestDayKind, RestDays
from services.notifier.contact_rules.opt_outs import HonourOptOut
from services.notifier.contact_rules.purposes import PURPOSES
from services.notifier.contact_rules.recipients import NoContact
from services.notifier.contact_rules.records_kept import RecordsKept
from services.notifier.contact_rules.rule import Citation, Rule, Scope
from services.notifier.contact_rules.rule_set import RuleSet
from services.schedules.working_days import UnknownCalendar
from services.yaml_documents import broken_rule, parse_document

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
_CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_MOST_DAYS: Final = 366
_MOST_YEARS: Final = 100


def _minutes(value: object) -> int:
    """YAML reads an unquoted 21:00 as the number 1260, so quotes are asked for."""
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise PydanticCustomError("clock", "is no time such as '08:00', in quotes, from '00:00' to '24:00'")
    hours, minutes = value.split(":")
    return int(hours) * 60 + int(minutes)


ClockMinutes = Annotated[int, BeforeValidator(_minutes)]
Text = Annotated[str, Field(min_length=1)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _RuleDocument(_Document):
    """What every rule has: where it comes from, and which contacts it is about."""

    id: Identifier
    clause: Text
    source: Text
    primary_text_read: bool
    note: Text | None = None
    channels: Annotated[tuple[Channel, ...], Field(min_length=1, strict=False)] = _CHANNELS
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1, strict=False)] = PURPOSES
    recipients: Annotated[tuple[Recipient, ...], Field(min_length=1, strict=False)] = ("borrower",)

    @property
    def citation(self) -> Citation:
        return Citation(self.id, self.clause, self.source, self.primary_text_read, self.note)

    @property
    def scope(self) -> Scope:
        return Scope(frozenset(self.channels), frozenset(self.purposes), frozenset(self.recipients))


class _HoursOfDays(_Document):
    days: Annotated[tuple[Weekday, ...], Field(min_length=1, strict=False)] = _WEEKDAYS
    opens: Annotated[ClockMinutes, Field(alias="from")]
    closes: Annotated[ClockMinutes, Field(alias="to")]


class _ContactHoursDocument(_RuleDocument):
    """Weekdays that `hours` leave out have none."""

    kind: Literal["contact-hours"]
    hours: Annotated[tuple[_HoursOfDays, ...], Field(min_length=1, strict=False)]

    @field_validator("hours")
    @classmethod
    def _hours_make_a_week(cls, hours: tuple[_HoursOfDays, ...]) -> tuple[_HoursOfDays, ...]:
        seen: set[Weekday] = set()
        for index, one in enumerate(hours):
            if one.opens >= one.closes:
                raise broken_rule("must be after `from`", (index, "to"))
            twice = seen.intersection(one.days)
            if twice or len(set(one.days)) < len(one.days):
                raise broken_rule("a day has hours once", (index, "days"))
            seen.update(one.days)
        return hours

    def compiled(self) -> Rule:
        by_day = {day: Hours(one.opens, one.closes) for one in self.hours for day in one.days}
        return ContactHours(self.citation, self.scope, tuple(by_day.get(day) for day in _WEEKDAYS))


class _CalendarDocument(_Document):
    days: RestDayKind
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    subdivision: str | None = None


class _RestDaysDocument(_RuleDocument):
    kind: Literal["rest-days"]
    calendar: _CalendarDocument | None = None

    @field_validator("calendar")
    @classmethod
    def _calendar_is_known(cls, calendar: _CalendarDocument | None) -> _CalendarDocument | None:
        if calendar is not None:
            try:
                _rest_calendar(calendar)
            except UnknownCalendar as error:
                raise broken_rule(str(error)) from error
        return calendar

    def compiled(self) -> Rule:
        return RestDays(self.citation, self.scope, None if self.calendar is None else _rest_calendar(self.calendar))


class _ContactLimitDocument(_RuleDocument):
    """What counts is by default what the rule is about: its channels, and any outcome."""

    kind: Literal["limit"]
    maximum: Annotated[int, Field(ge=1, le=1000)]
    days: Annotated[int, Field(ge=1, le=_MOST_DAYS)] | None = None
    hours: Annotated[int, Field(ge=1, le=_MOST_DAYS * 24)] | None = None
    per: Per
    counted_channels: Annotated[tuple[Channel, ...], Field(min_length=1, strict=False)] | None = None
    counted_outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1, strict=False)] = get_args(Outcome)
    consent_days: Annotated[int, Field(ge=1, le=_MOST_DAYS)] | None = None

    @model_validator(mode="after")
    def _within_days_or_hours(self) -> Self:
        if (self.days is None) == (self.hours is None):
            raise broken_rule("a limit is within `days` or within `hours`, one of them")
        return self

    def compiled(self) -> Rule:
        return ContactLimit(
            citation=self.citation,
            scope=self.scope,
            maximum=self.maximum,
            days=self.days,
            hours=self.hours,
            per=self.per,
            channels=frozenset(self.counted_channels or self.channels),
            outcomes=frozenset(self.counted_outcomes),
            consent_days=self.consent_days,
        )


class _RestAfterConversationDocument(_RuleDocument):
    kind: Literal["rest-after-conversation"]
    days: Annotated[int, Field(ge=1, le=_MOST_DAYS)]
    per: Literal["debt", "borrower"]
    consent_days: Annotated[int, Field(ge=1, le=_MOST_DAYS)] | None = None

    def compiled(self) -> Rule:
        return RestAfterConversation(self.citation, self.scope, self.days, self.per, self.consent_days)


class _HoldDocument(_RuleDocument):
    kind: Literal["hold"]
    reasons: Annotated[tuple[HoldReason, ...], Field(min_length=1, strict=False)] | None = None

    def compiled(self) -> Rule:
        return NoContactOnHold(self.citation, self.scope, None if self.reasons is None else frozenset(self.reasons))


class _OptOutDocument(_RuleDocument):
    kind: Literal["opt-out"]

    def compiled(self) -> Rule:
        return HonourOptOut(self.citation, self.scope)


class _NoContactDocument(_RuleDocument):
    kind: Literal["no-contact"]

    def compiled(self) -> Rule:
        return NoContact(self.citation, self.scope)


RuleDocument = Annotated[
    _ContactHoursDocument
    | _RestDaysDocument
    | _ContactLimitDocument
    | _RestAfterConversationDocument
    | _HoldDocument
    | _OptOutDocument
    | _NoContactDocument,
    Field(discriminator="kind"),
]


class _RecordsKeptDocument(_Document):
    years: Annotated[int, Field(ge=1, le=_MOST_YEARS)]
    clause: Text
    source: Text
    primary_text_read: bool
    note: Text | None = None

    def compiled(self) -> RecordsKept:
        citation = Citation("records-kept", self.clause, self.source, self.primary_text_read, self.note)
        return RecordsKept(self.years, citation)


class RuleSetDocument(_Document):
    """A document of contact rules; `name` is how cases and settings call it."""

    name: Identifier
    version: Annotated[str, Field(min_length=1, max_length=64)]
    in_force_from: date
    records_kept: _RecordsKeptDocument | None = None
    rules: Annotated[tuple[RuleDocument, ...], Field(min_length=1, strict=False)]

    @field_validator("rules")
    @classmethod
    def _ids_are_unique(cls, rules: tuple[RuleDocument, ...]) -> tuple[RuleDocument, ...]:
        seen: set[str] = set()
        for index, rule in enumerate(rules):
            if rule.id in seen:
                raise broken_rule(f"{rule.id!r} is the id of an earlier rule", (index, "id"))
            seen.add(rule.id)
        return rules

    def compiled(self) -> RuleSet:
        """The rules, ready to decide with."""
        rules = (rule.compiled() for rule in self.rules)
        kept = None if self.records_kept is None else self.records_kept.compiled()
        return RuleSet.of(self.name, self.version, self.in_force_from, rules, kept)


def parse_rule_set(text: str, source_name: str) -> RuleSet:
    """The rule set that a YAML text says; `source_name` is used in errors only. Raises DocumentError."""
    return parse_document(text, source_name, RuleSetDocument).compiled()


def _rest_calendar(document: _CalendarDocument) -> RestCalendar:
    return RestCalendar(document.days, document.country, document.subdivision)
