"""Identifiers put together from facts: the same facts give the same, and it fits the contract's length."""

from datetime import date
from hashlib import sha256
from typing import Final

MAX_LENGTH: Final = 128
_LONGEST_OFFER_ID: Final = 120
"""Leaves room for the number of a plan."""


def fitted(identifier: str, max_length: int = MAX_LENGTH) -> str:
    """The identifier, or a digest of it where it would be too long."""
    return identifier if len(identifier) <= max_length else sha256(identifier.encode()).hexdigest()[:40]


def reminder_id(loan_id: str, anchor_due_on: date, step_id: str, attempt: int = 1) -> str:
    """The id of a reminder: the same for the same loan, due date, step and attempt; an Identifier whenever those are.

    A loan id too long to fit is replaced by a digest of it.
    """
    tail = f":{anchor_due_on:%Y%m%d}:{step_id}" + (f":{attempt}" if attempt > 1 else "")
    if len(loan_id) + len(tail) > MAX_LENGTH:
        loan_id = sha256(loan_id.encode()).hexdigest()[:40]
    return loan_id + tail


def offer_id(loan_id: str, made_on: date, step_id: str) -> str:
    """The id of the offer that is made for a loan on a day because a step, or what is named like one, wants it."""
    return fitted(f"{loan_id}:{made_on:%Y%m%d}:{step_id}", _LONGEST_OFFER_ID)


def offer_message_id(offer: str) -> str:
    """The id by which the notifier calls the message that puts an offer to the borrower."""
    return f"offer:{offer}"


def proof_task_id(reminder: str) -> str:
    """The id of the task to find out what became of a notice, called by its reminder's id."""
    return fitted(f"prove:{reminder}")


def counter_offer_id(countered_id: str) -> str:
    """The id of the offer that is made in place of a countered one."""
    return fitted(f"{countered_id}:c", _LONGEST_OFFER_ID)
