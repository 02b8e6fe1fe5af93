"""Rules on what is written in a template file, whether or not a sample shows it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from services.notifier.words.lint.finding import Finding
from services.notifier.words.lint.sources import Source, layouts_of
from services.notifier.words.lint.word_lists import word_lists
from services.notifier.words.template_library import TEMPLATE_FACTS

_LINKS: Final = frozenset({"help_url", "help_phone", "offer_url", "opt_out_url", "opt_out_keyword"})

# What may be told where others may look or listen. A subject line is made without any facts.
_DISCREET_BLOCKS: Final[Mapping[str, frozenset[str]]] = {
    "subject": frozenset(),
    "preheader": frozenset({"lender_name"}),
    "discreet": _LINKS | {"lender_name"},
    "call_ask_for": frozenset({"borrower_name", "lender_name", "help_phone"}),
    "call_identity": frozenset({"borrower_name", "lender_name", "help_phone"}),
}
_NEEDED_BLOCKS: Final = ("subject", "opening", "short")
_CAPITALS: Final = re.compile(r"(?<![A-Za-z])[A-Z]{3,}(?![A-Za-z])")
_SHOUTS: Final = re.compile(r"[!！]{2,}|[!！]\s*[?？]")
_LINK_WITHOUT_SCHEME: Final = re.compile(r"(?<![\w/.@-])www\.[\w.-]+")
_JINJA_NAMES: Final = frozenset({"layout", "self", "super", "loop", "range", "dict", "cycler", "joiner", "namespace"})


def source_findings(source: Source, sources: Mapping[str, Source]) -> Iterator[Finding]:
    """All faults of one file as it is written."""
    yield from _threats(source)
    yield from _debt_in_discreet_blocks(source)
    yield from _shouting(source)
    yield from _links_without_scheme(source)
    yield from _unknown_facts(source)
    yield from _blocks(source, sources)


def _threats(source: Source) -> Iterator[Finding]:
    for piece in source.pieces:
        for threat in word_lists().threats:
            if source.kind in threat.allowed_in:
                continue
            for language in source.languages():
                for found in threat.found_in(piece.text, language):
                    yield Finding(source.path, piece.line_at(found.start()), "threat", f"{found[0]!r}: {threat.reason}")


def _debt_in_discreet_blocks(source: Source) -> Iterator[Finding]:
    for piece in source.pieces:
        place = _discreet_place(source, piece.block)
        if place is None:
            continue
        for language in source.languages():
            for found in word_lists().debt_words.found_in(piece.text, language):
                message = f"{found[0]!r} in {place}: others may read or hear it"
                yield Finding(source.path, piece.line_at(found.start()), "debt-told", message)
    for fact in source.facts:
        place = _discreet_place(source, fact.block)
        if place is None:
            continue
        if fact.name in TEMPLATE_FACTS - _DISCREET_BLOCKS[place]:
            message = f"{fact.name} in {place}: it may tell {', '.join(sorted(_DISCREET_BLOCKS[place])) or 'no facts'}"
            yield Finding(source.path, fact.line, "debt-told", message)


def _discreet_place(source: Source, block: str) -> str | None:
    """The block whose limits count; the file of the discreet SMS is one as a whole."""
    if source.name.endswith("/discreet.txt"):
        return "discreet"
    return block if block in _DISCREET_BLOCKS else None


def _shouting(source: Source) -> Iterator[Finding]:
    lists = word_lists()
    for piece in source.pieces:
        for found in _CAPITALS.finditer(piece.text):
            word = found[0]
            if word in lists.capitals_refused or (len(word) >= 4 and word not in lists.capitals_allowed):
                yield Finding(source.path, piece.line_at(found.start()), "capitals", f"{word!r} shouts: write small")
        for found in _SHOUTS.finditer(piece.text):
            yield Finding(source.path, piece.line_at(found.start()), "capitals", f"{found[0]!r} shouts")


def _links_without_scheme(source: Source) -> Iterator[Finding]:
    for piece in source.pieces:
        for found in _LINK_WITHOUT_SCHEME.finditer(piece.text):
            message = f"{found[0]!r} is not absolute: begin with https://"
            yield Finding(source.path, piece.line_at(found.start()), "link", message)


def _unknown_facts(source: Source) -> Iterator[Finding]:
    for fact in source.facts:
        if fact.name not in TEMPLATE_FACTS | _JINJA_NAMES:
            yield Finding(source.path, fact.line, "unknown-fact", f"there is no fact called {fact.name!r}")


def _blocks(source: Source, sources: Mapping[str, Source]) -> Iterator[Finding]:
    """A kind of message fills blocks of its layouts, and no others; some it must."""
    if not source.kind:
        return
    (language,) = source.languages()
    known = {block for name in layouts_of(language) if name in sources for block in sources[name].blocks}
    for block, line in source.blocks.items():
        if block not in known | {"subject"}:
            yield Finding(source.path, line, "unknown-block", f"no layout has a block {block!r}: it is never shown")
    for block in _NEEDED_BLOCKS:
        if block not in source.blocks:
            yield Finding(source.path, 1, "missing-block", f"there is no block {block!r}")
