"""What being late costs: penalty interest day by day, and a fee once an instalment.

Penalty interest accrues on what an instalment lacks, for every day after its due date (or after grace), and rounds half
up as a running total, so that charging at any moments gives what charging every day gives. Under a cost cap the amount
above the cap is not charged on that day, nor later: while the cap is near, days are worked out one by one. The days on
which penalties stand still (`penalty_stops`) are left out by who calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.ledger.agreement import LateFeeRule, PenaltyRule
from services.ledger.cost_cap import Allowance
from services.ledger.lines import ChargeItem, Line
from services.schedules.money import divide_half_up

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Charge:
    """Something newly charged to a line; either amount may be zero, not both."""

    line: Line
    item: ChargeItem
    charged_minor: int
    capped_minor: int


def accrue_penalties(
    lines: Sequence[Line],
    rule: PenaltyRule,
    after: date,
    until: date,
    allowance: Allowance | None,
    began_on: date,
) -> list[Charge]:
    """Charge the days after `after` up to `until`, between which nothing falls due or is paid. `allowance` grows."""
    overdue = [line for line in lines if line.due_on < until and _lacking_minor(line, rule) > rule.tolerance_minor]
    if allowance is None:
        return [charge for line in overdue if (charge := _accrue(line, rule, after, until, None)) is not None]
    if not overdue:
        allowance.grow(lines, after, until)
        return []
    slack_before_minor = allowance.slack_minor(lines, after, began_on)
    grown_before = allowance.principal_minor_days
    allowance.grow(lines, after, until)
    slack_minor = min(slack_before_minor, allowance.slack_minor(lines, until, began_on))
    if _asked_minor(overdue, rule, after, until) < slack_minor:
        return _accrue_all(overdue, rule, after, until, allowance, lines, began_on)
    allowance.principal_minor_days = grown_before
    charges = []
    day = after
    while day < until:
        allowance.grow(lines, day, day + _ONE_DAY)
        charges += _accrue_all(overdue, rule, day, day + _ONE_DAY, allowance, lines, began_on)
        day += _ONE_DAY
    return charges


def charge_late_fee(
    line: Line, rule: LateFeeRule, lines: Sequence[Line], on: date, allowance: Allowance | None, began_on: date
) -> Charge | None:
    """The late fee of a line on the day it falls, or None: nothing is lacking, or it was charged before."""
    lacking_minor = line.principal_outstanding_minor + line.interest_outstanding_minor
    charge_id = f"late-fee-{line.number}"
    if lacking_minor <= rule.tolerance_minor or line.charge(charge_id) is not None:
        return None
    numerator, denominator = rule.percent.as_integer_ratio()
    fee_minor = rule.flat_minor + divide_half_up(lacking_minor * numerator, denominator * 100)
    fee_minor = max(fee_minor, rule.minimum_minor)
    if rule.maximum_minor is not None:
        fee_minor = min(fee_minor, rule.maximum_minor)
    if not fee_minor:
        return None
    item = ChargeItem(charge_id, "fee", "late-fee", on)
    line.charges.append(item)
    return limit_charge(line, item, fee_minor, allowance, lines, on, began_on)


def limit_charge(
    line: Line,
    item: ChargeItem,
    asked_minor: int,
    allowance: Allowance | None,
    lines: Sequence[Line],
    on: date,
    began_on: date,
) -> Charge:
    """Charge as much as the cap allows."""
    charged_minor = asked_minor
    if allowance is not None:
        charged_minor = min(asked_minor, allowance.slack_minor(lines, on, began_on))
        allowance.charged_minor += charged_minor
    item.amount_minor += charged_minor
    item.capped_minor += asked_minor - charged_minor
    if charged_minor:
        line.paid_on = None
    return Charge(line, item, charged_minor, asked_minor - charged_minor)


def penalty_id(line: Line) -> str:
    """The id of a line's penalty interest: one charge that grows."""
    return f"penalty-{line.number}"


def _lacking_minor(line: Line, rule: PenaltyRule) -> int:
    if line.is_replaced:
        return 0
    lacking_minor = line.principal_outstanding_minor
    return lacking_minor + line.interest_outstanding_minor if rule.on_interest else lacking_minor


def _counting_days(line: Line, rule: PenaltyRule, after: date, until: date) -> int:
    start = line.due_on + timedelta(days=rule.grace_days) if rule.counts_from_grace else line.due_on
    return max(0, (until - max(after, start)).days)


def _total_minor(line: Line, rule: PenaltyRule, minor_days: int, until: date) -> int:
    """The penalty of a line after so many minor units x days; nothing while grace lasts."""
    if (until - line.due_on).days <= rule.grace_days:
        return 0
    numerator, denominator = rule.daily_rate
    return divide_half_up(minor_days * numerator, denominator)


def _accrue_all(
    overdue: Sequence[Line],
    rule: PenaltyRule,
    after: date,
    until: date,
    allowance: Allowance,
    lines: Sequence[Line],
    began_on: date,
) -> list[Charge]:
    charges = []
    slack_minor = allowance.slack_minor(lines, until, began_on)
    for line in overdue:
        charge = _accrue(line, rule, after, until, slack_minor)
        if charge is not None:
            slack_minor -= charge.charged_minor
            allowance.charged_minor += charge.charged_minor
            charges.append(charge)
    return charges


def _accrue(line: Line, rule: PenaltyRule, after: date, until: date, slack_minor: int | None) -> Charge | None:
    item = line.charge(penalty_id(line))
    already_minor = 0 if item is None else item.amount_minor + item.capped_minor
    line.lacking_minor_days += _lacking_minor(line, rule) * _counting_days(line, rule, after, until)
    new_minor = _total_minor(line, rule, line.lacking_minor_days, until) - already_minor
    if new_minor <= 0:
        return None
    if item is None:
        item = ChargeItem(penalty_id(line), "penalty", "penalty-interest", line.due_on)
        line.charges.append(item)
    charged_minor = new_minor if slack_minor is None else min(new_minor, slack_minor)
    item.amount_minor += charged_minor
    item.capped_minor += new_minor - charged_minor
    return Charge(line, item, charged_minor, new_minor - charged_minor)


def _asked_minor(overdue: Sequence[Line], rule: PenaltyRule, after: date, until: date) -> int:
    """What the rule asks for a whole period, with every rounding against us.

    Slack changes evenly over the period, so what stays below it at both ends stays below it on every day.
    """
    asked_minor = 2
    for line in overdue:
        minor_days = line.lacking_minor_days + _lacking_minor(line, rule) * _counting_days(line, rule, after, until)
        item = line.charge(penalty_id(line))
        already_minor = 0 if item is None else item.amount_minor + item.capped_minor
        asked_minor += max(0, _total_minor(line, rule, minor_days, until) - already_minor) + 1
    return asked_minor
