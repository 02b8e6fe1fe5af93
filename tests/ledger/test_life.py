"""One loan's life, worked out by hand."""

from datetime import date
from decimal import Decimal

from services.ledger.agreement import Agreement, CostCap, LateFeeRule, PenaltyRule
from services.ledger.early_repayment import payoff_minor
from services.ledger.facts import (
    Charged,
    ChargedBack,
    DueDateChanged,
    Fact,
    Paid,
    Refunded,
    Restructured,
    Waived,
    WrittenOff,
    undone,
)
from services.ledger.journal import AccountCode
from services.ledger.life import Life, live
from services.schedules.schedule import LoanTerms, build_schedule
from tests.ledger.test_life_properties import balances

JANUARY, FEBRUARY, MARCH, APRIL = (date(2024, month, 10) for month in (1, 2, 3, 4))
TERMS = LoanTerms(
    principal_minor=30_000,
    currency="CNY",
    annual_rate_percent=Decimal(12),
    method="equal_principal",
    number_of_instalments=3,
    every=(1, "months"),
    day_count="30/360",
    disbursed_on=JANUARY,
)
"""10,000 principal each on 10 February, March and April, with 300, 200 and 100 interest."""


def lived(agreement: Agreement, *facts: Fact, through: date) -> Life:
    return live(agreement, build_schedule(agreement.terms), facts, through)


def paid(identity: str, on: date, amount_minor: int) -> Paid:
    return Paid(fact_id=identity, on=on, amount_minor=amount_minor)


def penalty_minor(life: Life) -> int:
    return sum(line.charged_minor("penalty") for line in life.lines)


def test_penalty_interest_counts_from_the_day_after_the_due_date() -> None:
    agreement = Agreement(TERMS, penalty=PenaltyRule(Decimal(18)))
    on_the_day = lived(agreement, through=FEBRUARY)
    ten_days_late = lived(agreement, through=date(2024, 2, 20))
    assert (penalty_minor(on_the_day), penalty_minor(ten_days_late)) == (0, 50)  # 10,000 x 18 % / 360 x 10


def test_a_payment_within_grace_costs_nothing() -> None:
    agreement = Agreement(TERMS, penalty=PenaltyRule(Decimal(18), grace_days=3))
    assert penalty_minor(lived(agreement, paid("P", date(2024, 2, 13), 10_300), through=MARCH)) == 0


def test_after_grace_the_days_count_from_the_due_date() -> None:
    agreement = Agreement(TERMS, penalty=PenaltyRule(Decimal(18), grace_days=3))
    assert penalty_minor(lived(agreement, through=date(2024, 2, 14))) == 20


def test_or_from_the_end_of_grace_where_the_product_says_so() -> None:
    agreement = Agreement(TERMS, penalty=PenaltyRule(Decimal(18), grace_days=3, counts_from_grace=True))
    assert penalty_minor(lived(agreement, through=date(2024, 2, 14))) == 5


def test_penalty_on_interest_too_where_the_product_says_so() -> None:
    agreement = Agreement(TERMS, penalty=PenaltyRule(Decimal(36), on_interest=True))
    assert penalty_minor(lived(agreement, through=date(2024, 2, 20))) == 103  # 10,300 x 36 % / 360 x 10


def test_a_late_fee_is_charged_once_an_instalment() -> None:
    agreement = Agreement(TERMS, late_fee=LateFeeRule(percent=Decimal(5), minimum_minor=100, maximum_minor=400))
    life = lived(agreement, through=APRIL)
    assert [line.charged_minor("fee") for line in life.lines] == [400, 400, 0]


def test_a_backdated_payment_takes_the_late_fee_back() -> None:
    agreement = Agreement(TERMS, late_fee=LateFeeRule(flat_minor=500))
    life = lived(agreement, paid("P", FEBRUARY, 10_300), through=date(2024, 2, 20))
    assert life.lines[0].charged_minor("fee") == 0


def test_what_the_cap_forbids_is_not_charged_and_is_booked_as_capped() -> None:
    agreement = Agreement(TERMS, late_fee=LateFeeRule(flat_minor=5_000), cost_cap=CostCap(Decimal(24)))
    life = lived(agreement, through=date(2024, 2, 11))
    item = life.lines[0].charges[0]
    # 32 days of 30,000 at 24 % / 365 are 631; interest has taken 300 and one day of 200 in 29, rounded up.
    assert (item.amount_minor, item.capped_minor) == (324, 4_676)
    assert balances(life)[AccountCode.CAPPED] == 4_676


def test_money_beyond_what_is_due_waits_as_credit_and_pays_the_next_instalment() -> None:
    agreement = Agreement(TERMS, early_repayment="hold_as_credit")
    waiting = lived(agreement, paid("P", FEBRUARY, 11_000), through=date(2024, 3, 9))
    applied = lived(agreement, paid("P", FEBRUARY, 11_000), through=MARCH)
    assert (waiting.credit_minor, applied.credit_minor, applied.lines[1].outstanding_minor) == (700, 0, 9_500)


def test_a_payoff_costs_the_interest_accrued_and_no_more() -> None:
    agreement = Agreement(TERMS)
    life = lived(agreement, paid("P", FEBRUARY, 10_300), through=date(2024, 2, 25))
    assert payoff_minor(life) == 20_103  # 15 of 29 days of 200


def test_a_prepayment_makes_instalments_smaller() -> None:
    agreement = Agreement(TERMS, early_repayment="reduce_instalment")
    life = lived(agreement, paid("P", FEBRUARY, 15_300), through=FEBRUARY)
    assert [(line.principal_outstanding_minor, line.interest_minor) for line in life.lines[1:]] == [
        (7_500, 150), (7_500, 75)]  # fmt: skip


def test_or_it_makes_the_term_shorter() -> None:
    agreement = Agreement(TERMS, early_repayment="reduce_term")
    life = lived(agreement, paid("P", FEBRUARY, 20_300), through=FEBRUARY)
    assert [(line.principal_outstanding_minor, line.interest_minor) for line in life.lines[1:]] == [
        (10_000, 100), (0, 0)]  # fmt: skip


def test_money_that_comes_when_nothing_is_due_pays_the_next_instalment() -> None:
    agreement = Agreement(TERMS, early_repayment="reduce_term")
    life = lived(agreement, paid("P", date(2024, 2, 9), 10_300), through=date(2024, 2, 9))
    assert [line.outstanding_minor for line in life.lines] == [0, 10_200, 10_100]


def test_unless_it_is_meant_to_repay_principal_early() -> None:
    agreement = Agreement(TERMS, early_repayment="reduce_instalment")
    early = Paid(fact_id="P", on=date(2024, 1, 25), amount_minor=15_000, purpose="prepayment")
    life = lived(agreement, early, through=date(2024, 1, 25))
    # Half the principal is gone after 15 of 31 days: 300 x 15 / 31 / 2 = 73, and the other half goes on.
    assert [(line.principal_outstanding_minor, line.interest_minor) for line in life.lines] == [
        (5_000, 223), (5_000, 100), (5_000, 50)]  # fmt: skip


def test_a_reversed_payment_counts_as_never_made() -> None:
    agreement = Agreement(TERMS, penalty=PenaltyRule(Decimal(18)))
    with_it = lived(agreement, undone(paid("P", FEBRUARY, 10_300)), through=MARCH)
    without = lived(agreement, through=MARCH)
    assert (with_it.lines, balances(with_it)) == (without.lines, balances(without))


def test_a_chargeback_owes_again_what_the_payment_had_paid_from_its_own_day() -> None:
    agreement = Agreement(TERMS, penalty=PenaltyRule(Decimal(18)))
    back = ChargedBack(fact_id="C", on=date(2024, 2, 20), payment_id="P", amount_minor=10_300)
    life = lived(agreement, paid("P", FEBRUARY, 10_300), back, through=date(2024, 3, 1))
    assert (life.lines[0].outstanding_minor, penalty_minor(life)) == (10_350, 50)


def test_a_refund_pays_out_the_borrowers_credit() -> None:
    life = lived(
        Agreement(TERMS), paid("P", FEBRUARY, 31_000), Refunded(fact_id="R", on=MARCH, amount_minor=400), through=MARCH
    )
    assert (life.credit_minor, balances(life)[AccountCode.BORROWER_CREDIT]) == (0, 0)


def test_a_waiver_gives_up_penalties_and_books_them_as_waived() -> None:
    agreement = Agreement(TERMS, penalty=PenaltyRule(Decimal(18)))
    waived = Waived(fact_id="W", on=date(2024, 2, 20), component="penalty")
    life = lived(agreement, waived, through=date(2024, 2, 20))
    assert (life.lines[0].outstanding_minor, balances(life)[AccountCode.WAIVED]) == (10_300, 50)


def test_a_changed_due_date_moves_the_rest_of_the_schedule() -> None:
    change = DueDateChanged(fact_id="D", on=date(2024, 2, 15), instalment_number=2, due_on=date(2024, 3, 20))
    life = lived(Agreement(TERMS), change, through=date(2024, 2, 15))
    assert [line.due_on for line in life.lines] == [FEBRUARY, date(2024, 3, 20), date(2024, 4, 20)]


def test_a_restructuring_schedules_all_principal_anew_and_spreads_the_arrears() -> None:
    agreed = Restructured(
        fact_id="R", on=MARCH, number_of_instalments=6, first_due_on=APRIL, annual_rate_percent=Decimal(0)
    )
    life = lived(Agreement(TERMS), agreed, through=MARCH)
    assert [line.outstanding_minor for line in life.lines] == [0, 0, 0, 5_083, 5_083, 5_083, 5_083, 5_083, 5_085]
    assert balances(life)[AccountCode.INTEREST_RECEIVABLE] == 500


def test_capitalised_arrears_bear_interest() -> None:
    agreed = Restructured(fact_id="R", on=MARCH, number_of_instalments=1, first_due_on=APRIL, interest="capitalise")
    life = lived(Agreement(TERMS), agreed, through=MARCH)
    assert (life.lines[-1].principal_minor, life.lines[-1].interest_minor) == (30_500, 305)


def test_a_settlement_waives_the_rest() -> None:
    agreed = Restructured(
        fact_id="R", on=MARCH, number_of_instalments=1, first_due_on=APRIL, settle_for_minor=20_000,
        annual_rate_percent=Decimal(0),
    )  # fmt: skip
    life = lived(Agreement(TERMS), agreed, paid("P", APRIL, 20_000), through=APRIL)
    assert (life.status, balances(life)[AccountCode.WAIVED]) == ("settled", 10_500)


def test_an_undone_restructuring_leaves_the_old_schedule() -> None:
    agreed = Restructured(fact_id="R", on=MARCH, number_of_instalments=6, first_due_on=APRIL)
    assert lived(Agreement(TERMS), undone(agreed), through=APRIL).lines == lived(Agreement(TERMS), through=APRIL).lines


def test_what_is_paid_after_a_write_off_is_a_recovery() -> None:
    life = lived(Agreement(TERMS), WrittenOff(fact_id="W", on=MARCH), paid("P", APRIL, 1_000), through=APRIL)
    booked = balances(life)
    assert (booked[AccountCode.WRITE_OFF], booked[AccountCode.RECOVERY_INCOME]) == (30_500, -1_000)
    assert (life.status, booked[AccountCode.PRINCIPAL_RECEIVABLE]) == ("written_off", 0)


def test_a_charge_after_the_last_instalment_is_a_line_of_its_own() -> None:
    charged = Charged(fact_id="C", on=APRIL, kind="fee", amount_minor=50, due_on=date(2024, 5, 1))
    assert [line.due_on for line in lived(Agreement(TERMS), charged, through=APRIL).lines][-1] == date(2024, 5, 1)


def test_a_loan_far_past_due_is_charged_off_on_the_products_day() -> None:
    agreement = Agreement(TERMS, charge_off_after_days=30)
    before, after = lived(agreement, through=date(2024, 3, 10)), lived(agreement, through=date(2024, 3, 11))
    assert (before.status, after.status) == ("active", "written_off")
