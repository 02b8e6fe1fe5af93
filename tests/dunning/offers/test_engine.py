"""Offers that a collections officer can follow, and the facts that go with each."""

from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal

import pytest

from schemas.dunning import RestructureTermsData
from services.dunning.amounts import Amounts
from services.dunning.offers.engine import Offers, make_offers
from services.dunning.offers.means import BorrowerMeans, ObservedPayment
from services.dunning.offers.offer_policy import ReliefReason
from services.dunning.offers.plan import owed_of
from services.dunning.offers.position import LoanPosition
from services.schedules.restructured import RestructureTerms, planned_instalments
from tests.dunning.offers.loans import means, policy, position, situation


def offers(
    loan: LoanPosition | None = None,
    borrower: BorrowerMeans | None = None,
    relief: ReliefReason = "none",
    **overrides: object,
) -> Offers:
    """The offers by the shipped policy with changes."""
    return make_offers(loan or position(), borrower or means(), relief, policy(**overrides))


def kinds(found: Offers) -> list[str]:
    """The kinds offered, the recommended one first."""
    return [offer.kind for offer in found.offers]


def rules_against(found: Offers, kind: str) -> set[str]:
    """The rules for which a kind is not offered."""
    return {rejection.rule for rejection in found.rejected if rejection.kind == kind}


def test_a_healthy_income_and_small_arrears_spread_the_arrears() -> None:
    loan = position(as_of=date(2024, 8, 20), instalments_paid=6)
    assert kinds(offers(loan, means(1_000_000)))[0] == "spread-arrears"


def test_job_loss_with_a_low_income_brings_a_holiday_first() -> None:
    found = offers(borrower=means(400_000), relief="job-loss")
    assert kinds(found)[0] == "holiday-then-extend"
    assert found.offers[0].instalments[0].due_on >= date(2025, 2, 10)


def test_an_illness_brings_a_holiday_first() -> None:
    assert kinds(offers(borrower=means(500_000), relief="illness"))[0] == "holiday-then-extend"


def test_a_disaster_helps_a_borrower_who_is_not_late_yet() -> None:
    found = offers(position(instalments_paid=9), means(600_000), "disaster")
    assert kinds(found)[0] == "holiday-then-extend"
    assert rules_against(found, "spread-arrears") == {"nothing-overdue"}


def test_a_tight_income_without_a_hardship_gets_smaller_instalments() -> None:
    found = offers(borrower=means(280_000))
    assert kinds(found)
    assert {"spread-arrears", "waive-penalty"}.isdisjoint(kinds(found))
    assert rules_against(found, "spread-arrears") == {"affordability-share", "minimum-living-amount"}


def test_an_income_that_leaves_nothing_gets_no_offer_but_the_reasons() -> None:
    found = offers(borrower=means(100_000))
    assert found.offers == ()
    assert rules_against(found, "extend-term") == {"affordability-share", "minimum-living-amount"}


def test_what_was_usually_paid_is_the_limit_where_no_income_is_told() -> None:
    seen = tuple(ObservedPayment(date(2024, month, 10), 80_000) for month in range(2, 8))
    found = offers(borrower=BorrowerMeans(observed_payments=seen))
    assert found.offers
    assert all(line.total_minor <= 80_000 for offer in found.offers for line in offer.instalments)
    assert {offer.reasons[1].code for offer in found.offers} == {"within-usual-payments"}


def test_with_nothing_known_offers_ask_for_the_income() -> None:
    found = offers(borrower=means(None))
    assert {offer.reasons[1].code for offer in found.offers} == {"income-unknown"}


def test_a_rate_above_the_cap_leaves_only_plans_that_lower_it() -> None:
    found = offers(position(annual_rate_percent=Decimal(36)))
    assert set(kinds(found)) <= {"lower-rate", "settlement"}
    assert rules_against(found, "extend-term") >= {"cost-cap"}


def test_an_offer_shows_what_the_ledger_would_book() -> None:
    loan = position(penalty_minor=5_000, fee_minor=1_000)
    owed = owed_of(situation(loan))
    for offer in offers(loan).offers:
        assert offer.instalments == planned_instalments(owed, loan.terms, offer.agreement)


def test_total_cost_is_all_that_is_paid_from_now_on() -> None:
    for offer in offers(position(penalty_minor=5_000)).offers:
        assert offer.total_cost_minor == sum(line.total_minor for line in offer.instalments)


def test_an_offer_expires_before_its_first_instalment() -> None:
    loan = position()
    for offer in offers(loan).offers:
        assert (offer.effective_on, offer.expires_on) == (loan.as_of, loan.as_of + timedelta(days=14))
        assert offer.expires_on < offer.instalments[0].due_on


def test_an_offer_carries_the_version_of_its_policy() -> None:
    assert {offer.policy_version for offer in offers(version="own-7").offers} == {"own-7"}


def test_an_agreement_fits_the_event_that_tells_the_ledger() -> None:
    names = {field.name for field in fields(RestructureTerms)} - {"agreed_on", "every"}
    assert names <= set(RestructureTermsData.model_fields)
    for offer in offers(borrower=means(400_000)).offers:
        agreement = offer.agreement
        RestructureTermsData.model_validate(
            {
                **{name: getattr(agreement, name) for name in names - {"principal_parts"}},
                "principal_parts": agreement.principal_parts
                and tuple({"due_on": part.due_on, "principal_minor": part.principal_minor}
                          for part in agreement.principal_parts),
            }
        )  # fmt: skip


def test_every_offer_says_why_in_english_and_chinese() -> None:
    for relief in ("none", "illness", "job-loss", "disaster", "family"):
        for offer in offers(position(penalty_minor=5_000), relief=relief).offers:
            for reason in offer.reasons:
                assert set(reason.words) == {"en", "zh-CN"}
                assert all("{" not in words and words for words in reason.words.values())


@pytest.mark.parametrize("as_of", [date(2024, 1, 10), date(2025, 12, 31), date(2026, 1, 10), date(2026, 9, 1)])
def test_offers_can_be_made_from_the_first_day_to_long_after_the_last(as_of: date) -> None:
    loan = position(as_of=as_of, instalments_paid=0)
    for offer in offers(loan, means(9_000_000)).offers:
        assert sum(line.principal_minor for line in offer.instalments) <= loan.principal_outstanding_minor
        assert offer.instalments[0].due_on > as_of


def test_offers_do_not_depend_on_the_callers_decimal_arithmetic() -> None:
    from decimal import localcontext

    plain = offers()
    with localcontext() as context:
        context.prec = 4
        assert offers() == plain


def test_a_loan_of_which_only_charges_are_overdue_can_spread_them() -> None:
    loan = position(instalments_paid=9, fee_minor=30_000)
    found = offers(loan, allowed_kinds=["spread-arrears"])
    assert kinds(found) == ["spread-arrears"]
    assert sum(line.fee_minor for line in found.offers[0].instalments) == 30_000
    assert loan.overdue == Amounts(fee_minor=30_000)
