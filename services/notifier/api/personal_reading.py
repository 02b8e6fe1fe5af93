"""Reading for a request what tells who a borrower is. Each look is written into the audit before it is answered."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.borrower_answers import Purpose
from schemas.dunning import Channel
from services.eventing.api_parameters import Id
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.notifier.api.notifier_parts import NotifierParts
from services.notifier.api.notifier_problems import (
    no_contact_data,
    not_opened,
    unknown_borrower,
    unknown_call,
    unknown_message,
)
from services.notifier.api.reading_answers import (
    AgentCallAnswer,
    ContactCheckAnswer,
    MessageContentAnswer,
    SeenFactAnswer,
)
from services.notifier.api.viewers import Viewer
from services.notifier.archive import audit_store, borrower_store, message_store, told_back_store
from services.notifier.archive.borrower_records import ContactRecord
from services.notifier.archive.export import BorrowerExport, BorrowerNotKnown, export_borrower
from services.notifier.borrowers.borrower import Borrower
from services.notifier.borrowers.contact_seal import email_digest, name_digest, phone_digest, phone_ending_digest
from services.notifier.borrowers.rule_facts import facts_of
from services.notifier.borrowers.store import load_borrowers
from services.notifier.contact_rules.decision import decide
from services.notifier.contact_rules.facts import Recipient
from services.notifier.sealing.key_ring import KeyRing, SealBroken
from services.notifier.sending.departure import address_of

SearchedBy = Literal["name", "email", "phone", "phone-ending"]
_COLUMNS: Final[dict[SearchedBy, tuple[str, Callable[[KeyRing, str], bytes]]]] = {
    "name": ("name_digest", name_digest),
    "email": ("email_digest", email_digest),
    "phone": ("phone_digest", phone_digest),
    "phone-ending": ("phone_ending_digest", phone_ending_digest),
}


class BorrowerSearch(BaseModel):
    """Whose contact data is this: a whole name, a mailbox, a number, or the last four digits of one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: SearchedBy
    value: Annotated[str, Field(min_length=1, max_length=254, pattern=r"^[^\x00]+$", repr=False)]


class ContactCheck(BaseModel):
    """A contact that somebody wants to make now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Channel
    purpose: Purpose
    loan_id: Id
    recipient: Recipient = "borrower"


class PersonalReading:
    """The notifier's answers to who may see personal data."""

    def __init__(self, parts: NotifierParts, clock: Clock) -> None:
        self._parts = parts
        self._clock = clock

    async def contact(self, borrower_id: str, viewer: Viewer) -> ContactRecord:
        """Who a borrower is. Raises Problem."""
        async with self._looking() as connection:
            contact = await borrower_store.contact_record(connection, self._parts.keys, borrower_id)
            if contact is None:
                known = await borrower_store.is_known(connection, borrower_id)
                raise no_contact_data(borrower_id) if known else unknown_borrower(borrower_id)
            entry = viewer.audited("saw-contact", borrower_id, self._clock.now())
            await audit_store.note(connection, [entry])
        return contact

    async def search(self, search: BorrowerSearch, after: str, limit: int, viewer: Viewer) -> list[str]:
        """Borrowers found, in order. What was searched for is not kept; who was found is."""
        column, digest_of = _COLUMNS[search.by]
        async with self._looking() as connection:
            digest = digest_of(self._parts.keys, search.value)
            found = await borrower_store.borrowers_found(connection, column, digest, after, limit)
            now = self._clock.now()
            whom: list[str | None] = [*found] or [None]
            entries = [viewer.audited("searched", one, now, by=search.by, found=len(found)) for one in whom]
            await audit_store.note(connection, entries)
        return found

    async def message(self, borrower_id: str, notification_id: str, viewer: Viewer) -> MessageContentAnswer:
        """A message whole. Raises Problem."""
        async with self._looking() as connection:
            contents = await message_store.message_contents(connection, self._parts.keys, borrower_id, notification_id)
            if not contents:
                raise unknown_message(notification_id)
            receipts = await told_back_store.receipts_of(connection, borrower_id, notification_id)
            entry = viewer.audited("saw-message", borrower_id, self._clock.now(), notification_id=notification_id)
            await audit_store.note(connection, [entry])
        return MessageContentAnswer(content=contents[0], receipts=tuple(receipts))

    async def call(self, borrower_id: str, call_id: str, viewer: Viewer) -> AgentCallAnswer:
        """A call with whom to call and what to say. Raises Problem."""
        async with self._looking() as connection:
            calls = await told_back_store.agent_calls_of(connection, self._parts.keys, borrower_id, call_id)
            if not calls:
                raise unknown_call(call_id)
            contact = await borrower_store.contact_record(connection, self._parts.keys, borrower_id)
            entry = viewer.audited("saw-call", borrower_id, self._clock.now(), call_id=call_id)
            await audit_store.note(connection, [entry])
        return AgentCallAnswer(content=calls[0], contact=contact)

    async def check(self, borrower_id: str, check: ContactCheck, viewer: Viewer) -> ContactCheckAnswer:
        """Whether a contact may be made now: the decision that a message would get. Raises Problem."""
        now = self._clock.now()
        parts = self._parts
        async with self._looking() as connection:
            if not await borrower_store.is_known(connection, borrower_id):
                raise unknown_borrower(borrower_id)
            loaded = await load_borrowers(connection, parts.keys, [borrower_id], now, parts.calendar, for_sending=False)
            entry = viewer.audited(
                "checked-contact", borrower_id, now, channel=check.channel, purpose=check.purpose,
                loan_id=check.loan_id,
            )  # fmt: skip
            await audit_store.note(connection, [entry])
        borrower = loaded[borrower_id]
        facts = facts_of(borrower, check.channel, check.purpose, check.loan_id, recipient=check.recipient)
        decision = decide(parts.rules_at(now), facts, now)
        citation = decision.citation
        return ContactCheckAnswer(
            at=now, decision=decision.outcome, until=decision.until, rule=citation and citation.rule_id,
            clause=citation and citation.clause, rules_version=decision.rules_version,
            seen=tuple(SeenFactAnswer(name=fact.name, value=fact.value) for fact in decision.seen),
            is_reachable=_is_reachable(borrower, check.channel),
        )  # fmt: skip

    async def export(self, borrower_id: str, viewer: Viewer) -> BorrowerExport:
        """All that is held of a borrower. Raises Problem."""
        now = self._clock.now()
        async with self._looking() as connection:
            try:
                export = await export_borrower(connection, self._parts.keys, borrower_id, now)
            except BorrowerNotKnown:
                raise unknown_borrower(borrower_id) from None
            await audit_store.note(connection, [viewer.audited("exported", borrower_id, now)])
        return export

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[Connection]:
        """A transaction that can write into the audit. Raises Problem for what does not open."""
        try:
            async with self._parts.connections.writing() as connection:
                yield connection
        except SealBroken as error:
            raise not_opened(error.owner) from error


def _is_reachable(borrower: Borrower, channel: Channel) -> bool:
    return channel not in borrower.unusable_channels and address_of(borrower, channel) is not None
