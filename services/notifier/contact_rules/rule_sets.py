"""The rule sets that there are: the presets that are shipped, and a lender's own, by name and by date."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path

from services.notifier.contact_rules.documents import parse_rule_set
from services.notifier.contact_rules.rule_set import RuleSet
from services.yaml_documents import DocumentError, DocumentProblem


class UnknownRuleSet(ValueError):
    """No rule set of that name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"is no rule set; known are {', '.join(sorted(known))}")
        self.name = name


class RuleSets:
    """Rule sets by name; of several versions under one name, the day decides."""

    def __init__(self, rule_sets: Sequence[RuleSet]) -> None:
        self._by_name: dict[str, list[RuleSet]] = {}
        for rule_set in sorted(rule_sets, key=lambda one: one.in_force_from):
            self._by_name.setdefault(rule_set.name, []).append(rule_set)

    def in_force(self, name: str, at: datetime) -> RuleSet:
        """The rules of a name at a moment: the last that came into force by its date in UTC, or the first there are.

        Raises UnknownRuleSet.
        """
        versions = self._by_name.get(name)
        if versions is None:
            raise UnknownRuleSet(name, self._by_name)
        day = at.date()
        return next((one for one in reversed(versions) if one.in_force_from <= day), versions[0])

    @property
    def all(self) -> tuple[RuleSet, ...]:
        """Every version of every rule set."""
        return tuple(rule_set for versions in self._by_name.values() for rule_set in versions)


@cache
def shipped_rule_sets() -> RuleSets:
    """The presets."""
    folder = resources.files("services.notifier.contact_rules") / "presets"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return RuleSets([parse_rule_set(file.read_text(encoding="utf-8"), file.name) for file in files])


def rule_sets_with(files: Sequence[Path]) -> RuleSets:
    """The presets and a lender's own rule sets, one of a file; those of a preset's name come beside its versions.

    Raises DocumentError, also if two documents share name and version; OSError.
    """
    found = list(shipped_rule_sets().all)
    for file in files:
        rule_set = parse_rule_set(file.read_text(encoding="utf-8"), str(file))
        if any((one.name, one.version) == (rule_set.name, rule_set.version) for one in found):
            message = f"{rule_set.version!r} of {rule_set.name!r} is the version of another document"
            raise DocumentError((DocumentProblem(str(file), 1, "version", message),))
        found.append(rule_set)
    return RuleSets(found)
