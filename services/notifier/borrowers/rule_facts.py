"""What the contact rules are asked about a borrower."""

from collections.abc import Collection
from datetime import date
from typing import Final

from schemas.borrower_answers import Purpose
from schemas.dunning import Channel
from services.notifier.borrowers.borrower import Borrower
from services.notifier.borrowers.opt_outs import OptOut
from services.notifier.contact_rules import facts
from services.notifier.contact_rules.facts import Facts, Recipient

_RULE_CHANNEL: Final[dict[Channel, facts.Channel]] = {"email": "email", "sms": "sms", "app": "sms", "call": "call"}
"""A message by the lender's app is asked about as one by SMS: it rings on the same telephone at the same hours, and
limits on text messages count it. Opt-outs tell the two apart."""


def facts_of(
    borrower: Borrower,
    channel: Channel,
    purpose: Purpose,
    loan_id: str,
    *,
    recipient: Recipient = "borrower",
    holidays: Collection[date] = (),
) -> Facts:
    """All that the rules may ask about a contact with a borrower that is wanted."""
    digest = None if borrower.contact is None else borrower.contact.address_digest(channel)
    return Facts(
        channel=_RULE_CHANNEL[channel],
        purpose=purpose,
        debt=loan_id,
        zones=borrower.zones,
        history=borrower.history,
        consents=borrower.consents,
        opt_outs=_opt_outs_about(borrower.opt_outs, channel),
        holds=borrower.holds,
        holidays=frozenset(holidays),
        recipient=recipient,
        address=None if digest is None else digest.hex(),
    )


def _opt_outs_about(opt_outs: Collection[OptOut], channel: Channel) -> tuple[facts.OptOut, ...]:
    """Those that concern the channel, on the channel that the rules know."""
    return tuple(
        facts.OptOut(None if one.channel is None else _RULE_CHANNEL[channel], one.purpose)
        for one in opt_outs
        if one.channel in (None, channel)
    )
