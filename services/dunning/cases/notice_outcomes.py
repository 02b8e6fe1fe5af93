"""What the notifier tells of a notice, and what that makes of the step that asked for it. Pure.

Levels, not edges: what was told of an attempt is kept as a set of words, and the status follows from the set alone. So
the order in which words arrive does not matter, and one that comes twice changes nothing.
"""

from collections.abc import Collection
from typing import Final

from schemas.notifier import (
    NotificationDelivered,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    NotificationUndelivered,
    NotificationUnknown,
    NotifierEventData,
)
from schemas.values import EventData
from services.dunning.cases.loan_memory import StepStatus

DELIVERED: Final = "delivered:"
WORDS_ABOUT_NOTICES: Final[tuple[type[EventData], ...]] = (
    NotificationSent, NotificationFailed, NotificationSuppressed, NotificationUnknown, NotificationDelivered,
    NotificationUndelivered,
)  # fmt: skip
"""The events that `word_of` knows."""


def word_of(told: NotifierEventData) -> str:
    """What an event says, in a word: with the channel where it is about one.

    A message that was complained about has arrived.
    """
    match told:
        case NotificationSent():
            return f"sent:{told.channel}"
        case NotificationUnknown():
            return f"unknown:{told.channel}"
        case NotificationDelivered() | NotificationUndelivered(kind="complained"):
            return f"{DELIVERED}{told.channel}"
        case NotificationUndelivered():
            return f"{'elsewhere' if told.is_tried_elsewhere else 'undelivered'}:{told.channel}"
        case NotificationFailed():
            return "failed"
        case NotificationSuppressed():
            return "suppressed"
        case _:
            raise TypeError(f"{type(told).__name__} says nothing of what became of a notice")


def status_of(words: Collection[str]) -> StepStatus:
    """What became of a notice of which these words were told.

    It is done when it was delivered, or sent by a channel of which nothing else was heard; asked while it is tried
    elsewhere. What came back and is not tried elsewhere has failed.
    """
    if any(word.startswith(DELIVERED) for word in words):
        return "done"
    undelivered = _channels("undelivered", words)
    came_back = undelivered | _channels("elsewhere", words)
    if _channels("sent", words) - came_back:
        return "done"
    if _channels("unknown", words) - came_back:
        return "unknown"
    if undelivered or "failed" in words:
        return "failed"
    return "suppressed" if "suppressed" in words else "asked"


def _channels(kind: str, words: Collection[str]) -> set[str]:
    return {word.partition(":")[2] for word in words if word.startswith(f"{kind}:")}
