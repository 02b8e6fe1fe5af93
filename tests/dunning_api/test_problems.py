"""Every error is a problem document that names what was wrong."""

from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.dunning.api.routers import dunning_routers
from services.dunning.cases.case_work import CaseWork
from services.dunning.ladder.files import load_ladders
from services.dunning.ladder.store import LadderKeeper
from services.dunning.offer_desk import OfferDesk
from services.dunning.settings import load_offer_policy
from services.eventing.api_connections import ApiConnections, open_api_pool
from services.eventing.api_keys import KeyFile, new_key
from services.eventing.clock import SystemClock
from services.eventing.health import Health, http_face
from services.eventing.settings import Settings
from tests.dunning_api.loans import LOAN, opened
from tests.dunning_api.scene import AT, DISBURSED_ON, EVERY_SCOPE, DunningApi, late_borrower
from tests.ledger_api.scene import write_keys
from tests.ledger_api.test_problems import problem_of

PROMISE: dict[str, Any] = {"currency": "CNY", "amount_minor": 100_000, "due_on": "2024-03-25", "reason": "by phone"}
HOLD: dict[str, Any] = {"hold_reason": "dispute", "reason": "letter"}


@pytest.fixture(autouse=True)
async def borrower(api: DunningApi) -> None:
    await late_borrower(api)


async def test_an_unknown_borrower_is_named(api: DunningApi) -> None:
    for path in ("", "/timeline", "/offers", f"/loans/{LOAN}/possible-plans"):
        response = await api.client.http.get(f"/v1/borrowers/nobody{path}")
        assert problem_of(response, 404, "unknown-borrower")["value"] == "nobody"
    for path, body in (("holds", HOLD), ("promises", PROMISE), ("look", {"reason": "x"})):
        response = await api.client.post(f"/v1/borrowers/nobody/{path}", body)
        assert problem_of(response, 404, "unknown-borrower")["value"] == "nobody"
    assert await api.pool.fetchval("select count(*) from borrower_case") == 1


UNKNOWN = [
    ("holds", {**HOLD, "loan_id": "other"}, "unknown-loan", "loan_id", "other"),
    ("offers", {"loan_id": "other", "reason": "x"}, "unknown-loan", "loan_id", "other"),
    ("credit-reports/withdraw", {"loan_id": "other", "reason": "x"}, "unknown-loan", "loan_id", "other"),
    ("holds/other/lift", {"reason": "x"}, "unknown-hold", "hold_id", "other"),
    ("hardships/other/end", {"reason": "x"}, "unknown-hardship", "hardship_id", "other"),
    ("hardships/other/review", {"review_on": "2024-05-01", "reason": "x"}, "unknown-hardship", "hardship_id", "other"),
    ("tasks/other/done", {"outcome": "done", "reason": "x"}, "unknown-task", "task_id", "other"),
    ("offers/other/withdraw", {"reason": "x"}, "unknown-offer", "offer_id", "other"),
]


async def test_what_the_borrower_does_not_have_is_named(api: DunningApi) -> None:
    for path, body, name, field, value in UNKNOWN:
        problem = problem_of(await api.client.post(f"{AT}/{path}", body), 404, name)
        assert (problem["field"], problem["value"]) == (field, value)
        assert problem["detail"].startswith(f"{field} {value!r}: ")


PROMISES = [
    ({"due_on": "2024-03-19"}, "due_on", "2024-03-19", "is in the past: the business date is 2024-03-20"),
    ({"made_on": "2024-03-21"}, "made_on", "2024-03-21", "is after the business date 2024-03-20"),
    ({"due_on": "2024-04-20"}, "due_on", "2024-04-20", "is more than 30 days ahead"),
    ({"amount_minor": 10**7}, "amount_minor", 10**7, "is above the debt of 1233152"),
    ({"currency": "USD"}, "currency", "USD", "is not the loan's currency CNY"),
    ({"loan_id": "other"}, "loan_id", "other", "is not a loan of the borrower that dunning knows"),
]


@pytest.mark.parametrize(("changes", "field", "value", "reason"), PROMISES)
async def test_a_promise_that_cannot_be_taken_is_refused_with_the_reason(
    api: DunningApi, changes: dict[str, Any], field: str, value: object, reason: str
) -> None:
    problem = problem_of(await api.client.post(f"{AT}/promises", {**PROMISE, **changes}), 422, "promise-refused")
    assert (problem["field"], problem["value"]) == (field, value)
    assert problem["detail"] == f"{field} {value!r}: {reason}"


async def test_a_second_open_promise_is_refused_by_the_policy(api: DunningApi) -> None:
    await api.client.post(f"{AT}/promises", PROMISE, "first")
    problem = problem_of(await api.client.post(f"{AT}/promises", PROMISE, "second"), 422, "promise-refused")
    assert "1 open already" in problem["detail"]


IMPOSSIBLE = [
    ("holds", {**HOLD, "to_on": "2024-03-19"}, "to_on", "2024-03-19"),
    ("holds", {**HOLD, "from_on": "9999-12-31"}, "from_on", "9999-12-31"),
    ("holds", {**HOLD, "to_on": "9999-12-31"}, "to_on", "9999-12-31"),
    ("holds", {**HOLD, "from_on": "0001-01-01"}, "from_on", "0001-01-01"),
    ("hardships", {"hardship_reason": "illness", "review_on": "2024-03-19", "reason": "x"}, "review_on", "2024-03-19"),
    ("hardships", {"hardship_reason": "illness", "reported_on": "2024-03-21", "reason": "x"}, "reported_on",
     "2024-03-21"),
    ("finances", {"currency": "CNY", "as_of": "2024-03-21", "reason": "x"}, "as_of", "2024-03-21"),
]  # fmt: skip


async def test_a_day_that_cannot_be_meant_is_refused(api: DunningApi) -> None:
    for path, body, field, value in IMPOSSIBLE:
        problem = problem_of(await api.client.post(f"{AT}/{path}", body), 422, "invalid-request")
        assert (problem["field"], problem["value"]) == (field, value)


async def test_a_review_that_is_not_to_come_and_one_of_a_hardship_that_is_over_are_refused(api: DunningApi) -> None:
    done = await api.client.command(f"{AT}/hardships", "report", hardship_reason="illness")
    at = f"{AT}/hardships/{done['id']}"
    early = await api.client.post(f"{at}/review", {"review_on": "2024-03-20", "reason": "x"})
    assert problem_of(early, 422, "invalid-request")["field"] == "review_on"
    await api.client.command(f"{at}/end", "end")
    over = await api.client.post(f"{at}/review", {"review_on": "2024-05-20", "reason": "x"})
    assert "ended on 2024-03-20" in problem_of(over, 422, "refused")["detail"]


async def test_a_report_that_was_not_made_is_not_withdrawn(api: DunningApi) -> None:
    response = await api.client.post(f"{AT}/credit-reports/withdraw", {"loan_id": LOAN, "reason": "x"})
    problem = problem_of(response, 422, "refused")
    assert (problem["field"], problem["value"]) == ("loan_id", LOAN)
    assert "has no report" in problem["detail"]


async def test_a_task_is_done_once(api: DunningApi) -> None:
    await api.dunning.complete(date(2024, 3, 21))
    (task,) = (await api.client.get("/v1/tasks"))["tasks"]
    at = f"{AT}/tasks/{task['task_id']}/done"
    await api.client.command(at, "first", outcome="will-pay")
    problem = problem_of(await api.client.post(at, {"outcome": "other", "reason": "x"}, "second"), 422, "refused")
    assert "was done on 2024-03-21: will-pay" in problem["detail"]


async def test_a_loan_whose_terms_are_not_told_has_no_plan(api: DunningApi) -> None:
    await api.pool.execute("update loan set terms = null")
    await api.pool.execute("update offer set status = 'withdrawn', closed_on = made_on")
    for response in (
        await api.client.post(f"{AT}/offers", {"loan_id": LOAN, "reason": "x"}),
        await api.client.http.get(f"{AT}/loans/{LOAN}/possible-plans"),
    ):
        problem = problem_of(response, 422, "no-plan")
        assert (problem["field"], problem["value"]) == ("loan_id", LOAN)
        assert "no terms" in problem["detail"]


UNFIT_PARAMETERS = [
    ("/v1/cases?limit=0", "query.limit", "0"),
    ("/v1/cases?state=lost", "query.state", "lost"),
    ("/v1/cases?flag=late", "query.flag", "late"),
    ("/v1/tasks?kind=write", "query.kind", "write"),
    ("/v1/commands?operator=%00", "query.operator", "\x00"),
    ("/v1/figures/profits", "path.name", "profits"),
    ("/v1/figures/buckets?as_of=2024-02-31", "query.as_of", "2024-02-31"),
    ("/v1/figures/buckets?format=xlsx", "query.format", "xlsx"),
    ("/v1/figures/buckets?currency=cny", "query.currency", "cny"),
    ("/v1/borrowers/%20", "path.borrower_id", " "),
]


async def test_a_parameter_that_does_not_fit_is_named_with_its_value(api: DunningApi) -> None:
    for path, field, value in UNFIT_PARAMETERS:
        errors = problem_of(await api.client.http.get(path), 422, "invalid-request")["errors"]
        assert [(one["field"], one["value"]) for one in errors] == [(field, value)]


async def test_a_period_that_ends_before_it_begins_is_refused(api: DunningApi) -> None:
    for name, parameters in (
        ("cures", {"from_on": "2024-03-10", "to_on": "2024-03-01"}), ("roll-rates", {"from_on": "2024-03-20"})
    ):  # fmt: skip
        response = await api.client.http.get(f"/v1/figures/{name}", params=parameters)
        assert problem_of(response, 422, "invalid-request")["field"] == "to_on"


async def test_a_cursor_of_something_else_is_refused(api: DunningApi) -> None:
    cursors = (
        "!",
        "bnVsbA",
        "WzEsMl0",
        "e30",
        "WyIAIiwiXHVkODAwIl0",
        "é",
        "LTE",
        "dHJ1ZQ",
        "W10",
        "WyJ4IiwiYSIsImIiXQ",
    )
    for path, after in product(("/v1/cases", "/v1/tasks", "/v1/commands", f"{AT}/timeline"), cursors):
        response = await api.client.http.get(path, params={"after": after})
        assert problem_of(response, 422, "invalid-request")["field"] == "after"


UNFIT_BODIES = [
    ("holds", {**HOLD, "hold_reason": "mood"}, "body.hold_reason", "mood"),
    ("holds", {**HOLD, "stops": []}, "body.stops", None),
    ("holds", {**HOLD, "stops": ["rain", "contact"]}, "body.stops.0", "rain"),
    ("holds", {**HOLD, "until": "2024-05-01"}, "body.until", "2024-05-01"),
    ("holds", {"hold_reason": "dispute"}, "body.reason", None),
    ("promises", {**PROMISE, "amount_minor": 0}, "body.amount_minor", 0),
    ("promises", {**PROMISE, "amount_minor": "100"}, "body.amount_minor", "100"),
    ("promises", {**PROMISE, "due_on": 0}, "body.due_on", 0),
    ("promises", {**PROMISE, "reason": " "}, "body.reason", " "),
    ("finances", {"currency": "CNY", "income_monthly_minor": -1, "reason": "x"}, "body.income_monthly_minor", -1),
    ("offers/offer-1/counter", {"reason": "x"}, "body", None),
    ("offers/offer-1/counter", {"due_day_of_month": 32, "reason": "x"}, "body.due_day_of_month", 32),
    ("tasks/task-1/done", {"outcome": "Good!", "reason": "x"}, "body.outcome", "Good!"),
]


async def test_a_body_that_does_not_fit_is_refused_with_field_and_value(api: DunningApi) -> None:
    for path, body, field, value in UNFIT_BODIES:
        errors = problem_of(await api.client.post(f"{AT}/{path}", body), 422, "invalid-request")["errors"]
        assert [(one["field"], one["value"]) for one in errors] == [(field, value)]


async def test_a_command_needs_an_idempotency_key(api: DunningApi) -> None:
    errors = problem_of(await api.client.http.post(f"{AT}/holds", json=HOLD), 422, "invalid-request")["errors"]
    assert [one["field"] for one in errors] == ["header.Idempotency-Key"]


async def test_a_command_does_not_wait_for_ever_for_a_case_that_is_locked(api: DunningApi) -> None:
    async with api.pool.acquire() as connection, connection.transaction():
        await connection.execute("select from borrower_case for update")
        problem_of(await api.client.post(f"{AT}/holds", HOLD), 503, "unavailable")
    assert (await api.client.post(f"{AT}/holds", HOLD)).status_code == 201


async def test_before_the_first_business_date_cases_are_shown_and_nothing_is_commanded(api: DunningApi) -> None:
    await api.pool.execute("delete from business_date")
    await api.dunning.tell(opened(DISBURSED_ON, "loan-new", "borrower-new"))
    assert (await api.client.get("/v1/borrowers/borrower-new"))["as_of"] is None
    problem_of(await api.client.post("/v1/borrowers/borrower-new/holds", HOLD), 422, "no-business-date")
    problem_of(await api.client.http.get("/v1/figures/buckets"), 422, "no-business-date")


async def test_an_api_whose_database_is_away_answers_503(tmp_path: Path) -> None:
    key, token = new_key("console", EVERY_SCOPE)
    keys = KeyFile(write_keys(tmp_path / "other-keys.yaml", [key]), SystemClock())
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/nothing")
    async with await open_api_pool(settings, "dunning") as pool:
        work = CaseWork(LadderKeeper(load_ladders()), OfferDesk(load_offer_policy(None)), "default", 1)
        routers = dunning_routers(ApiConnections(pool, wait_seconds=1), work)
        face = http_face("dunning", Health(lambda: True, lambda: True, lambda: True), keys, routers)
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "key-1"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(face), base_url="http://dunning", headers=headers, trust_env=False
        ) as http:
            problem_of(await http.get(AT), 503, "unavailable")
            problem_of(await http.post(f"{AT}/holds", json=HOLD), 503, "unavailable")
