"""From a product document and a loan's terms to the agreement that decides its life."""

from services.ledger.agreement import Agreement, CostCap, LateFeeRule, PenaltyRule
from services.ledger.allocation import AllocationOrder
from services.ledger.product import Product
from services.ledger.product_rules import ComponentOrder
from services.schedules.schedule import LoanTerms


def agreement_of(product: Product, terms: LoanTerms) -> Agreement:
    """The agreement of a loan made under a product. Raises InvalidTerms when its cap has no rate for the day."""
    rules = product.allocation
    others = {"refund": rules.refund, "chargeback": rules.chargeback, "down_payment": rules.down_payment}
    return Agreement(
        terms=terms,
        order=order_of(rules.payment),
        order_by_purpose={purpose: order_of(order) for purpose, order in others.items() if order is not None},
        allocation_by=rules.by,
        early_repayment=product.early_repayment,
        penalty=_penalty(product, terms),
        late_fee=_late_fee(product),
        cost_cap=_cost_cap(product, terms),
        charge_off_after_days=product.charge_off_after_days,
    )


def order_of(order: ComponentOrder) -> AllocationOrder:
    """The allocation order of a document."""
    return AllocationOrder(order.due, order.in_advance)


def _penalty(product: Product, terms: LoanTerms) -> PenaltyRule | None:
    rules = product.penalty
    if rules is None:
        return None
    return PenaltyRule(
        annual_rate_percent=rules.annual_rate_percent_for(terms.annual_rate_percent),
        basis_days=rules.day_count_days,
        on_interest=rules.base == "principal_and_interest",
        grace_days=rules.grace_days,
        counts_from_grace=rules.counts_from == "after_grace",
        tolerance_minor=rules.small_balance_tolerance_minor,
    )


def _late_fee(product: Product) -> LateFeeRule | None:
    rules = product.late_fee
    if rules is None:
        return None
    plain = LateFeeRule()
    return LateFeeRule(
        flat_minor=rules.flat_minor or 0,
        percent=rules.percent_of_overdue or plain.percent,
        minimum_minor=rules.minimum_minor,
        maximum_minor=rules.maximum_minor,
        after_days=rules.after_days,
        tolerance_minor=product.arrears_tolerance_minor,
    )


def _cost_cap(product: Product, terms: LoanTerms) -> CostCap | None:
    percent = product.cost_cap_percent(terms.disbursed_on)
    if percent is None or product.total_cost_cap is None:
        return None
    return CostCap(percent, product.total_cost_cap.day_base)
