"""Days on which penalties stand still: which they are, what a loan owes then, and which stops the ledger accepts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dunning import InterestResumed, InterestStopped
from services.eventing.batch import Outcome
from services.eventing.envelope import read_record
from services.ledger.acceptance import Acceptance, LoanEvent, fact_of
from services.ledger.agreement import Agreement, CostCap, LateFeeRule, PenaltyRule
from services.ledger.fact_records import data_of, fact_from, kind_of
from services.ledger.facts import PenaltiesResumed, PenaltiesStopped, PenaltyDays
from services.ledger.penalty_stops import stopped_days
from tests.builders import record
from tests.ledger.loans import JANUARY as DISBURSED_ON
from tests.ledger.loans import LedgerOfOneLoan, disbursed, opened_loan
from tests.ledger.test_arrival_order import PRODUCTS
from tests.ledger.test_life import FEBRUARY, MARCH, TERMS, lived, paid, penalty_minor

PUNISHING = Agreement(TERMS, penalty=PenaltyRule(Decimal(18)))
"""5 a day on each 10,000 overdue: 10,000 x 18 % / 360."""
CHARGING = Agreement(TERMS, late_fee=LateFeeRule(flat_minor=700, after_days=5))
"""700 on 16 February, on the sixth day past due."""


def february(day: int) -> date:
    return date(2024, 2, day)


def stopped(first: date, last: date | None = None, identity: str = "S") -> PenaltiesStopped:
    return PenaltiesStopped(fact_id=identity, on=first, to_on=last)


def resumed(on: date, stop_id: str = "S") -> PenaltiesResumed:
    return PenaltiesResumed(fact_id=f"{stop_id}/{on}", on=on, stop_id=stop_id)


def told_stop(**changes: Any) -> InterestStopped:
    """A stop of February 2018 for the loan of `opened_loan`."""
    fields: dict[str, Any] = {
        "borrower_id": "B-1", "loan_id": "L-1", "stop_id": "H-1:L-1", "from_on": date(2018, 2, 1),
        "to_on": date(2018, 2, 28),
    }  # fmt: skip
    return InterestStopped(**fields | changes)


def told_end(**changes: Any) -> InterestResumed:
    """The same stop ends on 12 February 2018."""
    fields: dict[str, Any] = {
        "borrower_id": "B-1", "loan_id": "L-1", "stop_id": "H-1:L-1", "resumed_on": date(2018, 2, 12)
    }  # fmt: skip
    return InterestResumed(**fields | changes)


def refusals(*events: InterestStopped | InterestResumed) -> list[tuple[str, str, str]]:
    """Code, field and value of each event of a batch that the ledger does not accept; a duplicate is "none"."""
    outcome = Outcome()
    received: list[LoanEvent] = [read_record(record(event, number)) for number, event in enumerate(events)]  # type: ignore[misc]
    accepted = Acceptance({("B-1", "L-1"): opened_loan()}, {}, {}, outcome).accepted(received)
    told = [(one.reason.code, one.reason.field, one.reason.value) for one in outcome.rejected]
    return told + [("none", "", "")] * (len(events) - len(accepted) - len(told))


def test_no_penalty_interest_accrues_from_the_first_to_the_last_day_of_a_stop() -> None:
    stop = stopped(february(13), february(17))
    assert penalty_minor(lived(PUNISHING, stop, through=february(12))) == 10
    assert penalty_minor(lived(PUNISHING, stop, through=february(17))) == 10
    assert penalty_minor(lived(PUNISHING, stop, through=february(20))) == 25


def test_a_stop_without_an_end_lasts() -> None:
    assert penalty_minor(lived(PUNISHING, stopped(february(13)), through=date(2024, 6, 30))) == 10


def test_penalty_interest_accrues_again_from_the_day_it_is_resumed_on() -> None:
    facts = stopped(february(13)), resumed(february(19))
    assert penalty_minor(lived(PUNISHING, *facts, through=february(18))) == 10
    assert penalty_minor(lived(PUNISHING, *facts, through=february(19))) == 15


def test_the_earliest_end_of_a_stop_counts() -> None:
    facts = stopped(february(13), february(27)), resumed(february(22)), resumed(february(16)), resumed(february(25))
    assert penalty_minor(lived(PUNISHING, *facts, through=february(16))) == 15


def test_an_end_ends_its_own_stop_only() -> None:
    facts = (
        stopped(february(12), february(20), "S-1"), stopped(february(15), february(25), "S-2"),
        resumed(february(13), "S-1"),
    )  # fmt: skip
    assert penalty_minor(lived(PUNISHING, *facts, through=february(25))) == 15  # 11, 13 and 14 February


def test_grace_is_no_longer_for_a_stop_in_it() -> None:
    agreement = Agreement(TERMS, penalty=PenaltyRule(Decimal(18), grace_days=3))
    life = lived(agreement, stopped(february(12), february(20)), through=february(21))
    assert penalty_minor(life) == 10  # 11 and 21 February


def test_a_late_fee_whose_day_is_stopped_is_never_charged() -> None:
    stop = stopped(february(16), february(16))
    assert lived(CHARGING, through=MARCH).lines[0].charged_minor("fee") == 700
    assert lived(CHARGING, stop, through=MARCH).lines[0].charged_minor("fee") == 0


def test_a_late_fee_falls_on_its_day_though_days_before_it_were_stopped() -> None:
    stop = stopped(february(11), february(15))
    assert lived(CHARGING, stop, through=MARCH).lines[0].charged_minor("fee") == 700


def test_contract_interest_goes_on() -> None:
    life = lived(PUNISHING, stopped(february(1)), through=MARCH)
    assert sum(line.interest_minor for line in life.lines if line.is_earned) == 500


def test_the_cost_cap_grows_on_stopped_days_too() -> None:
    # By 10 March 13 % of 30,000 are 641: 141 beside the interest, of which 43 have grown since the stop.
    tight = Agreement(TERMS, penalty=PenaltyRule(Decimal(36)), cost_cap=CostCap(Decimal(13)))
    stop = stopped(february(11), february(29))
    after = lived(tight, stop, through=MARCH).lines[0].charge("penalty-1")
    assert after is not None
    assert (after.amount_minor, after.capped_minor) == (100, 0)  # ten days of March


def test_a_paid_loan_whose_penalties_stop_afterwards_gets_them_back() -> None:
    payments = paid("P-1", february(20), 10_350), paid("P-2", MARCH, 10_200), paid("P-3", date(2024, 4, 10), 10_100)
    life = lived(PUNISHING, *payments, stopped(FEBRUARY), through=date(2024, 4, 10))
    assert (life.status, life.credit_minor) == ("settled", 50)


@given(st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 20), st.none() | st.integers(-3, 25))))
def test_days_in_several_stops_are_stopped_once(drawn: list[tuple[int, int | None, int | None]]) -> None:
    facts: list[PenaltyDays] = []
    expected: set[int] = set()
    for number, (first, length, ends_after) in enumerate(drawn):
        on = DISBURSED_ON + timedelta(days=first)
        last = None if length is None else on + timedelta(days=length)
        facts.append(stopped(on, last, f"S-{number}"))
        days = set(range(first, 100 if length is None else first + length + 1))
        if ends_after is not None:
            facts.append(resumed(on + timedelta(days=ends_after), f"S-{number}"))
            days &= set(range(first, first + ends_after))
        expected |= days
    found = stopped_days(facts)
    days_off = {offset for offset in range(100) if found.includes(DISBURSED_ON + timedelta(days=offset))}
    assert days_off == expected


@given(st.sets(st.integers(1, 30)), st.integers(0, 30), st.integers(1, 40))
def test_between_two_turns_all_days_are_of_one_kind(days: set[int], after: int, length: int) -> None:
    day = [DISBURSED_ON + timedelta(days=offset) for offset in range(80)]
    found = stopped_days([stopped(day[offset], day[offset], f"S-{offset}") for offset in days])
    turn = found.next_turn(day[after], day[after + length])
    assert day[after] < turn <= day[after + length]
    assert len({found.includes(one) for one in day if day[after] < one <= turn}) == 1


def test_a_stop_far_ahead_does_not_take_the_books_there() -> None:
    ledger = LedgerOfOneLoan(disbursed(rate_percent="12"), PRODUCTS[2])
    ledger.close(date(2018, 2, 28))
    booked = ledger.balances()
    ledger.record(stopped(date(2018, 9, 1)))
    assert (ledger.balances(), ledger.told[-1]) == (booked, "standing-changed")


def test_a_loan_that_was_in_time_stays_quick_to_post_to_after_a_stop() -> None:
    ledger = LedgerOfOneLoan(disbursed(), PRODUCTS[2])
    ledger.record(stopped(date(2018, 2, 1), date(2018, 2, 28)))
    ledger.pay("P-1", date(2018, 2, 10), 10_000)
    assert ledger.worked_out == 0


def test_the_same_stop_again_changes_nothing() -> None:
    assert refusals(told_stop(), told_stop()) == [("none", "", "")]
    assert refusals(told_stop(), told_end(), told_end()) == [("none", "", "")]


def test_a_stop_may_be_ended_again_on_another_day() -> None:
    assert refusals(told_stop(), told_end(), told_end(resumed_on=date(2018, 2, 5))) == []


def test_a_stop_may_begin_before_the_loan_was_disbursed() -> None:
    assert refusals(told_stop(from_on=date(2017, 12, 1))) == []


@pytest.mark.parametrize(
    ("events", "refusal"),
    [
        ([told_stop(loan_id="L-9")], ("unknown-loan", "loan_id", "L-9")),
        ([told_end()], ("unknown-stop", "stop_id", "H-1:L-1")),
        ([told_stop(), told_end(stop_id="H-2:L-1")], ("unknown-stop", "stop_id", "H-2:L-1")),
        ([told_stop(to_on=date(2018, 1, 31))], ("refused", "to_on", "2018-01-31")),
        ([told_stop(), told_stop(to_on=None)], ("id-reused", "id", "H-1:L-1")),
    ],
    ids=["of an unknown loan", "end of an unknown stop", "end of another stop", "ends before it begins", "id reused"],
)
def test_what_cannot_be_is_refused(
    events: list[InterestStopped | InterestResumed], refusal: tuple[str, str, str]
) -> None:
    assert refusals(*events) == [refusal]


@pytest.mark.parametrize("event", [told_stop(), told_stop(to_on=None), told_end()])
def test_a_stop_and_its_end_come_back_from_the_record_as_they_were(event: InterestStopped | InterestResumed) -> None:
    fact = fact_of(event)
    assert fact_from(kind_of(fact), fact.fact_id, fact.on, fact.is_undone, data_of(fact)) == fact
