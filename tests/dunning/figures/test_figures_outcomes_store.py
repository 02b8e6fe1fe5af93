"""What became of cures, promises, offers, plans and contacts, from a real database, worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from services.dunning.cases.promises import Promise
from services.dunning.figures import outcomes_store as store
from services.dunning.figures.outcomes import (
    ArmLine,
    ContactLine,
    CuredWithin,
    CureLine,
    OfferLine,
    PlanLine,
    Promised,
    PromiseLine,
)
from services.dunning.figures.standing import Period, Selection
from services.eventing.database import Connection
from tests.dunning.figures.history import History, day

YEAR = Period(day(1, 1), day(12, 31))


def late_loans(*numbers: int) -> History:
    """Loans that entered M1 on 1 February and M2 on 28 February."""
    history = History()
    for number in numbers:
        history.opened(f"L-{number}", day(1, 1))
        history.moved(f"L-{number}", day(2, 1), "M1")
        history.moved(f"L-{number}", day(2, 28), "M2")
    return history


def promise(number: int, due_on: date, amount: int = 1_000) -> Promise:
    return Promise(f"P-{number}", "L-1", "USD", amount, day(1, 2), due_on)


async def test_cures_count_from_the_entry_into_each_bucket(dunning: Connection) -> None:
    history = late_loans(1, 2, 3)
    history.cured("L-1", day(3, 3), "M2")
    history.cured("L-2", day(4, 20), "M2")
    await history.write(dunning)
    m1, m2 = await store.cures(dunning, YEAR, day(7, 31))
    assert m1 == CureLine("M1", 3, (CuredWithin(30, 3, 1), CuredWithin(60, 3, 1), CuredWithin(90, 3, 2)), 2, 0)
    assert m2 == CureLine("M2", 3, (CuredWithin(30, 3, 1), CuredWithin(60, 3, 2), CuredWithin(90, 3, 2)), 2, 0)


async def test_a_loan_whose_days_are_not_over_is_not_observed_yet_even_if_cured(dunning: Connection) -> None:
    history = late_loans(1)
    history.cured("L-1", day(3, 3), "M2")
    await history.write(dunning)
    m1, m2 = await store.cures(dunning, YEAR, day(3, 3))
    assert m1.within == (CuredWithin(30, 1, 1), CuredWithin(60, 0, 0), CuredWithin(90, 0, 0))
    assert (m2.within[0], m2.within[0].percent, m2.cured) == (CuredWithin(30, 0, 0), None, 1)


async def test_a_loan_cured_on_the_last_day_counts(dunning: Connection) -> None:
    history = late_loans(1)
    history.cured("L-1", day(3, 30), "M2")
    await history.write(dunning)
    (m2,) = await store.cures(dunning, Period(day(2, 28), day(2, 28)), day(3, 30))
    assert m2.within[0] == CuredWithin(30, 1, 1)


async def test_a_cured_loan_that_is_past_due_again_is_a_redefault(dunning: Connection) -> None:
    history = late_loans(1, 2)
    history.cured("L-1", day(3, 3), "M2")
    history.cured("L-2", day(3, 3), "M2")
    history.moved("L-1", day(5, 1), "grace")
    await history.write(dunning)
    entered = Period(day(2, 28), day(2, 28))
    (then,) = await store.cures(dunning, entered, day(4, 30))
    (later,) = await store.cures(dunning, entered, day(5, 1))
    assert (then.redefaulted, later.redefaulted, later.redefaulted_percent) == (0, 1, Decimal(50))


async def test_a_loan_counts_once_a_bucket_and_flags_are_no_entry(dunning: Connection) -> None:
    history = late_loans(1)
    history.moved("L-1", day(3, 5), "M2", flags=("promised",))
    history.cured("L-1", day(3, 10), "M2")
    history.moved("L-1", day(5, 1), "M2")
    await history.write(dunning)
    assert [line.entered for line in await store.cures(dunning, YEAR, day(12, 31))] == [1, 1]
    assert await store.cures(dunning, Period(day(3, 1), day(4, 30)), day(12, 31)) == ()


async def test_arms_are_compared_by_loans_that_fell_past_due_in_them(dunning: Connection) -> None:
    history = late_loans(1, 2)
    history.cured("L-1", day(2, 20), "M1")
    history.arm = "hold-out"
    history.opened("L-3", day(1, 1))
    history.moved("L-3", day(2, 1), "M2")
    await history.write(dunning)
    found = await store.arms(dunning, YEAR, day(3, 3))
    assert [one for one in found if one.within.days == 30] == [
        ArmLine("champion", 2, CuredWithin(30, 2, 1)),
        ArmLine("hold-out", 1, CuredWithin(30, 1, 0)),
    ]


async def test_the_latest_verdict_of_a_promise_counts(dunning: Connection) -> None:
    history = late_loans(1)
    one = promise(1, day(3, 10))
    history.promised(one, day(3, 1))
    history.judged(one, day(3, 5), "kept", 1_000)
    history.judged(one, day(3, 20), "partly-kept", 400)
    await history.write(dunning)
    (then,) = await store.promises(dunning, YEAR, day(3, 19))
    (later,) = await store.promises(dunning, YEAR, day(3, 20))
    assert then == PromiseLine(day(3, 1), "USD", kept=Promised(1, 1_000, 1_000))
    assert later == PromiseLine(day(3, 1), "USD", partly_kept=Promised(1, 1_000, 400))


async def test_promises_are_counted_in_the_month_in_which_they_fall_due(dunning: Connection) -> None:
    history = late_loans(1)
    for number in (1, 2, 3):
        history.promised(promise(number, day(3, 31)), day(3, 1))
    history.judged(promise(1, day(3, 31)), day(4, 2), "kept", 1_000)
    history.judged(promise(2, day(3, 31)), day(4, 2), "kept", 1_000)
    history.judged(promise(3, day(3, 31)), day(4, 2), "broken")
    history.promised(promise(4, day(3, 31), 2_000), day(3, 2))
    history.promised(promise(5, day(4, 1)), day(3, 3))
    await history.write(dunning)
    march, april = await store.promises(dunning, YEAR, day(4, 30))
    assert (march.kept, march.broken, march.open) == (
        Promised(2, 2_000, 2_000), Promised(1, 1_000, 0), Promised(1, 2_000, 0)
    )  # fmt: skip
    assert (march.kept_percent, march.kept_amount_percent) == (Decimal("66.67"), Decimal("66.67"))
    assert (april.due_in, april.open.promises, april.kept_percent) == (day(4, 1), 1, None)


async def test_a_promise_not_taken_yet_is_not_counted(dunning: Connection) -> None:
    history = late_loans(1)
    history.promised(promise(1, day(3, 31)), day(3, 2))
    await history.write(dunning)
    assert await store.promises(dunning, YEAR, day(3, 1)) == ()


async def test_offers_are_what_they_were_on_the_date(dunning: Connection) -> None:
    history = late_loans(1)
    await history.offered(dunning, "O-1", day(3, 1), status="accepted", closed_on=day(3, 10))
    await history.offered(dunning, "O-2", day(3, 1), status="declined", closed_on=day(3, 5))
    await history.offered(dunning, "O-3", day(3, 1), status="expired", closed_on=day(3, 20))
    await history.offered(dunning, "O-4", day(3, 1), status="countered", closed_on=day(3, 4))
    await history.write(dunning)
    assert await store.offers(dunning, YEAR, day(3, 1)) == (OfferLine(day(3, 1), "USD", 4, 0, 0, 0, 0, 0, 4),)
    assert await store.offers(dunning, YEAR, day(3, 15)) == (OfferLine(day(3, 1), "USD", 4, 1, 1, 0, 1, 0, 1),)
    (run_out,) = await store.offers(dunning, YEAR, day(3, 16))
    assert (run_out.expired, run_out.open, run_out.take_up_percent) == (1, 0, Decimal("33.33"))


async def plan_with(dunning: Connection, history: History, as_of: date) -> PlanLine:
    await history.offered(dunning, "O-1", day(3, 1), status="accepted", closed_on=day(3, 5))
    await history.write(dunning)
    (line,) = await store.plans(dunning, YEAR, as_of)
    return line


@pytest.mark.parametrize(
    ("as_of", "fate"),
    [
        (day(3, 5), PlanLine("extend-term", 1, agreed=1, watched=0, kept=0, broken=0, replaced=0)),
        (day(3, 6), PlanLine("extend-term", 1, agreed=0, watched=1, kept=0, broken=0, replaced=0)),
        (day(6, 4), PlanLine("extend-term", 1, agreed=0, watched=0, kept=1, broken=0, replaced=0)),
    ],
)
async def test_a_plan_is_kept_when_its_watch_period_ends_without_a_break(
    dunning: Connection, as_of: date, fate: PlanLine
) -> None:
    history = late_loans(1)
    history.told("L-1", day(3, 6), event="loan-restructured", restructuring_id="O-1")
    history.moved("L-1", day(3, 6), "current", flags=("restructured",), cured_from="M2")
    history.moved("L-1", day(6, 4), "current")
    assert await plan_with(dunning, history, as_of) == fate


async def test_a_broken_plan_is_broken_from_that_day_on_though_it_is_undone(dunning: Connection) -> None:
    history = late_loans(1)
    history.told("L-1", day(3, 6), event="loan-restructured", restructuring_id="O-1")
    history.moved("L-1", day(3, 6), "current", flags=("restructured",))
    history.plan_broke("L-1", day(4, 20), "O-1")
    history.told("L-1", day(4, 20))
    assert (await plan_with(dunning, history, day(4, 20))).broken == 1
    assert [line.watched for line in await store.plans(dunning, YEAR, day(4, 19))] == [1]


async def test_a_plan_of_a_settled_loan_is_kept(dunning: Connection) -> None:
    history = late_loans(1)
    history.told("L-1", day(3, 6), event="loan-restructured", restructuring_id="O-1")
    history.moved("L-1", day(3, 6), "current", flags=("restructured",))
    history.told("L-1", day(3, 20), restructuring_id="O-1", settled=True)
    assert (await plan_with(dunning, history, day(3, 20))).kept == 1


async def test_a_plan_followed_by_another_is_replaced(dunning: Connection) -> None:
    history = late_loans(1)
    history.told("L-1", day(3, 6), event="loan-restructured", restructuring_id="O-1")
    history.told("L-1", day(4, 6), event="loan-restructured", restructuring_id="R-2")
    assert (await plan_with(dunning, history, day(4, 6))).replaced == 1


async def test_contacts_are_counted_by_step_and_arm_with_what_the_notifier_told(dunning: Connection) -> None:
    history = late_loans(1, 2)
    history.asked("L-1", day(3, 1), "overdue-soft")
    history.asked("L-1", day(3, 5), "overdue-soft")
    history.notified("L-1", day(3, 1), "overdue-soft", "failed")
    history.notified("L-1", day(3, 5), "overdue-soft", "sent")
    history.called("L-1", day(3, 9), "call")
    history.asked("L-1", day(3, 9), "promise-broken-P-1", rule="promise")
    history.arm = "challenger"
    history.asked("L-2", day(3, 2), "overdue-soft")
    await history.write(dunning)
    assert await store.contacts(dunning, YEAR, day(12, 31)) == (
        ContactLine("call", "call", "champion", 1, 1, 0, 0, 0),
        ContactLine("overdue-soft", "notice", "challenger", 1, 1, 0, 0, 0),
        ContactLine("overdue-soft", "notice", "champion", 2, 1, 1, 1, 0),
        ContactLine("promise", "notice", "champion", 1, 1, 0, 0, 0),
    )
    assert len(await store.contacts(dunning, YEAR, day(3, 1))) == 1
    assert await store.contacts(dunning, YEAR, day(12, 31), Selection(currency="EUR")) == ()


async def test_every_figure_takes_a_selection(dunning: Connection) -> None:
    history = late_loans(1)
    history.opened("L-2", day(1, 1), product="card")
    history.moved("L-2", day(2, 1), "M1")
    history.asked("L-2", day(2, 1), "overdue-soft")
    history.promised(promise(1, day(3, 10)), day(3, 1))
    await history.offered(dunning, "O-1", day(3, 1), status="accepted", closed_on=day(3, 5))
    await history.write(dunning)
    card, car = Selection("USD", "card", "champion"), Selection("USD", "car", "champion")
    assert [line.entered for line in await store.cures(dunning, YEAR, day(12, 31), card)] == [1]
    assert [line.entered for line in await store.arms(dunning, YEAR, day(12, 31), card)] == [1, 1, 1]
    assert [line.asked for line in await store.contacts(dunning, YEAR, day(12, 31), card)] == [1]
    for ask in (store.cures, store.arms, store.promises, store.offers, store.plans, store.contacts):
        assert await ask(dunning, YEAR, day(12, 31), car) == ()


async def test_outcomes_of_a_past_date_stay_when_more_happens(dunning: Connection) -> None:
    history = late_loans(1, 2)
    history.cured("L-1", day(3, 3), "M2")
    history.promised(promise(1, day(3, 10)), day(3, 1))
    history.asked("L-2", day(3, 2), "overdue-soft")
    await history.write(dunning)
    figures = (store.cures, store.arms, store.promises, store.contacts)
    before = [await ask(dunning, YEAR, day(3, 31)) for ask in figures]
    history.moved("L-1", day(4, 1), "M1")
    history.cured("L-2", day(4, 1), "M2")
    history.judged(promise(1, day(3, 10)), day(4, 1), "broken")
    history.asked("L-1", day(4, 1), "overdue-soft")
    await history.write(dunning)
    assert [await ask(dunning, YEAR, day(3, 31)) for ask in figures] == before
