"""Contact decisions as JSON cases: a contact and what is known, and what is to be done with it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Literal, cast
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from schemas.borrower_answers import Purpose
from schemas.hardship import HoldReason, HoldStop
from schemas.templates import Template
from services.json_cases import CalendarDate, object_of, read_case, refused
from services.notifier.contact_rules.decision import Decision, decide
from services.notifier.contact_rules.facts import (
    Channel,
    Consent,
    ContactHold,
    Facts,
    OptOut,
    Outcome,
    PastContact,
    Recipient,
)
from services.notifier.contact_rules.holds import REASONS_THAT_STOP_CONTACT, hold_on_days
from services.notifier.contact_rules.local_time import UnknownZone, zone_named
from services.notifier.contact_rules.purposes import PURPOSE_BY_TEMPLATE, PURPOSES
from services.notifier.contact_rules.rule_sets import RuleSets, UnknownRuleSet

Case = dict[str, Any]

_ANSWERS: Final = ("decision", "until", "rule", "clause", "rules_version", "seen", "error")
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2199


def _instant(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise PydanticCustomError("instant", "is no moment with an offset such as 2026-03-07T22:30:00-05:00")
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise PydanticCustomError("instant", f"is not between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return moment.astimezone(UTC)


def _day_or_instant(value: object) -> object:
    """Text without a time of day is a date."""
    is_instant = isinstance(value, str) and ("T" in value or " " in value)
    return _instant(value) if is_instant else _day(value)


def _day(value: object) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-03-07") else None
    except ValueError:
        day = None
    if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise PydanticCustomError("day", "is no date such as 2026-03-07, nor a moment with an offset")
    return day


def _purpose(value: object) -> object:
    """A kind of message stands for its purpose, and underscores for hyphens."""
    if not isinstance(value, str):
        return value
    if value in PURPOSE_BY_TEMPLATE:
        return PURPOSE_BY_TEMPLATE[cast(Template, value)]
    purpose = value.replace("_", "-")
    if purpose not in PURPOSES:
        known = ", ".join([*PURPOSES, *PURPOSE_BY_TEMPLATE])
        raise PydanticCustomError("purpose", "is no purpose; known are {known}", {"known": known})
    return purpose


def _debt(value: object) -> object:
    return str(value) if type(value) is int else value


def _named(key: str) -> BeforeValidator:
    """Plain text stands for an object that has it under `key`."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


Instant = Annotated[datetime, BeforeValidator(_instant)]
DayOrInstant = Annotated[datetime | date, BeforeValidator(_day_or_instant)]
PurposeName = Annotated[Purpose, BeforeValidator(_purpose)]
DebtName = Annotated[str, Field(min_length=1), BeforeValidator(_debt)]


class _Given(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _PastContactGiven(_Given):
    channel: Channel
    at: Instant
    debt: DebtName | None = None
    outcome: Outcome
    recipient: Recipient = "borrower"
    initiated_by: Literal["lender", "borrower"] = "lender"
    address: str | None = None


class _ConsentGiven(_Given):
    debt: DebtName
    at: Instant
    until: Instant | None = None


class _OptOutGiven(_Given):
    channel: Channel | None = None
    purpose: PurposeName | None = None


class _HoldGiven(_Given):
    """Of days, `to` is the last; of moments, the first without the hold. `stop` left out: as holds of the reason do."""

    from_given: Annotated[DayOrInstant | None, Field(alias="from")] = None
    to_given: Annotated[DayOrInstant | None, Field(alias="to")] = None
    reason: HoldReason | None = None
    stop: Annotated[list[HoldStop], Field(min_length=1)] | None = None
    debt: DebtName | None = None

    @property
    def stops_contact(self) -> bool:
        if self.stop is not None:
            return "contact" in self.stop
        return self.reason is None or self.reason in REASONS_THAT_STOP_CONTACT


class _CaseGiven(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    preset: str
    channel: Channel
    purpose: PurposeName
    at: Instant
    zones: Annotated[list[str], Field(min_length=1)]
    debt: DebtName
    history: list[_PastContactGiven] = []
    consents: list[_ConsentGiven] = []
    opted_out: list[Annotated[_OptOutGiven, _named("channel")]] = []
    holds: list[Annotated[_HoldGiven, _named("reason")]] = []
    holidays: list[CalendarDate] = []
    recipient: Recipient = "borrower"
    address: str | None = None


def with_decision(case: object, rule_sets: RuleSets) -> Case:
    """The case with `decision`, `rule`, `clause`, and `until` if it is deferred. Raises CaseRefused."""
    asked = object_of(case)
    given = read_case(asked, _CaseGiven)
    _check_is_past(given)
    try:
        rules = rule_sets.in_force(given.preset, given.at)
    except UnknownRuleSet as error:
        raise refused(("preset",), given.preset, str(error)) from None
    zones = _zones(given.zones)
    answer = _answer(decide(rules, _facts(given, zones), given.at), zones[0])
    return {**{key: value for key, value in asked.items() if key not in _ANSWERS}, **answer}


def _answer(decision: Decision, zone: ZoneInfo) -> Case:
    """`until` is on the clock of the first zone, so that people can read it."""
    answer: Case = {"decision": decision.outcome}
    if decision.until is not None:
        answer["until"] = decision.until.astimezone(zone).isoformat()
    citation = decision.citation
    answer["rule"] = None if citation is None else citation.rule_id
    answer["clause"] = None if citation is None else citation.clause
    answer["rules_version"] = decision.rules_version
    answer["seen"] = {fact.name: fact.value for fact in decision.seen}
    return answer


def _facts(given: _CaseGiven, zones: tuple[ZoneInfo, ...]) -> Facts:
    return Facts(
        channel=given.channel,
        purpose=given.purpose,
        debt=given.debt,
        zones=zones,
        history=tuple(
            PastContact(one.channel, one.at, one.debt, one.outcome, one.recipient,
                        one.initiated_by == "borrower", one.address)
            for one in given.history
        ),
        consents=tuple(Consent(one.debt, one.at, one.until) for one in given.consents),
        opt_outs=tuple(OptOut(one.channel, one.purpose) for one in given.opted_out),
        holds=tuple(_hold(index, one, zones) for index, one in enumerate(given.holds) if one.stops_contact),
        holidays=frozenset(given.holidays),
        recipient=given.recipient,
        address=given.address,
    )  # fmt: skip


def _hold(index: int, given: _HoldGiven, zones: tuple[ZoneInfo, ...]) -> ContactHold:
    from_day, from_moment = _day_and_moment(given.from_given)
    to_day, to_moment = _day_and_moment(given.to_given)
    days = hold_on_days(zones, from_day, to_day, given.reason, given.debt)
    hold = ContactHold(from_moment or days.from_at, to_moment or days.until, given.reason, given.debt)
    if hold.from_at is not None and hold.until is not None and hold.until < hold.from_at:
        raise refused(("holds", index, "to"), given.to_given, f"is before from {given.from_given}")
    return hold


def _day_and_moment(given: datetime | date | None) -> tuple[date | None, datetime | None]:
    if isinstance(given, datetime):
        return None, given
    return given, None


def _zones(names: Sequence[str]) -> tuple[ZoneInfo, ...]:
    zones: list[ZoneInfo] = []
    for index, name in enumerate(names):
        try:
            zones.append(zone_named(name))
        except UnknownZone as error:
            raise refused(("zones", index), name, str(error)) from None
    return tuple(dict.fromkeys(zones))


def _check_is_past(given: _CaseGiven) -> None:
    """What is told to have happened must have happened at `at`."""
    moments = {"history": [one.at for one in given.history], "consents": [one.at for one in given.consents]}
    for key, told in moments.items():
        for index, at in enumerate(told):
            if at > given.at:
                reason = f"is after the moment asked about, {given.at.isoformat()}"
                raise refused((key, index, "at"), at.isoformat(), reason)
