"""What the borrower would pay without a plan is what the ledger says is unpaid."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.offers import OfferedInstalment
from services.dunning.amounts import Amounts
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.current_instalments import current_instalments, total_minor
from services.dunning.current_schedule import CurrentSchedule, schedule_of_terms
from services.ledger.agreement import Agreement
from services.ledger.facts import Charged, Fact, Paid, counting_order
from services.ledger.life import Life, live
from services.schedules.schedule import Instalment, build_schedule
from tests.dunning.offers.loans import TERMS
from tests.dunning.offers.told_lives import told
from tests.ledger.lives import DISBURSED_ON, orders, penalties, terms

Line = tuple[date, int, int]
"""Due date, interest and principal."""

agreements = st.builds(
    Agreement, terms=terms, order=orders, allocation_by=st.sampled_from(["instalment_first", "component_first"]),
    early_repayment=st.sampled_from(["pay_ahead", "hold_as_credit"]), penalty=st.none() | penalties,
)  # fmt: skip


@st.composite
def lives(draw: st.DrawFn) -> tuple[Agreement, Life]:
    """A loan that is paid now and then, late or ahead, and charged for it."""
    agreement = draw(agreements)
    last = (build_schedule(agreement.terms)[-1].due_on - DISBURSED_ON).days + 40
    days = st.integers(0, last).map(lambda age: DISBURSED_ON + timedelta(days=age))
    largest = max(2, 2 * agreement.terms.principal_minor // agreement.terms.number_of_instalments)
    facts: list[Fact] = []
    for number, on in enumerate(sorted(draw(st.lists(days, max_size=6)))):
        amount_minor = draw(st.integers(1, largest))
        if draw(st.booleans()):
            facts.append(Paid(fact_id=f"P-{number}", on=on, amount_minor=amount_minor))
        elif on > DISBURSED_ON:
            kind = draw(st.sampled_from(["fee", "penalty"]))
            facts.append(Charged(fact_id=f"C-{number}", on=on, kind=kind, amount_minor=amount_minor, due_on=on))  # type: ignore[arg-type]
    until = draw(days)
    happened = [fact for fact in facts if fact.on <= until]
    life = live(agreement, build_schedule(agreement.terms), sorted(happened, key=counting_order), until)
    assume(not has_interest_paid_beyond_the_next(life))
    return agreement, life


def has_interest_paid_beyond_the_next(life: Life) -> bool:
    """Whether later interest was paid ahead of the next instalment's principal, as `component_first` allows.

    The ledger's standing does not tell it, see `current_instalments`.
    """
    to_come = [line for line in life.lines if line.due_on >= life.on and line.outstanding_minor]
    return any(line.interest_paid_minor and line.interest_outstanding_minor + line.principal_outstanding_minor
               for line in to_come[1:])  # fmt: skip


def lines(instalments: Sequence[OfferedInstalment]) -> list[Line]:
    """Those that lack interest or principal."""
    amounts = [(one.due_on, one.amounts.interest_minor, one.amounts.principal_minor) for one in instalments]
    return [line for line in amounts if line[1:] != (0, 0)]


def charges(instalments: Sequence[OfferedInstalment]) -> Counter[str]:
    """Fees and penalties of all of them."""
    return Counter(
        fee=sum(one.amounts.fee_minor for one in instalments),
        penalty=sum(one.amounts.penalty_minor for one in instalments),
    )


@given(lives())
def test_interest_and_principal_of_each_instalment_are_what_the_ledger_says_it_lacks(
    lived: tuple[Agreement, Life],
) -> None:
    agreement, life = lived
    found = current_instalments(told(life), schedule_of_terms(agreement.terms), life.on)
    unpaid = [
        (line.due_on, line.interest_outstanding_minor, line.principal_outstanding_minor)
        for line in life.lines
        if line.interest_outstanding_minor or line.principal_outstanding_minor
    ]
    assert lines(found) == unpaid


@given(lives())
def test_fees_penalties_and_the_total_are_the_ledgers(lived: tuple[Agreement, Life]) -> None:
    agreement, life = lived
    found = current_instalments(told(life), schedule_of_terms(agreement.terms), life.on)
    assert charges(found) == Counter(
        fee=sum(line.component_outstanding_minor("fee") for line in life.lines),
        penalty=sum(line.component_outstanding_minor("penalty") for line in life.lines),
    )
    assert total_minor(found) == sum(line.outstanding_minor for line in life.lines)
    assert [one.number for one in found] == list(range(1, len(found) + 1))


def third_instalment_half_paid() -> tuple[LoanFacts, CurrentSchedule, tuple[Instalment, ...]]:
    """Two instalments are paid, of the third 50,000 principal is; the fourth is overdue too, with a fee."""
    schedule = build_schedule(TERMS)
    third, fourth, fifth = schedule[2:5]
    facts = LoanFacts(
        loan_id="loan-1", borrower_id="borrower-1", currency="CNY", as_of=date(2024, 5, 20), sequence=9,
        oldest_unpaid_due_on=third.due_on, next_due_on=fifth.due_on,
        overdue=Amounts(
            fee_minor=700, interest_minor=fourth.interest_minor,
            principal_minor=third.principal_minor - 50_000 + fourth.principal_minor,
        ),
        next_due_amounts=Amounts(interest_minor=fifth.interest_minor, principal_minor=fifth.principal_minor),
        principal_outstanding_minor=sum(line.principal_minor for line in schedule[2:]) - 50_000,
    )  # fmt: skip
    return facts, schedule_of_terms(TERMS), schedule


def test_what_is_overdue_lies_on_the_newest_instalments_and_the_fee_with_the_oldest() -> None:
    facts, current, schedule = third_instalment_half_paid()
    third, fourth = current_instalments(facts, current, facts.as_of)[:2]
    assert (third.due_on, third.amounts.fee_minor, third.amounts.interest_minor, third.amounts.principal_minor) == (
        date(2024, 4, 10), 700, 0, schedule[2].principal_minor - 50_000
    )  # fmt: skip
    assert (fourth.due_on, fourth.amounts.fee_minor, fourth.amounts.principal_minor) == (
        date(2024, 5, 10), 0, schedule[3].principal_minor
    )  # fmt: skip


def test_what_was_next_when_the_ledger_told_is_overdue_once_its_day_has_passed() -> None:
    facts, current, schedule = third_instalment_half_paid()
    later = current_instalments(facts, current, schedule[4].due_on + timedelta(days=1))
    assert total_minor(later) == total_minor(current_instalments(facts, current, facts.as_of))
    assert [one.due_on for one in later] == [line.due_on for line in schedule[2:]]
