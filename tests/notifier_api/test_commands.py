"""A command takes effect once: in what is kept, its events and the audit together; or not at all."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.ledger_api.test_problems import problem_of
from tests.notifier.archive.kept import BORROWER, CALL, LOAN, MESSAGE
from tests.notifier_api.scene import AT, NOON, NotifierApi

CONTACT: dict[str, Any] = {"channel": "call", "outcome": "conversation", "loan_id": LOAN}
CHECK = {"channel": "call", "purpose": "collection", "loan_id": LOAN}


@pytest.fixture(autouse=True)
async def borrower(api: NotifierApi) -> None:
    """A registered borrower with an open loan."""
    await api.kept.contact()
    await api.kept.loan()


async def check(api: NotifierApi, **changed: str) -> Any:
    """Whether a contact may be made now."""
    response = await api.client.http.post(f"{AT}/contact-check", json=CHECK | changed)
    assert response.status_code == 200, response.text
    return response.json()


async def test_an_opt_out_is_kept_told_and_honoured(api: NotifierApi) -> None:
    done = await api.client.command(f"{AT}/opt-outs", channel="sms")
    assert done["changed"]
    (kept,) = (await api.client.get(AT))["opt_outs"]
    assert (kept["channel"], kept["purpose"], kept["source"]) == ("sms", None, "operator")
    (told,) = await api.events("opted-out")
    assert (told["channel"], told["source"]) == ("sms", "operator")
    assert (await check(api, channel="sms"))["rule"] == "opt-out"
    assert (await check(api, channel="email"))["decision"] == "send"


async def test_an_opt_out_given_twice_changes_nothing(api: NotifierApi) -> None:
    await api.client.command(f"{AT}/opt-outs", "first")
    again = await api.client.command(f"{AT}/opt-outs", "second")
    assert (again["changed"], len(await api.events("opted-out"))) == (False, 1)


async def test_an_opt_out_is_taken_back(api: NotifierApi) -> None:
    await api.client.command(f"{AT}/opt-outs", "out")
    done = await api.client.command(f"{AT}/opt-ins", "in")
    assert (done["changed"], (await api.client.get(AT))["opt_outs"]) == (True, [])
    assert len(await api.events("opted-in")) == 1


async def test_a_consent_is_kept_for_a_loan(api: NotifierApi) -> None:
    await api.client.command(f"{AT}/consents", loan_id=LOAN, until="2026-03-10T00:00:00+08:00")
    (consent,) = (await api.client.get(AT))["consents"]
    assert (consent["loan_id"], consent["until"]) == (LOAN, "2026-03-09T16:00:00Z")


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        ({"loan_id": "other"}, "unknown-loan", "loan_id"),
        ({"loan_id": LOAN, "given_at": "2026-03-06T00:00:00+08:00"}, "invalid-request", "given_at"),
        ({"loan_id": LOAN, "until": "2026-03-05T00:00:00+08:00"}, "invalid-request", "until"),
    ],
)
async def test_a_consent_that_cannot_be_is_refused(
    api: NotifierApi, body: dict[str, str], kind: str, field: str
) -> None:
    response = await api.client.post(f"{AT}/consents", {"reason": "call", **body})
    assert problem_of(response, 404 if kind == "unknown-loan" else 422, kind)["field"] == field


async def test_a_conversation_is_kept_and_told(api: NotifierApi) -> None:
    done = await api.client.command(f"{AT}/contacts", **CONTACT, is_by_borrower=True)
    (told,) = await api.events("contact-recorded")
    assert (told["contact_id"], told["outcome"], told["is_by_borrower"]) == (done["id"], "conversation", True)
    row = await api.pool.fetchrow("select contact_id, made_at, address_digest from contact_made")
    assert row is not None
    assert (row["contact_id"], row["made_at"]) == (done["id"], NOON)
    assert row["address_digest"] is not None


async def test_a_talk_with_a_third_party_is_kept_and_told_to_nobody(api: NotifierApi) -> None:
    await api.client.command(f"{AT}/contacts", **{**CONTACT, "loan_id": None}, recipient="third-party")
    assert await api.events("contact-recorded") == []
    assert await api.pool.fetchval("select recipient from contact_made") == "third-party"


async def test_a_contact_of_another_age_is_refused(api: NotifierApi) -> None:
    body = {**CONTACT, "reason": "x", "made_at": "2025-03-05T12:00:00+08:00"}
    assert problem_of(await api.client.post(f"{AT}/contacts", body), 422, "invalid-request")["field"] == "made_at"


async def test_calls_that_were_not_put_through_count_in_the_check(api: NotifierApi) -> None:
    for number in range(6):
        await api.client.command(f"{AT}/contacts", f"key-{number}", **{**CONTACT, "outcome": "unanswered"})
    checked = await check(api)
    assert (checked["decision"], checked["rule"]) == ("defer", "unanswered-calls")
    assert checked["until"] == "2026-03-06T00:00:00Z"
    assert checked["seen"]


async def test_a_check_tells_hours_and_whether_there_is_an_address(api: NotifierApi) -> None:
    api.clock.moment = NOON + timedelta(hours=11)
    checked = await check(api)
    assert (checked["decision"], checked["rule"], checked["is_reachable"]) == ("defer", "contact-hours", True)
    await api.kept.loan(borrower_id="borrower-2")
    response = await api.client.http.post("/v1/borrowers/borrower-2/contact-check", json=CHECK)
    assert not response.json()["is_reachable"]


async def test_a_check_is_kept_in_the_audit(api: NotifierApi) -> None:
    await check(api)
    assert await api.audited() == [("checked-contact", BORROWER, None)]


async def test_a_message_that_waits_is_cancelled_and_told(api: NotifierApi) -> None:
    await api.kept.waiting()
    await api.client.command(f"{AT}/messages/{MESSAGE}/cancel")
    message = (await api.client.get(f"{AT}/messages/{MESSAGE}"))["message"]
    assert (message["status"], message["rule"]) == ("suppressed", "cancelled")
    (told,) = await api.events("notification-suppressed")
    assert (told["notification_id"], told["rule"]) == (MESSAGE, "cancelled")


async def test_a_message_that_left_cannot_be_cancelled(api: NotifierApi) -> None:
    await api.kept.sent()
    response = await api.client.post(f"{AT}/messages/{MESSAGE}/cancel", {"reason": "x"})
    assert "it is sent" in problem_of(response, 422, "not-waiting")["detail"]
    response = await api.client.post(f"{AT}/messages/other/cancel", {"reason": "x"})
    problem_of(response, 404, "unknown-message")


async def test_a_message_that_may_have_left_cannot_be_cancelled(api: NotifierApi) -> None:
    await api.kept.waiting()
    await api.pool.execute("update message set dispatch_id = 'd-1'")
    await api.pool.execute(
        "insert into kept_dispatch (borrower_id, dispatch_id, sealed) values ($1, 'd-1', '')", BORROWER
    )
    response = await api.client.post(f"{AT}/messages/{MESSAGE}/cancel", {"reason": "x"})
    assert "may have left" in problem_of(response, 422, "not-waiting")["detail"]


async def test_a_call_is_claimed_and_ended_by_its_operator(api: NotifierApi) -> None:
    await api.kept.sent(channel="call")
    await api.kept.call()
    operator = {"Amends-Operator": "op-17"}
    claimed = await api.client.post(f"{AT}/agent-calls/{CALL}/claim", {"reason": "shift"}, "claim", **operator)
    assert claimed.json()["result"] == "claimed"
    assert "Lovelace" not in claimed.text
    body = {"reason": "called", "outcome": "conversation"}
    other = await api.client.post(f"{AT}/agent-calls/{CALL}/outcome", body, "other")
    problem_of(other, 422, "call-not-claimed")
    ended = await api.client.post(f"{AT}/agent-calls/{CALL}/outcome", body, "end", **operator)
    assert ended.json()["result"] == "reached"
    again = await api.client.post(f"{AT}/agent-calls/{CALL}/claim", {"reason": "shift"}, "again", **operator)
    problem_of(again, 422, "call-over")


async def test_a_call_that_others_make_cannot_be_claimed(api: NotifierApi) -> None:
    await api.kept.sent(channel="call")
    await api.kept.call()
    await api.client.command(f"{AT}/agent-calls/{CALL}/claim", "first")
    body = {"reason": "shift"}
    other = await api.client.post(f"{AT}/agent-calls/{CALL}/claim", body, "second", **{"Amends-Operator": "op-18"})
    assert "console" in problem_of(other, 422, "being-called")["detail"]
    problem_of(await api.client.post(f"{AT}/agent-calls/none/claim", body, "third"), 404, "unknown-call")


async def test_a_call_outside_hours_waits(api: NotifierApi) -> None:
    await api.kept.sent(channel="call")
    await api.kept.call()
    api.clock.moment = NOON + timedelta(hours=11)
    done = await api.client.command(f"{AT}/agent-calls/{CALL}/claim")
    assert (done["result"], done["rule"], done["until"]) == ("later", "contact-hours", "2026-03-06T00:00:00Z")


async def test_the_audit_says_who_did_what_and_why(api: NotifierApi) -> None:
    headers = {"Amends-Operator": "op-17", "X-Request-ID": "request-1"}
    await api.client.post(f"{AT}/opt-outs", {"reason": "letter of 3 March"}, "key-1", **headers)
    (entry,) = (await api.client.get("/v1/audit", operator="op-17"))["entries"]
    assert (entry["action"], entry["caller"], entry["key_id"]) == ("commanded", "console", api.client.key.id)
    assert (entry["request_id"], entry["what"]["command"], entry["what"]["reason"]) == (
        "request-1", "opt-out", "letter of 3 March",
    )  # fmt: skip


@pytest.mark.parametrize("table", ["audit", "command", "erasure"])
async def test_records_of_who_did_what_cannot_be_changed(api: NotifierApi, table: str) -> None:
    for statement in (f"update {table} set borrower_id = 'x'", f"delete from {table}", f"truncate {table}"):
        with pytest.raises(Exception, match="never updated or deleted"):
            await api.pool.execute(statement)


async def test_a_command_sent_again_is_answered_the_same_and_does_nothing(api: NotifierApi) -> None:
    first = await api.client.post(f"{AT}/contacts", {**CONTACT, "reason": "call"})
    again = await api.client.post(f"{AT}/contacts", {"reason": "call", **CONTACT})
    assert (again.status_code, again.text, again.headers["Idempotent-Replayed"]) == (201, first.text, "true")
    assert len(await api.events("contact-recorded")) == 1


async def test_a_key_used_for_another_command_is_refused(api: NotifierApi) -> None:
    await api.client.post(f"{AT}/opt-outs", {"reason": "letter"})
    problem_of(await api.client.post(f"{AT}/opt-ins", {"reason": "letter"}), 422, "idempotency-key-reused")


async def test_the_same_command_sent_many_times_at_once_takes_effect_once(api: NotifierApi) -> None:
    body = {**CONTACT, "reason": "call"}
    responses = await asyncio.gather(*(api.client.post(f"{AT}/contacts", body) for _ in range(8)))
    assert {one.status_code for one in responses} == {201}
    assert sum("Idempotent-Replayed" in one.headers for one in responses) == 7
    assert len(await api.events("contact-recorded")) == 1


async def test_a_refused_command_leaves_no_trace_and_its_key_can_be_used_again(api: NotifierApi) -> None:
    refused = await api.client.post(f"{AT}/consents", {"loan_id": "other", "reason": "x"})
    assert refused.status_code == 404
    assert await api.audited() == []
    await api.client.command(f"{AT}/consents", loan_id=LOAN)


async def test_commands_about_a_borrower_not_known_are_refused(api: NotifierApi) -> None:
    problem_of(await api.client.post("/v1/borrowers/nobody/opt-outs", {"reason": "x"}), 404, "unknown-borrower")
