"""What is read: a case today, its record in order, lists page by page, figures as JSON and CSV."""

import csv
from datetime import date
from io import StringIO
from typing import Any, get_args

import pytest

from services.dunning.api.figures_reading import FigureName
from tests.dunning_api.loans import BORROWER, LOAN, told_again
from tests.dunning_api.scene import AT, DISBURSED_ON, DunningApi, late_borrower, open_offer, punctual_borrower


@pytest.fixture(autouse=True)
async def borrower(api: DunningApi) -> None:
    await late_borrower(api)


async def everything(api: DunningApi, path: str, name: str, limit: int, **parameters: object) -> list[Any]:
    """All items of a list, page by page."""
    found: list[Any] = []
    after = None
    while True:
        page = await api.client.get(path, limit=limit, after=after, **parameters)
        assert len(page[name]) <= limit
        found += page[name]
        after = page["next"]
        if after is None:
            return found


async def test_a_case_says_how_each_loan_stands_and_when_to_look_again(api: DunningApi) -> None:
    case = await api.client.get(AT)
    assert (case["as_of"], case["next_look_on"], case["policy_version"]) == ("2024-03-20", "2024-03-21", "default-2")
    (loan,) = case["loans"]
    assert (loan["loan_id"], loan["days_past_due"], loan["bucket"], loan["state"]) == (LOAN, 39, "M2", "middle")
    assert loan["overdue"]["total_minor"] == case["exposure"]["overdue_minor_by_currency"]["CNY"] == 213_238
    assert [one["loan_id"] for one in case["offers"]] == [LOAN]


async def test_days_past_due_are_those_of_the_business_date_and_not_of_the_last_look(api: DunningApi) -> None:
    await punctual_borrower(api, "borrower-2")
    await api.dunning.complete(date(2024, 3, 23))
    case = await api.client.get("/v1/borrowers/borrower-2")
    assert (case["evaluated_on"], case["as_of"]) == ("2024-03-20", "2024-03-23")
    assert case["loans"][0]["days_past_due"] == 8


async def test_where_the_ledger_is_ahead_a_case_is_shown_as_last_evaluated_and_commands_wait(api: DunningApi) -> None:
    await api.dunning.tell(told_again(DISBURSED_ON, date(2024, 3, 21)))
    assert (await api.client.get(AT))["loans"][0]["days_past_due"] == 39
    held = await api.client.command(f"{AT}/holds", hold_reason="dispute")
    assert (held["changed"], await api.events("hold-began")) == (True, [])
    await api.dunning.complete(date(2024, 3, 21))
    assert len(await api.events("hold-began")) == 1


async def test_reading_locks_and_changes_nothing(api: DunningApi) -> None:
    before = await api.pool.fetchrow("select evaluations, fact_count, sequence from borrower_case")
    async with api.pool.acquire() as connection, connection.transaction():
        await connection.execute("select from borrower_case for update")
        await api.client.get(AT)
        await api.client.get(f"{AT}/timeline")
    assert await api.pool.fetchrow("select evaluations, fact_count, sequence from borrower_case") == before


async def test_the_timeline_has_what_was_told_before_what_was_decided(api: DunningApi) -> None:
    await api.client.command(f"{AT}/holds", hold_reason="dispute")
    entries = (await api.client.get(f"{AT}/timeline"))["entries"]
    order = [(one["evaluation"], ("standing", "fact", "decision").index(one["entry"])) for one in entries]
    assert order == sorted(order)
    assert [one["kind"] for one in entries if one["entry"] == "fact"] == [
        "amends.lending.borrower-registered.v1", "amends.lending.hold-placed.v1"
    ]  # fmt: skip
    notice = next(one for one in entries if one["kind"] == "notice")
    assert (notice["rule"], notice["policy_version"], notice["loan_id"]) == ("ladder:overdue-help", "default-2", LOAN)
    assert notice["facts"]["oldest_unpaid_due_on"] == "2024-02-10"


async def test_the_timeline_tells_no_names_nor_contact_data(api: DunningApi) -> None:
    response = await api.client.http.get(f"{AT}/timeline")
    assert "R-1" in response.text
    assert "Ada" not in response.text


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
async def test_pages_of_the_timeline_have_every_entry_once(api: DunningApi, limit: int) -> None:
    await api.client.command(f"{AT}/holds", hold_reason="dispute")
    whole = (await api.client.get(f"{AT}/timeline", limit=500))["entries"]
    assert await everything(api, f"{AT}/timeline", "entries", limit) == whole


async def test_cases_are_listed_by_state_bucket_and_flag(api: DunningApi) -> None:
    for number in range(5):
        await punctual_borrower(api, f"borrower-2{number}")
    await api.client.command(f"{AT}/holds", hold_reason="dispute")

    async def listed(**parameters: object) -> list[str]:
        return [one["borrower_id"] for one in await everything(api, "/v1/cases", "cases", 2, **parameters)]

    assert len(await listed()) == 6
    assert await listed(state="middle") == await listed(bucket="M2") == await listed(flag="on-hold") == [BORROWER]
    assert await listed(state="middle", flag="relief") == []
    assert await listed(bucket="M1") == [f"borrower-2{number}" for number in range(5)]


async def test_open_tasks_are_listed_oldest_first(api: DunningApi) -> None:
    await api.pool.executemany(
        "insert into task (borrower_id, task_id, kind, requested_on) values ($1, $2, 'find-plan', $3)",
        [(f"borrower-{number % 3}", f"task-{number}", date(2024, 3, 1 + number % 4)) for number in range(9)],
    )
    tasks = await everything(api, "/v1/tasks", "tasks", 2)
    keys = [(one["requested_on"], one["borrower_id"], one["task_id"]) for one in tasks]
    assert keys == sorted(keys)
    assert len(keys) == 9
    assert len(await everything(api, "/v1/tasks", "tasks", 2, borrower_id="borrower-1")) == 3
    assert await everything(api, "/v1/tasks", "tasks", 2, kind="call") == []


async def test_commands_are_listed_newest_first_by_borrower_or_operator(api: DunningApi) -> None:
    await punctual_borrower(api, "borrower-2")
    for number in range(5):
        at = AT if number % 2 else "/v1/borrowers/borrower-2"
        await api.client.post(f"{at}/look", {"reason": "x"}, f"key-{number}", **{"Amends-Operator": f"op-{number % 2}"})
    commands = await everything(api, "/v1/commands", "commands", 2)
    assert [one["idempotency_key"] for one in commands] == [f"key-{number}" for number in (4, 3, 2, 1, 0)]
    theirs = await everything(api, "/v1/commands", "commands", 1, operator="op-1")
    assert theirs == await everything(api, "/v1/commands", "commands", 2, borrower_id=BORROWER)
    assert {one["operator"] for one in theirs} == {"op-1"}


async def test_the_ladders_are_shown_word_for_word(api: DunningApi) -> None:
    ladders = await api.client.get("/v1/ladders")
    assert ladders["arms"] == [{"name": "champion", "ladder": "default-2", "percent": 100}]
    (ladder,) = ladders["ladders"]
    assert (ladder["version"], ladder["cases"]) == ("default-2", 1)
    assert "version: default-2" in ladder["document"]


@pytest.mark.parametrize("name", get_args(FigureName))
async def test_a_figure_says_the_same_as_json_and_as_csv(api: DunningApi, name: str) -> None:
    offer = await open_offer(api)
    await api.client.command(f"{AT}/offers/{offer['offer_id']}/accept", plan_id=offer["plans"][0]["plan_id"])
    answer = await api.client.get(f"/v1/figures/{name}")
    response = await api.client.http.get(f"/v1/figures/{name}", params={"format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(response.text)))
    assert rows == [{key: "" if value is None else str(value) for key, value in one.items()} for one in answer["lines"]]
    assert response.text.partition("\r\n")[0].split(",") == list(answer["columns"])


async def test_buckets_are_counted_as_of_any_day(api: DunningApi) -> None:
    today = (await api.client.get("/v1/figures/buckets"))["lines"]
    assert [(one["bucket"], one["loans"], one["overdue_minor"]) for one in today] == [("M2", 1, 213_238)]
    before = await api.client.get("/v1/figures/buckets", as_of=DISBURSED_ON)
    assert [(one["bucket"], one["loans"]) for one in before["lines"]] == [("current", 1)]
    assert (await api.client.get("/v1/figures/buckets", currency="EUR"))["lines"] == []
