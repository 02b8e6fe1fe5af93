"""Room: how many dispatches each channel can be given at once."""

from collections.abc import Mapping
from typing import Self

from schemas.dunning import Channel


class Room:
    """Counts down the free places of each channel."""

    def __init__(self, free: Mapping[Channel, int]) -> None:
        self._free = dict(free)

    @classmethod
    def beside(cls, places: Mapping[Channel, int], in_flight: Mapping[Channel, int]) -> Self:
        """What `places` leave free beside the dispatches in flight."""
        return cls({channel: max(0, count - in_flight.get(channel, 0)) for channel, count in places.items()})

    def free(self, channel: Channel) -> int:
        """The places that are free on a channel; none on one that is not known."""
        return self._free.get(channel, 0)

    @property
    def is_empty(self) -> bool:
        """Whether no channel has a free place."""
        return not any(self._free.values())

    def take(self, channel: Channel) -> bool:
        """Take a place if one is free, and say whether."""
        if not self.free(channel):
            return False
        self._free[channel] -= 1
        return True
