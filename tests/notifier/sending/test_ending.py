"""What becomes of a message after an attempt."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.dunning import Channel
from services.notifier.channels.channel import ChannelError, ChannelUnavailable, Delivery, FateUnknown, MessageRefused
from services.notifier.contact_rules.decision import Decision
from services.notifier.sending.digest import DispatchPart
from services.notifier.sending.ending import (
    Ending,
    Failed,
    Patience,
    Sent,
    TriedAgain,
    TriedElsewhere,
    Unknown,
    ending_of,
)
from tests.notifier.sending.waiting import NOON, waiting

PATIENCE = Patience(3, timedelta(minutes=15), timedelta(hours=24))
AWAY = ChannelUnavailable("sms", "N:1", "the gateway cannot be reached")
BUSY = ChannelUnavailable("sms", "N:1", "too many", 429, retry_after_seconds=60)
REFUSED = MessageRefused("sms", "N:1", "no such number", 400)
LOST = FateUnknown("sms", "N:1", "no answer")


def ended(
    result: Delivery | ChannelError,
    *others: Channel,
    honours_key: bool = True,
    is_repeat: bool = False,
    **message: Any,
) -> Ending:
    part = DispatchPart(waiting(channel="sms", channel_since=NOON, **message), Decision("send", "rules-1"), others)
    return ending_of(part, result, NOON, PATIENCE, honours_key=honours_key, is_repeat=is_repeat, draw=0.5)


def test_a_message_that_was_taken_is_sent() -> None:
    delivery = Delivery("provider-1")
    assert ended(delivery) == Sent(delivery)


def test_a_channel_that_is_away_is_tried_again_after_a_while() -> None:
    assert ended(AWAY, "email") == TriedAgain(NOON + timedelta(seconds=1), str(AWAY), counts_as_attempt=True)


def test_after_so_many_attempts_the_next_channel_is_tried() -> None:
    assert ended(AWAY, "email", "app", channel_attempts=2) == TriedElsewhere("email", str(AWAY))


def test_the_last_channel_is_tried_for_as_long_as_patience_lasts() -> None:
    assert isinstance(ended(AWAY, channel_attempts=50), TriedAgain)
    assert ended(AWAY, asked_at=NOON - timedelta(hours=24)) == Failed(str(AWAY))


def test_a_moment_that_the_provider_names_costs_no_attempt() -> None:
    ending = ended(BUSY, "email", channel_attempts=2)
    assert ending == TriedAgain(NOON + timedelta(seconds=64), str(BUSY), counts_as_attempt=False)


def test_a_channel_that_asks_for_too_much_patience_is_left_for_the_next() -> None:
    later = ChannelUnavailable("sms", "N:1", "closed", 503, retry_after_seconds=3600)
    assert ended(later, "email") == TriedElsewhere("email", str(later))


def test_a_refusal_goes_to_the_next_channel_at_once_and_fails_without_one() -> None:
    assert ended(REFUSED, "email") == TriedElsewhere("email", str(REFUSED))
    assert ended(REFUSED) == Failed(str(REFUSED))


def test_what_may_have_been_taken_is_asked_for_again_only_under_a_key_that_is_honoured() -> None:
    assert isinstance(ended(LOST, "email"), TriedAgain)
    assert ended(LOST, "email", honours_key=False) == Unknown(str(LOST))


@pytest.mark.parametrize("result", [AWAY, BUSY, LOST])
def test_what_may_have_been_taken_never_goes_to_another_channel(result: ChannelError) -> None:
    assert isinstance(ended(result, "email", is_repeat=True, channel_attempts=50), TriedAgain)


@pytest.mark.parametrize("result", [AWAY, BUSY, LOST, REFUSED])
def test_what_may_have_been_taken_stays_unknown_when_patience_ends(result: ChannelError) -> None:
    too_old = NOON - timedelta(hours=25)
    assert ended(result, "email", is_repeat=True, asked_at=too_old) == Unknown(str(result))


def test_a_repetition_that_is_refused_leaves_open_whether_the_first_was_taken() -> None:
    assert ended(REFUSED, "email", is_repeat=True) == Unknown(str(REFUSED))
