"""The workload: loans, and their instalments paid one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from amends.publishing import Publication
from schemas.lending import BorrowerRegistered, LoanDisbursed
from schemas.payments import PaymentCaptured
from services.ledger.disbursals import terms_of
from services.schedules.schedule import Instalment, build_schedule

DISBURSED_ON = date(2018, 1, 15)
_PRINCIPAL_MINOR = 1_200_000
_IN_TIME, _LATE = timedelta(days=0), timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Workload:
    """Loans of 36 months, and payments in rounds: instalment 1 of every loan, then instalment 2, ..."""

    loans: tuple[LoanDisbursed, ...]
    schedule: tuple[Instalment, ...]
    late_percent: int = 0

    def openings(self) -> Iterator[Publication]:
        """Borrowers and loans as events."""
        for loan in self.loans:
            data = BorrowerRegistered(borrower_id=loan.borrower_id, name="Bench", email="bench@example.com")
            yield Publication(data, f"registered-{loan.borrower_id}")
        for loan in self.loans:
            yield Publication(loan, f"disbursed-{loan.loan_id}")

    def payment_events(self, count: int) -> Iterator[Publication]:
        """The payments as events."""
        for data in self.payments(count):
            yield Publication(data, f"captured-{data.payment_id}")

    def payments(self, count: int) -> Iterator[PaymentCaptured]:
        """`count` payments, each for one whole instalment on its due date, or by late borrowers ten days after it."""
        for index in range(count):
            number = index % len(self.loans)
            loan = self.loans[number]
            late = _LATE if number % 100 < self.late_percent else _IN_TIME
            line = self.schedule[index // len(self.loans)]
            yield PaymentCaptured(
                borrower_id=loan.borrower_id,
                loan_id=loan.loan_id,
                payment_id=f"{loan.loan_id}-P{line.number}",
                amount_minor=line.principal_minor + line.interest_minor,
                currency=loan.currency,
                value_date=line.due_on + late,
            )


def workload(loans: int, *, product: str | None = None, late_percent: int = 0) -> Workload:
    """So many equal loans, each of another borrower; of a hundred borrowers so many pay late."""
    opened = tuple(
        LoanDisbursed(
            borrower_id=f"B-{number:06}",
            loan_id=f"L-{number:06}",
            principal_minor=_PRINCIPAL_MINOR,
            currency="USD",
            annual_rate_percent=Decimal(12),
            number_of_instalments=36,
            disbursed_on=DISBURSED_ON,
            product=product,
        )
        for number in range(loans)
    )
    # What a product of the bench leaves to its defaults is what the standard product says.
    schedule = build_schedule(terms_of(opened[0].model_copy(update={"product": None})))
    return Workload(opened, schedule, late_percent)
