"""A borrower in trouble, from the first missed instalment to the cure, through the running ledger and dunning."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from schemas.cases import PromiseJudged, PromiseRecorded, ReliefGranted
from schemas.dunning import CaseCured, LoanStateChanged, ReminderRequested, RestructureAgreed
from schemas.hardship import HardshipReported, HoldLifted, HoldPlaced, PromiseReported, RegionAffected
from schemas.ledger import LoanRestructured
from schemas.lending import BorrowerRegistered, LoanDisbursed
from schemas.offers import OfferAccepted, OfferAcceptedByBorrower, OfferMade
from tests.builders import loan_disbursed, payment_captured
from tests.end_to_end.ledger_and_dunning import LedgerAndDunning, ledger_and_dunning
from tests.real_pair import RealPair

LOAN = loan_disbursed()
FIRST_DUE_ON = date(2024, 2, 1)


async def test_an_accepted_plan_is_booked_as_it_was_shown_and_cures_the_loan(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with ledger_and_dunning(real_pair, fresh_database, topic_prefix, tmp_path) as services:
        [offer] = await _offered_a_month_late(services)
        plan = offer.plans[0]
        accepted_on = offer.made_on + timedelta(days=4)
        acceptance = OfferAcceptedByBorrower(
            borrower_id=offer.borrower_id, loan_id=offer.loan_id, offer_id=offer.offer_id, plan_id=plan.plan_id,
            accepted_on=accepted_on,
        )  # fmt: skip
        await services.open_day(accepted_on)
        await services.tell(acceptance)
        await services.tell(acceptance)
        assert len(await services.said(RestructureAgreed)) == len(await services.said(OfferAccepted)) == 1
        [restructured] = await services.said(LoanRestructured)
        booked = [(line.due_on, line.amounts) for line in restructured.instalments]
        assert booked == [(line.due_on, line.amounts) for line in plan.instalments]
        assert [cured.loan_id for cured in await services.said(CaseCured)] == [LOAN.loan_id]
        assert "restructured" in (await services.said(LoanStateChanged))[-1].flags


async def test_a_promise_stops_the_ladder_until_it_is_judged_by_what_was_paid(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with ledger_and_dunning(real_pair, fresh_database, topic_prefix, tmp_path) as services:
        await services.tell(LOAN)
        await services.open_day(FIRST_DUE_ON + timedelta(days=2))
        due_on = FIRST_DUE_ON + timedelta(days=14)
        await services.tell(PromiseReported(
            borrower_id=LOAN.borrower_id, promise_id="P-1", currency="EUR", amount_minor=10_000,
            made_on=FIRST_DUE_ON + timedelta(days=2), due_on=due_on))  # fmt: skip
        await services.open_day(FIRST_DUE_ON + timedelta(days=10))
        assert "overdue-firm" not in {one.step_id for one in await services.said(ReminderRequested)}
        await services.tell(payment_captured(amount_minor=4_000, value_date=FIRST_DUE_ON + timedelta(days=10)))
        await services.open_day(due_on + timedelta(days=2))
        assert [one.promise_id for one in await services.said(PromiseRecorded)] == ["P-1"]
        [judged] = await services.said(PromiseJudged)
        assert (judged.verdict, judged.paid_minor) == ("partly-kept", 4_000)
        assert "overdue-firm" in {one.step_id for one in await services.said(ReminderRequested)}


async def test_an_illness_stops_escalation_and_brings_an_answer_and_plans(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with ledger_and_dunning(real_pair, fresh_database, topic_prefix, tmp_path) as services:
        await services.tell(LOAN)
        ill_on = FIRST_DUE_ON + timedelta(days=5)
        await services.open_day(ill_on)
        await services.tell(HardshipReported(
            borrower_id=LOAN.borrower_id, hardship_id="H-1", reason="illness", reported_on=ill_on))  # fmt: skip
        [relief] = await services.said(ReliefGranted)
        assert relief.review_on == ill_on + timedelta(days=30)
        assert "hardship_answer" in {one.template for one in await services.said(ReminderRequested)}
        assert len(await services.said(OfferMade)) == 1
        await services.open_day(FIRST_DUE_ON + timedelta(days=20))
        assert "overdue-firm" not in {one.step_id for one in await services.said(ReminderRequested)}


async def test_a_flood_brings_relief_to_borrowers_of_its_region_before_they_are_late(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    there, elsewhere = loan_disbursed("loan-1"), loan_disbursed("loan-2", borrower_id="borrower-2")
    async with ledger_and_dunning(real_pair, fresh_database, topic_prefix, tmp_path) as services:
        await services.tell(
            BorrowerRegistered(borrower_id=there.borrower_id, name="Ada", region="CN-44"),
            BorrowerRegistered(borrower_id=elsewhere.borrower_id, name="Ben", region="CN-11"),
            there,
            elsewhere,
        )
        flood_on = FIRST_DUE_ON - timedelta(days=10)
        await services.open_day(flood_on)
        await services.tell(RegionAffected(incident_id="flood", region="CN-44", from_on=flood_on))
        await services.open_day(flood_on + timedelta(days=1))
        assert [one.borrower_id for one in await services.said(ReliefGranted)] == [there.borrower_id]
        asked = [(one.borrower_id, one.template) for one in await services.said(ReminderRequested)]
        assert asked == [(there.borrower_id, "regional_relief")]


async def test_a_breathing_space_takes_back_penalties_of_its_days_until_it_is_lifted(
    real_pair: RealPair, fresh_database: str, topic_prefix: str, tmp_path: Path
) -> None:
    loan = LoanDisbursed(
        borrower_id="borrower-1", loan_id="loan-1", product="cn-consumer@1", principal_minor=1_200_000, currency="CNY",
        annual_rate_percent=Decimal(12), number_of_instalments=12, disbursed_on=date(2024, 1, 5),
    )  # fmt: skip
    async with ledger_and_dunning(real_pair, fresh_database, topic_prefix, tmp_path) as services:
        await services.tell(loan)
        await services.open_day(date(2024, 3, 10))
        assert await _penalty_minor(services) > 0
        await services.tell(HoldPlaced(
            borrower_id=loan.borrower_id, hold_id="BS-1", reason="breathing-space", from_on=date(2024, 2, 6),
            stops=("clock", "contact", "interest")))  # fmt: skip
        assert await _penalty_minor(services) == 0
        await services.open_day(date(2024, 3, 25))
        assert await _penalty_minor(services) == 0
        await services.tell(HoldLifted(borrower_id=loan.borrower_id, hold_id="BS-1", lifted_on=date(2024, 3, 26)))
        await services.open_day(date(2024, 4, 2))
        assert await _penalty_minor(services) > 0


async def _penalty_minor(services: LedgerAndDunning) -> int:
    text = await services.dunning.fetchval("select facts -> 'overdue' ->> 'penalty_minor' from loan")
    return int(text or 0)


async def _offered_a_month_late(services: LedgerAndDunning) -> list[OfferMade]:
    await services.tell(LOAN)
    await services.open_day(FIRST_DUE_ON + timedelta(days=5))
    await services.open_day(FIRST_DUE_ON + timedelta(days=30))
    return await services.said(OfferMade)
