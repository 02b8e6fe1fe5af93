"""The words of the pages: one catalogue a language, by dotted keys. A missing key or fact is an error, never a gap."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from services.notifier.words.languages import Language


class UnknownWords(KeyError):
    """A catalogue has no words under a key."""

    def __init__(self, language: str, key: str) -> None:
        super().__init__(f"{language} has no words for {key!r}")
        self.language = language
        self.key = key


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one language."""

    language: Language
    by_key: Mapping[str, str]

    def __call__(self, key: str, **facts: object) -> str:
        """The words under a key, with the facts in their places. Raises UnknownWords, or KeyError for a fact."""
        if key not in self.by_key:
            raise UnknownWords(self.language, key)
        return self.by_key[key].format_map(facts)


@cache
def page_words(language: Language) -> PageWords:
    """The catalogue of a language."""
    file = resources.files(__package__) / "wording" / f"{language}.yaml"
    return PageWords(language, dict(_flattened(yaml.safe_load(file.read_text(encoding="utf-8")))))


def _flattened(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in tree.items():
        if isinstance(value, Mapping):
            pairs.extend(_flattened(value, f"{prefix}{name}."))
        else:
            pairs.append((f"{prefix}{name}", str(value)))
    return pairs
