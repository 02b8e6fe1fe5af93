"""The lint's lists of words, from `word_lists.yaml`."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.notifier.words.languages import Language
from services.yaml_documents import parse_document

_FILE: Final = Path(__file__).with_name("word_lists.yaml")


class Words(BaseModel):
    """Regular expressions in each language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: tuple[str, ...]
    zh_cn: Annotated[tuple[str, ...], Field(alias="zh-CN")]

    @field_validator("en", "zh_cn")
    @classmethod
    def _are_expressions(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            try:
                re.compile(word)
            except re.error as error:
                raise ValueError(f"{word!r} is no regular expression: {error}") from None
        return words

    def found_in(self, text: str, language: Language) -> Iterator[re.Match[str]]:
        """Where the words of a language are in a text. A Chinese text is searched for English words too."""
        yield from _expression(self.en, True).finditer(text)
        if language == "zh-CN":
            yield from _expression(self.zh_cn, False).finditer(text)


class Threat(Words):
    """Words that must not be used, why, and the kinds of message that may use them all the same."""

    reason: str
    allowed_in: tuple[str, ...] = ()


class WordLists(BaseModel):
    """All lists."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threats: tuple[Threat, ...]
    debt_words: Words
    objection: Words
    capitals_allowed: frozenset[str]
    capitals_refused: frozenset[str]


@cache
def word_lists() -> WordLists:
    """The lists as shipped."""
    return parse_document(_FILE.read_text(encoding="utf-8"), _FILE.name, WordLists)


@cache
def _expression(words: tuple[str, ...], whole_words: bool) -> re.Pattern[str]:
    joined = "|".join(words)
    return re.compile(rf"(?<![A-Za-z])(?:{joined})(?![A-Za-z])" if whole_words else joined, re.IGNORECASE)
