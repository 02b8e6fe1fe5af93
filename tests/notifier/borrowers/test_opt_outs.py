"""Opt-outs, and what is left of them when the borrower takes one back."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.borrower_answers import Purpose
from schemas.dunning import Channel
from services.notifier.borrowers.opt_outs import CHANNELS, PURPOSES, OptOut, after_opt_in
from tests.notifier.borrowers.telling import NOON

channels = st.sampled_from([None, *CHANNELS])
purposes = st.sampled_from([None, *PURPOSES])
opt_outs = st.frozensets(st.builds(OptOut, channels, purposes, st.just(NOON), st.just("page")), max_size=4)


def covered(opt_outs: frozenset[OptOut]) -> set[tuple[Channel, Purpose]]:
    """Every message that is not sent, by channel and purpose."""
    return {
        (channel, purpose)
        for channel in CHANNELS
        for purpose in PURPOSES
        if any(one.channel in (None, channel) and one.purpose in (None, purpose) for one in opt_outs)
    }


@given(opt_outs, channels, purposes)
def test_exactly_what_is_taken_back_is_sent_again(
    before: frozenset[OptOut], channel: Channel | None, purpose: Purpose | None
) -> None:
    after = after_opt_in(before, channel, purpose, NOON)
    taken_back = {(c, p) for c in CHANNELS for p in PURPOSES if channel in (None, c) and purpose in (None, p)}
    assert covered(after) == covered(before) - taken_back


@given(opt_outs, channels, purposes)
def test_what_is_opted_out_of_afterwards_stays(
    before: frozenset[OptOut], channel: Channel | None, purpose: Purpose | None
) -> None:
    assert after_opt_in(before, channel, purpose, NOON - timedelta(seconds=1)) == before
