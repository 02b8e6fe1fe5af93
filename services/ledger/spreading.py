"""A payment that names only the borrower, spread over the borrower's loans. Without I/O.

The rule is "oldest due first": over all loans of the payment's currency together, the instalment that fell due first is
paid first, down to the one due last; what is left goes to the loan of the last instalment. The shares are decided when
the payment arrives, and are payments of their loans from then on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

OLDEST_DUE_FIRST: Final = "oldest-due-first"
_LONGEST_ID: Final = 128


class NotSpreadable(ValueError):
    """A payment that no loan can take: `field` has a `value` that is refused for `reason`."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        super().__init__(f"{value!r} {reason}")
        self.field = field
        self.value = value


@dataclass(frozen=True, slots=True)
class OwedInstalment:
    """What one instalment of a borrower's loan still lacks, in minor units."""

    loan_id: str
    due_on: date
    outstanding_minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a payment that one loan gets, as a payment of its own."""

    loan_id: str
    payment_id: str
    amount_minor: int


def spread(payment_id: str, borrower_id: str, amount_minor: int, owed: Sequence[OwedInstalment]) -> tuple[Share, ...]:
    """The shares of a payment, by loan id; `owed` are all unpaid instalments of the borrower in one currency.

    Raises NotSpreadable when the borrower owes nothing, or a share's id would be too long.
    """
    if not owed:
        raise NotSpreadable("borrower_id", borrower_id, "owes nothing in this currency")
    shares: dict[str, int] = {}
    left_minor = amount_minor
    in_order = sorted(owed, key=lambda one: (one.due_on, one.loan_id))
    for one in in_order:
        part_minor = min(left_minor, one.outstanding_minor)
        shares[one.loan_id] = shares.get(one.loan_id, 0) + part_minor
        left_minor -= part_minor
    shares[in_order[-1].loan_id] += left_minor
    return tuple(
        Share(loan_id, share_id(payment_id, loan_id), part_minor)
        for loan_id, part_minor in sorted(shares.items())
        if part_minor
    )


def share_id(payment_id: str, loan_id: str) -> str:
    """The payment id of a loan's share. Raises NotSpreadable."""
    identity = f"{payment_id}:{loan_id}"
    if len(identity) > _LONGEST_ID:
        raise NotSpreadable("payment_id", payment_id, f"with loan {loan_id!r} is longer than {_LONGEST_ID} characters")
    return identity


@dataclass(frozen=True, slots=True)
class SpreadPayment:
    """A spread payment as it is kept."""

    borrower_id: str
    payment_id: str
    amount_minor: int
    currency: str
    value_date: date
    rule: str
    shares: tuple[Share, ...]
