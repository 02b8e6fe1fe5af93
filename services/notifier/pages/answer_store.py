"""All SQL about what else borrowers tell on their pages; what they wrote lies sealed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.eventing.database import Connection
from services.notifier.sealing.key_ring import KeyRing

AnswerKind = Literal["decline", "counter", "promise", "hardship", "dispute", "opt-out", "opt-in"]


class AnswerContent(BaseModel):
    """What the borrower told, as far as the kind of answer has it; amounts in minor units of `currency`."""

    model_config = ConfigDict(frozen=True)

    choice: str | None = None
    text: str = ""
    currency: str | None = None
    amount_minor: int | None = None
    day: date | None = None
    day_of_month: int | None = None
    channel: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; the same `answer_id` is the same answer, however often the form is sent."""

    borrower_id: str
    answer_id: str
    kind: AnswerKind
    loan_id: str | None
    offer_id: str | None
    answered_on: date
    answered_at: datetime
    content: AnswerContent


async def add_answer(connection: Connection, keys: KeyRing, answer: Answer) -> bool:
    """Keep an answer; False if it is kept already."""
    status = await connection.execute(
        "insert into borrower_answer (borrower_id, answer_id, kind, loan_id, offer_id, answered_on, answered_at,"
        " sealed) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        answer.borrower_id, answer.answer_id, answer.kind, answer.loan_id, answer.offer_id, answer.answered_on,
        answer.answered_at, keys.seal(answer.borrower_id, answer.content.model_dump_json(exclude_none=True).encode()),
    )  # fmt: skip
    return bool(status == "INSERT 0 1")


async def newest_answer(
    connection: Connection, keys: KeyRing, borrower_id: str, kind: AnswerKind
) -> AnswerContent | None:
    """What the borrower told last of a kind; None if nothing, or if it was erased."""
    sealed = await connection.fetchval(
        "select sealed from borrower_answer where borrower_id = $1 and kind = $2 order by answered_at desc limit 1",
        borrower_id, kind,
    )  # fmt: skip
    return None if sealed is None else AnswerContent.model_validate_json(keys.open(borrower_id, sealed))


async def count_answers(connection: Connection, borrower_id: str, offer_id: str, kind: AnswerKind) -> int:
    """How many answers of a kind the borrower gave to an offer."""
    return int(
        await connection.fetchval(
            "select count(*) from borrower_answer where borrower_id = $1 and offer_id = $2 and kind = $3",
            borrower_id, offer_id, kind,
        )
    )  # fmt: skip
