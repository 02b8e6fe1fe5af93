"""The decision: send, defer until a moment, or suppress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.notifier.contact_rules.facts import Facts
from services.notifier.contact_rules.local_time import LOOK_AHEAD
from services.notifier.contact_rules.rule import Citation, Rule, SeenFact
from services.notifier.contact_rules.rule_set import RuleSet

Outcome = Literal["send", "defer", "suppress"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done with a contact, by which rule and for which facts; both are empty where it may be sent.

    `until` is the earliest instant (UTC) at which the same facts decide to send; None unless it is deferred.
    """

    outcome: Outcome
    rules_version: str
    until: datetime | None = None
    citation: Citation | None = None
    seen: tuple[SeenFact, ...] = ()


def decide(rules: RuleSet, facts: Facts, at: datetime) -> Decision:
    """Whether a contact may be made at `at` (UTC).

    A rule that allows no moment suppresses the contact, whatever else is wrong with it. Else it is deferred until all
    rules allow it, and the rule is told that holds it back longest by itself. If rules never allow the same moment, as
    far as `LOOK_AHEAD` shows, it is suppressed by the rule that the search ended with.
    """
    about = rules.about(facts)
    strongest: Rule | None = None
    released = at
    for rule in about:
        release = rule.released_at(facts, at)
        if release is None:
            return _stopped("suppress", rules, rule, facts, at)
        if release > released:
            strongest, released = rule, release
    if strongest is None:
        return Decision("send", rules.version)
    until, never = _first_allowed_by_all(about, facts, released)
    if never is not None:
        return _stopped("suppress", rules, never, facts, until)
    return _stopped("defer", rules, strongest, facts, at, until)


def _first_allowed_by_all(about: Sequence[Rule], facts: Facts, moment: datetime) -> tuple[datetime, Rule | None]:
    """The first moment from `moment` on that every rule allows; or the last one looked at, and who forbids it."""
    latest = moment + LOOK_AHEAD
    while True:
        asked = moment
        for rule in about:
            release = rule.released_at(facts, moment)
            if release is None:
                return moment, rule
            if release - moment > LOOK_AHEAD:
                # One long hold is no sign that two rules exclude each other.
                latest = release + LOOK_AHEAD
            elif release > latest:
                return moment, rule
            moment = release
        if moment == asked:
            return moment, None


def _stopped(
    outcome: Outcome, rules: RuleSet, rule: Rule, facts: Facts, at: datetime, until: datetime | None = None
) -> Decision:
    return Decision(outcome, rules.version, until, rule.citation, rule.seen(facts, at))
