"""What a borrower owes over all loans, and whether it is too much for their income."""

import pytest

from services.dunning.amounts import Amounts
from services.dunning.cases.case_actions import OverBorrowingSeen
from services.dunning.cases.case_file import CaseFacts
from services.dunning.cases.exposure import Exposure, Finances, exposure_of
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.ladder.rules import OverBorrowing
from tests.dunning.cases import Story, case, day, facts, ladder, overdue, settled, step

RULE = OverBorrowing(instalments_to_income_percent=50, number_of_lenders=4)


def loan(loan_id: str, instalment: int) -> LoanFacts:
    return facts(loan=loan_id, next_due=10, due=Amounts(principal_minor=instalment))


def finances(income: int | None = 1_000, obligations: int = 0, lenders: int | None = None) -> Finances:
    return Finances("CNY", day(0), income, obligations, lenders)


def exposure(*loans: LoanFacts, known: Finances | None) -> Exposure:
    return exposure_of(loans, known, RULE)


def test_exposure_sums_principal_and_overdue_of_all_loans() -> None:
    known = exposure(overdue("loan-1"), overdue("loan-2"), known=None)
    assert known.principal_minor_by_currency == (("CNY", 200_000),)
    assert known.overdue_minor_by_currency == (("CNY", 22_100),)


def test_instalments_of_all_loans_and_other_obligations_are_compared_with_income() -> None:
    known = exposure(loan("loan-1", 100), loan("loan-2", 150), known=finances(1_000, obligations=200))
    assert known.instalments_to_income_percent == 45


@pytest.mark.parametrize(("instalment", "over"), [(499, False), (500, True)])
def test_a_borrower_is_over_borrowed_from_the_share_of_the_policy_on(instalment: int, over: bool) -> None:
    assert exposure(loan("loan-1", instalment), known=finances()).is_over_borrowed is over


@pytest.mark.parametrize(("lenders", "over"), [(3, False), (4, True)])
def test_a_borrower_with_many_lenders_is_over_borrowed_whatever_they_earn(lenders: int, over: bool) -> None:
    assert exposure(loan("loan-1", 1), known=finances(None, lenders=lenders)).is_over_borrowed is over


def test_without_income_no_share_is_known() -> None:
    for income in (None, 0):
        known = exposure(loan("loan-1", 500), known=finances(income))
        assert (known.instalments_to_income_percent, known.is_over_borrowed) == (None, False)


def test_a_settled_loan_asks_for_no_instalment() -> None:
    assert exposure(settled(), known=finances()).instalments_to_income_percent == 0


def test_over_borrowing_is_told_when_it_is_first_seen_and_when_it_is_over() -> None:
    policy = ladder()
    story = Story(policy, case(policy, loan("loan-1", 600)))
    story.case.facts = CaseFacts(finances=finances(1_000))
    story.daily(0, 3)
    story.case.facts = CaseFacts(finances=finances(2_000))
    story.daily(4, 6)
    assert story.of(OverBorrowingSeen) == [
        (0, OverBorrowingSeen(True, 60, None)),
        (4, OverBorrowingSeen(False, 30, None)),
    ]


def test_a_step_may_be_for_over_borrowed_people_or_for_the_others() -> None:
    policy = ladder(
        step("help", 1, "offer", only_if={"over_borrowed": True}), step("soft", 1, only_if={"over_borrowed": False})
    )
    over = Story(policy, case(policy, overdue(), told=CaseFacts(finances=finances(lenders=9))))
    others = Story(policy, case(policy, overdue()))
    assert (over.daily(1, 3).notices, others.daily(1, 3).notices) == ([(1, "help")], [(1, "soft")])
