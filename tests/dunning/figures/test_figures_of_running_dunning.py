"""Figures of the record that dunning itself writes, day by day."""

from collections import Counter
from datetime import timedelta
from random import Random

from services.dunning.cases.case_work import CaseWork
from services.dunning.figures import outcomes_store, standing_store
from services.dunning.figures.standing import Period
from services.dunning.ladder.files import load_ladders
from services.dunning.ladder.store import LadderKeeper
from services.dunning.offer_desk import OfferDesk
from services.dunning.settings import load_offer_policy
from services.eventing.database import Connection
from tests.dunning.figures.history import day
from tests.dunning.what_if.live_dunning import CALENDAR, LiveDunning, all_sent
from tests.dunning.what_if.told_loans import told_loan


async def _buckets_now(dunning: Connection) -> Counter[tuple[str, ...]]:
    rows = await dunning.fetch(
        "select case when settled then 'settled' else bucket end, case when settled then 'settled' else state end,"
        " count(*), sum(overdue_minor)::int8, sum(principal_outstanding_minor)::int8 from loan group by 1, 2"
    )
    return Counter(
        {(*row[:2], what): count for row in rows for what, count in zip(("n", "due", "owed"), row[2:], strict=True)}
    )


async def test_figures_as_of_today_are_those_of_the_tables_that_dunning_works_by(dunning: Connection) -> None:
    random = Random(5)
    work = CaseWork(LadderKeeper(load_ladders()), OfferDesk(load_offer_policy(None)), CALENDAR, 1)
    running = LiveDunning(dunning, work, all_sent)
    loans = [
        told_loan(f"B-{number}", f"L-{number}", day(1, 5) + timedelta(days=number), instalments=4)
        for number in range(12)
    ]  # fmt: skip
    on = day(1, 1)
    await running.tell(*(loan.opens(on) for loan in loans))
    for _ in range(130):
        paying = [loan for loan in loans if random.random() < 0.02]
        await running.tell(*(loan.pays(on, random.choice([5_000, 11_000, 60_000])) for loan in paying))
        if random.random() < 0.03:
            await running.tell(random.choice(loans).is_written_off(on))
        await running.complete(on)
        await running.answer()
        found: Counter[tuple[str, ...]] = Counter()
        for line in await standing_store.buckets(dunning, on):
            key = (line.bucket, line.state)
            found[*key, "n"], found[*key, "due"] = line.loans, line.overdue_minor
            found[*key, "owed"] = line.principal_outstanding_minor
        assert found == await _buckets_now(dunning), on
        on += timedelta(days=1)
    period = Period(day(1, 1), on)
    assert await outcomes_store.cures(dunning, period, on)
    contacts = await outcomes_store.contacts(dunning, period, on)
    assert sum(line.sent for line in contacts if line.step == "overdue-soft") > 0
