"""What the contact rules are asked about a borrower."""

from dataclasses import replace
from datetime import date

import pytest

from schemas.dunning import Channel
from services.notifier.borrowers.borrower import Borrower, Contact
from services.notifier.borrowers.opt_outs import OptOut
from services.notifier.borrowers.rule_facts import facts_of
from services.notifier.contact_rules.decision import decide
from services.notifier.contact_rules.facts import Consent, ContactHold, PastContact
from services.notifier.contact_rules.rule_sets import shipped_rule_sets
from tests.notifier.borrowers.telling import NOON, SHANGHAI

ADA = Borrower(
    "borrower-1",
    Contact("Ada", "ada@example.com", "+12025550143", "en", email_digest=b"\x01", phone_digest=b"\x02"),
    (SHANGHAI,),
    holds=(ContactHold(None, NOON),),
    consents=(Consent("loan-1", NOON),),
    history=(PastContact("call", NOON, "loan-1", "conversation"),),
)


def with_opt_out(channel: Channel | None) -> Borrower:
    return replace(ADA, holds=(), opt_outs=(OptOut(channel, None, NOON, "page"),))


def outcome(borrower: Borrower, channel: Channel) -> str:
    rules = shipped_rule_sets().in_force("CN", NOON)
    return decide(rules, facts_of(borrower, channel, "reminder", "loan-1"), NOON).outcome


def test_rules_see_all_that_is_known_of_the_borrower() -> None:
    facts = facts_of(ADA, "email", "reminder", "loan-1", holidays=[date(2026, 3, 6)])
    assert (facts.channel, facts.purpose, facts.debt, facts.recipient) == ("email", "reminder", "loan-1", "borrower")
    assert (facts.zones, facts.holds, facts.consents, facts.history) == (
        ADA.zones, ADA.holds, ADA.consents, ADA.history
    )  # fmt: skip
    assert facts.holidays == {date(2026, 3, 6)}


@pytest.mark.parametrize(("channel", "address"), [("email", "01"), ("sms", "02"), ("call", "02"), ("app", None)])
def test_the_address_is_told_by_its_digest(channel: Channel, address: str | None) -> None:
    assert facts_of(ADA, channel, "reminder", "loan-1").address == address


def test_a_message_by_the_lender_s_app_is_asked_about_as_one_by_sms() -> None:
    assert facts_of(ADA, "app", "reminder", "loan-1").channel == "sms"


@pytest.mark.parametrize(
    ("opted_out_of", "suppressed"),
    [(None, {"email", "sms", "app", "call"}), ("app", {"app"}), ("sms", {"sms"}), ("email", {"email"})],
)
def test_an_opt_out_of_a_channel_suppresses_that_channel_alone(
    opted_out_of: Channel | None, suppressed: set[str]
) -> None:
    borrower = with_opt_out(opted_out_of)
    channels: list[Channel] = ["email", "sms", "app", "call"]
    assert {one for one in channels if outcome(borrower, one) == "suppress"} == suppressed
