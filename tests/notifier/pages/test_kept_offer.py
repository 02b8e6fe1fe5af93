"""How an offer stands on a day, in the borrower's terms."""

from datetime import date

import pytest

from services.notifier.pages.kept_offer import ClosedReason, KeptOffer, OfferState
from tests.notifier.pages.offers import EXPIRES_ON, EXTENDED, offer_made

DAY_AFTER = date(2026, 3, 20)


def test_an_open_offer_is_open_on_its_last_day() -> None:
    assert KeptOffer(offer_made()).state_on(EXPIRES_ON) == "open"


def test_an_open_offer_is_over_the_day_after_whether_or_not_that_was_told() -> None:
    assert KeptOffer(offer_made()).state_on(DAY_AFTER) == "expired"


def test_an_accepted_offer_stays_accepted_after_its_last_day() -> None:
    assert KeptOffer(offer_made(), "accepted", plan_id=EXTENDED.plan_id).state_on(DAY_AFTER) == "accepted"


@pytest.mark.parametrize(
    ("reason", "state"),
    [("declined", "declined"), ("expired", "expired"), ("withdrawn", "withdrawn"), ("countered", "replaced")],
)
def test_a_closed_offer_tells_why(reason: ClosedReason, state: OfferState) -> None:
    assert KeptOffer(offer_made(), "closed", reason).state_on(EXPIRES_ON) == state


def test_an_acceptance_that_came_too_late_is_told_apart() -> None:
    assert KeptOffer(offer_made(), "closed", "withdrawn", EXTENDED.plan_id).state_on(EXPIRES_ON) == "not-taken"


def test_a_plan_of_another_offer_is_none_of_its_plans() -> None:
    assert KeptOffer(offer_made()).plan("another") is None
