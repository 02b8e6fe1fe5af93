"""What borrowers do on their pages, and talks with them: taken once, in any order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.borrower_answers import HardshipReportedByBorrower, OfferViewed, OptedIn, OptedOut
from schemas.hardship import HardshipReported
from schemas.notifier import ContactRecorded
from schemas.values import EventData
from services.dunning.cases.intake import take, takes
from tests.dunning.cases import BORROWER, Story, case, day, ladder, overdue, step, talks

POLICY = ladder(step("soft", 1))
AT = datetime(2024, 3, 6, 8, tzinfo=UTC)


def opted(kind: type[OptedOut] | type[OptedIn], hours: int = 0, **named: str) -> EventData:
    at = {"opted_out_at" if kind is OptedOut else "opted_in_at": AT + timedelta(hours=hours)}
    return kind.model_validate({"borrower_id": BORROWER, "source": "page", **at, **named})


def viewed(offer: str = "offer-1") -> EventData:
    return OfferViewed(borrower_id=BORROWER, loan_id="loan-1", offer_id=offer, viewed_at=AT)


def talked(contact_id: str = "c-1", days: int = 0, **changes: Any) -> EventData:
    fields = {"channel": "call", "outcome": "conversation", "made_at": AT + timedelta(days=days)}
    return ContactRecorded.model_validate({"borrower_id": BORROWER, "contact_id": contact_id, **fields, **changes})


def ill() -> EventData:
    return HardshipReportedByBorrower(
        borrower_id=BORROWER, hardship_id="hardship-1", reason="illness", reported_on=day(5)
    )  # fmt: skip


DOINGS = [
    opted(OptedOut), opted(OptedIn, 1), opted(OptedOut, 1), opted(OptedOut, 2, channel="sms"), opted(OptedIn, 3),
    opted(OptedOut, 0, purpose="collection"), viewed(), viewed("offer-2"), talked(), talked("c-2", 1), ill(),
]  # fmt: skip


@given(st.lists(st.sampled_from(DOINGS)).flatmap(lambda some: st.tuples(
    st.just(some), st.permutations([*some, *some[:2]]))))  # fmt: skip
def test_the_same_comes_of_any_order_and_of_what_is_told_twice(
    orders: tuple[list[EventData], list[EventData]],
) -> None:
    facts = []
    for events in orders:
        one = case(POLICY, overdue())
        for event in events:
            take(one, event, POLICY, day(9))
        facts.append(one.facts)
    assert facts[0] == facts[1]


@pytest.mark.parametrize("event", DOINGS)
def test_what_is_told_twice_counts_once(event: EventData) -> None:
    one = case(POLICY, overdue())
    assert takes(type(event))
    assert take(one, event, POLICY, day(9))
    assert not take(one, event, POLICY, day(9))


def test_a_hardship_reported_on_the_page_is_one_like_any_other() -> None:
    by_borrower, by_lender = case(POLICY, overdue()), case(POLICY, overdue())
    take(by_borrower, ill(), POLICY, day(5))
    take(by_lender, HardshipReported.model_validate(ill().model_dump()), POLICY, day(5))
    assert by_borrower.facts == by_lender.facts


def test_the_last_word_about_messages_counts() -> None:
    one = case(POLICY, overdue())
    for event in (opted(OptedIn, 5), opted(OptedOut, 1)):
        take(one, event, POLICY, day(9))
    assert [choice.is_opted_out for choice in one.facts.message_choices] == [False]


def test_a_contact_that_reached_nobody_is_not_kept() -> None:
    one = case(POLICY, overdue())
    assert not take(one, talked(outcome="unanswered"), POLICY, day(9))


def test_a_talk_ahead_of_the_business_date_counts_on_that_date() -> None:
    one = case(POLICY, overdue())
    take(one, talked(days=700), POLICY, day(9))
    assert one.facts.talks[0].on == day(9)


def test_a_talk_counts_in_the_contact_budget_like_a_notice() -> None:
    policy = ladder(step("soft", 1), step("firm", 3), contact_budget={"contacts": 2, "days": 7})
    story = Story(policy, case(policy, overdue()))
    story.told = {2: [talks(2)]}
    assert story.by_looks(1, 20).notices == [(1, "soft"), (8, "firm")]
