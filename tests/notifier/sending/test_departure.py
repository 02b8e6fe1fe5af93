"""By which channel a message leaves now, or why it does not."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.dunning import Channel
from services.notifier.borrowers.borrower import Borrower
from services.notifier.borrowers.opt_outs import OptOut
from services.notifier.contact_rules.facts import ContactHold, PastContact
from services.notifier.contact_rules.rule_sets import shipped_rule_sets
from services.notifier.sending.departure import (
    Defers,
    Departure,
    GateStops,
    Leaves,
    NoChannel,
    NoContact,
    RulesForbid,
    departure_of,
)
from tests.notifier.sending.post_office import on_march
from tests.notifier.sending.waiting import ADA, NOON, PAID, asked_for, borrower, waiting

RULES = shipped_rule_sets().in_force("CN", NOON)
NIGHT = on_march(6, 15)
MORNING = on_march(7)
EVERY: tuple[Channel, ...] = ("email", "sms", "app", "call")


def leaving(
    *channels: Channel,
    at: datetime = NOON,
    known: Borrower | None = None,
    configured: tuple[Channel, ...] = EVERY,
    **message: Any,
) -> Departure:
    request = asked_for(channels=channels or ("email", "sms"))
    return departure_of(waiting(request, **message), known or borrower(), RULES, at, configured=configured)


def channel_of(departure: Departure) -> str:
    assert isinstance(departure, Leaves | Defers)
    return departure.channel


def test_the_first_channel_is_used_and_the_others_are_kept_for_later() -> None:
    departure = leaving("email", "sms", "call")
    assert isinstance(departure, Leaves)
    assert (departure.channel, departure.others) == ("email", ("sms", "call"))


def test_the_gate_is_asked_first() -> None:
    departure = leaving(known=borrower({"loan-1": PAID}, contact=None), at=NIGHT)
    assert isinstance(departure, GateStops)
    assert departure.rule == "paid-since"


def test_of_a_loan_that_the_ledger_told_nothing_of_a_reminder_leaves() -> None:
    assert channel_of(leaving(known=borrower({}))) == "email"


def test_nothing_leaves_to_somebody_unknown() -> None:
    assert isinstance(leaving(known=borrower(contact=None)), NoContact)


@pytest.mark.parametrize(
    ("known", "configured"),
    [
        (borrower(unusable_channels=frozenset({"email"})), EVERY),
        (borrower(opt_outs=(OptOut("email", None, NOON, "page"),)), EVERY),
        (borrower(), ("sms",)),
    ],
)
def test_a_channel_that_cannot_be_used_is_passed_over(known: Borrower, configured: tuple[Channel, ...]) -> None:
    assert channel_of(leaving(known=known, configured=configured)) == "sms"


def test_a_channel_that_was_tried_in_vain_is_not_tried_again() -> None:
    assert channel_of(leaving(spent=frozenset({"email"}))) == "sms"


def test_an_opt_out_of_the_app_leaves_text_messages() -> None:
    known = borrower(opt_outs=(OptOut("app", None, NOON, "page"),))
    assert channel_of(leaving("app", "sms", known=known)) == "sms"


def test_without_an_address_or_a_configured_channel_the_reasons_are_told() -> None:
    departure = leaving("email", "app", configured=("email",), known=borrower(unusable_channels=frozenset({"email"})))
    assert departure == NoChannel("email: the address does not work; app: not configured")


def test_at_night_a_message_waits_for_the_morning() -> None:
    departure = leaving(at=NIGHT)
    assert isinstance(departure, Defers)
    assert (departure.until, departure.channel) == (MORNING, "email")


def test_a_call_is_not_asked_for_in_place_of_a_message_that_only_waits() -> None:
    assert isinstance(leaving("email", "call", at=NIGHT), Defers)


def test_a_call_is_asked_for_at_night_to_be_made_when_the_rules_allow() -> None:
    departure = leaving("call", at=NIGHT)
    assert isinstance(departure, Leaves)
    assert departure.decision.outcome == "defer"


def test_a_hold_without_an_end_suppresses_by_its_rule() -> None:
    departure = leaving(known=borrower(holds=(ContactHold(None, None, "dispute"),)))
    assert isinstance(departure, RulesForbid)
    assert departure.decision.citation is not None
    assert departure.decision.citation.rule_id == "dispute"


def test_a_hold_on_another_loan_changes_nothing() -> None:
    assert channel_of(leaving(known=borrower(holds=(ContactHold(None, None, "dispute", "loan-2"),)))) == "email"


def test_one_channel_alone_may_be_asked_about() -> None:
    departure = departure_of(
        waiting(asked_for(channels=("email", "sms"))), borrower(), RULES, NOON, configured=EVERY, only="sms"
    )
    assert channel_of(departure) == "sms"


def test_past_contacts_do_not_matter_to_rules_that_set_no_limit() -> None:
    history = tuple(PastContact("email", NOON - timedelta(hours=n), "loan-1", "sent") for n in range(1, 9))
    assert channel_of(leaving(known=borrower(history=history, contact=ADA))) == "email"
