"""The event text written without models is what the contract's models would write."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas import ledger as contract
from services.ledger import event_text
from services.ledger.account import Payment
from services.ledger.allocation import Allocation, AllocationLine
from services.ledger.standing import Amounts, Standing
from services.schedules.schedule import LoanTerms
from services.schedules.told_terms import told_terms
from tests.schedules.terms_builders import any_terms

minor = st.integers(0, 10**15)
days = st.dates(date(1900, 1, 1), date(2999, 12, 31))
identifiers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,20}", fullmatch=True)
amounts = st.builds(Amounts, minor, minor, minor, minor)
standings = st.builds(Standing, days, minor, amounts, st.none() | days, st.none() | days, amounts, minor, st.booleans(),
                      st.booleans())  # fmt: skip
lines = st.builds(AllocationLine, st.integers(1, 1200), minor, minor, minor, minor)
allocations = st.builds(Allocation, st.lists(lines, max_size=3).map(tuple), minor, minor, minor, minor, minor)
payments = st.builds(Payment, identifiers, st.integers(1, 10**15), st.just("USD"), days)


@given(identifiers, identifiers, standings, st.none() | st.just("cn-consumer@1"), any_terms(), days, st.booleans())
def test_an_opened_loan_has_the_bytes_of_its_model(
    borrower_id: str,
    loan_id: str,
    standing: Standing,
    product: str | None,
    terms: LoanTerms,
    maturity_on: date,
    moves: bool,
) -> None:
    if moves:
        terms = replace(terms, country="DE", subdivision="BY", non_working_days="after")
    text = event_text.loan_opened(borrower_id, loan_id, "USD", standing, product, terms, maturity_on)
    model = contract.LoanOpened(
        borrower_id=borrower_id, loan_id=loan_id, currency="USD", standing=standing.told(), product=product,
        terms=told_terms(terms), maturity_on=maturity_on,
    )  # fmt: skip
    assert model.model_dump_json().encode() == text
    assert contract.LoanOpened.model_validate_json(text) == model


@given(identifiers, identifiers, standings, payments, allocations)
def test_a_payment_received_has_the_bytes_of_its_model(
    borrower_id: str, loan_id: str, standing: Standing, payment: Payment, allocation: Allocation
) -> None:
    text = event_text.payment_received(borrower_id, loan_id, "USD", standing, payment, allocation)
    model = contract.PaymentReceived.model_validate_json(text)
    assert model.model_dump_json().encode() == text
    assert model.standing == standing.told()
    assert (model.payment_id, model.amount_minor, model.value_date) == (
        payment.payment_id, payment.amount_minor, payment.value_date,
    )  # fmt: skip
    assert [tuple(line.model_dump().values()) for line in model.allocation.instalments] == [
        (line.penalty_minor, line.fee_minor, line.interest_minor, line.principal_minor, line.number)
        for line in allocation.lines
    ]
    assert model.allocation.unallocated_minor == allocation.unallocated_minor


@given(identifiers, identifiers, standings, st.integers(1, 1200), days, amounts, st.integers(0, 60))
def test_an_announcement_has_the_bytes_of_its_model(
    borrower_id: str, loan_id: str, standing: Standing, number: int, due_on: date, lacks: Amounts, ahead: int
) -> None:
    on = due_on - timedelta(days=ahead)
    text = event_text.repayment_due(borrower_id, loan_id, "USD", standing, number, due_on, lacks, on)
    model = contract.RepaymentDue(
        borrower_id=borrower_id, loan_id=loan_id, currency="USD", standing=standing.told(), instalment_number=number,
        due_on=due_on, days_ahead=ahead, amounts=lacks.told(), business_date=on,
    )  # fmt: skip
    assert model.model_dump_json().encode() == text


@given(identifiers, identifiers, standings, st.integers(1, 1200), days, amounts, st.integers(1, 400))
def test_an_overdue_instalment_has_the_bytes_of_its_model(
    borrower_id: str, loan_id: str, standing: Standing, number: int, due_on: date, lacks: Amounts, late: int
) -> None:
    on = due_on + timedelta(days=late)
    text = event_text.instalment_overdue(borrower_id, loan_id, "USD", standing, number, due_on, lacks, on)
    model = contract.InstalmentOverdue(
        borrower_id=borrower_id, loan_id=loan_id, currency="USD", standing=standing.told(), instalment_number=number,
        due_on=due_on, amounts=lacks.told(), days_past_due=late, business_date=on,
    )  # fmt: skip
    assert model.model_dump_json().encode() == text


@given(identifiers, identifiers, standings, days)
def test_a_changed_standing_has_the_bytes_of_its_model(
    borrower_id: str, loan_id: str, standing: Standing, on: date
) -> None:
    text = event_text.standing_changed(borrower_id, loan_id, "USD", standing, "penalty-accrued", on)
    model = contract.StandingChanged(
        borrower_id=borrower_id, loan_id=loan_id, currency="USD", standing=standing.told(), reason="penalty-accrued",
        business_date=on,
    )  # fmt: skip
    assert model.model_dump_json().encode() == text
