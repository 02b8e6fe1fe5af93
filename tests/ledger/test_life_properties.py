"""What holds for every loan, whatever happens to it."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import event, given
from hypothesis import strategies as st

from services.ledger.agreement import CostCap, LateFeeRule, PenaltyRule
from services.ledger.cost_cap import interest_accrued_minor
from services.ledger.early_repayment import payoff_minor
from services.ledger.facts import ChargedBack, Paid, PenaltiesResumed, PenaltiesStopped, PenaltyDays, Refunded
from services.ledger.journal import AccountCode
from services.ledger.life import Life
from tests.ledger.lives import (
    DISBURSED_ON,
    LAST_DAY,
    Story,
    apply_if_allowed,
    caps,
    days,
    late_fees,
    lived,
    penalties,
    stops_among,
    stories,
)

THE_END = DISBURSED_ON + timedelta(days=LAST_DAY)
EVERY_DAY = tuple(DISBURSED_ON + timedelta(days=offset) for offset in range(LAST_DAY + 1))


def balances(life: Life) -> Counter[AccountCode]:
    """Debits less credits of each account."""
    totals: Counter[AccountCode] = Counter()
    for entry in life.entries.by_cause.values():
        for (debit, credit), amount_minor in entry.amounts.items():
            totals[debit] += amount_minor
            totals[credit] -= amount_minor
    return totals


def note_what_happened(life: Life) -> None:
    """For `--hypothesis-show-statistics`: whether the examples reach what the properties are about."""
    charges = [item for line in life.lines for item in line.charges]
    for kind in sorted({cause.kind for cause in life.entries.by_cause}):
        event(f"booked {kind}")
    if any(item.capped_minor for item in charges):
        event("the cap binds")
    if any(item.rule == "penalty-interest" and item.amount_minor for item in charges):
        event("penalty interest")
    event(f"is {life.status}")


def lines_of(life: Life) -> list[tuple[object, ...]]:
    return [
        (line.number, line.due_on, line.principal_minor, line.interest_minor, line.principal_paid_minor,
         line.interest_paid_minor, line.outstanding_minor, line.paid_on,
         [(item.charge_id, item.amount_minor, item.capped_minor, item.paid_minor) for item in line.charges])
        for line in life.lines
    ]  # fmt: skip


@given(stories())
def test_the_books_hold_what_the_lines_owe(story: Story) -> None:
    life = lived(*story)
    note_what_happened(life)
    booked = balances(life)
    owed = {
        AccountCode.PRINCIPAL_RECEIVABLE: sum(line.principal_outstanding_minor for line in life.lines),
        AccountCode.PENALTY_RECEIVABLE: sum(i.outstanding_minor for li in life.lines for i in li.charges_of("penalty")),
        AccountCode.FEE_RECEIVABLE: sum(i.outstanding_minor for li in life.lines for i in li.charges_of("fee")),
        AccountCode.INTEREST_RECEIVABLE: sum(
            line.interest_outstanding_minor if line.is_earned
            else line.carried_interest_minor for line in life.lines
        ),
        AccountCode.BORROWER_CREDIT: -life.credit_minor,
        AccountCode.UNEARNED_INTEREST: -sum(li.interest_in_advance_minor for li in life.lines if not li.is_earned),
    }  # fmt: skip
    if life.is_written_off:
        owed = dict.fromkeys(owed, 0) | {AccountCode.BORROWER_CREDIT: -life.credit_minor}
    assert {account: booked[account] for account in owed} == owed


@given(stories())
def test_money_in_is_allocated_or_credit_or_given_back(story: Story) -> None:
    agreement, happened, _ = story
    life = lived(*story)
    facts = {fact.fact_id: fact for fact in happened}
    paid_in_minor = 0
    for payment_id, allocation in life.allocations.items():
        paid = facts[payment_id]
        assert isinstance(paid, Paid)
        assert allocation.totals.amount_minor == paid.amount_minor
        paid_in_minor += paid.amount_minor
    out = [facts[cause.about] for cause in life.entries.by_cause if cause.kind in ("chargeback", "refund")]
    paid_out_minor = sum(fact.amount_minor for fact in out if isinstance(fact, ChargedBack | Refunded))
    booked = balances(life)
    assert booked[AccountCode.CASH] == paid_in_minor - paid_out_minor - agreement.terms.principal_minor
    held_minor = sum(line.paid_minor for line in life.lines) + life.credit_minor
    assert held_minor == paid_in_minor - paid_out_minor + booked[AccountCode.SUSPENSE]
    if booked[AccountCode.SUSPENSE]:
        event("money is in suspense")


@given(stories())
def test_nothing_is_paid_beyond_what_is_owed(story: Story) -> None:
    life = lived(*story)
    for line in life.lines:
        assert min(line.principal_outstanding_minor, line.interest_outstanding_minor) >= 0
        assert min(line.principal_paid_minor, line.interest_paid_minor, line.in_advance_minor, line.late_minor) >= 0
        assert all(item.outstanding_minor >= 0 for item in line.charges)
    assert life.credit_minor >= 0


@given(stories(), penalties, st.lists(days, max_size=6))
def test_working_a_loan_out_now_and_then_gives_what_every_day_gives(
    story: Story, penalty: PenaltyRule, stops: list[date]
) -> None:
    late = replace(story.agreement, penalty=penalty)
    daily = lived(late, story.happened, story.through, EVERY_DAY)
    lazily = lived(late, story.happened, story.through, tuple(stops))
    note_what_happened(lazily)
    assert (lines_of(lazily), lazily.credit_minor) == (lines_of(daily), daily.credit_minor)
    assert balances(lazily) == balances(daily)


@given(stories(at_most=5), penalties, caps)
def test_no_charge_takes_the_cost_above_the_cap(story: Story, penalty: PenaltyRule, cap: CostCap) -> None:
    capped = replace(story.agreement, penalty=penalty, cost_cap=cap)
    life = lived(capped, [*stops_among(story.happened)], DISBURSED_ON)
    waiting = [fact for fact in story.happened if not isinstance(fact, PenaltyDays)]
    waiting.sort(key=lambda fact: fact.on)
    charged_before = 0
    for day in EVERY_DAY[:200]:
        life.advance(day)
        while waiting and waiting[0].on <= day:
            apply_if_allowed(life, waiting.pop(0))
        assert life.allowance is not None
        if life.allowance.charged_minor > charged_before:
            numerator, denominator = cap.annual_rate_percent.as_integer_ratio()
            allowed = life.allowance.principal_minor_days * numerator // (denominator * 100 * cap.basis_days)
            accrued = interest_accrued_minor(life.lines, life.on, life.began_on)
            assert life.allowance.charged_minor + accrued <= allowed
        charged_before = life.allowance.charged_minor
    note_what_happened(life)


@given(stories(), penalties, late_fees)
def test_the_calendar_charges_nothing_on_a_day_on_which_penalties_stand_still(
    story: Story, penalty: PenaltyRule, late_fee: LateFeeRule
) -> None:
    life = lived(replace(story.agreement, penalty=penalty, late_fee=late_fee), story.happened, story.through)
    charged = {cause: entry.on for cause, entry in life.entries.by_cause.items()
               if cause.about.startswith(("penalty-", "late-fee-"))}  # fmt: skip
    if charged and life.stopped_days.intervals:
        event("charged on other days")
    assert {cause: on for cause, on in charged.items() if life.stopped_days.includes(on)} == {}


@given(stories(), penalties, late_fees)
def test_a_loan_whose_penalties_always_stand_still_lives_as_if_lateness_cost_nothing(
    story: Story, penalty: PenaltyRule, late_fee: LateFeeRule
) -> None:
    mild = replace(story.agreement, penalty=None, late_fee=None)
    strict = replace(story.agreement, penalty=penalty, late_fee=late_fee)
    always = PenaltiesStopped(fact_id="always", on=DISBURSED_ON)
    stopped = lived(strict, [*story.happened, always], story.through)
    free = lived(mild, story.happened, story.through)
    assert (lines_of(stopped), stopped.credit_minor) == (lines_of(free), free.credit_minor)
    assert balances(stopped) == balances(free)


@given(stories(), penalties, days, st.integers(-30, 0))
def test_a_stop_that_was_resumed_by_its_first_day_never_was(
    story: Story, penalty: PenaltyRule, on: date, earlier: int
) -> None:
    late = replace(story.agreement, penalty=penalty)
    stop = PenaltiesStopped(fact_id="stop", on=on)
    resumed = PenaltiesResumed(fact_id="resumed", on=on + timedelta(days=earlier), stop_id="stop")
    with_it = lived(late, [*story.happened, stop, resumed], story.through)
    without = lived(late, story.happened, story.through)
    assert (lines_of(with_it), balances(with_it)) == (lines_of(without), balances(without))


@given(stories(kinds=(Paid, Refunded)))
def test_a_payoff_ends_the_loan(story: Story) -> None:
    life = lived(story.agreement, story.happened, DISBURSED_ON + timedelta(days=45))
    amount_minor = payoff_minor(life)
    if amount_minor:
        life.apply(Paid(fact_id="P-off", on=life.on, amount_minor=amount_minor, purpose="payoff"))
        assert (life.status, life.principal_outstanding_minor) == ("settled", 0)
