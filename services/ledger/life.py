"""A loan's life: from its agreement, its schedule and its dated facts to how it stands on a day. Pure.

Each day first brings what the calendar brings: penalties for the days gone by, interest and credit of what falls due,
late fees. Then come the day's facts. So the state depends on the facts and the day alone, never on how often or in
which order they were worked out.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from services.ledger import early_repayment, restructuring
from services.ledger.agreement import Agreement
from services.ledger.allocation import Allocation, Component
from services.ledger.cost_cap import Allowance
from services.ledger.entries import Entries, EntryKind
from services.ledger.facts import (
    Charged,
    ChargedBack,
    DueDateChanged,
    Fact,
    FactKey,
    Paid,
    PenaltyDays,
    Refunded,
    Restructured,
    Waived,
    WrittenOff,
    counting_order,
)
from services.ledger.journal import AccountCode
from services.ledger.lateness import Charge, accrue_penalties, charge_late_fee, limit_charge
from services.ledger.line_allocation import Spread, pay
from services.ledger.lines import ChargeItem, Line, principal_outstanding_minor, scheduled_lines
from services.ledger.penalty_stops import NO_STOPS, StoppedDays, stopped_days
from services.ledger.refusal import check
from services.schedules.schedule import Instalment, LoanTerms

LifeStatus = Literal["active", "settled", "written_off"]
_RECEIVABLE = {
    "penalty": AccountCode.PENALTY_RECEIVABLE,
    "fee": AccountCode.FEE_RECEIVABLE,
    "interest": AccountCode.INTEREST_RECEIVABLE,
    "principal": AccountCode.PRINCIPAL_RECEIVABLE,
}
_INCOME = {"penalty": AccountCode.PENALTY_INCOME, "fee": AccountCode.FEE_INCOME}
_EVERYTHING = 10**18


@dataclass(slots=True)
class Life:
    """A loan's state on `on`. `lines` ascend by due date, then number.

    `allocations` say how each payment was split, in the order in which they count; `waived_minor` how much each waiver
    gave up, booked or never charged; `entries` what is to be booked.
    `terms` are those of the current schedule, which began on `began_on`; `given_due_dates` its due dates where they do
    not follow from the terms. On `stopped_days` penalties stand still: they are known from the beginning.
    """

    agreement: Agreement
    terms: LoanTerms
    lines: list[Line]
    on: date
    began_on: date
    given_due_dates: tuple[date, ...] = ()
    stopped_days: StoppedDays = NO_STOPS
    credit_minor: int = 0
    is_written_off: bool = False
    allocations: dict[str, Allocation] = field(default_factory=dict)
    waived_minor: dict[str, int] = field(default_factory=dict)
    last_fact_on: date | None = None
    entries: Entries = field(default_factory=Entries)
    allowance: Allowance | None = None

    @property
    def status(self) -> LifeStatus:
        """Written off stays written off; settled is a loan that owes nothing on any line."""
        if self.is_written_off:
            return "written_off"
        return "active" if any(line.outstanding_minor for line in self.lines) else "settled"

    @property
    def principal_outstanding_minor(self) -> int:
        """Principal still owed, due or not."""
        return principal_outstanding_minor(self.lines)

    def advance(self, to: date) -> None:
        """Let the calendar run to a day, and do what it brings."""
        while self.on < to:
            step = self._next_stop(to)
            if not self.is_written_off:
                self._accrue(step)
            self.on = step
            if not self.is_written_off:
                self._begin_day()

    def apply(self, fact: Fact) -> None:
        """Give a fact its effect on its day, as far as the loan's state allows one."""
        self.advance(fact.on)
        match fact:
            case Paid():
                self._pay(fact)
            case Charged():
                self._charge(fact)
            case ChargedBack():
                self._charge_back(fact)
            case Refunded():
                self._refund(fact)
            case Waived():
                self._waive(fact)
            case DueDateChanged():
                restructuring.change_due_date(self, fact)
            case Restructured():
                restructuring.restructure(self, fact)
            case WrittenOff():
                self.write_off(fact.fact_id)
        self.last_fact_on = fact.on

    def book(self, kind: EntryKind, about: str, debit: AccountCode, credit: AccountCode, amount_minor: int) -> None:
        """Note a booking of today."""
        self.entries.book(kind, about, self.on, debit, credit, amount_minor)

    def _next_stop(self, to: date) -> date:
        """The next day on which something falls due, a late fee falls, or penalties stop or resume; at most `to`."""
        stop = to
        for days in self._days_that_count:
            past = timedelta(days=days)
            after, before = self.on - past, stop - past
            for line in self.lines:
                if line.due_on >= before:
                    break
                if line.due_on > after:
                    before = line.due_on
            stop = before + past
        return self.stopped_days.next_turn(self.on, stop)

    @property
    def _days_that_count(self) -> list[int]:
        """Days past due on which the calendar does something to a line."""
        days = [0]
        if self.agreement.late_fee is not None:
            days.append(self.agreement.late_fee.after_days + 1)
        if self.agreement.charge_off_after_days is not None:
            days.append(self.agreement.charge_off_after_days)
        return days

    def _accrue(self, until: date) -> None:
        if self.agreement.penalty is None or self.stopped_days.includes(until):
            if self.allowance is not None:
                self.allowance.grow(self.lines, self.on, until)
            return
        charges = accrue_penalties(self.lines, self.agreement.penalty, self.on, until, self.allowance, self.began_on)
        before, self.on = self.on, until
        for charge in charges:
            self._book_charge(charge)
        self.on = before

    def _begin_day(self) -> None:
        """What falls due today: interest is earned, the borrower's credit pays, late fees are charged."""
        falls_due = [line for line in self.lines if line.due_on == self.on and not line.is_replaced]
        for line in falls_due:
            self.earn(line)
        if self.credit_minor and falls_due:
            self._apply_credit()
        self._charge_late_fees()
        charge_off = self.agreement.charge_off_after_days
        if charge_off is None:
            return
        due_on = self.on - timedelta(days=charge_off)
        if any(line.outstanding_minor for line in self.lines if line.due_on == due_on):
            self.write_off("charge-off")

    def _charge_late_fees(self) -> None:
        rule = self.agreement.late_fee
        if rule is None or self.stopped_days.includes(self.on):
            return
        due_on = self.on - timedelta(days=rule.after_days + 1)
        for line in self.lines:
            if line.due_on == due_on and not line.is_replaced:
                charge = charge_late_fee(line, rule, self.lines, self.on, self.allowance, self.began_on)
                if charge is not None:
                    self._book_charge(charge)

    def earn(self, line: Line) -> None:
        """Book the interest of a line as earned, once."""
        if line.is_earned:
            return
        line.is_earned = True
        about = f"instalment-{line.number}"
        in_advance_minor = line.interest_in_advance_minor
        owed_minor = line.interest_minor - line.carried_interest_minor - in_advance_minor
        self.book("interest-due", about, AccountCode.UNEARNED_INTEREST, AccountCode.INTEREST_INCOME, in_advance_minor)
        self.book("interest-due", about, AccountCode.INTEREST_RECEIVABLE, AccountCode.INTEREST_INCOME, owed_minor)

    def _book_charge(self, charge: Charge) -> None:
        kind, about = charge.item.kind, charge.item.charge_id
        self.book(kind, about, _RECEIVABLE[kind], _INCOME[kind], charge.charged_minor)
        self.book(kind, about, AccountCode.CAPPED, _INCOME[kind], charge.capped_minor)

    def _apply_credit(self, *, in_advance: bool = False) -> None:
        spread = self._spread(self.credit_minor, "payment", in_advance=in_advance)
        self._book_spread("credit-applied", f"on-{self.on}", AccountCode.BORROWER_CREDIT, spread, 0)
        self.credit_minor = spread.left_minor

    def _spread(self, amount_minor: int, purpose: str, *, in_advance: bool) -> Spread:
        return pay(
            self.lines,
            amount_minor,
            self.on,
            self.agreement.order_of(purpose),
            self.agreement.allocation_by,
            in_advance=in_advance,
        )

    def _book_spread(self, kind: EntryKind, about: str, debit: AccountCode, spread: Spread, credit_minor: int) -> None:
        """Book what a sum of money paid; of a loan written off, all of it is a recovery."""
        split = spread.allocation()
        in_advance_minor = spread.interest_in_advance_minor
        for account, amount_minor in (
            (AccountCode.PENALTY_RECEIVABLE, split.penalty_minor),
            (AccountCode.FEE_RECEIVABLE, split.fee_minor),
            (AccountCode.INTEREST_RECEIVABLE, split.interest_minor - in_advance_minor),
            (AccountCode.UNEARNED_INTEREST, in_advance_minor),
            (AccountCode.PRINCIPAL_RECEIVABLE, split.principal_minor),
        ):
            self.book(kind, about, debit, AccountCode.RECOVERY_INCOME if self.is_written_off else account, amount_minor)
        self.book(kind, about, debit, AccountCode.BORROWER_CREDIT, credit_minor)

    def _pay(self, fact: Paid) -> None:
        mode = self.agreement.early_repayment
        ends_early = fact.purpose == "payoff" or mode in ("reduce_term", "reduce_instalment")
        if ends_early and not self.is_written_off and fact.amount_minor >= early_repayment.payoff_minor(self):
            early_repayment.cut_interest(self)
            self._apply_credit(in_advance=True)
            mode = "pay_ahead"
        pays_ahead = mode == "pay_ahead" or fact.purpose == "refund" or self.is_written_off
        spread = self._spread(fact.amount_minor, fact.purpose, in_advance=pays_ahead)
        if spread.left_minor and mode in ("reduce_term", "reduce_instalment"):
            if not spread.lines and fact.purpose != "prepayment":
                spread = early_repayment.pay_next(self, spread)
            spread = early_repayment.prepay(self, spread)
        self.credit_minor += spread.left_minor
        self._book_spread("payment", fact.fact_id, AccountCode.CASH, spread, spread.left_minor)
        self.allocations[fact.fact_id] = spread.allocation()

    def _charge(self, fact: Charged) -> None:
        if self.is_written_off:
            return
        line = self._line_for_charge(fact.due_on)
        item = ChargeItem(fact.fact_id, fact.kind, "charged", fact.due_on)
        line.charges.append(item)
        self._book_charge(
            limit_charge(line, item, fact.amount_minor, self.allowance, self.lines, self.on, self.began_on)
        )

    def _line_for_charge(self, due_on: date) -> Line:
        """The first line due on or after a charge's day; one of its own when there is none."""
        for line in self.lines:
            if line.due_on >= due_on and not line.is_replaced:
                return line
        line = Line(max(line.number for line in self.lines) + 1, due_on, 0, 0)
        self.lines.append(line)
        return line

    def _charge_back(self, fact: ChargedBack) -> None:
        """Owe again what the payment had paid, the newest instalment first; what can't be found is held in suspense."""
        left_minor = fact.amount_minor
        from_credit_minor = min(left_minor, self.credit_minor)
        self.credit_minor -= from_credit_minor
        left_minor -= from_credit_minor
        self.book("chargeback", fact.fact_id, AccountCode.BORROWER_CREDIT, AccountCode.CASH, from_credit_minor)
        order = self.agreement.order_of("chargeback").due
        by_number = {line.number: line for line in self.lines}
        allocation = self.allocations.get(fact.payment_id)
        for share in reversed(allocation.lines if allocation else ()):
            for component in reversed(order):
                wanted_minor = min(left_minor, getattr(share, f"{component}_minor"))
                left_minor -= self._unpay(fact, by_number[share.number], component, wanted_minor)
        self.book("chargeback", fact.fact_id, AccountCode.SUSPENSE, AccountCode.CASH, left_minor)

    def _unpay(self, fact: ChargedBack, line: Line, component: Component, amount_minor: int) -> int:
        """Owe again what was paid of one component of a line, at most as much as is paid now; returns the amount."""
        account = _RECEIVABLE[component]
        if component == "principal":
            amount_minor = min(amount_minor, line.principal_paid_minor)
            line.principal_paid_minor -= amount_minor
        elif component == "interest":
            amount_minor = min(amount_minor, line.interest_paid_minor)
            line.interest_paid_minor -= amount_minor
            if not line.is_earned:
                line.interest_in_advance_minor -= amount_minor
                account = AccountCode.UNEARNED_INTEREST
        else:
            wanted_minor = amount_minor
            for item in line.charges_of(component):
                part_minor = min(wanted_minor, item.paid_minor)
                item.paid_minor -= part_minor
                wanted_minor -= part_minor
            amount_minor -= wanted_minor
        if amount_minor:
            line.paid_on = None
        account = AccountCode.RECOVERY_INCOME if self.is_written_off else account
        self.book("chargeback", fact.fact_id, account, AccountCode.CASH, amount_minor)
        return amount_minor

    def _refund(self, fact: Refunded) -> None:
        """The money went out: what exceeds the borrower's credit is held in suspense."""
        from_credit_minor = min(fact.amount_minor, self.credit_minor)
        self.credit_minor -= from_credit_minor
        self.book("refund", fact.fact_id, AccountCode.BORROWER_CREDIT, AccountCode.CASH, from_credit_minor)
        beyond_minor = fact.amount_minor - from_credit_minor
        self.book("refund", fact.fact_id, AccountCode.SUSPENSE, AccountCode.CASH, beyond_minor)

    def _waive(self, fact: Waived) -> None:
        left_minor = _EVERYTHING if fact.amount_minor is None else fact.amount_minor
        for line in self.lines:
            if fact.instalment_number in (None, line.number):
                waived_minor = self.give_up(line, fact.component, left_minor, "waiver", fact.fact_id)
                left_minor -= waived_minor
                self.waived_minor[fact.fact_id] = self.waived_minor.get(fact.fact_id, 0) + waived_minor

    def give_up(self, line: Line, component: Component, at_most_minor: int, kind: EntryKind, about: str) -> int:
        """Waive what a line owes of one component, as far as it goes; returns the amount."""
        before_minor = line.outstanding_minor
        if component == "principal":
            waived_minor = min(at_most_minor, line.principal_outstanding_minor)
            line.principal_waived_minor += waived_minor
        elif component == "interest":
            waived_minor = min(at_most_minor, line.interest_outstanding_minor)
            line.interest_waived_minor += waived_minor
        else:
            waived_minor = 0
            for item in line.charges_of(component):
                part_minor = min(at_most_minor - waived_minor, item.outstanding_minor)
                item.waived_minor += part_minor
                waived_minor += part_minor
        earned_minor = waived_minor
        if component == "interest" and not line.is_earned:
            # What was never earned is not given up in the books: it is just not charged.
            own_minor = line.interest_outstanding_minor + waived_minor - line.carried_interest_minor
            unearned_minor = min(waived_minor, max(0, own_minor))
            line.interest_minor -= unearned_minor
            line.interest_waived_minor -= unearned_minor
            earned_minor -= unearned_minor
        if not self.is_written_off:
            self.book(kind, about, AccountCode.WAIVED, _RECEIVABLE[component], earned_minor)
        if waived_minor and before_minor and not line.outstanding_minor:
            line.paid_on = self.on
        return waived_minor

    def write_off(self, about: str) -> None:
        """Give up all that is owed in the books; a loan that is not active stays as it is."""
        if self.status != "active":
            return
        early_repayment.cut_interest(self)
        for line in self.lines:
            self.earn(line)
            for component in ("penalty", "fee"):
                owed_minor = sum(item.outstanding_minor for item in line.charges_of(component))
                self.book("write-off", about, AccountCode.WRITE_OFF, _RECEIVABLE[component], owed_minor)
            self.book("write-off", about, AccountCode.WRITE_OFF, AccountCode.INTEREST_RECEIVABLE,
                      line.interest_outstanding_minor)  # fmt: skip
            self.book("write-off", about, AccountCode.WRITE_OFF, AccountCode.PRINCIPAL_RECEIVABLE,
                      line.principal_outstanding_minor)  # fmt: skip
        self.is_written_off = True


def begin(
    agreement: Agreement, schedule: Sequence[Instalment], about: str, stopped: StoppedDays = NO_STOPS
) -> Life:  # fmt: skip
    """A loan on the day of its disbursal; `about` names it in the books; penalties stand still when `stopped`."""
    disbursed_on = agreement.terms.disbursed_on
    life = Life(
        agreement,
        agreement.terms,
        scheduled_lines(agreement.terms, schedule, 1),
        disbursed_on,
        disbursed_on,
        stopped_days=stopped,
        allowance=None if agreement.cost_cap is None else Allowance(agreement.cost_cap),
    )
    life.book("disbursal", about, AccountCode.PRINCIPAL_RECEIVABLE, AccountCode.CASH, agreement.terms.principal_minor)
    life._begin_day()
    return life


def live(
    agreement: Agreement,
    schedule: Sequence[Instalment],
    facts: Iterable[Fact],
    through: date,
    about: str = "loan",
    new: Container[FactKey] = (),
) -> Life:
    """The loan on `through`, with all facts up to that day that were not undone.

    Facts whose keys are in `new` are checked against the state they meet; raises FactRefused. Those accepted before
    count as far as they can, whatever has come to light since.
    """
    counting = [fact for fact in facts if not fact.is_undone]
    stopped = stopped_days(fact for fact in counting if isinstance(fact, PenaltyDays))
    happened = [fact for fact in counting if fact.on <= through and not isinstance(fact, PenaltyDays)]
    life = begin(agreement, schedule, about, stopped)
    for fact in sorted(happened, key=counting_order):
        life.advance(fact.on)
        if new and fact.key in new:
            check(life, fact)
        life.apply(fact)
    life.advance(through)
    return life
