"""A command takes effect once: in the case, its events, the record and the audit together; or not at all."""

import asyncio
import json
from datetime import date
from typing import Any

import pytest

from tests.dunning_api.loans import BORROWER, LOAN, paid
from tests.dunning_api.scene import AT, DISBURSED_ON, DunningApi, late_borrower, punctual_borrower
from tests.ledger_api.test_problems import problem_of

HOLD: dict[str, Any] = {"hold_reason": "dispute", "to_on": "2024-04-30"}
PROMISE: dict[str, Any] = {"currency": "CNY", "amount_minor": 100_000, "due_on": "2024-03-25"}


@pytest.fixture(autouse=True)
async def borrower(api: DunningApi) -> None:
    await late_borrower(api)


async def test_a_hold_stops_what_its_reason_stops_and_is_told(api: DunningApi) -> None:
    done = await api.client.command(f"{AT}/holds", **HOLD)
    (hold,) = done["case"]["holds"]
    assert (hold["hold_id"], hold["scope"], hold["stops"]) == (done["id"], "borrower", ["clock", "contact"])
    assert hold["is_in_force"]
    assert done["case"]["loans"][0]["flags"] == ["on-hold"]
    (event,) = await api.events("hold-began")
    assert (event["hold_id"], event["from_on"], event["to_on"]) == (done["id"], "2024-03-20", "2024-04-30")


async def test_a_hold_may_be_on_one_loan_and_stop_one_thing(api: DunningApi) -> None:
    done = await api.client.command(f"{AT}/holds", **{**HOLD, "loan_id": LOAN, "stops": ["contact"]})
    (hold,) = done["case"]["holds"]
    assert (hold["scope"], hold["loan_id"], hold["stops"]) == ("loan", LOAN, ["contact"])


async def test_a_hold_is_lifted_once(api: DunningApi) -> None:
    hold_id = (await api.client.command(f"{AT}/holds", "place", **HOLD))["id"]
    done = await api.client.command(f"{AT}/holds/{hold_id}/lift", "lift")
    assert (done["changed"], done["case"]["holds"][0]["is_in_force"]) == (True, False)
    again = await api.client.command(f"{AT}/holds/{hold_id}/lift", "again")
    assert not again["changed"]
    assert len(await api.events("hold-ended")) == 1


async def test_a_promise_is_taken_and_its_loan_waits(api: DunningApi) -> None:
    done = await api.client.command(f"{AT}/promises", **PROMISE)
    (promise,) = done["case"]["promises"]
    assert (promise["promise_id"], promise["verdict"], promise["made_on"]) == (done["id"], "open", "2024-03-20")
    assert done["case"]["loans"][0]["flags"] == ["promised"]
    (event,) = await api.events("promise-recorded")
    assert (event["promise_id"], event["amount_minor"]) == (done["id"], 100_000)


async def test_a_promise_is_shown_as_kept_once_it_was_paid(api: DunningApi) -> None:
    await api.client.command(f"{AT}/promises", **PROMISE)
    await api.dunning.tell(paid(DISBURSED_ON, date(2024, 3, 21)))
    await api.dunning.complete(date(2024, 3, 21))
    (promise,) = (await api.client.get(AT))["promises"]
    assert (promise["verdict"], promise["paid_minor"]) == ("kept", 106_619)


async def test_a_hardship_stops_escalation_and_may_be_reviewed_and_ended(api: DunningApi) -> None:
    done = await api.client.command(f"{AT}/hardships", "report", hardship_reason="illness", review_on="2024-04-10")
    (hardship,) = done["case"]["hardships"]
    assert (hardship["hardship_id"], hardship["review_on"], hardship["is_in_force"]) == (
        done["id"], "2024-04-10", True)  # fmt: skip
    assert "relief" in done["case"]["loans"][0]["flags"]
    at = f"{AT}/hardships/{done['id']}"
    reviewed = await api.client.command(f"{at}/review", "review", review_on="2024-06-10")
    assert reviewed["case"]["hardships"][0]["review_on"] == "2024-06-10"
    ended = await api.client.command(f"{at}/end", "end")
    assert (ended["case"]["hardships"][0]["ended_on"], ended["case"]["loans"][0]["flags"]) == ("2024-03-20", [])
    assert [len(await api.events(name)) for name in ("relief-granted", "relief-ended")] == [1, 1]


async def test_finances_are_told_and_over_borrowing_is_seen(api: DunningApi) -> None:
    done = await api.client.command(f"{AT}/finances", currency="CNY", income_monthly_minor=150_000)
    assert done["case"]["finances"]["as_of"] == "2024-03-20"
    assert done["case"]["exposure"]["instalments_to_income_percent"] == 71
    assert [one["is_over_borrowed"] for one in await api.events("over-borrowing-flagged")] == [True]


async def test_a_look_evaluates_the_case_and_changes_nothing_that_was_evaluated(api: DunningApi) -> None:
    events = await api.pool.fetchval("select count(*) from outbox")
    done = await api.client.command(f"{AT}/look")
    assert (done["id"], done["changed"], done["case"]["evaluated_on"]) == (BORROWER, False, "2024-03-20")
    assert await api.pool.fetchval("select count(*) from outbox") == events
    assert await api.facts() == [one for one in await api.facts() if not one[0].startswith("command.")]


async def test_a_call_that_was_made_counts_as_a_step_done(api: DunningApi) -> None:
    await api.dunning.complete(date(2024, 3, 21))
    (task,) = (await api.client.get("/v1/tasks"))["tasks"]
    done = await api.client.command(f"{AT}/tasks/{task['task_id']}/done", outcome="will-pay")
    (step,) = [one for one in done["case"]["loans"][0]["steps"] if one["step_id"] == "call"]
    assert (step["status"], done["case"]["tasks"]) == ("done", [])
    assert (await api.client.get("/v1/tasks"))["tasks"] == []


async def test_a_call_that_reached_nobody_was_not_done(api: DunningApi) -> None:
    await api.dunning.complete(date(2024, 3, 21))
    (task,) = (await api.client.get("/v1/tasks", borrower_id=BORROWER, kind="call"))["tasks"]
    done = await api.client.command(f"{AT}/tasks/{task['task_id']}/done", outcome="not-reached")
    (step,) = [one for one in done["case"]["loans"][0]["steps"] if one["step_id"] == "call"]
    assert step["status"] != "done"


async def test_a_credit_report_is_withdrawn(api: DunningApi) -> None:
    report = {"report_id": "report-1", "on": "2024-03-19", "first_overdue_on": "2024-02-10", "overdue_minor": 213_238}
    await api.pool.execute(
        "update loan set memory = memory || jsonb_build_object('report', $1::jsonb)", json.dumps(report)
    )
    done = await api.client.command(f"{AT}/credit-reports/withdraw", loan_id=LOAN)
    assert (done["id"], done["changed"]) == (LOAN, True)
    assert (await api.facts())[-1] == ("command.credit-report-withdrawn", {"borrower_id": BORROWER, "loan_id": LOAN})
    (told,) = await api.events("credit-report-requested")
    assert (told["kind"], told["loan_id"]) == ("withdrawal", LOAN)
    again = await api.client.post(f"{AT}/credit-reports/withdraw", {"loan_id": LOAN, "reason": "x"}, "again")
    assert "has no report" in problem_of(again, 422, "refused")["detail"]


async def test_what_commands_tell_is_recorded_as_what_events_tell(api: DunningApi) -> None:
    hold = await api.client.command(f"{AT}/holds", **HOLD)
    review = await api.client.command(f"{AT}/hardships", "report", hardship_reason="illness")
    await api.client.command(f"{AT}/hardships/{review['id']}/review", "review", review_on="2024-06-10")
    recorded = (await api.facts())[1:]
    assert [kind for kind, _ in recorded] == [
        "amends.lending.hold-placed.v1", "amends.lending.hardship-reported.v1", "command.hardship-reviewed"
    ]  # fmt: skip
    assert recorded[0][1] == {
        "borrower_id": BORROWER, "hold_id": hold["id"], "loan_id": None, "reason": "dispute",
        "stops": ["clock", "contact"], "from_on": "2024-03-20", "to_on": "2024-04-30",
    }  # fmt: skip


async def test_the_audit_says_who_did_what_when_why_and_what_was_answered(api: DunningApi) -> None:
    headers = {"Amends-Operator": "op-17", "X-Request-ID": "request-1", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    response = await api.client.post(f"{AT}/holds", {**HOLD, "reason": "letter of 3 March"}, "key-1", **headers)
    (row,) = await api.pool.fetch("select * from command")
    assert (row["caller"], row["key_id"], row["operator"]) == ("console", api.client.key.id, "op-17")
    assert (row["kind"], row["reason"], row["request_id"]) == ("place-hold", "letter of 3 March", "request-1")
    assert (row["status"], row["answer"], row["subject_id"]) == (201, response.text, response.json()["id"])
    (listed,) = (await api.client.get("/v1/commands", borrower_id=BORROWER))["commands"]
    assert (listed["operator"], listed["reason"], listed["command"]) == ("op-17", "letter of 3 March", "place-hold")
    assert listed["request"]["hold_reason"] == "dispute"
    traces = await api.pool.fetch("select traceparent from outbox where event_type like '%hold-began%'")
    assert [one[0] for one in traces] == [headers["traceparent"]]


async def test_the_audit_cannot_be_changed(api: DunningApi) -> None:
    await api.client.command(f"{AT}/holds", **HOLD)
    for statement in ("update command set reason = 'other'", "delete from command", "truncate command"):
        with pytest.raises(Exception, match="never updated or deleted"):
            await api.pool.execute(statement)


async def test_a_command_sent_again_is_answered_the_same_and_does_nothing(api: DunningApi) -> None:
    body = {**HOLD, "reason": "dispute"}
    first = await api.client.post(f"{AT}/holds", body)
    again = await api.client.post(f"{AT}/holds", dict(reversed(body.items())))
    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert (first.headers.get("Idempotent-Replayed"), again.headers.get("Idempotent-Replayed")) == (None, "true")
    assert len((await api.client.get(AT))["holds"]) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{AT}/holds", {**HOLD, "reason": "dispute", "to_on": "2024-05-01"}),
        (f"{AT}/holds", {**HOLD, "reason": "another"}),
        (f"{AT}/look", {"reason": "dispute"}),
    ],
)
async def test_a_key_used_for_another_command_is_refused(api: DunningApi, path: str, body: dict[str, object]) -> None:
    await api.client.post(f"{AT}/holds", {**HOLD, "reason": "dispute"})
    problem = (await api.client.post(path, body)).json()
    assert problem["type"] == "urn:problem-type:amends:idempotency-key-reused"
    assert (problem["field"], problem["value"]) == ("Idempotency-Key", "key-1")


async def test_another_callers_or_borrowers_same_key_is_another_command(api: DunningApi) -> None:
    await punctual_borrower(api, "borrower-2")
    body = {**HOLD, "reason": "dispute"}
    mine = await api.client.post(f"{AT}/holds", body)
    theirs = await api.clients["dunning:command"].post(f"{AT}/holds", body)
    others = await api.client.post("/v1/borrowers/borrower-2/holds", body)
    assert len({one.json()["id"] for one in (mine, theirs, others)}) == 3


async def test_the_same_command_sent_many_times_at_once_takes_effect_once(api: DunningApi) -> None:
    body = {**HOLD, "reason": "dispute"}
    responses = await asyncio.gather(*(api.client.post(f"{AT}/holds", body) for _ in range(8)))
    assert {one.status_code for one in responses} == {201}
    assert sum("Idempotent-Replayed" in one.headers for one in responses) == 7
    assert len(await api.events("hold-began")) == 1


async def test_commands_and_events_of_a_borrower_at_once_all_take_effect(api: DunningApi) -> None:
    holds = [api.client.post(f"{AT}/holds", {**HOLD, "reason": "x"}, f"key-{number}") for number in range(6)]
    *responses, _ = await asyncio.gather(*holds, api.dunning.tell(paid(DISBURSED_ON, date(2024, 3, 20))))
    assert [one.status_code for one in responses if one is not None] == [201] * 6
    case = await api.client.get(AT)
    assert (len(case["holds"]), case["loans"][0]["principal_outstanding_minor"]) == (6, 1_105_381)
    numbers = await api.pool.fetch("select number from fact_record order by number")
    assert [one[0] for one in numbers] == list(range(1, 8))


async def test_a_refused_command_leaves_no_trace_and_its_key_can_be_used_again(api: DunningApi) -> None:
    facts, events = await api.facts(), await api.pool.fetchval("select count(*) from outbox")
    refused = await api.client.post(f"{AT}/promises", {**PROMISE, "amount_minor": 10**9, "reason": "x"})
    assert refused.status_code == 422
    assert (await api.facts(), await api.pool.fetchval("select count(*) from outbox")) == (facts, events)
    assert await api.pool.fetchval("select count(*) from command") == 0
    await api.client.command(f"{AT}/promises", **PROMISE)


async def test_a_command_refused_first_of_all_does_not_lose_the_ladders(api: DunningApi) -> None:
    await api.client.post("/v1/borrowers/nobody/look", {"reason": "x"})
    assert [one["version"] for one in (await api.client.get("/v1/ladders"))["ladders"]] == ["default-2"]
