"""The events that the ledger has told: ids follow from their facts, and each loan's are numbered from 1 on. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.ledger import BusinessDateCompleted
from services.eventing.envelope import event_id
from services.ledger.loan import Key
from services.ledger.verification import Difference


class EmittedEvent(NamedTuple):
    """An event on Kafka, or in the outbox on its way there; `key` is the borrower id, `subject` the loan id."""

    key: str
    event_id: str
    event_type: str
    subject: str
    sequence: int


@dataclass(slots=True)
class EmittedEvents:
    """What was seen, by loan: bit n is set for its event number n. An event may be seen more than once.

    `recent` ones may be newer than the counts that they are compared with.
    """

    events: int = 0
    numbers: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    recent: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    differences: list[Difference] = field(default_factory=list)

    def see(self, event: EmittedEvent, *, is_recent: bool = False) -> None:
        """Take an event in, and note an id that is not the one its facts give."""
        self.events += 1
        right = event_id(event.event_type, event.subject, event.sequence)
        if event.event_id != right:
            what = f"id of event {event.sequence} ({event.event_type})"
            self.differences.append(Difference(event.key, event.subject, what, event.event_id, right))
        if event.event_type != BusinessDateCompleted.event_type:
            numbers = self.recent if is_recent else self.numbers
            numbers[event.key, event.subject] |= 1 << event.sequence

    def check(self, key: Key, emitted: int) -> Iterator[Difference]:
        """Compare what was seen of a loan with how many events it has emitted; the loan is then done with."""
        right = (1 << (emitted + 1)) - 2
        seen = self.numbers.pop(key, 0) | (self.recent.pop(key, 0) & right)
        if seen != right:
            yield Difference(*key, "numbers of its events", _numbers_text(seen), _numbers_text(right))

    def check_rest(self) -> Iterator[Difference]:
        """Events of loans that were not checked: the ledger does not know them."""
        for key, seen in self.numbers.items():
            yield Difference(*key, "numbers of events of an unknown loan", _numbers_text(seen), "none")


def _numbers_text(bits: int) -> str:
    """Which bits are set, such as `1-5, 8`."""
    runs = []
    number = 0
    while bits >> number:
        if bits >> number & 1:
            first = number
            while bits >> (number + 1) & 1:
                number += 1
            runs.append(str(first) if first == number else f"{first}-{number}")
        number += 1
    return ", ".join(runs) or "none"
