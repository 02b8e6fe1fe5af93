"""Texts with named places, such as `{timestamp}.{body}`; a brace that is meant is written twice."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self


class WrongPlaceholder(ValueError):
    """A text has a place that nothing is known to stand in."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"{text!r}: {reason}")
        self.text = text
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PlaceholderText:
    """The text in parts: what stands there, then the name of the place after it (None at the end)."""

    _parts: tuple[tuple[str, str | None], ...]

    @classmethod
    def parse(cls, text: str, known: frozenset[str]) -> Self:
        """Raises WrongPlaceholder if a place is not `{name}` with one of the known names."""
        return cls(_parts(text, known))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with each place filled."""
        return "".join(literal + ("" if name is None else values[name]) for literal, name in self._parts)

    def filled_bytes(self, values: Mapping[str, bytes]) -> bytes:
        """The text in UTF-8 with each place filled by bytes as they are."""
        return b"".join(literal.encode() + (b"" if name is None else values[name]) for literal, name in self._parts)

    @property
    def names(self) -> frozenset[str]:
        """The names of its places."""
        return frozenset(name for _, name in self._parts if name is not None)


@lru_cache(maxsize=1_000)
def _parts(text: str, known: frozenset[str]) -> tuple[tuple[str, str | None], ...]:
    """Documents have few texts, and each is filled for every message."""
    parts: list[tuple[str, str | None]] = []
    try:
        for literal, name, spec, conversion in string.Formatter().parse(text):
            if name is not None and (name not in known or spec or conversion):
                raise WrongPlaceholder(text, f"{{{name}}} is none of {', '.join(sorted(known))}")
            parts.append((literal, name))
    except WrongPlaceholder:
        raise
    except ValueError as error:
        raise WrongPlaceholder(text, f"{error}; a brace that is meant is written twice") from None
    return tuple(parts)
