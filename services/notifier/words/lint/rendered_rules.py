"""Rules on a message as its reader gets it, from sample facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Final

from services.notifier.words.facts import MessageFacts
from services.notifier.words.languages import Language, Medium
from services.notifier.words.lint.word_lists import word_lists
from services.notifier.words.money import format_day, format_money
from services.notifier.words.rendering import Rendered
from services.notifier.words.sms_segments import sms_segments

_LINK_SCHEMES: Final = ("https://", "http://", "tel:", "mailto:")
_LOADING_TAGS: Final = frozenset(
    {"script", "img", "iframe", "link", "object", "embed", "video", "audio", "form", "base"}
)


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered message; `every` are the facts of all its loans, the first alone where it is about one."""

    language: Language
    medium: Medium
    every: tuple[MessageFacts, ...]
    rendered: Rendered

    @property
    def facts(self) -> MessageFacts:
        """What all loans have in common."""
        return self.every[0]

    @property
    def is_discreet(self) -> bool:
        """Whether nothing of the debt may be told anywhere in it."""
        return self.facts.wording == "discreet" and self.medium in ("sms", "app")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a message. `fact` is the fact that is missing or should not be there, `text` the words.

    `is_in_html`: it is wrong with the HTML of an e-mail.
    """

    rule: str
    message: str
    fact: str = ""
    text: str = ""
    is_in_html: bool = False


def message_faults(message: Message, most_segments: int) -> Iterator[Fault]:
    """All faults of one rendered message."""
    yield from _body_faults(message, message.rendered.text)
    if message.rendered.html is not None:
        reader = _HtmlReader()
        reader.feed(message.rendered.html)
        for fault in (*reader.faults, *_body_faults(message, reader.text())):
            yield replace(fault, is_in_html=True)
    yield from _sms_length(message, most_segments)
    yield from _discreet(message)
    yield from _call(message)


def _body_faults(message: Message, body: str) -> Iterator[Fault]:
    yield from _ways(message, body)
    yield from _amounts(message, body)
    yield from _vulnerable(message, body)


def _ways(message: Message, body: str) -> Iterator[Fault]:
    """How to opt out, to get help, and to object."""
    facts = message.facts
    keyword = facts.opt_out_keyword if message.medium == "sms" else None
    told = _has_word(body, keyword) if keyword else facts.opt_out_url in body
    if not told:
        yield Fault("no-opt-out", "does not tell how to opt out", "opt_out_url")
    if facts.help_phone not in body and facts.help_url not in body and (facts.offer_url or "-") not in body:
        yield Fault("no-help", "does not tell where to get help", "help_phone")
    tells_amounts = any(_money(facts, facts.total_minor, message.language) in body for facts in message.every)
    if tells_amounts and not any(word_lists().objection.found_in(body, message.language)):
        yield Fault("no-objection", "tells amounts, and not how to object", "help_url")


def _amounts(message: Message, body: str) -> Iterator[Fault]:
    """A total is told with its components, so that it can be checked."""
    for facts in message.every:
        if not facts.total_minor or _money(facts, facts.total_minor, message.language) not in body:
            continue
        for name in ("principal", "interest", "penalty", "fee"):
            minor = getattr(facts, f"{name}_minor")
            if minor and _money(facts, minor, message.language) not in body:
                yield Fault("no-components", f"tells the total, and not the {name} in it", name)


def _vulnerable(message: Message, body: str) -> Iterator[Fault]:
    """Help stands before the way to pay, with the line for independent advice."""
    facts = message.facts
    if not facts.is_vulnerable or message.is_discreet:
        return
    if facts.debt_advice and facts.debt_advice not in body:
        yield Fault("vulnerable", "does not tell where independent advice is free", "debt_advice")
    help_at = min((at for way in (facts.help_url, facts.help_phone) if (at := body.find(way)) >= 0), default=len(body))
    if 0 <= body.find(facts.pay_url) < help_at:
        yield Fault("vulnerable", "asks for payment before it offers help", "pay_url")


def _sms_length(message: Message, most_segments: int) -> Iterator[Fault]:
    if message.medium != "sms" or len(message.every) > 1:
        return
    segments = sms_segments(message.rendered.text)
    if segments.count > most_segments:
        length = f"{segments.units} units of {segments.encoding}, {segments.count} parts"
        yield Fault("sms-length", f"an SMS has {length}: at most {most_segments} are allowed")


def _discreet(message: Message) -> Iterator[Fault]:
    """No debt in what others may see."""
    seen = [("the subject", message.rendered.subject)]
    if message.is_discreet:
        seen.append(("a discreet message", message.rendered.text))
    for place, text in seen:
        yield from _debt_in(message, place, text)


def _call(message: Message) -> Iterator[Fault]:
    """An agent says nothing of the debt before the person is known: in the script's first two paragraphs."""
    if message.medium != "call":
        return
    before = message.rendered.text.split("\n\n")[:2]
    yield from _debt_in(message, "what is said before the person is known", "\n".join(before))


def _debt_in(message: Message, place: str, text: str) -> Iterator[Fault]:
    for link in (message.facts.help_url, message.facts.opt_out_url, message.facts.offer_url or ""):
        text = text.replace(link, "") if link else text
    for found in word_lists().debt_words.found_in(text, message.language):
        yield Fault("debt-told", f"{found[0]!r} in {place}: others may read or hear it", text=found[0])
    for facts in message.every:
        details = {
            "loan_id": facts.loan_id,
            "total": _money(facts, facts.total_minor, message.language) if facts.total_minor else "",
            "due_on": format_day(facts.due_on, message.language) if facts.due_on else "",
        }
        for fact, detail in details.items():
            if detail and detail in text:
                yield Fault("debt-told", f"{fact} in {place}: others may read or hear it", fact)


def _has_word(body: str, word: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", body) is not None


def _money(facts: MessageFacts, minor: int, language: Language) -> str:
    return format_money(minor, facts.currency, language)


class _HtmlReader(HTMLParser):
    """The text and links that a reader has of an HTML body, and what it must not contain."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[Fault] = []
        self._text: list[str] = []

    def text(self) -> str:
        """All text and the addresses of links, in order."""
        return "".join(self._text)

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LOADING_TAGS:
            self.faults.append(Fault("remote-content", f"<{tag}> loads or runs something: a message is text alone"))
        for name, value in attrs:
            if name == "href":
                self._text.append(f" {value} ")
            if name == "href" and not (value or "").startswith(_LINK_SCHEMES):
                self.faults.append(Fault("link", f"the link {value!r} is not absolute", text=value or ""))
            if name == "style" and "url(" in (value or ""):
                self.faults.append(Fault("remote-content", "a style loads something: a message is text alone"))
            if name.startswith("on") or name in ("src", "srcset", "background"):
                self.faults.append(Fault("remote-content", f"{name}= loads or runs something: a message is text alone"))
