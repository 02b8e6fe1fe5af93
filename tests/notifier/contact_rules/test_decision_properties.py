"""Whatever the facts: a contact that is deferred may be made at its moment, and at no earlier minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from services.notifier.contact_rules.contact_limits import ContactLimit, RestAfterConversation
from services.notifier.contact_rules.decision import decide
from services.notifier.contact_rules.facts import Channel, Consent, ContactHold, Facts, OptOut, Outcome, PastContact
from services.notifier.contact_rules.holds import NoContactOnHold
from services.notifier.contact_rules.holidays import RestCalendar, RestDays
from services.notifier.contact_rules.local_time import first_on, zone_named
from services.notifier.contact_rules.purposes import PURPOSES
from services.notifier.contact_rules.rule import Rule
from services.notifier.contact_rules.rule_set import RuleSet
from tests.notifier.contact_rules.contacts import citation, everything, hours, preset, rules_of

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
ZONES = (
    "America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Havana", "America/Sao_Paulo",
    "America/Nuuk", "Europe/London", "Europe/Berlin", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut",
    "Asia/Shanghai", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia",
    "Antarctica/Troll", "UTC",
)  # fmt: skip
"""Zones of odd offsets, that change by half an hour or by two, at midnight, or over the date line."""

NEAR_CHANGES = (
    "2011-12-30T00:00:00", "2009-11-01T02:31:00", "2010-03-14T03:31:00", "2018-02-18T02:00:00", "2018-11-04T03:00:00",
    "2026-03-08T07:00:00", "2026-03-29T01:00:00", "2026-04-04T15:00:00", "2026-04-23T22:00:00", "2026-10-03T15:30:00",
    "2026-10-25T01:00:00", "2026-10-29T21:00:00", "2026-11-01T05:00:00", "2026-11-01T06:00:00",
)  # fmt: skip
"""Moments in UTC at which some of the zones set their clocks."""

CHANNELS: tuple[Channel, ...] = ("call", "sms", "email")
MOSTLY: tuple[Outcome, ...] = ("unanswered",) * 8
OUTCOMES: tuple[Outcome, ...] = ("sent", "unanswered", "conversation", "not_connected")


@st.composite
def moments(draw: DrawFn) -> datetime:
    """Moments around changes of clocks, and any."""
    near = draw(st.sampled_from(NEAR_CHANGES))
    seconds = draw(st.integers(-3 * 86_400, 3 * 86_400))
    return datetime.fromisoformat(near).replace(tzinfo=UTC) + timedelta(seconds=seconds)


@st.composite
def contacts_before(draw: DrawFn, at: datetime, channels: tuple[Channel, ...] = CHANNELS) -> PastContact:
    return PastContact(
        channel=draw(st.sampled_from(channels)),
        at=at - timedelta(minutes=draw(st.integers(0, 9 * 24 * 60))),
        debt=draw(st.sampled_from(["LC-1", "LC-2", None])),
        outcome=draw(st.sampled_from((*OUTCOMES, *MOSTLY))),
        by_borrower=draw(st.integers(0, 5)) == 0,
    )


@st.composite
def holds_around(draw: DrawFn, at: datetime) -> ContactHold:
    from_at = at + timedelta(minutes=draw(st.integers(-5 * 24 * 60, 2 * 24 * 60)))
    return ContactHold(from_at, from_at + timedelta(minutes=draw(st.integers(0, 4 * 24 * 60))))


@st.composite
def facts_at(draw: DrawFn, at: datetime) -> Facts:
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True))
    return Facts(
        channel=draw(st.sampled_from(CHANNELS)),
        purpose=draw(st.sampled_from(PURPOSES)),
        debt="LC-1",
        zones=tuple(zone_named(name) for name in zones),
        history=tuple(draw(st.lists(contacts_before(at), max_size=12))),
        consents=tuple(
            Consent("LC-1", at - timedelta(hours=draw(st.integers(0, 9 * 24)))) for _ in range(draw(st.integers(0, 2)))
        ),
        opt_outs=draw(st.sampled_from([(), (), (), (OptOut("sms"),), (OptOut(None, "advice"),)])),
        holds=tuple(draw(st.lists(holds_around(at), max_size=2))),
        holidays=frozenset(at.date() + day * DAY for day in draw(st.sets(st.integers(-1, 4), max_size=3))),
    )


@st.composite
def contacts(draw: DrawFn) -> tuple[Facts, datetime]:
    """A contact and the moment at which it is asked for."""
    at = draw(moments())
    return draw(facts_at(at)), at


@st.composite
def rule_sets(draw: DrawFn) -> RuleSet:
    """Presets, and rules of a lender's own with hours that lie in the nights in which clocks are set."""
    if draw(st.booleans()):
        return preset(draw(st.sampled_from(["CN", "US", "UK"])))
    opens = draw(st.integers(0, 23 * 60))
    days = draw(st.sampled_from(["1234567", "12345", "67", "1357"]))
    scope = everything()
    counted: frozenset[Outcome] = frozenset({"sent", "unanswered"})
    maximum, length = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    rules: list[Rule] = [
        hours(opens, draw(st.integers(opens + 1, 24 * 60)), days),
        NoContactOnHold(citation("hold"), scope),
        ContactLimit(citation("days"), scope, maximum, length, None, "borrower", frozenset({"sms"}), counted),
        ContactLimit(citation("hours"), scope, maximum, None, 30, "debt", frozenset(CHANNELS), counted, consent_days=3),
        RestAfterConversation(citation("rest"), scope, length, "debt", consent_days=length),
        RestDays(citation("holidays"), scope, RestCalendar("public-holidays", "US")),
    ]
    return rules_of(*rules)


def minutes_before(until: datetime, at: datetime, drawn: list[int]) -> list[datetime]:
    """Minutes from `at` on and before `until`: each within the last day, hours and any drawn before that."""
    near = [until - number * MINUTE for number in range(1, 200)]
    hourly = [until - timedelta(minutes=30 * number) for number in range(1, 400)]
    anywhere = [at + number * MINUTE for number in drawn]
    return [moment for moment in (at, *near, *hourly, *anywhere) if at <= moment < until]


@given(contacts(), rule_sets(), st.lists(st.integers(0, 20 * 24 * 60), max_size=50))
def test_a_deferred_contact_may_be_made_at_its_moment_and_at_no_earlier_minute(
    contact: tuple[Facts, datetime], rules: RuleSet, drawn: list[int]
) -> None:
    known, at = contact
    decision = decide(rules, known, at)
    if decision.outcome == "defer":
        assert decision.until is not None
        assert decision.until > at
        assert decide(rules, known, decision.until).outcome == "send"
        sooner = minutes_before(decision.until, at, drawn)
        assert [moment for moment in sooner if decide(rules, known, moment).outcome == "send"] == []


@given(contacts(), rule_sets(), st.lists(st.integers(0, 400 * 24 * 60), max_size=50))
def test_a_suppressed_contact_may_not_be_made_within_the_look_ahead(
    contact: tuple[Facts, datetime], rules: RuleSet, drawn: list[int]
) -> None:
    known, at = contact
    if decide(rules, known, at).outcome == "suppress":
        later = [at + number * MINUTE for number in drawn]
        assert [moment for moment in later if decide(rules, known, moment).outcome == "send"] == []


@given(contacts(), rule_sets())
def test_a_decision_names_a_rule_unless_the_contact_is_made(contact: tuple[Facts, datetime], rules: RuleSet) -> None:
    decision = decide(rules, *contact)
    assert (decision.citation is None) == (decision.outcome == "send")
    assert (decision.until is not None) == (decision.outcome == "defer")


def within_us_hours(zone: ZoneInfo, at: datetime) -> bool:
    return 8 <= at.astimezone(zone).hour < 21


def days_since(zone: ZoneInfo, earlier: datetime, at: datetime) -> int:
    return (at.astimezone(zone).date() - earlier.astimezone(zone).date()).days


def is_good_us_call(known: Facts, at: datetime) -> bool:
    """Regulation F in the words of its text, for calls without holds, consents, opt-outs and holidays."""
    return all(_is_good_in(zone, known, at) for zone in known.zones)


def _is_good_in(zone: ZoneInfo, known: Facts, at: datetime) -> bool:
    about = [one for one in known.history if one.channel == "call" and one.debt in ("LC-1", None)]
    placed = [one for one in about if one.outcome != "not_connected" and not one.by_borrower]
    return (
        within_us_hours(zone, at)
        and sum(days_since(zone, one.at, at) < 7 for one in placed) < 7
        and not any(days_since(zone, one.at, at) < 7 for one in about if one.outcome == "conversation")
    )


@st.composite
def plain_calls(draw: DrawFn) -> tuple[Facts, datetime]:
    at = draw(moments())
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True))
    calls = contacts_before(at, ("call",))
    history: SearchStrategy[list[PastContact]] = st.lists(calls, min_size=5, max_size=14)
    places = tuple(zone_named(name) for name in zones)
    return Facts("call", "collection", "LC-1", places, tuple(draw(history))), at


@given(plain_calls(), st.integers(0, 9 * 24 * 60))
def test_us_calls_are_decided_as_the_regulations_words_say(contact: tuple[Facts, datetime], later: int) -> None:
    known, at = contact
    at += later * MINUTE
    assert (decide(preset("US"), known, at).outcome == "send") == is_good_us_call(known, at)


@given(st.sampled_from(ZONES), moments(), st.integers(0, 70))
def test_the_first_instant_of_a_later_day_is_the_first(zone_name: str, at: datetime, days: int) -> None:
    zone = zone_named(zone_name)
    day: date = at.astimezone(zone).date() + days * DAY
    first = first_on(zone, at, day)
    assert first.astimezone(zone).date() >= day
    before = [first - number * MINUTE for number in range(1, 26 * 60, 7)] + [first - timedelta(seconds=1)]
    assert [moment for moment in before if moment >= at and moment.astimezone(zone).date() >= day] == []
