"""What becomes of a call after an attempt."""

from datetime import timedelta

import pytest

from services.notifier.calls.agent_call import CalledAgain, CallPatience, NotReached, Reached, ending_of
from services.notifier.contact_rules.facts import Outcome
from tests.notifier.borrowers.telling import NOON

PATIENCE = CallPatience(attempts=3, wait=timedelta(hours=4))


@pytest.mark.parametrize("outcome", ["conversation", "sent"])
def test_a_talk_or_a_message_left_reaches_the_borrower(outcome: Outcome) -> None:
    assert ending_of(outcome, "borrower", 1, NOON, PATIENCE) == Reached()


def test_an_attorney_is_talked_to_in_place_of_the_borrower() -> None:
    assert ending_of("conversation", "attorney", 1, NOON, PATIENCE) == Reached()


@pytest.mark.parametrize("outcome", ["unanswered", "not_connected"])
def test_who_is_not_reached_is_called_again_later(outcome: Outcome) -> None:
    assert ending_of(outcome, "borrower", 2, NOON, PATIENCE) == CalledAgain(NOON + timedelta(hours=4))


def test_somebody_else_on_the_telephone_is_not_the_borrower() -> None:
    assert ending_of("conversation", "third-party", 1, NOON, PATIENCE) == CalledAgain(NOON + timedelta(hours=4))


def test_after_the_last_attempt_nobody_calls_again() -> None:
    ending = ending_of("unanswered", "borrower", 3, NOON, PATIENCE)
    assert ending == NotReached("call: not reached in 3 calls, the last one unanswered")
