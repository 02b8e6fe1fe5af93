"""Offers as dunning makes them: a loan twelve instalments of which are left, the oldest overdue, and three plans."""

from datetime import date
from decimal import Decimal

from schemas.dunning import RestructureTermsData
from schemas.offers import OfferedInstalment, OfferedPlan, OfferMade, OfferReason, Wording
from schemas.values import ComponentAmounts

BORROWER = "borrower-7"
LOAN = "loan-7-secret"
OFFER = "offer-7"
MADE_ON = date(2026, 3, 5)
EXPIRES_ON = date(2026, 3, 19)
INTEREST_MINOR = 18_000
OVERDUE_PENALTY_MINOR = 2_350


def month_after(day: date, months: int) -> date:
    """The same day so many months later."""
    number = day.month - 1 + months
    return date(day.year + number // 12, number % 12 + 1, day.day)


def instalments(
    count: int, principal_minor: int, first_due_on: date, *, penalty_minor: int = 0, over: int = 1
) -> tuple[OfferedInstalment, ...]:
    """Monthly instalments of equal principal; `penalty_minor` is spread over the first `over` of them."""
    return tuple(
        OfferedInstalment(
            number=number + 1,
            due_on=month_after(first_due_on, number),
            amounts=ComponentAmounts(
                principal_minor=principal_minor,
                interest_minor=INTEREST_MINOR * (count - number) // count,
                penalty_minor=penalty_minor // over if number < over else 0,
            ),
        )
        for number in range(count)
    )


def total_of(lines: tuple[OfferedInstalment, ...]) -> int:
    """The sum of all components of all instalments."""
    return sum(sum(line.amounts.model_dump().values()) for line in lines)


def reason(code: str, english: str, chinese: str) -> OfferReason:
    """A reason in both languages."""
    return OfferReason(code=code, words=(Wording(language="en", text=english), Wording(language="zh-CN", text=chinese)))


def plan(number: int, kind: str, agreement: RestructureTermsData, lines: tuple[OfferedInstalment, ...]) -> OfferedPlan:
    """A plan of the offer."""
    return OfferedPlan.model_validate(
        {
            "plan_id": f"{OFFER}:{number}", "kind": kind, "agreement": agreement, "instalments": lines,
            "total_cost_minor": total_of(lines),
            "reasons": (
                reason("term-extended", "You get 12 more months to pay back, so each instalment is smaller.",
                       "还款期限延长 12 个月，每期还款额相应减少。"),
                reason("within-income", "The largest instalment is CN¥713.50. With your other obligations that"
                       " is 42 % of the income you told us.", "最高一期还款 ¥713.50，不超过您收入的 42%。"),
            ),
        }
    )  # fmt: skip


CURRENT = instalments(12, 100_000, date(2026, 2, 10), penalty_minor=OVERDUE_PENALTY_MINOR)
EXTENDED = plan(
    1, "extend-term", RestructureTermsData(number_of_instalments=24, first_due_on=date(2026, 4, 10)),
    instalments(24, 50_000, date(2026, 4, 10), penalty_minor=OVERDUE_PENALTY_MINOR, over=1),
)  # fmt: skip
SPREAD = plan(
    2, "spread-arrears",
    RestructureTermsData(number_of_instalments=11, first_due_on=date(2026, 4, 10), carry_over_instalments=6),
    instalments(11, 109_091, date(2026, 4, 10), penalty_minor=OVERDUE_PENALTY_MINOR, over=6),
)  # fmt: skip
WAIVED = plan(
    3, "waive-penalty",
    RestructureTermsData(
        number_of_instalments=11, first_due_on=date(2026, 4, 10), penalty="waive",
        annual_rate_percent=Decimal("9.5"),
    ),
    instalments(11, 109_091, date(2026, 4, 10)),
)  # fmt: skip


def offer_made(
    *,
    borrower_id: str = BORROWER,
    loan_id: str = LOAN,
    offer_id: str = OFFER,
    plans: tuple[OfferedPlan, ...] = (EXTENDED, SPREAD, WAIVED),
    has_current: bool = True,
) -> OfferMade:
    """An offer made on MADE_ON that holds until EXPIRES_ON."""
    return OfferMade(
        borrower_id=borrower_id, loan_id=loan_id, offer_id=offer_id, currency="CNY", made_on=MADE_ON,
        expires_on=EXPIRES_ON, plans=plans, current_instalments=CURRENT if has_current else None,
        current_total_cost_minor=total_of(CURRENT) if has_current else None,
    )  # fmt: skip
