"""What borrowers do that changes no standing: talks with them, what they want no messages for, offers seen."""

from dataclasses import dataclass
from datetime import date, datetime

from schemas.borrower_answers import Purpose
from schemas.dunning import Channel

MOST_TALKS = 50
"""Talks that are remembered, the newest: more than count against any budget."""


@dataclass(frozen=True, slots=True, order=True)
class Talk:
    """A conversation with the borrower, whoever began it."""

    on: date
    contact_id: str


@dataclass(frozen=True, slots=True)
class MessageChoice:
    """What the borrower last said of messages on a channel for a purpose; None stands for any of them."""

    channel: Channel | None
    purpose: Purpose | None
    said_at: datetime
    is_opted_out: bool


def newer_choice(one: MessageChoice, other: MessageChoice) -> MessageChoice:
    """The later of two; of two at the same time, the one that wants no messages."""
    return max(one, other, key=lambda choice: (choice.said_at, choice.is_opted_out))
