"""What a notifier may keep of one borrower, written as its packages write it."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from schemas.dunning import Channel
from schemas.templates import Template
from schemas.values import ComponentAmounts
from services.eventing.database import Pool
from services.notifier.borrowers.borrower import Contact
from services.notifier.borrowers.contact_history_store import ContactMade, record_contacts
from services.notifier.borrowers.contact_store import RegisteredContact, save_contacts
from services.notifier.borrowers.store import lock_borrowers
from services.notifier.borrowers.wishes_store import ConsentGiven, add_consents
from services.notifier.pages.answer_store import Answer, AnswerContent, add_answer
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.message import MessageRequest
from services.notifier.sending.queue_store import queue

BORROWER: Final = "borrower-1"
LOAN: Final = "loan-1"
MESSAGE: Final = "N:reminder-1"
CALL: Final = "call:dispatch-1"
ADA: Final = Contact("Ada Lovelace", "ada@lovelace.example", "+8613800138000", "en", date(1985, 12, 10), "281X")
THEN: Final = datetime(2026, 3, 1, 2, tzinfo=UTC)
SUNDAY: Final = date(2026, 3, 1)
SECRETS: Final = ("Lovelace", "lovelace.example", "13800138000", "1985-12-10", "281X", "My mother is ill")
"""What stands in the kept contact data, texts and answers, and nowhere else."""


@dataclass(frozen=True)
class KeptBorrower:
    """Writes into a notifier's schema."""

    pool: Pool
    keys: KeyRing

    async def contact(self, borrower_id: str = BORROWER, contact: Contact = ADA, at: datetime = THEN) -> None:
        """The borrower is registered."""
        registered = RegisteredContact(borrower_id, contact, "Asia/Shanghai", (), (), None)
        async with self.pool.acquire() as connection, connection.transaction():
            await lock_borrowers(connection, [borrower_id])
            await save_contacts(connection, self.keys, [registered], at)

    async def loan(self, loan_id: str = LOAN, *, settled: bool = False, borrower_id: str = BORROWER) -> None:
        """The ledger told of a loan."""
        async with self.pool.acquire() as connection, connection.transaction():
            await lock_borrowers(connection, [borrower_id])
            await connection.execute(
                "insert into loan_standing (borrower_id, loan_id, ledger_sequence, oldest_unpaid_due_on, settled)"
                " values ($1, $2, 1, $3, $4) on conflict (borrower_id, loan_id) do update set settled = $4",
                borrower_id, loan_id, None if settled else SUNDAY, settled,
            )  # fmt: skip

    async def waiting(
        self, notification_id: str = MESSAGE, *, borrower_id: str = BORROWER, loan_id: str = LOAN, at: datetime = THEN,
        template: Template = "overdue_soft", channel: Channel = "email",
    ) -> None:  # fmt: skip
        """A message is asked for."""
        request = MessageRequest(
            borrower_id, notification_id, notification_id.removeprefix("N:"), loan_id, "soft", template, (channel,),
            "CNY", SUNDAY, 4, ComponentAmounts(penalty_minor=1, fee_minor=0, interest_minor=2, principal_minor=30_000),
        )  # fmt: skip
        async with self.pool.acquire() as connection, connection.transaction():
            await queue(connection, [request], at=at)

    async def sent(
        self, notification_id: str = MESSAGE, *, borrower_id: str = BORROWER, loan_id: str = LOAN, at: datetime = THEN,
        channel: Channel = "email",
    ) -> None:  # fmt: skip
        """A message was sent, and its provider told that it arrived."""
        await self.waiting(notification_id, borrower_id=borrower_id, loan_id=loan_id, at=at, channel=channel)
        words = {"subject": "A message of your lender", "text": "Dear Ada Lovelace, 300.03 are due."}
        decision = {"outcome": "send", "rules_version": "cn-2026-01-30", "seen": {"days": 3}}
        await self.pool.execute(
            "update message set status = 'sent', channel = $3, language = 'en', dispatch_id = 'dispatch-1',"
            " decision = $4, sealed = $5, ended_at = $6, attempts = 1, provider_message_id = 'p-1'"
            " where borrower_id = $1 and notification_id = $2",
            borrower_id, notification_id, channel, json.dumps(decision),
            self.keys.seal(borrower_id, json.dumps(words).encode()), at + timedelta(minutes=1),
        )  # fmt: skip
        await self.pool.execute(
            "insert into receipt (borrower_id, notification_id, provider, provider_message_id, status, told_at,"
            " received_at) values ($1, $2, 'smtp', 'p-1', 'delivered', $3, $3) on conflict do nothing",
            borrower_id, notification_id, at,
        )  # fmt: skip

    async def suppressed(self, notification_id: str, rule: str, *, at: datetime = THEN) -> None:
        """A message was suppressed by a rule."""
        await self.waiting(notification_id, at=at)
        decision = {"outcome": "suppress", "rule": rule, "clause": "section 1", "seen": {"opted out of": "everything"}}
        await self.pool.execute(
            "update message set status = 'suppressed', reason = $2, decision = $3, ended_at = $4"
            " where notification_id = $1",
            notification_id, rule, json.dumps(decision), at,
        )  # fmt: skip

    async def call(self, call_id: str = CALL, *, borrower_id: str = BORROWER, at: datetime = THEN) -> None:
        """A person is asked to call about the sent message."""
        script = {"title": "Overdue", "text": "Ask for Ada Lovelace.", "details": {}}
        await self.pool.execute(
            "insert into agent_call (borrower_id, call_id, dispatch_id, notification_id, loan_id, language, status,"
            " sealed, asked_at, not_before) values ($1, $2, 'dispatch-1', $3, $4, 'en', 'open', $5, $6, $6)",
            borrower_id, call_id, MESSAGE, LOAN, self.keys.seal(borrower_id, json.dumps(script).encode()), at,
        )  # fmt: skip

    async def talked(self, *, at: datetime = THEN, loan_id: str | None = LOAN) -> None:
        """Somebody talked with the borrower on the telephone."""
        made = ContactMade(
            BORROWER, f"contact:{at:%Y%m%d%H%M}", loan_id, "call", "conversation", at,
            address_digest=self.keys.digest("phone", "+8613800138000"),
        )  # fmt: skip
        async with self.pool.acquire() as connection, connection.transaction():
            await record_contacts(connection, [made])

    async def told(self, *, at: datetime = THEN) -> None:
        """The borrower consents to calls, answers on their page, writes back, and accepts an offer."""
        async with self.pool.acquire() as connection, connection.transaction():
            await add_consents(connection, [ConsentGiven(BORROWER, LOAN, at)])
            content = AnswerContent(choice="illness", text="My mother is ill")
            answer = Answer(BORROWER, "hardship:1", "hardship", LOAN, None, at.date(), at, content)
            await add_answer(connection, self.keys, answer)
            await connection.execute(
                "insert into reply (borrower_id, provider, reply_id, meaning, sealed, received_at)"
                " values ($1, 'sms', 'r-1', 'talk', $2, $3)",
                BORROWER, self.keys.seal(BORROWER, b"My mother is ill"), at,
            )  # fmt: skip
            await connection.execute(
                "insert into offer_acceptance (borrower_id, offer_id, loan_id, plan_id, accepted_on, accepted_at,"
                " language, factor, link_digest, shown_sha256, sealed_shown)"
                " values ($1, 'offer-1', $2, 'plan-1', $3, $4, 'en', 'date-of-birth', 'd', '\\x01', $5)",
                BORROWER, LOAN, at.date(), at, self.keys.seal(BORROWER, b'{"words": "Ada Lovelace accepts"}'),
            )  # fmt: skip
            await connection.execute(
                "insert into page_link (borrower_id, link_digest, loan_id, channel, expires_at)"
                " values ($1, 'd', $2, 'email', $3)",
                BORROWER, LOAN, at,
            )  # fmt: skip

    async def everything(self, *, settled: bool = False, at: datetime = THEN) -> None:
        """All kinds of records of one borrower, of the same time."""
        await self.contact(at=at)
        await self.loan(settled=settled)
        await self.sent(at=at)
        await self.suppressed("N:reminder-2", "opt-out", at=at)
        await self.call(at=at)
        await self.talked(at=at)
        await self.told(at=at)

    async def everything_kept(self) -> str:
        """Every value of every table but the audit, opened where it is sealed, as one text."""
        tables = await self.pool.fetch(
            "select table_name from information_schema.tables where table_schema = 'notifier' order by 1"
        )
        texts = []
        for (table,) in tables:
            for row in await self.pool.fetch(f"select * from {table}"):
                texts += [self._readable(row.get("borrower_id", ""), value) for value in row.values()]
        return "\n".join(texts)

    def _readable(self, owner: str, value: object) -> str:
        if isinstance(value, bytes):
            try:
                return self.keys.open(owner, value).decode()
            except ValueError:
                return value.decode("latin-1")
        return str(value)
