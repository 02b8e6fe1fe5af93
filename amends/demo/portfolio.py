"""The demo's real portfolio: 10,000 LendingClub loans, with the dates and payments that their columns imply.

The file gives each loan's terms, issue month, status and the money received; it gives no days. This module chooses the
day of disbursal (deterministic by row) so that the instalments paid agree with the status wherever they can, and splits
the money received into dated payments. It never adds or drops a cent of the file's `paid_total`.

Where the file and a strict ledger differ. LendingClub charged less (or more) than a month's interest for the first
period, so 8,028 loans paid less (mostly 1 to 6 percent of one instalment, at most 20) than the whole number of
instalments which their principal shows as paid. A ledger that allocates the money against the full schedule sees the
oldest such instalment as partially unpaid. The shortfall is kept, in the first payment, and named by
`PortfolioLoan.shortfall_minor`; a ledger that ignores an unpaid remainder below a tolerance agrees with the file (see
`days_past_due`).
"""

import csv
import gzip
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Final, Literal, cast

AS_OF: Final = date(2018, 6, 25)
"""The business date at which the file's statuses hold.

Current loans paid five instalments if issued in January, four if in February, three if in March, which puts the file
in late June. A part of them (15, 14 and 21 percent) paid one instalment less and still is current, so its due day had
not passed. February has no due day after the 28th: days 25 to 28 are 14 percent of it, and days 25 to 31 are 23 percent
of March. 30 June would show those loans two to five days late. Some January loans 16 to 30 days late paid three
instalments only, so their fourth, due in late May, must be at most 30 days old: true of due days 26 to 31.
"""

DATA_PATH: Final = Path(__file__).parent / "data" / "lendingclub_2018q1.csv.gz"

LoanStatus = Literal[
    "Current", "Fully Paid", "In Grace Period", "Late (16-30 days)", "Late (31-120 days)", "Charged Off"
]

DAYS_PAST_DUE_RANGES: Final[Mapping[LoanStatus, tuple[int, int]]] = {
    "Current": (0, 0),
    "Fully Paid": (0, 0),
    "In Grace Period": (1, 15),
    "Late (16-30 days)": (16, 30),
    "Late (31-120 days)": (31, 120),
    "Charged Off": (121, 150),
}
"""Fewest and most days past due of each status. A charge-off comes sooner when a borrower is bankrupt or has died."""

LARGEST_FIRST_INTEREST_SHORTFALL: Final = Decimal("0.20")
"""Share of one instalment by which the money received may miss the instalments that the principal shows as paid."""

PRINCIPAL_ROUNDING_SHARE: Final = Decimal("0.03")
"""Share of one instalment's principal by which the principal received may miss the schedule's."""

LATE_FEE_DAYS: Final = 16
"""Days after its due date at which an instalment was paid when the borrower paid a late fee with it."""

TIME_ZONE_BY_STATE: Final[Mapping[str, str]] = {
    state: zone
    for zone, states in {
        "America/New_York": "CT DC DE FL GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Detroit": "MI",
        "America/Indiana/Indianapolis": "IN",
        "America/Kentucky/Louisville": "KY",
        "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
        "America/Denver": "CO MT NM UT WY",
        "America/Boise": "ID",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV OR WA",
        "America/Anchorage": "AK",
        "Pacific/Honolulu": "HI",
    }.items()
    for state in states.split()
}
"""One IANA time zone for each US state and the District of Columbia: where most of its people live."""


@dataclass(frozen=True, slots=True)
class PortfolioBorrower:
    """A fictitious person for a loan: none of it can reach anybody (example.com; area code 555 is not in service)."""

    borrower_id: str
    name: str
    email: str
    phone: str
    language: Literal["en", "zh-CN"]
    time_zone: str
    identity_ending: str


@dataclass(frozen=True, slots=True)
class ImpliedPayment:
    """Money that the borrower paid on one day, in cents; always positive."""

    payment_id: str
    amount_minor: int
    paid_on: date


@dataclass(frozen=True, slots=True)
class PortfolioLoan:
    """One loan of the file. Money is in cents; `paid_*` is what was received until `AS_OF`.

    `instalments_covered` is how many whole instalments the money pays, but for the first period's interest;
    `installment_minor` is the file's own, to check a schedule against.
    """

    loan_id: str
    borrower: PortfolioBorrower
    state: str
    principal_minor: int
    currency: str
    annual_rate_percent: Decimal
    term_months: int
    installment_minor: int
    disbursed_on: date
    loan_status: LoanStatus
    balance_minor: int
    paid_total_minor: int
    paid_principal_minor: int
    paid_interest_minor: int
    paid_late_fees_minor: int
    instalments_covered: int
    payments: tuple[ImpliedPayment, ...]

    @property
    def borrower_id(self) -> str:
        """The borrower's identifier, such as "B-00001"; every loan has its own borrower."""
        return self.borrower.borrower_id

    @property
    def shortfall_minor(self) -> int:
        """Cents missing from the instalments covered, late fees apart: first-period interest never charged.

        0 for a loan that was paid off.
        """
        if self.loan_status == "Fully Paid":
            return 0
        received_minor = self.paid_total_minor - self.paid_late_fees_minor
        return max(0, self.instalments_covered * self.installment_minor - received_minor)


@dataclass(frozen=True, slots=True)
class _Record:
    """The columns of one row that dates and payments follow from; money in cents, `issued` the month's first day."""

    number: int
    state: str
    issued: date
    status: LoanStatus
    principal_minor: int
    annual_rate_percent: Decimal
    term_months: int
    installment_minor: int
    balance_minor: int
    total_minor: int
    paid_principal_minor: int
    paid_interest_minor: int
    late_fees_minor: int


def read_portfolio(sample: int | None = None, path: Path | None = None) -> list[PortfolioLoan]:
    """Read all loans in file order, or `sample` of them spread evenly, with every status if `sample` has the room."""
    source = path or DATA_PATH
    if sample is None:
        return [_loan(_record(row)) for row in _rows(source)]
    if sample < 1:
        raise ValueError("a sample has at least one loan")
    chosen = _sample_positions([cast(LoanStatus, row["loan_status"]) for row in _rows(source)], sample)
    return [_loan(_record(row)) for position, row in enumerate(_rows(source)) if position in chosen]


def month_ends_until(as_of: date, first: date = date(2018, 1, 31)) -> list[date]:
    """Business dates the demo opens: every month end from `first`'s month up to `as_of`, and `as_of` itself, last."""
    month_ends: list[date] = []
    month_end = due_date(first.replace(day=1), 1) - timedelta(days=1)
    while month_end < as_of:
        month_ends.append(month_end)
        month_end = due_date(month_end + timedelta(days=1), 1) - timedelta(days=1)
    return [*month_ends, as_of]


def due_date(disbursed_on: date, instalment_number: int) -> date:
    """The day of disbursal `instalment_number` months on, or that month's last: 31 January, 28 February, 31 March."""
    months = disbursed_on.month - 1 + instalment_number
    year, month = disbursed_on.year + months // 12, months % 12 + 1
    return date(year, month, min(disbursed_on.day, monthrange(year, month)[1]))


def days_past_due(loan: PortfolioLoan, as_of: date = AS_OF, tolerance_share: Decimal = Decimal(0)) -> int:
    """Days from the oldest unpaid instalment's due date to `as_of`; 0 when none is overdue.

    Payments until `as_of` less late fees cover instalments in order. An unpaid remainder of at most `tolerance_share`
    of an instalment (0.05 is 5 percent) counts as paid.
    """
    if loan.loan_status == "Fully Paid" and all(payment.paid_on <= as_of for payment in loan.payments):
        return 0
    paid_minor = sum(payment.amount_minor for payment in loan.payments if payment.paid_on <= as_of)
    available_minor = max(0, paid_minor - loan.paid_late_fees_minor)
    covered = int(Decimal(available_minor) / loan.installment_minor + tolerance_share)
    if covered >= loan.term_months:
        return 0
    return max(0, (as_of - due_date(loan.disbursed_on, covered + 1)).days)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _minor(text: str) -> int:
    """Dollars as the file writes them, in cents, half a cent rounded up."""
    return int((Decimal(text) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _record(row: Mapping[str, str]) -> _Record:
    return _Record(
        number=int(row["loan_id"]),
        state=row["state"],
        issued=_issue_month(row["issue_month"]),
        status=cast(LoanStatus, row["loan_status"]),
        principal_minor=_minor(row["loan_amount"]),
        annual_rate_percent=Decimal(row["interest_rate"]),
        term_months=int(row["term"]),
        installment_minor=_minor(row["installment"]),
        balance_minor=_minor(row["balance"]),
        total_minor=_minor(row["paid_total"]),
        paid_principal_minor=_minor(row["paid_principal"]),
        paid_interest_minor=_minor(row["paid_interest"]),
        late_fees_minor=_minor(row["paid_late_fees"]),
    )


def _issue_month(text: str) -> date:
    """First day of a month written such as "Jan-2018", whatever the locale."""
    name, year = text.split("-")
    return date(int(year), "JanFebMarAprMayJunJulAugSepOctNovDec".index(name) // 3 + 1, 1)


def _loan(record: _Record) -> PortfolioLoan:
    covered = _instalments_covered(record)
    disbursed_on = _disbursed_on(record, covered)
    return PortfolioLoan(
        loan_id=f"LC-{record.number:05d}",
        borrower=_borrower(record),
        state=record.state,
        principal_minor=record.principal_minor,
        currency="USD",
        annual_rate_percent=record.annual_rate_percent,
        term_months=record.term_months,
        installment_minor=record.installment_minor,
        disbursed_on=disbursed_on,
        loan_status=record.status,
        balance_minor=record.balance_minor,
        paid_total_minor=record.total_minor,
        paid_principal_minor=record.paid_principal_minor,
        paid_interest_minor=record.paid_interest_minor,
        paid_late_fees_minor=record.late_fees_minor,
        instalments_covered=covered,
        payments=_payments(record, covered, disbursed_on),
    )


def _borrower(record: _Record) -> PortfolioBorrower:
    return PortfolioBorrower(
        borrower_id=f"B-{record.number:05d}",
        name=f"Borrower {record.number:05d}",
        email=f"borrower-{record.number:05d}@example.com",
        phone=f"+1555{record.number:07d}",
        language="en" if record.number % 2 else "zh-CN",
        time_zone=TIME_ZONE_BY_STATE[record.state],
        identity_ending=f"{record.number:05d}"[-4:],
    )


def _spread(number: int, salt: int, choices: int) -> int:
    """A choice from 0 to `choices` - 1 that looks random over rows but is the same each time."""
    return ((number * 2654435761 + salt * 40503) % 2**32 >> 7) % choices


def _instalments_covered(record: _Record) -> int:
    """Whole instalments paid: as many as both the money (but for first interest) and the principal received allow."""
    money_minor = record.total_minor - record.late_fees_minor
    most = int(Decimal(money_minor) / record.installment_minor + LARGEST_FIRST_INTEREST_SHORTFALL)
    sure = money_minor // record.installment_minor
    if most == sure or most > AS_OF.month - record.issued.month:
        return sure  # No instalment in doubt, or one that has not fallen due: a prepayment, which tells nothing.
    first_part_minor = record.installment_minor - record.principal_minor * record.annual_rate_percent / 1200
    needed_minor = _scheduled_principal_minor(record, most) - PRINCIPAL_ROUNDING_SHARE * first_part_minor
    return most if record.paid_principal_minor >= needed_minor else sure


def _scheduled_principal_minor(record: _Record, instalments: int) -> Decimal:
    """Cents of principal in the first `instalments` equal instalments: the first one's part, growing monthly."""
    monthly_rate = record.annual_rate_percent / 1200
    first_part_minor = record.installment_minor - record.principal_minor * monthly_rate
    if monthly_rate == 0:
        return first_part_minor * instalments
    return first_part_minor * ((1 + monthly_rate) ** instalments - 1) / monthly_rate


def _disbursed_on(record: _Record, covered: int) -> date:
    """A day of the issue month on which the first unpaid instalment is as late as the status says; else any day."""
    days = [record.issued.replace(day=day) for day in range(1, monthrange(*record.issued.timetuple()[:2])[1] + 1)]
    fitting = [day for day in days if _fits_status(record.status, day, covered)] or days
    return fitting[_spread(record.number, 0, len(fitting))]


def _fits_status(status: LoanStatus, disbursed_on: date, covered: int) -> bool:
    fewest, most = DAYS_PAST_DUE_RANGES[status]
    if status in ("Current", "Fully Paid"):
        # Days after AS_OF's day of the month are left to the loans that have not paid June's instalment yet.
        paid_june = due_date(disbursed_on, covered) >= AS_OF.replace(day=1)
        in_time = due_date(disbursed_on, covered + 1) >= AS_OF
        return in_time and (disbursed_on.day < AS_OF.day or not paid_june)
    return fewest <= (AS_OF - due_date(disbursed_on, covered + 1)).days <= most


def _payments(record: _Record, covered: int, disbursed_on: date) -> tuple[ImpliedPayment, ...]:
    """The money received as dated payments whose amounts sum to the file's total exactly."""
    if record.total_minor == 0:
        return ()
    if record.status == "Fully Paid":
        dated = _payoff_payments(record, disbursed_on)
    else:
        dated = _instalment_payments(record, covered, disbursed_on)
    return tuple(
        ImpliedPayment(f"LC-{record.number:05d}-P{ordinal:02d}", amount_minor, paid_on)
        for ordinal, (paid_on, amount_minor) in enumerate(dated, start=1)
    )


def _instalment_payments(record: _Record, covered: int, disbursed_on: date) -> list[tuple[date, int]]:
    """One instalment per due date so far, as many as covered (at least one payment).

    A remainder within `LARGEST_FIRST_INTEREST_SHORTFALL` belongs to the first payment, a larger one (part of the next
    instalment, or a prepayment) to the last. Late fees come with the last instalment that can be `LATE_FEE_DAYS` late.
    """
    fallen_due = sum(due_date(disbursed_on, number) <= AS_OF for number in range(1, covered + 2))
    count = max(1, min(covered, fallen_due))
    paid_on = [_paid_on(record, disbursed_on, number) for number in range(1, count + 1)]
    amounts_minor = [record.installment_minor] * count
    remainder_minor = record.total_minor - record.late_fees_minor - sum(amounts_minor)
    small = abs(remainder_minor) <= LARGEST_FIRST_INTEREST_SHORTFALL * record.installment_minor
    amounts_minor[0 if small else -1] += remainder_minor
    if record.late_fees_minor:
        late_days = [due_date(disbursed_on, number) + timedelta(days=LATE_FEE_DAYS) for number in range(1, count + 1)]
        position = max(sum(late_day <= AS_OF for late_day in late_days) - 1, 0)
        paid_on[position] = min(late_days[position], AS_OF)
        amounts_minor[position] += record.late_fees_minor
    return list(zip(paid_on, amounts_minor, strict=True))


def _payoff_payments(record: _Record, disbursed_on: date) -> list[tuple[date, int]]:
    """Instalments for the whole months whose interest was paid, then the rest on the day the interest paid reaches."""
    months_held = _months_of_interest(record)
    instalments = int(months_held)
    while instalments and due_date(disbursed_on, instalments) > AS_OF:
        instalments -= 1
    before = [
        (_paid_on(record, disbursed_on, number), record.installment_minor) for number in range(1, instalments + 1)
    ]
    latest = due_date(disbursed_on, instalments)
    days_after = max(1, round((months_held - instalments) * 30))
    payoff_on = min(latest + timedelta(days=days_after), AS_OF)
    return [*before, (payoff_on, record.total_minor - instalments * record.installment_minor)]


def _months_of_interest(record: _Record) -> Decimal:
    """Months for which the loan bore interest before it was paid off, from the interest received."""
    monthly_rate = record.annual_rate_percent / 1200
    balance_minor, interest_left_minor, months = Decimal(record.principal_minor), record.paid_interest_minor, Decimal(0)
    while balance_minor > 0:
        interest_minor = balance_minor * monthly_rate
        if interest_left_minor < interest_minor:
            return months + interest_left_minor / interest_minor
        interest_left_minor -= round(interest_minor)
        balance_minor -= record.installment_minor - interest_minor
        months += 1
    return months


def _paid_on(record: _Record, disbursed_on: date, instalment_number: int) -> date:
    """The due date or up to three days before it."""
    days_early = _spread(record.number, instalment_number, 4)
    return due_date(disbursed_on, instalment_number) - timedelta(days=days_early)


def _sample_positions(statuses: list[LoanStatus], sample: int) -> set[int]:
    """Evenly spread positions; each status without one takes the place of the nearest one that can be spared."""
    total = len(statuses)
    if sample >= total:
        return set(range(total))
    chosen = {index * total // sample for index in range(sample)}
    for status in sorted(set(statuses)):
        held = Counter(statuses[position] for position in chosen)
        spare = [position for position in sorted(chosen) if held[statuses[position]] > 1]
        if held[status] or not spare:
            continue
        candidates = [position for position, other in enumerate(statuses) if other == status]
        wanted = candidates[len(candidates) // 2]
        chosen.remove(min(spare, key=lambda position: abs(position - wanted)))
        chosen.add(wanted)
    return chosen
