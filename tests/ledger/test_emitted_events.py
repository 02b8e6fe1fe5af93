"""Ids of emitted events follow from their facts, and each loan's events are numbered without gaps."""

from services.eventing.envelope import event_id
from services.ledger.emitted_events import EmittedEvent, EmittedEvents

LOAN = ("B-1", "L-1")
TYPE = "amends.ledger.payment-received.v1"


def told(number: int, event_type: str = TYPE, key: str = "B-1", subject: str = "L-1") -> EmittedEvent:
    return EmittedEvent(key, event_id(event_type, subject, number), event_type, subject, number)


def seen(*numbers: int, recent: tuple[int, ...] = ()) -> EmittedEvents:
    events = EmittedEvents()
    for number in numbers:
        events.see(told(number))
    for number in recent:
        events.see(told(number), is_recent=True)
    return events


def differing(events: EmittedEvents, emitted: int) -> list[tuple[object, object]]:
    return [(one.booked, one.right) for one in events.check(LOAN, emitted)]


def test_numbers_from_one_to_the_last_are_right_in_any_order_and_more_than_once() -> None:
    assert differing(seen(3, 1, 2, 2), 3) == []
    assert differing(seen(), 0) == []


def test_events_that_were_never_told_are_found() -> None:
    assert differing(seen(1, 3, 5, 6, 7), 8) == [("1, 3, 5-7", "1-8")]
    assert differing(seen(), 2) == [("none", "1-2")]


def test_events_that_were_not_counted_are_found() -> None:
    assert differing(seen(1, 2, 3), 2) == [("1-3", "1-2")]
    assert differing(seen(0, 1), 1) == [("0-1", "1")]


def test_events_newer_than_the_count_are_none_of_its_business() -> None:
    assert differing(seen(1, 2, recent=(3, 4)), 3) == []


def test_an_id_that_does_not_follow_from_the_facts_is_found() -> None:
    events = EmittedEvents()
    events.see(told(1)._replace(sequence=2))
    (difference,) = events.differences
    assert (difference.borrower_id, difference.loan_id) == LOAN
    assert (difference.booked, difference.right) == (told(1).event_id, told(2).event_id)


def test_events_of_loans_that_the_ledger_does_not_know_are_found() -> None:
    events = seen(1)
    events.see(told(1, key="B-2", subject="L-2"))
    events.see(told(7_368_610_003, "amends.ledger.business-date-completed.v1", "default", "default"))
    list(events.check(LOAN, 1))
    assert [(one.loan_id, one.booked) for one in events.check_rest()] == [("L-2", "1")]
    assert events.events == 3
