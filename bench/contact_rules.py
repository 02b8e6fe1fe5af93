"""Decisions a second of the contact rules, on one core, in plain Python: `python -m bench.contact_rules`."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from rich.console import Console
from rich.table import Table

from services.notifier.contact_rules.decision import decide
from services.notifier.contact_rules.facts import Facts, PastContact
from services.notifier.contact_rules.local_time import zone_named
from services.notifier.contact_rules.rule_set import RuleSet
from services.notifier.contact_rules.rule_sets import shipped_rule_sets

_DECISIONS: Final = 20_000
_ROUNDS: Final = 5
_NOON: Final = datetime(2026, 6, 3, 16, tzinfo=UTC)
_NIGHT: Final = datetime(2026, 6, 3, 3, tzinfo=UTC)


def main() -> None:
    """Print decisions a second, the best of some rounds, for contacts from simple to laborious."""
    table = Table("contact", "decided", "decisions/s", title="Contact rules, one core")
    rules = shipped_rule_sets().in_force("US", _NOON)
    for name, (facts, at) in _contacts().items():
        outcome = decide(rules, facts, at).outcome
        table.add_row(name, outcome, f"{_rate(rules, facts, at):,.0f}")
    Console().print(table)


def _contacts() -> Mapping[str, tuple[Facts, datetime]]:
    new_york, los_angeles = zone_named("America/New_York"), zone_named("America/Los_Angeles")
    calls = tuple(
        PastContact("call", _NOON - timedelta(hours=5 * number), "LC-1", "unanswered") for number in range(1, 31)
    )
    return {
        "message by day": (Facts("sms", "reminder", "LC-1", (new_york,)), _NOON),
        "call by day, six calls before": (Facts("call", "collection", "LC-1", (new_york,), calls[:6]), _NOON),
        "message by night": (Facts("sms", "reminder", "LC-1", (new_york,)), _NIGHT),
        "message by night, two zones": (Facts("sms", "reminder", "LC-1", (new_york, los_angeles)), _NIGHT),
        "call, thirty calls before, two zones": (
            Facts("call", "collection", "LC-1", (new_york, los_angeles), calls),
            _NOON,
        ),
    }


def _rate(rules: RuleSet, facts: Facts, at: datetime) -> float:
    def decide_many() -> None:
        for _ in range(_DECISIONS):
            decide(rules, facts, at)

    return _DECISIONS / min(_seconds(decide_many) for _ in range(_ROUNDS))


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
