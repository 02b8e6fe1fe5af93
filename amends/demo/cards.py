"""The demo's card book: six months of credit-card statements and payments as a lender's loans and payments.

The file (amends/demo/data/README.md) gives each customer's statement, payment and repayment status by month; it gives
no minimum payment and no dates. This module implies them:

- Each statement asks for a minimum payment, `minimum_percent` of a positive bill. It is a loan of one instalment
  without interest, disbursed at the end of the statement's month and due on `DUE_DAY` of the next.
- What the file has as paid in a month is a payment of that size on `PAY_DAY`, before the due date. It names only the
  customer, so it pays what falls due first; what is beyond the minimum payments owed is not carried on: on a card it
  lowers the next bill.
- A customer whom the file has behind in April brings arrears along: as many minimum payments of the months before as
  bring them nearest to the file's status (`months_behind_by_status`) after the first payment that the book sees.

The payment of April went against a bill that the file does not have, so the book begins with that of May. A status
belongs to its statement: it tells of the payment made in the month after, as docs/card-book.md shows.
"""

import gzip
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from services.dunning.risk.behaviour_rows import BEHAVIOUR_COLUMNS, BehaviourRow, behaviour_of, read_csv

DATA_PATH: Final = Path(__file__).parent / "data" / "uci_credit_card.csv.gz"
CUSTOMERS: Final = 20_000
CURRENCY: Final = "TWD"
MINOR_UNITS: Final = 100
"""Minor units of one New Taiwan dollar; the file has whole dollars."""

PAY_DAY: Final = 20
DUE_DAY: Final = 25
STATEMENT_DAYS: Final = tuple(date(2005, month, monthrange(2005, month)[1]) for month in range(4, 10))
"""The ends of April to September 2005, of which the file has statements."""

CLOSES: Final = STATEMENT_DAYS[1:]
"""The month ends at which the book shows who paid: each comes after the due date of the statement before it."""

USUAL_MINIMUM_PERCENT: Final = Decimal(3)


def months_behind_by_status(status: int) -> int:
    """How many minimum payments a customer with a status of the file lacks: 2 is the first one missed, 3 the second."""
    return max(status - 1, 0)


@dataclass(frozen=True, slots=True)
class MinimumPayment:
    """What one statement asks for, in minor units: a loan of one instalment."""

    loan_id: str
    amount_minor: int
    stated_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class CardPayment:
    """Money that a customer paid on one day, in minor units; always positive."""

    payment_id: str
    amount_minor: int
    paid_on: date


@dataclass(frozen=True, slots=True)
class Replay:
    """A customer's months without any service: `months_behind` at each of CLOSES, and the payments that met a debt."""

    months_behind: tuple[int, ...]
    met_debt: tuple[CardPayment, ...]


@dataclass(frozen=True, slots=True)
class CardCustomer:
    """One customer of the file. `statuses` are the file's own, one for each of STATEMENT_DAYS.

    `payments` are those that met something owed: `payments_without_debt` counts the others, which a ledger of loans has
    nothing to book on. `expected` is what CLOSES must show, worked out without any service.
    """

    borrower_id: str
    statuses: tuple[int, ...]
    minimum_payments: tuple[MinimumPayment, ...]
    payments: tuple[CardPayment, ...]
    payments_without_debt: int
    expected: tuple[int, ...]


def read_card_book(
    sample: int | None = None, minimum_percent: Decimal = USUAL_MINIMUM_PERCENT, path: Path = DATA_PATH
) -> list[CardCustomer]:
    """Read all customers in the order of the file, or `sample` of them spread evenly. Raises RowRefused."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = list(read_csv(stream, BEHAVIOUR_COLUMNS))
    count = len(rows) if sample is None else min(sample, len(rows))
    chosen = (rows[place * len(rows) // count] for place in range(count))
    return [card_customer(behaviour_of(line, values), minimum_percent) for line, values in chosen]


def card_customer(row: BehaviourRow, minimum_percent: Decimal) -> CardCustomer:
    """What a row of the file comes to as loans and payments."""
    borrower_id = f"C-{int(row.customer_id):05d}"
    statuses, bills, paid = row.payment_statuses[::-1], row.bills[::-1], row.payments[::-1]
    minimums_minor = [minimum_payment_minor(bill, minimum_percent) for bill in bills]
    asked = [
        _minimum_payment(borrower_id, amount_minor, stated_on)
        for amount_minor, stated_on in zip(minimums_minor, STATEMENT_DAYS, strict=True)
        if amount_minor
    ]
    payments = [
        CardPayment(f"{borrower_id}-P{close:%m}", amount * MINOR_UNITS, close.replace(day=PAY_DAY))
        for amount, close in zip(paid[1:], CLOSES, strict=True)
        if amount
    ]
    wanted = months_behind_by_status(statuses[0])
    minimum_payments, replayed = _with_arrears(borrower_id, minimums_minor[0], asked, payments, wanted)
    return CardCustomer(
        borrower_id, statuses, minimum_payments, replayed.met_debt, len(payments) - len(replayed.met_debt),
        replayed.months_behind,
    )  # fmt: skip


def minimum_payment_minor(bill: int, minimum_percent: Decimal) -> int:
    """The minimum payment of a bill in whole dollars, rounded down to minor units; 0 where nothing is billed."""
    return int(max(bill, 0) * MINOR_UNITS * minimum_percent / 100)


def business_dates() -> list[date]:
    """The days on which something happens: each month's end, and the day of payment before it."""
    return sorted({*STATEMENT_DAYS, *(close.replace(day=PAY_DAY) for close in CLOSES)})


def months_between(due_on: date, on: date) -> int:
    """Months behind at a month's end of a customer whose oldest unpaid due date is `due_on`: 1 in the same month."""
    return (on.year - due_on.year) * 12 + on.month - due_on.month + 1


def replay(asked: Sequence[MinimumPayment], payments: Sequence[CardPayment]) -> Replay:
    """Pay what fell due first, month by month. Both sequences are in the order of their dates."""
    left_minor = {one.loan_id: one.amount_minor for one in asked}
    months_behind: list[int] = []
    met_debt: list[CardPayment] = []
    for close in CLOSES:
        due = [one for one in asked if one.due_on < close]
        for payment in payments:
            if (payment.paid_on.year, payment.paid_on.month) != (close.year, close.month):
                continue
            money_minor = payment.amount_minor
            if any(left_minor[one.loan_id] for one in due):
                met_debt.append(payment)
            for one in due:
                part_minor = min(money_minor, left_minor[one.loan_id])
                left_minor[one.loan_id] -= part_minor
                money_minor -= part_minor
        oldest = next((one for one in due if left_minor[one.loan_id]), None)
        months_behind.append(0 if oldest is None else months_between(oldest.due_on, close))
    return Replay(tuple(months_behind), tuple(met_debt))


def _with_arrears(
    borrower_id: str, amount_minor: int, asked: Sequence[MinimumPayment], payments: Sequence[CardPayment], wanted: int
) -> tuple[tuple[MinimumPayment, ...], Replay]:
    """What is asked for behind the fewest minimum payments of earlier months that come nearest to `wanted`."""
    arrears: list[MinimumPayment] = []
    best = (tuple(asked), replay(asked, payments))
    for _ in range(wanted + 1 if amount_minor else 0):
        if best[1].months_behind[0] == wanted:
            break
        stated_before = arrears[0].stated_on if arrears else STATEMENT_DAYS[0]
        arrears.insert(0, _minimum_payment(borrower_id, amount_minor, stated_before.replace(day=1) - timedelta(days=1)))
        longer = (*arrears, *asked)
        replayed = replay(longer, payments)
        if abs(replayed.months_behind[0] - wanted) < abs(best[1].months_behind[0] - wanted):
            best = (longer, replayed)
    return best


def _minimum_payment(borrower_id: str, amount_minor: int, stated_on: date) -> MinimumPayment:
    due_on = (stated_on + timedelta(days=1)).replace(day=DUE_DAY)
    return MinimumPayment(f"{borrower_id}-{stated_on:%Y%m}", amount_minor, stated_on, due_on)
