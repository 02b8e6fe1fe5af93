"""What commands told is recorded so that a replay under the same ladder decides the same."""

from datetime import date, timedelta

from services.dunning.ladder.files import load_policy
from services.dunning.what_if.differences import CaseDifference
from services.dunning.what_if.run import WhatIfRequest, what_if_of
from tests.dunning_api.loans import LOAN
from tests.dunning_api.scene import AT, TODAY, DunningApi, late_borrower, open_offer


async def lived_with_commands(api: DunningApi) -> date:
    """A borrower to whom commands of many kinds happened on several days; returns the last business date."""
    await late_borrower(api)
    ask, day = api.client.command, TODAY
    await ask(f"{AT}/finances", "finances", currency="CNY", income_monthly_minor=150_000)
    await ask(f"{AT}/promises", "promise", currency="CNY", amount_minor=100_000, due_on="2024-03-22")
    for step in range(1, 12):
        day = TODAY + timedelta(days=step)
        await api.dunning.complete(day)
        if step == 2:
            hold = await ask(f"{AT}/holds", "hold", hold_reason="dispute", loan_id=LOAN)
        if step == 4:
            await ask(f"{AT}/holds/{hold['id']}/lift", "lift")
            ill = await ask(f"{AT}/hardships", "ill", hardship_reason="illness")
            await ask(f"{AT}/hardships/{ill['id']}/review", "review", review_on="2024-03-26")
        if step == 7:
            await ask(f"{AT}/hardships/{ill['id']}/end", "end")
            await ask(f"{AT}/look", "look")
        if step == 9:
            for task in (await api.client.get("/v1/tasks"))["tasks"]:
                await ask(f"{AT}/tasks/{task['task_id']}/done", task["task_id"], outcome="not-reached")
            offer = await open_offer(api)
            plan_id = offer["plans"][0]["plan_id"]
            await ask(f"{AT}/offers/{offer['offer_id']}/accept", "accept", plan_id=plan_id)
    return day


async def test_the_same_ladder_decides_the_same_when_commands_are_replayed(api: DunningApi) -> None:
    last_on = await lived_with_commands(api)
    kinds = {kind for kind, _ in await api.facts()}
    assert {"command.hardship-reviewed", "command.task-done", "command.offer"} <= kinds
    differing: list[CaseDifference] = []
    report = await what_if_of(api.dunning.connection, WhatIfRequest(load_policy(None)), last_on, differing.append)
    assert (report.cases, differing) == (1, [])
