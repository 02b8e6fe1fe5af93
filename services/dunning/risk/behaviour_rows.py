"""How customers used their credit, month by month: what a row of the portfolio's file says, and what it may not say.

Months run from the newest to the oldest. Money is whole units of the portfolio's currency: scores are learnt from one
currency and mean nothing in another.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

MONTH_NAMES: Final = ("2005_09", "2005_08", "2005_07", "2005_06", "2005_05", "2005_04")
"""The months in the columns of the portfolio's file, newest first."""

MONTHS: Final = len(MONTH_NAMES)

PAYMENT_STATUS_COLUMNS: Final = tuple(f"pay_status_{month}" for month in MONTH_NAMES)
BILL_COLUMNS: Final = tuple(f"bill_{month}" for month in MONTH_NAMES)
PAID_COLUMNS: Final = tuple(f"paid_{month}" for month in MONTH_NAMES)
BEHAVIOUR_COLUMNS: Final = ("id", "limit_bal", *PAYMENT_STATUS_COLUMNS, *BILL_COLUMNS, *PAID_COLUMNS)
"""Every column that a score needs. Others (sex, education, marriage, age, the outcome) are allowed and never read."""

NO_USE: Final = -2
PAID_IN_FULL: Final = -1
REVOLVING: Final = 0
_MOST_MONTHS_BEHIND: Final = 99
_LARGEST_AMOUNT: Final = 10**12


class RowRefused(ValueError):
    """A row that cannot be scored: its line in the file (the header is line 1), column, value and the reason."""

    def __init__(self, line: int, column: str, value: str | None, reason: str) -> None:
        self.line = line
        self.column = column
        self.value = value
        self.reason = reason
        place = ", ".join(part for part in (f"line {line}", f"column {column}" if column else "") if part)
        super().__init__(f"{place}: {reason}" if value is None else f"{place}: {value!r} {reason}")


@dataclass(frozen=True, slots=True)
class BehaviourRow:
    """One customer over six months, newest first.

    `payment_statuses` are -2 (no use), -1 (paid in full), 0 (revolving) or the number of months behind; `bills` are
    the statements (negative: the bank owes); `payments` what was paid in each month, against the bill of the month
    before. Creating one from wrong values is the caller's fault and raises ValueError.
    """

    customer_id: str
    credit_limit: int
    payment_statuses: tuple[int, ...]
    bills: tuple[int, ...]
    payments: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("payment_statuses", "bills", "payments"):
            if len(getattr(self, name)) != MONTHS:
                raise ValueError(f"{name} {getattr(self, name)!r}: must have {MONTHS} months")
        if self.credit_limit <= 0:
            raise ValueError(f"credit_limit {self.credit_limit}: must be above 0")
        if min(self.payments) < 0:
            raise ValueError(f"payments {self.payments!r}: must not be negative")
        if min(self.payment_statuses) < NO_USE:
            raise ValueError(f"payment_statuses {self.payment_statuses!r}: must not be below {NO_USE}")

    @property
    def months_behind(self) -> tuple[int, ...]:
        """Months behind in each month, 0 when not late."""
        return tuple(max(status, 0) for status in self.payment_statuses)


def read_behaviour_rows(lines: Iterable[str]) -> tuple[BehaviourRow, ...]:
    """The customers of a CSV file with the columns of BEHAVIOUR_COLUMNS, in any order. Raises RowRefused."""
    return tuple(behaviour_of(line, values) for line, values in read_csv(lines, BEHAVIOUR_COLUMNS))


def read_csv(lines: Iterable[str], required_columns: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Line number and values by column of each row. Raises RowRefused if a column is missing or there are no rows."""
    reader = csv.reader(_without_byte_order_mark(lines))
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, required_columns)
        seen_any = False
        for values in reader:
            if not values:
                continue
            if len(values) != len(header):
                reason = f"has {len(values)} values where the header has {len(header)} columns"
                raise RowRefused(reader.line_num, "", None, reason)
            seen_any = True
            yield reader.line_num, dict(zip(header, values, strict=True))
    except csv.Error as error:
        raise RowRefused(reader.line_num, "", None, f"is no CSV: {error}") from None
    if not seen_any:
        raise RowRefused(reader.line_num, "", None, "the header is followed by no rows")


def behaviour_of(line: int, values: Mapping[str, str]) -> BehaviourRow:
    """The customer that the values of a line describe. Raises RowRefused."""
    customer_id = values["id"].strip()
    if not customer_id:
        raise RowRefused(line, "id", values["id"], "is empty")
    if any(character in customer_id for character in ',"\r\n'):
        raise RowRefused(line, "id", values["id"], "must not hold a comma, a quotation mark or a line break")
    return BehaviourRow(
        customer_id=customer_id,
        credit_limit=_whole_number(line, "limit_bal", values, least=1),
        payment_statuses=tuple(
            _whole_number(line, column, values, least=NO_USE, most=_MOST_MONTHS_BEHIND)
            for column in PAYMENT_STATUS_COLUMNS
        ),
        bills=tuple(_whole_number(line, column, values, least=-_LARGEST_AMOUNT) for column in BILL_COLUMNS),
        payments=tuple(_whole_number(line, column, values, least=0) for column in PAID_COLUMNS),
    )


def _whole_number(line: int, column: str, values: Mapping[str, str], *, least: int, most: int = _LARGEST_AMOUNT) -> int:
    text = values[column].strip()
    if not text:
        raise RowRefused(line, column, values[column], "is empty")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise RowRefused(line, column, text, "is not a number") from None
    if not number.is_finite():
        raise RowRefused(line, column, text, "is not a number")
    if number < least:
        raise RowRefused(line, column, text, f"must be at least {least}")
    if number > most:
        raise RowRefused(line, column, text, f"must be at most {most}")
    if number != number.to_integral_value():
        raise RowRefused(line, column, text, "is not a whole number")
    return int(number)


def _check_header(header: Sequence[str], required_columns: Sequence[str]) -> None:
    if not header:
        raise RowRefused(1, "", None, "the input is empty")
    for name in header:
        if header.count(name) > 1:
            raise RowRefused(1, name, None, "is there more than once")
    missing = [name for name in required_columns if name not in header]
    if missing:
        raise RowRefused(1, missing[0], None, f"is missing; missing are {', '.join(missing)}")


def _without_byte_order_mark(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line.removeprefix("\ufeff") if number == 0 else line
