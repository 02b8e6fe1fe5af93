"""A new schedule for what is owed: what the ledger takes over from the agreement, and refuses of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.dunning import PrincipalPart as PrincipalPartTold
from schemas.dunning import RestructureAgreed
from services.eventing.batch import Outcome
from services.eventing.envelope import read_record
from services.ledger.acceptance import Acceptance, LoanEvent, fact_of
from services.ledger.agreement import Agreement
from services.ledger.fact_records import data_of, fact_from, kind_of
from services.ledger.facts import Fact, Paid, Restructured, undone
from services.ledger.life import Life
from services.ledger.refusal import FactRefused, check
from services.ledger.restructuring import owed_of
from services.schedules.restructured import PrincipalPart, planned_instalments, principal_to_schedule_minor
from services.schedules.schedule import InvalidTerms
from tests.builders import record
from tests.ledger.lives import Story, agreements, lived, restructurings, stories
from tests.ledger.loans import opened_loan
from tests.ledger.test_life import APRIL, FEBRUARY, MARCH, TERMS
from tests.ledger.test_life import lived as life_of

MAY, JUNE = date(2024, 5, 10), date(2024, 6, 10)
PARTS = (PrincipalPart(APRIL, 0), PrincipalPart(MAY, 20_000), PrincipalPart(JUNE, 0))
"""An instalment of interest only, then 20,000, then the rest."""


def agreed(**changes: Any) -> Restructured:
    """Three instalments from 10 April, agreed on 10 March on a loan of 30,000 of which nothing is paid."""
    fields: dict[str, Any] = {"fact_id": "R", "on": MARCH, "number_of_instalments": 3, "first_due_on": APRIL}
    return Restructured(**fields | changes)


def new_lines(life: Life) -> list[tuple[date, int, int]]:
    """Due date, principal and interest of the lines that the new schedule brought."""
    return [(line.due_on, line.principal_minor, line.interest_minor) for line in life.lines if line.number > 3]


def told(**changes: Any) -> RestructureAgreed:
    """The same agreement as an event, for the loan of `opened_loan`, disbursed on 10 January 2018."""
    fields: dict[str, Any] = {
        "borrower_id": "B-1", "loan_id": "L-1", "restructuring_id": "R-1", "agreed_on": date(2018, 3, 10),
        "number_of_instalments": 2, "first_due_on": date(2018, 4, 10),
    }  # fmt: skip
    return RestructureAgreed(**fields | changes)


def refusal(event: RestructureAgreed) -> tuple[str, str, str] | None:
    """Code, field and value with which the ledger does not accept an event; None if it does."""
    outcome = Outcome()
    received: LoanEvent = read_record(record(event, 0))  # type: ignore[assignment]
    accepted = Acceptance({("B-1", "L-1"): opened_loan()}, {}, {}, outcome).accepted([received])
    assert len(accepted) + len(outcome.rejected) == 1
    for one in outcome.rejected:
        return one.reason.code, one.reason.field, one.reason.value
    return None


def test_given_parts_fall_due_as_given_with_interest_on_what_is_outstanding() -> None:
    # 12 % over 30/360: 1 % a month of 30,000, 30,000 and 10,000.
    life = life_of(Agreement(TERMS), agreed(principal_parts=PARTS, interest="waive"), through=MARCH)
    assert new_lines(life) == [(APRIL, 0, 300), (MAY, 20_000, 300), (JUNE, 10_000, 100)]


def test_grace_on_principal_leaves_interest_to_pay() -> None:
    life = life_of(Agreement(TERMS), agreed(principal_grace_instalments=1, interest="waive"), through=MARCH)
    assert new_lines(life) == [(APRIL, 0, 300), (MAY, 15_000, 300), (JUNE, 15_000, 150)]


def test_arrears_may_go_to_the_first_instalments_only() -> None:
    life = life_of(
        Agreement(TERMS), agreed(carry_over_instalments=2, annual_rate_percent=Decimal(0)), through=MARCH
    )  # fmt: skip
    assert [interest_minor for _, _, interest_minor in new_lines(life)] == [250, 250, 0]


def test_parts_agreed_before_a_payment_came_to_light_count_as_far_as_there_is_principal() -> None:
    backdated = Paid(fact_id="P", on=FEBRUARY, amount_minor=15_300)
    life = life_of(Agreement(TERMS), backdated, agreed(principal_parts=PARTS, interest="waive"), through=MARCH)
    assert [principal_minor for _, principal_minor, _ in new_lines(life)] == [0, 15_200, 0]


@pytest.mark.parametrize(
    ("early_repayment", "left"),
    [("reduce_term", [(0, 300), (15_000, 150), (0, 0)]), ("reduce_instalment", [(0, 300), (10_000, 150), (5_000, 50)])],
)
def test_a_prepayment_makes_given_parts_fewer_or_smaller(early_repayment: Any, left: list[tuple[int, int]]) -> None:
    prepaid = Paid(fact_id="P", on=APRIL, amount_minor=15_300, purpose="prepayment")
    agreement = Agreement(TERMS, early_repayment=early_repayment)
    life = life_of(agreement, agreed(principal_parts=PARTS, interest="waive"), prepaid, through=APRIL)
    lines = [line for line in life.lines if line.number > 3]
    kept = [(line.principal_minor - line.in_advance_minor, line.interest_minor) for line in lines]
    assert kept == left


def test_a_prepayment_in_grace_leaves_grace_as_agreed() -> None:
    prepaid = Paid(fact_id="P", on=MARCH + timedelta(days=1), amount_minor=10_000, purpose="prepayment")
    agreement = Agreement(TERMS, early_repayment="reduce_term")
    grace = agreed(number_of_instalments=4, principal_grace_instalments=2, interest="waive")
    life = life_of(agreement, grace, prepaid, through=prepaid.on)
    assert [line.principal_outstanding_minor for line in life.lines if line.number > 3] == [0, 0, 15_000, 5_000]


def test_parts_for_more_than_is_owed_are_refused() -> None:
    parts = (PARTS[0], PrincipalPart(MAY, 30_000), PARTS[2])
    life = life_of(Agreement(TERMS), through=MARCH)
    with pytest.raises(InvalidTerms, match="principal_parts 30000: before the last leave nothing for it"):
        check(life, agreed(principal_parts=parts))
    check(life, agreed(principal_parts=parts, interest="capitalise"))


def test_a_settlement_above_what_is_owed_is_refused() -> None:
    life = life_of(Agreement(TERMS), through=MARCH)
    check(life, agreed(settle_for_minor=30_500))
    with pytest.raises(InvalidTerms, match="settle_for_minor 30501: is more than what is owed, 30500"):
        check(life, agreed(settle_for_minor=30_501))


def test_a_loan_that_is_settled_is_not_restructured() -> None:
    life = life_of(Agreement(TERMS), Paid(fact_id="P", on=FEBRUARY, amount_minor=30_600), through=MARCH)
    with pytest.raises(FactRefused, match="is not active"):
        check(life, agreed())


def test_an_agreement_that_contradicts_itself_is_not_accepted() -> None:
    april, may = PrincipalPartTold(due_on=date(2018, 4, 10), principal_minor=5_000), date(2018, 5, 10)
    assert refusal(told(principal_parts=(april, april.model_copy(update={"due_on": may})))) is None
    assert refusal(told(principal_parts=(april,))) == ("refused", "number_of_instalments", "2")
    assert refusal(told(principal_parts=(april, april))) == ("refused", "principal_parts", "2018-04-10")
    assert refusal(told(carry_over_instalments=3)) == ("refused", "carry_over_instalments", "3")
    assert refusal(told(principal_grace_instalments=2)) == ("refused", "principal_grace_instalments", "2")
    assert refusal(told(first_due_on=date(2018, 3, 10))) == ("refused", "first_due_on", "2018-03-10")


def test_an_agreement_comes_back_from_the_record_as_it_was() -> None:
    parts = (PrincipalPartTold(due_on=date(2018, 4, 10), principal_minor=0),
             PrincipalPartTold(due_on=date(2018, 5, 20), principal_minor=7))  # fmt: skip
    event = told(principal_parts=parts, carry_over_instalments=1, annual_rate_percent=Decimal("3.5"))
    assert from_the_record(fact_of(event)) == fact_of(event)


def from_the_record(fact: Fact) -> Fact:
    return fact_from(kind_of(fact), fact.fact_id, fact.on, fact.is_undone, data_of(fact))


def test_an_older_record_reads_as_it_did() -> None:
    data = (
        '{"number_of_instalments": 8, "first_due_on": "2024-06-10", "annual_rate_percent": null, "every": null,'
        ' "interest": "carry_forward", "fee": "carry_forward", "penalty": "waive", "settle_for_minor": null}'
    )
    read = fact_from("restructured", "R-1", date(2024, 4, 25), True, data)
    assert read == undone(
        Restructured(fact_id="R-1", on=date(2024, 4, 25), number_of_instalments=8, first_due_on=date(2024, 6, 10),
                     penalty="waive")
    )  # fmt: skip


@given(stories(agreements, at_most=6), st.data())
def test_the_ledger_books_the_very_instalments_that_were_planned(story: Story, data: st.DataObject) -> None:
    life = lived(*story)
    fact = data.draw(restructurings("R", life.on, replace(story.agreement, terms=life.terms)))
    try:
        check(life, fact)
    except (FactRefused, InvalidTerms):
        assume(False)
    owed, terms, before = owed_of(life), life.terms, max(line.number for line in life.lines)
    planned = planned_instalments(owed, terms, fact.agreement)
    life.apply(fact)
    booked = [
        (line.number - before, line.due_on, line.principal_minor, line.interest_minor, line.charged_minor("fee"),
         line.charged_minor("penalty"), line.carried_interest_minor)
        for line in life.lines if line.number > before
    ]  # fmt: skip
    assert booked == [tuple(one) for one in planned]
    assert sum(one.principal_minor for one in planned) == principal_to_schedule_minor(owed, fact.agreement)
    assert life.principal_outstanding_minor == sum(one.principal_minor for one in planned)
