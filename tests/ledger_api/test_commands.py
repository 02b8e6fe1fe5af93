"""A command takes effect once, in books, events and audit together; or not at all."""

import asyncio
import json
from datetime import date
from typing import Any

import pytest

from tests.builders import payment_captured
from tests.ledger_api.scene import AT, LATE_AT, LedgerApi, differences, two_loans

TODAY = date(2024, 3, 20)
FEE: dict[str, Any] = {"kind": "fee", "amount_minor": 700, "due_on": "2024-03-25"}


@pytest.fixture(autouse=True)
async def loans(api: LedgerApi) -> None:
    await two_loans(api, TODAY)


async def test_a_charge_is_booked_owed_and_told(api: LedgerApi) -> None:
    done = await api.client.command(f"{AT}/charges", **FEE)
    assert (done["command"], done["on"], done["loan"]["as_of"]) == ("charge", "2024-03-20", "2024-03-20")
    assert await booked(api, done["fact_id"]) == [("fee", "2024-03-20", "fee_receivable", "fee_income", 700)]
    (event,) = await events(api, "charge-posted")
    assert (event["charge_id"], event["amount_minor"], event["due_on"]) == (done["fact_id"], 700, "2024-03-25")


async def test_a_charge_above_the_cost_cap_is_capped(api: LedgerApi) -> None:
    done = await api.client.command(f"{LATE_AT}/charges", kind="penalty", amount_minor=10**9, due_on="2024-03-20")
    (event,) = [one for one in await events(api, "charge-posted") if one["charge_id"] == done["fact_id"]]
    assert event["amount_minor"] < 120_000
    assert event["amount_minor"] + event["capped_minor"] == 10**9


async def test_a_waiver_gives_up_an_amount_or_all(api: LedgerApi) -> None:
    await api.client.command(f"{AT}/charges", "charge", **FEE)
    part = await api.client.command(f"{AT}/waivers", "part", component="fee", amount_minor=200)
    whole = await api.client.command(f"{AT}/waivers", "all", component="fee", amount_minor="all")
    assert [one[2:] for one in await booked(api, part["fact_id"])] == [("waived", "fee_receivable", 200)]
    assert [one[2:] for one in await booked(api, whole["fact_id"])] == [("waived", "fee_receivable", 500)]
    assert [one["amount_minor"] for one in await events(api, "charge-waived")] == [200, 500]


async def test_a_waiver_of_one_instalment_leaves_the_others(api: LedgerApi) -> None:
    await api.client.command(f"{AT}/waivers", component="interest", amount_minor="all", instalment_number=2)
    schedule = await api.client.get(f"{AT}/schedule")
    assert [one["waived"]["interest_minor"] > 0 for one in schedule["instalments"][:3]] == [False, True, False]


async def test_an_adjustment_moves_an_instalment_and_all_after_it(api: LedgerApi) -> None:
    await api.client.command(f"{AT}/adjustments", instalment_number=4, due_on="2024-05-11")
    schedule = await api.client.get(f"{AT}/schedule")
    assert [one["due_on"] for one in schedule["instalments"][2:5]] == ["2024-04-01", "2024-05-11", "2024-06-11"]
    assert [one["reason"] for one in await events(api, "standing-changed")][-1] == "due-date-changed"


async def test_a_write_off_takes_what_is_owed_out_of_the_books(api: LedgerApi) -> None:
    done = await api.client.command(f"{AT}/write-off")
    assert done["loan"]["status"] == "written_off"
    assert {one[2] for one in await booked(api, done["fact_id"])} == {"write_off"}
    assert (await events(api, "loan-written-off"))[0]["written_off_on"] == "2024-03-20"


async def test_a_backdated_command_splits_later_payments_anew(api: LedgerApi) -> None:
    await api.ledger.tell(payment_captured("payment-1", amount_minor=10_662, value_date=date(2024, 2, 5)))
    await api.client.command(f"{AT}/charges", kind="fee", amount_minor=300, due_on="2024-02-01", on="2024-02-01")
    facts = {one["fact_id"]: one for one in (await api.client.get(f"{AT}/facts"))["facts"]}
    assert facts["payment-1"]["details"]["fee_minor"] == 300
    assert [one["allocation"]["fee_minor"] for one in await events(api, "payment-received")] == [0, 300]


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("charges", FEE, "charge-undone"),
        ("waivers", {"component": "interest", "amount_minor": "all"}, "waiver-undone"),
        ("adjustments", {"instalment_number": 4, "due_on": "2024-05-11"}, "due-date-changed"),
        ("write-off", {}, "write-off-undone"),
    ],
)
async def test_a_command_undone_leaves_the_loan_as_if_it_had_never_been(
    api: LedgerApi, path: str, body: dict[str, object], told: str
) -> None:
    before = await api.client.get(AT), await api.client.get(f"{AT}/schedule")
    balance = await api.client.get("/v1/trial-balance")
    done = await api.client.command(f"{AT}/{path}", "do", **body)
    assert (await api.client.get(AT), await api.client.get(f"{AT}/schedule")) != before
    await api.client.command(f"{AT}/undo/{done['fact_id']}", "undo")
    assert (await api.client.get(AT), await api.client.get(f"{AT}/schedule")) == before
    assert balances(await api.client.get("/v1/trial-balance")) == balances(balance)
    assert (await events(api, "standing-changed"))[-1]["reason"] == told
    (fact,) = (await api.client.get(f"{AT}/facts"))["facts"]
    assert fact["is_undone"]


async def test_the_audit_says_who_did_what_when_why_and_what_was_answered(api: LedgerApi) -> None:
    headers = {"Amends-Operator": "op-17", "X-Request-ID": "request-1", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    response = await api.client.post(f"{AT}/charges", {**FEE, "reason": "letter of 3 March"}, "key-1", **headers)
    async with api.ledger.connected() as connection:
        (row,) = await connection.fetch("select * from command")
        traces = await connection.fetch("select traceparent from outbox where event_type like '%charge-posted%'")
    assert (row["caller"], row["key_id"], row["operator"]) == ("console", api.client.key.id, "op-17")
    assert (row["kind"], row["reason"], row["request_id"]) == ("charge", "letter of 3 March", "request-1")
    assert json.loads(row["request"]) == {**FEE, "reason": "letter of 3 March", "on": None}
    assert (row["status"], row["answer"]) == (201, response.text)
    assert row["fact_id"] == response.json()["fact_id"]
    assert [one[0] for one in traces] == [headers["traceparent"]]
    facts = await api.client.get(f"{AT}/facts")
    assert facts["facts"][0]["recorded_by"] == "api:console"


async def test_the_audit_cannot_be_changed(api: LedgerApi) -> None:
    await api.client.command(f"{AT}/charges", **FEE)
    for statement in ("update command set reason = 'other'", "delete from command", "truncate command"):
        with pytest.raises(Exception, match="never updated or deleted"):
            await api.ledger.pool.execute(statement)


async def test_a_command_sent_again_is_answered_the_same_and_does_nothing(api: LedgerApi) -> None:
    body = {**FEE, "reason": "late"}
    first = await api.client.post(f"{AT}/charges", body)
    journal = await api.ledger.journal()
    await api.ledger.complete(date(2024, 3, 21))
    again = await api.client.post(f"{AT}/charges", dict(reversed(body.items())))
    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert (first.headers.get("Idempotent-Replayed"), again.headers.get("Idempotent-Replayed")) == (None, "true")
    assert [one for one in await api.ledger.journal() if one.kind == "fee"] == [
        one for one in journal if one.kind == "fee"
    ]
    assert len(await events(api, "charge-posted")) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{AT}/charges", {**FEE, "reason": "late", "amount_minor": 701}),
        (f"{AT}/charges", {**FEE, "reason": "another reason"}),
        (f"{AT}/charges", {**FEE, "reason": "late", "on": "2024-03-20"}),
        (f"{LATE_AT}/charges", {**FEE, "reason": "late"}),
        (f"{AT}/waivers", {"component": "fee", "amount_minor": "all", "reason": "late"}),
    ],
)
async def test_a_key_used_for_another_command_is_refused(api: LedgerApi, path: str, body: dict[str, object]) -> None:
    await api.client.post(f"{AT}/charges", {**FEE, "reason": "late"})
    response = await api.client.post(path, body)
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"] == "urn:problem-type:amends:idempotency-key-reused"
    assert (problem["field"], problem["value"]) == ("Idempotency-Key", "key-1")
    assert len(await events(api, "charge-posted")) == 1


async def test_another_callers_same_key_is_another_command(api: LedgerApi) -> None:
    body = {**FEE, "reason": "late"}
    mine = await api.client.post(f"{AT}/charges", body)
    theirs = await api.clients["ledger:command"].post(f"{AT}/charges", body)
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["fact_id"] != theirs.json()["fact_id"]


async def test_the_same_command_sent_many_times_at_once_takes_effect_once(api: LedgerApi) -> None:
    body = {**FEE, "reason": "late"}
    responses = await asyncio.gather(*(api.client.post(f"{AT}/charges", body) for _ in range(8)))
    assert {one.status_code for one in responses} == {201}
    assert len({one.text for one in responses}) == 1
    assert sum("Idempotent-Replayed" in one.headers for one in responses) == 7
    assert len(await events(api, "charge-posted")) == 1


async def test_one_key_for_two_loans_at_once_serves_one_of_them(api: LedgerApi) -> None:
    body = {**FEE, "reason": "late"}
    responses = await asyncio.gather(*(api.client.post(f"{at}/charges", body) for at in (AT, LATE_AT)))
    assert sorted(one.status_code for one in responses) == [201, 422]
    assert len(await events(api, "charge-posted")) == 1


async def test_commands_and_payments_at_once_end_in_the_books_that_their_facts_give(api: LedgerApi) -> None:
    commands = [
        api.client.post(f"{AT}/charges", {**FEE, "amount_minor": 100 + number, "reason": "late"}, f"key-{number}")
        for number in range(6)
    ]
    payments = [payment_captured(f"P-{number}", amount_minor=3_000, value_date=date(2024, 3, 1)) for number in range(6)]

    async def pay() -> None:
        for payment in payments:
            await api.ledger.tell(payment)

    *responses, _ = await asyncio.gather(*commands, pay())
    assert [one.status_code for one in responses if one is not None] == [201] * 6
    statement = await api.client.get(f"{AT}/statement", as_of="2024-03-20")
    owed_minor = 120_000 + 1_200 + 1_105 + sum(range(100, 106)) - 6 * 3_000
    assert statement["lines"][-1]["balance"]["total_minor"] == owed_minor
    sequences = await api.ledger.pool.fetch("select sequence from outbox where subject = 'loan-1' order by id")
    assert [one[0] for one in sequences] == sorted({one[0] for one in sequences})
    assert await asyncio.to_thread(differences, api.database_url) == []


async def test_a_refused_command_leaves_no_trace_and_its_key_can_be_used_again(api: LedgerApi) -> None:
    journal = await api.ledger.journal()
    refused = await api.client.post(f"{AT}/waivers", {"component": "fee", "amount_minor": "all", "reason": "x"})
    assert refused.status_code == 422
    assert await api.ledger.journal() == journal
    assert (await api.client.get(f"{AT}/facts"))["facts"] == []
    assert await api.ledger.pool.fetchval("select count(*) from command") == 0
    await api.client.command(f"{AT}/charges", **FEE)


async def booked(api: LedgerApi, cause: str) -> list[tuple[str, str, str, str, int]]:
    """What the journal has about a fact: kind, day, debit, credit, amount."""
    return [
        (one.kind, str(one.value_date), posting.debit.label, posting.credit.label, posting.amount_minor)
        for one in await api.ledger.journal()
        if one.cause == cause
        for posting in one.postings
    ]


async def events(api: LedgerApi, name: str) -> list[dict[str, Any]]:
    """The data of the events of one type that wait for the relay, in order."""
    rows = await api.ledger.pool.fetch(
        "select value from outbox where event_type = $1 order by id", f"amends.ledger.{name}.v1"
    )
    return [json.loads(row[0]) for row in rows]


def balances(trial_balance: dict[str, list[dict[str, object]]]) -> dict[tuple[object, object], object]:
    """Balances that are not nothing, by currency and account."""
    return {
        (one["currency"], one["account"]): one["balance_minor"]
        for one in trial_balance["accounts"]
        if one["balance_minor"]
    }
