"""Examples of the events of a borrower's case, from a third story.

Borrower B-00003 falls ill in March 2024, promises to pay and cannot, is offered plans, and takes one.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from schemas import borrower_answers, cases, dunning, hardship, offers
from schemas.values import ComponentAmounts, EventData

_BORROWER: dict[str, Any] = {"borrower_id": "B-00003"}
_LOAN: dict[str, Any] = {**_BORROWER, "loan_id": "LC-00003"}
_CURRENCY = "CNY"
_REGISTERED_ON = date(2024, 2, 1)
_ILL_ON = date(2024, 3, 4)
_REVIEW_ON = date(2024, 4, 3)
_PROMISED_ON = date(2024, 3, 5)
_PROMISED_FOR = date(2024, 3, 12)
_BROKEN_ON = date(2024, 3, 14)
_OFFERED_ON = date(2024, 3, 15)
_EXPIRES_ON = date(2024, 3, 29)
_ACCEPTED_ON = date(2024, 3, 18)
_REPORTED_ON = date(2024, 6, 3)
_OFFER: dict[str, Any] = {**_LOAN, "offer_id": "LC-00003:20240315:overdue-help"}
_PLAN = "LC-00003:20240315:overdue-help:1"
_PROMISE: dict[str, Any] = {
    "promise_id": "PR-00001", "loan_id": "LC-00003", "currency": _CURRENCY, "amount_minor": 103_529,
    "made_on": _PROMISED_ON, "due_on": _PROMISED_FOR,
}  # fmt: skip
_HOLD: dict[str, Any] = {
    "hold_id": "H-00001", "reason": "dispute", "stops": ("clock", "contact"), "from_on": date(2024, 3, 20),
    "to_on": date(2024, 4, 19),
}  # fmt: skip
_AGREEMENT = dunning.RestructureTermsData(
    number_of_instalments=2, first_due_on=date(2024, 4, 15), penalty="waive", carry_over_instalments=1
)


def _case(on: date) -> dict[str, Any]:
    return {**_BORROWER, "business_date": on, "policy_version": "default-2"}


def _loan(on: date, days_past_due: int) -> dict[str, Any]:
    return {**_LOAN, "business_date": on, "days_past_due": days_past_due, "policy_version": "default-2"}


_OFFER_MADE = offers.OfferMade(
    **_OFFER, currency=_CURRENCY, made_on=_OFFERED_ON, expires_on=_EXPIRES_ON, current_total_cost_minor=206_500,
    current_instalments=(
        offers.OfferedInstalment(
            number=1, due_on=date(2024, 3, 1),
            amounts=ComponentAmounts(penalty_minor=1_500, interest_minor=4_000, principal_minor=99_000),
        ),
        offers.OfferedInstalment(
            number=2, due_on=date(2024, 4, 1),
            amounts=ComponentAmounts(interest_minor=3_000, principal_minor=99_000),
        ),
    ),
    plans=(
        offers.OfferedPlan(
            plan_id=_PLAN, kind="spread-arrears", agreement=_AGREEMENT, total_cost_minor=205_000,
            instalments=(
                offers.OfferedInstalment(
                    number=1, due_on=date(2024, 4, 15),
                    amounts=ComponentAmounts(interest_minor=5_000, principal_minor=98_000),
                ),
                offers.OfferedInstalment(
                    number=2, due_on=date(2024, 5, 15),
                    amounts=ComponentAmounts(interest_minor=2_000, principal_minor=100_000),
                ),
            ),
            reasons=(
                offers.OfferReason(
                    code="arrears-spread",
                    words=(
                        offers.Wording(language="en", text="What is overdue is spread over the next instalments."),
                        offers.Wording(language="zh-CN", text="逾期金额将分摊到接下来的各期。"),
                    ),
                ),
            ),
        ),
    ),
)  # fmt: skip

_MOMENTS: tuple[tuple[date, EventData], ...] = (
    (_REGISTERED_ON, hardship.BorrowerFinancesReported(
        **_BORROWER, currency=_CURRENCY, as_of=_REGISTERED_ON, income_monthly_minor=800_000,
        other_obligations_monthly_minor=150_000, number_of_lenders=2, number_of_dependants=1)),
    (_REGISTERED_ON, hardship.RiskAssessed(
        **_BORROWER, probability_of_default=Decimal("0.21"), model_version="uci-2005-1", assessed_on=_REGISTERED_ON)),
    (_ILL_ON, hardship.HardshipReported(
        **_BORROWER, hardship_id="HS-00001", reason="illness", reported_on=_ILL_ON, review_on=_REVIEW_ON)),
    (_ILL_ON, hardship.RegionAffected(incident_id="flood-2024-03", region="CN-44", from_on=_ILL_ON)),
    (_ILL_ON, hardship.AreaHoldPlaced(
        hold_id="flood-2024-03", scope="region", value="CN-44", reason="disaster-region", stops=("clock", "interest"),
        from_on=_ILL_ON, to_on=_REVIEW_ON)),
    (_REVIEW_ON, hardship.AreaHoldLifted(hold_id="flood-2024-03", lifted_on=_REVIEW_ON)),
    (_REVIEW_ON, hardship.HardshipEnded(**_BORROWER, hardship_id="HS-00001", ended_on=_REVIEW_ON)),
    (date(2024, 3, 20), hardship.HoldPlaced(**_BORROWER, **_HOLD)),
    (date(2024, 4, 2), hardship.HoldLifted(**_BORROWER, hold_id="H-00001", lifted_on=date(2024, 4, 2))),
    (_PROMISED_ON, hardship.PromiseReported(**_BORROWER, **_PROMISE)),
    (_ILL_ON, cases.ReliefGranted(
        **_case(_ILL_ON), relief_id="HS-00001", reason="illness", review_on=_REVIEW_ON,
        refers_to_emergency_reserve=False)),
    (_REVIEW_ON, cases.ReliefEnded(**_case(_REVIEW_ON), relief_id="HS-00001")),
    (date(2024, 3, 20), cases.HoldBegan(**_case(date(2024, 3, 20)), **_HOLD)),
    (date(2024, 4, 2), cases.HoldEnded(**_case(date(2024, 4, 2)), hold_id="H-00001")),
    (_PROMISED_ON, cases.PromiseRecorded(**_case(_PROMISED_ON), **_PROMISE)),
    (_BROKEN_ON, cases.PromiseJudged(
        **_case(_BROKEN_ON), promise_id="PR-00001", verdict="partly-kept", amount_minor=103_529, paid_minor=20_000)),
    (_REVIEW_ON, cases.TaskRequested(
        **_case(_REVIEW_ON), task_id="B-00003:review:HS-00001:20240403", kind="review-relief")),
    (_REGISTERED_ON, cases.OverBorrowingFlagged(
        **_case(_REGISTERED_ON), is_over_borrowed=True, instalments_to_income_percent=58, number_of_lenders=2)),
    (_BROKEN_ON, dunning.LoanStateChanged(
        **_loan(_BROKEN_ON, 13), from_state="early", to_state="early", flags=("relief",))),
    (date(2024, 3, 20), dunning.InterestStopped(
        **_LOAN, stop_id="H-00002:LC-00003", from_on=date(2024, 3, 20), to_on=date(2024, 5, 18))),
    (date(2024, 4, 2), dunning.InterestResumed(
        **_LOAN, stop_id="H-00002:LC-00003", resumed_on=date(2024, 4, 2))),
    (_OFFERED_ON, _OFFER_MADE),
    (_ACCEPTED_ON, offers.OfferAcceptedByBorrower(**_OFFER, plan_id=_PLAN, accepted_on=_ACCEPTED_ON)),
    (_ACCEPTED_ON, offers.OfferAccepted(**_OFFER, plan_id=_PLAN, accepted_on=_ACCEPTED_ON)),
    (_ACCEPTED_ON, offers.OfferDeclinedByBorrower(**_OFFER, declined_on=_ACCEPTED_ON, reason="I can pay at once")),
    (_ACCEPTED_ON, offers.OfferCounteredByBorrower(**_OFFER, countered_on=_ACCEPTED_ON, instalment_minor=60_000)),
    (_EXPIRES_ON, offers.OfferClosed(**_OFFER, reason="expired", closed_on=_EXPIRES_ON)),
    (_PROMISED_ON, borrower_answers.PromiseMadeByBorrower(**_BORROWER, **_PROMISE)),
    (_REPORTED_ON, dunning.CreditReportRequested(
        **_loan(_REPORTED_ON, 91), report_id="LC-00003:20240304:credit-report", kind="report", overdue_minor=310_587,
        principal_outstanding_minor=600_000, currency=_CURRENCY, first_overdue_on=date(2024, 3, 4))),
    (_REPORTED_ON, dunning.LegalReferralRequested(
        **_loan(_REPORTED_ON, 91), referral_id="LC-00003:20240304:legal", kind="refer", overdue_minor=310_587,
        currency=_CURRENCY)),
)  # fmt: skip

CASE_STORY: tuple[tuple[datetime, EventData], ...] = tuple(
    (datetime(day.year, day.month, day.day, 9, tzinfo=UTC), event) for day, event in _MOMENTS
)
