"""Limits: at most so many contacts in some days or hours, and rest after a conversation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.notifier.contact_rules.consents import has_consent
from services.notifier.contact_rules.facts import Channel, Facts, Outcome, PastContact
from services.notifier.contact_rules.local_time import first_days_after
from services.notifier.contact_rules.rule import Citation, Scope, SeenFact

Per = Literal["debt", "borrower", "address"]


@dataclass(frozen=True, slots=True)
class ContactLimit:
    """At most `maximum` contacts within any `days` consecutive calendar days, or any `hours` of 60 minutes.

    Days are those of the borrower's zone, of each if there are several; the day of a contact is its first. `channels`
    and `outcomes` say what counts. `per` says what is counted together: a contact whose debt or address is not known
    counts with each. What falls under a consent of `consent_days` neither counts nor is limited; None: no consent lifts
    the limit.
    """

    citation: Citation
    scope: Scope
    maximum: int
    days: int | None
    hours: int | None
    per: Per
    channels: frozenset[Channel]
    outcomes: frozenset[Outcome]
    consent_days: int | None = None

    def released_at(self, facts: Facts, moment: datetime) -> datetime | None:
        """See Rule."""
        if len(facts.history) < self.maximum:
            return moment
        newest_first = sorted(self._counted(facts), reverse=True)
        if len(newest_first) < self.maximum or _is_consented(facts, moment, self.consent_days):
            return moment
        oldest_that_fills = newest_first[self.maximum - 1]
        if self.hours is not None:
            return max(moment, oldest_that_fills + timedelta(hours=self.hours))
        assert self.days is not None
        return first_days_after(facts.zones, moment, oldest_that_fills, self.days)

    def seen(self, facts: Facts, moment: datetime) -> tuple[SeenFact, ...]:
        """How many contacts fill the limit, and since when."""
        newest_first = sorted(self._counted(facts), reverse=True)[: self.maximum]
        first = newest_first[-1].astimezone(facts.zones[0])
        within = f"{self.days} days" if self.hours is None else f"{self.hours} hours"
        return (
            SeenFact(f"contacts within {within}", len(newest_first)),
            SeenFact("maximum", self.maximum),
            SeenFact("first of them at", first.isoformat(timespec="minutes")),
        )

    def _counted(self, facts: Facts) -> Iterator[datetime]:
        return (contact.at for contact in facts.history if self._counts(contact, facts))

    def _counts(self, contact: PastContact, facts: Facts) -> bool:
        return (
            not contact.by_borrower
            and contact.channel in self.channels
            and contact.outcome in self.outcomes
            and contact.recipient in self.scope.recipients
            and self._is_counted_with(contact, facts)
            and not (self.consent_days and has_consent(facts, contact.at, contact.debt, self.consent_days))
        )

    def _is_counted_with(self, contact: PastContact, facts: Facts) -> bool:
        if self.per == "borrower":
            return True
        if self.per == "debt":
            return contact.debt is None or contact.debt == facts.debt
        return contact.address is None or facts.address is None or contact.address == facts.address


@dataclass(frozen=True, slots=True)
class RestAfterConversation:
    """No contact within `days` calendar days after a telephone conversation, whose day is the first of them.

    Whoever called, a conversation is one. It counts for the debt that it was about, or with `per` "borrower" for all.
    A consent of `consent_days`, given in the conversation or since, lifts the rest; None: none does.
    """

    citation: Citation
    scope: Scope
    days: int
    per: Literal["debt", "borrower"]
    consent_days: int | None = None

    def released_at(self, facts: Facts, moment: datetime) -> datetime | None:
        """See Rule."""
        last = self._last_conversation(facts)
        if last is None or _is_consented(facts, moment, self.consent_days):
            return moment
        return first_days_after(facts.zones, moment, last, self.days)

    def seen(self, facts: Facts, moment: datetime) -> tuple[SeenFact, ...]:
        """When the last conversation was."""
        last = self._last_conversation(facts)
        assert last is not None
        local = last.astimezone(facts.zones[0])
        return (
            SeenFact("last conversation at", local.isoformat(timespec="minutes")),
            SeenFact("days of rest", self.days),
        )

    def _last_conversation(self, facts: Facts) -> datetime | None:
        return max((contact.at for contact in facts.history if self._counts(contact, facts)), default=None)

    def _counts(self, contact: PastContact, facts: Facts) -> bool:
        return (
            contact.outcome == "conversation"
            and contact.channel == "call"
            and contact.recipient in self.scope.recipients
            and (self.per == "borrower" or contact.debt is None or contact.debt == facts.debt)
        )


def _is_consented(facts: Facts, moment: datetime, consent_days: int | None) -> bool:
    return consent_days is not None and has_consent(facts, moment, facts.debt, consent_days)
