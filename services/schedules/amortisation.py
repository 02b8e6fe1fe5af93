"""How principal and interest spread over the instalments of a loan, by method.

equal_instalment: the instalment amount is (principal - discounted balloon) / sum of discount factors, where the
discount factor of an instalment is the product of 1 / (1 + rate x year fraction) over the periods up to it. Interest
accrues on the declining balance. A period whose interest exceeds the instalment amount (only at rates where interest is
nearly all of it) pays just its interest: interest is never added to principal.

equal_principal: each pays the same principal, and interest on the declining balance.

interest_only: each pays its interest, the last all principal.

bullet: one payment after all periods: all principal, and interest for the whole time at once, without compounding.

flat: interest is principal x rate x the whole time, whatever is repaid meanwhile; principal and interest spread
equally.

In all of them the last instalment takes what rounding left. All arithmetic is exact, on whole numbers, so that a figure
can neither depend on a decimal context nor fall on the wrong side of a half by an earlier rounding.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from services.schedules.rounding import Divide
from services.schedules.terms import Method

Part = tuple[int, int]
"""(principal, interest) of one instalment, in minor units."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is spread: `principal_minor`, of which `balloon_minor` is due with the last.

    A period's interest is balance x weight / `weight_of_one`; there is one weight for each instalment. The first
    `principal_grace` pay no principal; a weight of zero bears no interest. `divide` rounds to minor units;
    `unit_minor` is the multiple to which the amount that a method makes equal is rounded.
    """

    principal_minor: int
    balloon_minor: int
    weights: list[int]
    weight_of_one: int
    principal_grace: int
    divide: Divide
    unit_minor: int

    def rounded_to_unit(self, numerator: int, denominator: int) -> int:
        """The quotient as a multiple of `unit_minor`."""
        return self.divide(numerator, denominator * self.unit_minor) * self.unit_minor


def equal_instalment(plan: Plan) -> list[Part]:
    """Every instalment is the same amount of principal and interest together."""
    instalment_minor = _equal_instalment_minor(plan)
    return _on_declining_balance(plan, lambda interest_minor: instalment_minor - interest_minor)


def equal_principal(plan: Plan) -> list[Part]:
    """Every instalment pays the same principal."""
    instalments = len(plan.weights) - plan.principal_grace
    principal_minor = plan.rounded_to_unit(plan.principal_minor - plan.balloon_minor, instalments)
    return _on_declining_balance(plan, lambda _: principal_minor)


def interest_only(plan: Plan) -> list[Part]:
    """The last instalment pays all principal."""
    return _on_declining_balance(plan, lambda _: 0)


def bullet(plan: Plan) -> list[Part]:
    """One payment for all periods."""
    return [(plan.principal_minor, plan.divide(plan.principal_minor * sum(plan.weights), plan.weight_of_one))]


def flat(plan: Plan) -> list[Part]:
    """Interest on the original principal for the whole time, spread equally over the instalments that pay interest."""
    interest_minor = plan.divide(plan.principal_minor * sum(plan.weights), plan.weight_of_one)
    free = next((number for number, weight in enumerate(plan.weights) if weight), len(plan.weights))
    interest_parts = _spread(interest_minor, free, len(plan.weights), plan.divide)
    amortised_minor = plan.principal_minor - plan.balloon_minor
    payers = len(plan.weights) - plan.principal_grace
    left_minor = plan.principal_minor
    parts = []
    for number, interest in enumerate(interest_parts, start=1):
        principal = 0
        if number == len(interest_parts):
            principal = left_minor
        elif number > plan.principal_grace:
            # At a unit of 1 this is the equal principal, rounded: interest is whole minor units already.
            equal = plan.rounded_to_unit(amortised_minor + interest * payers, payers) - interest
            principal = min(max(equal, 0), left_minor - plan.balloon_minor)
        left_minor -= principal
        parts.append((principal, interest))
    return parts


METHODS: Final[dict[Method, Callable[[Plan], list[Part]]]] = {
    "equal_instalment": equal_instalment,
    "equal_principal": equal_principal,
    "interest_only": interest_only,
    "bullet": bullet,
    "flat": flat,
}


def given_principal(plan: Plan, parts_minor: Sequence[int]) -> list[Part]:
    """Principal falls due in these parts, one for each weight, as far as there is any; the last pays what is left.

    Interest is that on the declining balance. The plan has neither grace nor balloon.
    """
    wanted = iter(parts_minor)
    return _on_declining_balance(plan, lambda _: next(wanted))


def defer_interest(parts: list[Part], instalments: int) -> list[Part]:
    """The interest of the first so many instalments, paid with the one after them instead."""
    deferred_minor = sum(interest for _, interest in parts[:instalments])
    waiting = [(principal, 0) for principal, _ in parts[:instalments]]
    principal, interest = parts[instalments]
    return [*waiting, (principal, interest + deferred_minor), *parts[instalments + 1 :]]


def _on_declining_balance(plan: Plan, wanted_principal: Callable[[int], int]) -> list[Part]:
    """Interest on what is left of the principal; `wanted_principal` tells what to repay beside that interest."""
    divide, weight_of_one = plan.divide, plan.weight_of_one
    balance_minor, balloon_minor, grace = plan.principal_minor, plan.balloon_minor, plan.principal_grace
    last = len(plan.weights)
    parts = []
    for number, weight in enumerate(plan.weights, start=1):
        interest_minor = divide(balance_minor * weight, weight_of_one)
        if number == last:
            principal_minor = balance_minor
        elif number <= grace:
            principal_minor = 0
        else:
            principal_minor = min(max(wanted_principal(interest_minor), 0), balance_minor - balloon_minor)
        balance_minor -= principal_minor
        parts.append((principal_minor, interest_minor))
    return parts


def _equal_instalment_minor(plan: Plan) -> int:
    """(Principal - balloon x its discount factor) / sum of discount factors, as one exact fraction.

    The sum is f1 x (1 + f2 x (1 + f3 x ...)), worked out from the inside as sum_numerator / sum_denominator; a period's
    factor f is one / (one + weight), so that the product of all factors is one ** periods / sum_denominator.
    """
    weights = plan.weights[plan.principal_grace :]
    weight_of_one = plan.weight_of_one
    sum_numerator, sum_denominator = 0, 1
    for weight in reversed(weights):
        sum_numerator = weight_of_one * (sum_numerator + sum_denominator)
        sum_denominator *= weight_of_one + weight
    amount_numerator = plan.principal_minor * sum_denominator
    if plan.balloon_minor:
        amount_numerator -= plan.balloon_minor * weight_of_one ** len(weights)
    return plan.rounded_to_unit(amount_numerator, sum_numerator)


def _spread(amount_minor: int, first: int, count: int, divide: Divide) -> list[int]:
    """`amount_minor` in equal parts from index `first` on, nothing before; the last takes the rounding."""
    part_minor = divide(amount_minor, count - first) if first < count else 0
    left_minor = amount_minor
    parts = []
    for index in range(count):
        part = left_minor if index == count - 1 else min(part_minor, left_minor) if index >= first else 0
        left_minor -= part
        parts.append(part)
    return parts
