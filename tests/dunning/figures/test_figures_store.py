"""Where loans stand, from a real database: values worked out by hand, and a replay in plain Python."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from services.dunning.cases.case_text import loan_facts_of
from services.dunning.cases.loan_levels import overdue_on
from services.dunning.figures import standing_store
from services.dunning.figures.standing import BucketLine, InvalidPeriod, Period, RollCount, Selection
from services.eventing.database import Connection
from tests.dunning.figures.history import STATES, History, day


def lines(found: tuple[BucketLine, ...]) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {(one.bucket, one.state): (one.loans, one.overdue_minor, one.principal_outstanding_minor) for one in found}


async def test_a_loan_that_never_moved_is_in_the_first_bucket_from_its_first_standing_on(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10))
    await history.write(dunning)
    assert await standing_store.buckets(dunning, day(1, 9)) == ()
    assert lines(await standing_store.buckets(dunning, day(1, 10))) == {("current", "current"): (1, 0, 100_000)}


async def test_the_first_bucket_is_the_ladders(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10))
    await history.write(dunning)
    found = await standing_store.buckets(dunning, day(1, 10), Selection(first_bucket="M0"))
    assert [line.bucket for line in found] == ["M0"]


async def test_amounts_are_those_of_the_newest_standing_not_of_the_move(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10))
    history.told("L-1", day(2, 11), overdue=10_000)
    history.moved("L-1", day(2, 14), "M1")
    history.told("L-1", day(2, 20), overdue=4_000, principal=94_000)
    await history.write(dunning)
    assert lines(await standing_store.buckets(dunning, day(2, 19))) == {("M1", "early"): (1, 10_000, 100_000)}
    assert lines(await standing_store.buckets(dunning, day(2, 20))) == {("M1", "early"): (1, 4_000, 94_000)}


async def test_what_fell_due_since_the_ledger_told_is_overdue(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10), next_due=(day(2, 10), 9_000))
    await history.write(dunning)
    assert lines(await standing_store.buckets(dunning, day(2, 10)))["current", "current"][1] == 0
    assert lines(await standing_store.buckets(dunning, day(2, 11)))["current", "current"][1] == 9_000


async def test_settled_loans_are_apart_though_they_never_moved(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10))
    history.told("L-1", day(3, 1), settled=True, principal=0)
    await history.write(dunning)
    assert lines(await standing_store.buckets(dunning, day(3, 1))) == {("settled", "settled"): (1, 0, 0)}
    assert lines(await standing_store.buckets(dunning, day(2, 28))) == {("current", "current"): (1, 0, 100_000)}


async def test_a_loan_written_off_keeps_its_bucket(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10))
    history.moved("L-1", day(6, 1), "M4-plus", days=120)
    history.told("L-1", day(6, 10), written_off=True, overdue=500)
    history.moved("L-1", day(6, 10), "M4-plus", days=129, state="written-off")
    await history.write(dunning)
    assert lines(await standing_store.buckets(dunning, day(6, 10))) == {("M4-plus", "written-off"): (1, 500, 100_000)}


async def test_buckets_come_by_currency_and_days_past_due(dunning: Connection) -> None:
    history = History()
    for number, bucket in enumerate(["M3", "grace", "M1"], start=1):
        history.opened(f"L-{number}", day(1, 10))
        history.moved(f"L-{number}", day(2, 1), bucket)
    history.opened("L-4", day(1, 10), settled=True)
    history.opened("L-5", day(1, 10), currency="EUR")
    await history.write(dunning)
    found = await standing_store.buckets(dunning, day(2, 1))
    assert [(line.currency, line.bucket) for line in found] == [
        ("EUR", "current"), ("USD", "grace"), ("USD", "M1"), ("USD", "M3"), ("USD", "settled"),
    ]  # fmt: skip


async def test_a_selection_leaves_out_other_currencies_products_and_arms(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10), product="card")
    history.opened("L-2", day(1, 10), currency="EUR")
    history.evaluated("B-1", day(1, 10))
    history.arm = "challenger"
    history.evaluated("B-1", day(1, 20))
    await history.write(dunning)

    async def loans(on: date, selection: Selection) -> int:
        return sum(line.loans for line in await standing_store.buckets(dunning, on, selection))

    assert await loans(day(1, 15), Selection(currency="EUR")) == 1
    assert await loans(day(1, 15), Selection(product="card")) == 1
    assert await loans(day(1, 15), Selection(product="car")) == 0
    assert await loans(day(1, 15), Selection(arm="champion")) == 1
    assert await loans(day(1, 20), Selection(arm="champion")) == 0
    assert await loans(day(1, 20), Selection(arm="challenger", product="card", currency="USD")) == 1


async def test_roll_rates_show_where_the_loans_of_each_bucket_went(dunning: Connection) -> None:
    history = History()
    for number in range(1, 6):
        history.opened(f"L-{number}", day(1, 10), principal=number * 100)
        history.moved(f"L-{number}", day(1, 20), "M1")
    history.cured("L-1", day(2, 5), "M1")
    history.moved("L-2", day(2, 10), "M2")
    history.told("L-3", day(2, 10), settled=True, principal=0)
    history.told("L-4", day(2, 10), written_off=True, principal=400)
    history.opened("L-6", day(2, 1))
    await history.write(dunning)
    rates = await standing_store.roll_rates(dunning, day(1, 31), day(2, 28))
    assert [one.count for one in rates] == [
        RollCount("M1", "current", "USD", 1, 100),
        RollCount("M1", "M1", "USD", 1, 500),
        RollCount("M1", "M2", "USD", 1, 200),
        RollCount("M1", "written-off", "USD", 1, 400),
        RollCount("M1", "settled", "USD", 1, 300),
    ]
    assert [one.loans_percent for one in rates] == [Decimal(20)] * 5
    assert rates[1].principal_percent == Decimal("33.33")


async def test_loans_settled_or_written_off_at_the_start_are_in_no_row(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10), settled=True)
    history.opened("L-2", day(1, 10), written_off=True)
    await history.write(dunning)
    assert await standing_store.roll_rates(dunning, day(1, 31), day(2, 28)) == ()


async def test_roll_rates_need_a_later_end(dunning: Connection) -> None:
    with pytest.raises(InvalidPeriod, match="to_on 2018-01-31: is not after from_on 2018-01-31"):
        await standing_store.roll_rates(dunning, day(1, 31), day(1, 31))


async def test_vintages_count_by_the_month_of_disbursal_and_the_months_until_late(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10), principal=300)
    history.moved("L-1", day(2, 20), "M1", days=4)
    history.moved("L-1", day(3, 20), "M2", days=31)
    history.told("L-1", day(3, 25), principal=250)
    history.cured("L-1", day(3, 25), "M2")
    history.opened("L-2", day(1, 31), principal=100)
    history.opened("L-3", day(2, 1), principal=700)
    await history.write(dunning)
    points = await standing_store.vintages(dunning, day(4, 30))
    thirty = {(one.disbursed_in, one.months_on_book): one for one in points if one.days_past_due == 30}
    ever = {key: (one.loans_ever, one.loans, one.principal_ever_minor) for key, one in thirty.items()}
    assert ever == {
        (day(1, 1), 0): (0, 2, 0), (day(1, 1), 1): (0, 2, 0), (day(1, 1), 2): (1, 2, 300), (day(1, 1), 3): (1, 2, 300),
        (day(2, 1), 0): (0, 1, 0), (day(2, 1), 1): (0, 1, 0), (day(2, 1), 2): (0, 1, 0),
    }  # fmt: skip
    assert (thirty[day(1, 1), 2].loans_percent, thirty[day(1, 1), 2].principal_percent) == (Decimal(50), Decimal(75))
    assert not any(one.loans_ever for one in points if one.days_past_due > 30)


async def test_vintages_of_some_months_only(dunning: Connection) -> None:
    history = History()
    history.opened("L-1", day(1, 10))
    history.opened("L-2", day(2, 10))
    await history.write(dunning)
    points = await standing_store.vintages(dunning, day(4, 30), disbursed=Period(day(2, 1), day(2, 28)))
    assert {one.disbursed_in for one in points} == {day(2, 1)}


def random_history(seed: int) -> History:
    """Sixty days of thirty loans: moves, standings, some settled, some written off."""
    random, history = Random(seed), History()
    for number in range(1, 31):
        loan_id, on = f"L-{number}", day(1, 1) + timedelta(days=random.randrange(20))
        history.opened(loan_id, on, principal=random.randrange(1, 1_000), currency=random.choice(["USD", "EUR"]))
        facts = history.loans[f"B-{number}", loan_id]
        while (on := on + timedelta(days=random.randrange(15))) < day(3, 1):
            fate = random.random()
            history.told(
                loan_id, on, principal=random.randrange(1_000), overdue=random.randrange(100), settled=fate > 0.85,
                written_off=0.75 < fate < 0.85, currency=facts.currency,
                next_due=random.choice([None, (on + timedelta(days=random.randrange(9)), random.randrange(2, 50))]),
            )  # fmt: skip
            if random.random() < 0.7:
                history.moved(loan_id, on, random.choice(list(STATES)))
    return history


def replayed(history: History, as_of: date) -> Counter[tuple[str, str, str, str]]:
    """Loans by bucket, state, and currency at the end of a date, by going through the rows one by one."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    for _, loan_id in history.loans:
        bucket, state, seen = "current", "current", None
        for level in history.record.levels:
            if level.loan_id == loan_id and level.on <= as_of:
                bucket, state = level.bucket, level.state
        for standing in history.record.standings:
            if standing.loan_id == loan_id and standing.as_of <= as_of:
                seen = loan_facts_of(standing.facts)
        if seen is None:
            continue
        if seen.settled:
            bucket, state = "settled", "settled"
        elif seen.written_off:
            state = "written-off"
        key = (bucket, state, seen.currency)
        found[*key, "loans"] += 1
        found[*key, "overdue"] += overdue_on(seen, as_of).total_minor
        found[*key, "principal"] += seen.principal_outstanding_minor
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_on_each_day_buckets_are_what_a_replay_of_the_rows_gives(dunning: Connection, seed: int) -> None:
    history = random_history(seed)
    expected = {on: replayed(history, on) for on in (day(1, 1) + timedelta(days=n) for n in range(60))}
    await history.write(dunning)
    for on, counted in expected.items():
        found: Counter[tuple[str, str, str, str]] = Counter()
        for line in await standing_store.buckets(dunning, on):
            found[line.bucket, line.state, line.currency, "loans"] = line.loans
            found[line.bucket, line.state, line.currency, "overdue"] = line.overdue_minor
            found[line.bucket, line.state, line.currency, "principal"] = line.principal_outstanding_minor
        assert found == counted


async def test_the_rows_of_a_roll_rate_matrix_are_the_buckets_of_its_start(dunning: Connection) -> None:
    await random_history(7).write(dunning)
    rates = await standing_store.roll_rates(dunning, day(1, 31), day(2, 28))
    rows: Counter[tuple[str, str]] = Counter()
    for rate in rates:
        rows[rate.count.currency, rate.count.from_bucket] += rate.count.loans
    alive: Counter[tuple[str, str]] = Counter()
    for line in await standing_store.buckets(dunning, day(1, 31)):
        if line.is_alive:
            alive[line.currency, line.bucket] += line.loans
    assert rows == alive


async def test_figures_of_a_past_date_stay_when_more_happens(dunning: Connection) -> None:
    history = random_history(11)
    await history.write(dunning)
    then = day(3, 1)
    before = (await standing_store.buckets(dunning, then), await standing_store.roll_rates(dunning, day(1, 31), then),
              await standing_store.vintages(dunning, then))  # fmt: skip
    for number in range(1, 31):
        history.told(f"L-{number}", day(3, 2), settled=number % 2 == 0)
        history.moved(f"L-{number}", day(3, 2), "M4-plus")
    history.opened("L-99", day(3, 2))
    await history.write(dunning)
    after = (await standing_store.buckets(dunning, then), await standing_store.roll_rates(dunning, day(1, 31), then),
             await standing_store.vintages(dunning, then))  # fmt: skip
    assert after == before
