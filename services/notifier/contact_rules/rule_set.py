"""A rule set: the rules of one document, sorted by the contacts that they are about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Self

from schemas.borrower_answers import Purpose
from services.notifier.contact_rules.facts import Channel, Facts, Recipient
from services.notifier.contact_rules.records_kept import RecordsKept
from services.notifier.contact_rules.rule import Rule

_Kind = tuple[Channel, Purpose, Recipient]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules under a name and a version. Of two that hold a contact back equally long, the earlier one is told.

    `records_kept` None: nothing is said of how long records are kept, so that none is erased.
    """

    name: str
    version: str
    in_force_from: date
    rules: tuple[Rule, ...]
    _by_kind: Mapping[_Kind, tuple[Rule, ...]]
    records_kept: RecordsKept | None = None

    @classmethod
    def of(
        cls,
        name: str,
        version: str,
        in_force_from: date,
        rules: Iterable[Rule],
        records_kept: RecordsKept | None = None,
    ) -> Self:
        """A rule set of these rules, in their order."""
        ordered = tuple(rules)
        by_kind: dict[_Kind, list[Rule]] = defaultdict(list)
        for rule in ordered:
            for channel in rule.scope.channels:
                for purpose in rule.scope.purposes:
                    for recipient in rule.scope.recipients:
                        by_kind[channel, purpose, recipient].append(rule)
        frozen = MappingProxyType({kind: tuple(found) for kind, found in by_kind.items()})
        return cls(name, version, in_force_from, ordered, frozen, records_kept)

    def about(self, facts: Facts) -> tuple[Rule, ...]:
        """The rules that are about a contact."""
        return self._by_kind.get((facts.channel, facts.purpose, facts.recipient), ())
