"""Opt-outs of a borrower, and taking them back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, get_args

from schemas.borrower_answers import Purpose
from schemas.dunning import Channel

CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)


@dataclass(frozen=True, slots=True)
class OptOut:
    """The borrower wants no messages on a channel (None: on any) for a purpose (None: for any)."""

    channel: Channel | None
    purpose: Purpose | None
    opted_out_at: datetime
    source: str


def after_opt_in(
    opt_outs: Iterable[OptOut], channel: Channel | None, purpose: Purpose | None, opted_in_at: datetime
) -> frozenset[OptOut]:
    """What is left of opt-outs when one takes back those on a channel (None: all) for a purpose (None: all).

    A wider opt-out is narrowed: of one on every channel, taking back e-mail leaves the other channels. What was opted
    out of after `opted_in_at` stays.
    """
    left: set[OptOut] = set()
    for opt_out in opt_outs:
        concerns = channel in (None, opt_out.channel) or opt_out.channel is None
        concerns = concerns and (purpose in (None, opt_out.purpose) or opt_out.purpose is None)
        if opt_out.opted_out_at > opted_in_at or not concerns:
            left.add(opt_out)
            continue
        if opt_out.channel is None and channel is not None:
            left.update(replace(opt_out, channel=one) for one in CHANNELS if one != channel)
        if opt_out.purpose is None and purpose is not None:
            taken_back = channel if opt_out.channel is None else opt_out.channel
            left.update(replace(opt_out, channel=taken_back, purpose=one) for one in PURPOSES if one != purpose)
    return frozenset(left)
