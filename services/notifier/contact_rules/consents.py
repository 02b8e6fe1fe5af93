"""Consents: for a few days the borrower agrees to more calls about a debt."""

from datetime import datetime

from services.notifier.contact_rules.facts import Consent, Facts
from services.notifier.contact_rules.local_time import DAY, local_day


def has_consent(facts: Facts, moment: datetime, debt: str | None, days: int) -> bool:
    """Whether a contact about `debt` at `moment` falls under a consent to it.

    A consent holds for `days` calendar days, the day it was given being the first, in every zone where the borrower may
    be; it ends earlier at its own `until`, and with the next telephone conversation about the debt (12 CFR
    1006.14(b)(3)(i) and its comment). A consent given in a conversation is not ended by that one.
    """
    return any(_holds(consent, facts, moment, days) for consent in facts.consents if consent.debt == debt)


def _holds(consent: Consent, facts: Facts, moment: datetime, days: int) -> bool:
    if moment < consent.at or (consent.until is not None and moment >= consent.until):
        return False
    if any(local_day(zone, moment) >= local_day(zone, consent.at) + days * DAY for zone in facts.zones):
        return False
    return not any(
        contact.channel == "call"
        and contact.outcome == "conversation"
        and contact.debt in (consent.debt, None)
        and consent.at < contact.at < moment
        for contact in facts.history
    )
