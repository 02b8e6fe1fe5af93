"""What is held of a borrower is given out whole, and erased when nothing is against it or by force."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.notifier.archive.export import BorrowerExport
from tests.ledger_api.test_problems import problem_of
from tests.notifier.archive.kept import BORROWER, CALL, MESSAGE, SECRETS
from tests.notifier_api.scene import AT, NotifierApi

LONG_AGO = datetime(2019, 3, 1, tzinfo=UTC)


async def end_loans_long_ago(api: NotifierApi) -> None:
    """All loans were seen to be settled years ago."""
    await api.pool.execute(
        "insert into loan_end (borrower_id, loan_id, ended_at) select borrower_id, loan_id, $1 from loan_standing",
        LONG_AGO,
    )


async def erase(api: NotifierApi, key: str = "erase", **body: Any) -> Any:
    """What erasing the borrower is answered."""
    return await api.client.post(f"{AT}/erase", {"reason": "asked by letter", **body}, key)


async def test_an_export_has_all_that_is_held(api: NotifierApi) -> None:
    await api.kept.everything()
    response = await api.client.http.get(f"{AT}/export")
    export = BorrowerExport.model_validate_json(response.text)
    assert export.contact is not None
    assert (export.contact.name, export.contact.identity_ending) == ("Ada Lovelace", "281X")
    assert [one.text for one in export.messages] == ["Dear Ada Lovelace, 300.03 are due.", None]
    assert export.messages[1].decision is not None
    assert export.messages[1].decision["seen"] == {"opted out of": "everything"}
    held = (export.receipts, export.replies, export.agent_calls, export.page_links, export.acceptances, export.answers,
            export.contacts_made, export.borrower.loans, export.borrower.consents)  # fmt: skip
    assert [len(one) for one in held] == [1] * len(held)
    assert export.answers[0].content == {"choice": "illness", "text": "My mother is ill"}
    assert export.acceptances[0].shown == {"words": "Ada Lovelace accepts"}


async def test_every_secret_that_is_kept_is_in_the_export(api: NotifierApi) -> None:
    await api.kept.everything()
    exported = (await api.client.http.get(f"{AT}/export")).text
    assert [secret for secret in SECRETS if secret not in exported] == []


async def test_an_export_is_kept_in_the_audit_and_tells_of_earlier_looks(api: NotifierApi) -> None:
    await api.kept.everything()
    await api.client.get(f"{AT}/contact")
    export = await api.client.get(f"{AT}/export")
    assert [one["action"] for one in export["audit"]] == ["saw-contact"]
    assert [action for action, _, _ in await api.audited()] == ["saw-contact", "exported"]


async def test_a_borrower_with_an_open_loan_is_not_erased(api: NotifierApi) -> None:
    await api.kept.everything()
    problem = problem_of(await erase(api), 422, "loans-open")
    assert "loan-1" in problem["detail"]
    assert (await api.client.get(f"{AT}/contact"))["name"] == "Ada Lovelace"


async def test_a_borrower_whose_records_must_be_kept_is_not_erased(api: NotifierApi) -> None:
    await api.kept.everything(settled=True)
    await end_loans_long_ago(api)
    problem = problem_of(await erase(api), 422, "records-must-be-kept")
    assert "5 years after the last activity, which was on 2026-03-01" in problem["detail"]


async def test_after_the_time_contact_data_and_texts_go_and_the_proof_stays(api: NotifierApi) -> None:
    await api.kept.everything(settled=True, at=LONG_AGO)
    await end_loans_long_ago(api)
    response = await erase(api)
    assert response.status_code == 201, response.text
    assert response.json()["erasure"]["kind"] == "asked-for"
    kept = await api.kept.everything_kept()
    assert [secret for secret in SECRETS if secret in kept] == []
    message = (await api.client.get(f"{AT}/messages/N:reminder-2"))["message"]
    assert (message["status"], message["rule"], message["clause"]) == ("suppressed", "opt-out", "section 1")
    content = await api.client.get(f"{AT}/messages/{MESSAGE}/content")
    assert (content["content"]["text"], content["content"]["decision"]) == (
        None, {"outcome": "send", "rules_version": "cn-2026-01-30"},
    )  # fmt: skip
    export = await api.client.get(f"{AT}/export")
    assert (export["contact"], export["acceptances"][0]["shown"]) == (None, None)
    assert export["acceptances"][0]["shown_sha256"] == "01"


async def test_by_force_a_borrower_with_an_open_loan_is_erased_and_what_waits_is_kept_back(api: NotifierApi) -> None:
    await api.kept.everything()
    await api.kept.waiting("N:reminder-3")
    done = (await erase(api, is_forced=True)).json()
    assert (done["erasure"]["kind"], done["erasure"]["reason"]) == ("forced", "asked by letter")
    assert [secret for secret in SECRETS if secret in await api.kept.everything_kept()] == []
    (told,) = await api.events("notification-suppressed")
    assert (told["notification_id"], told["rule"]) == ("N:reminder-3", "erased")
    (call,) = (await api.client.get("/v1/agent-calls"))["calls"]
    assert (call["call_id"], call["status"]) == (CALL, "cancelled")


async def test_while_a_message_is_on_its_way_nothing_is_erased(api: NotifierApi) -> None:
    await api.kept.everything()
    await api.pool.execute("update message set status = 'leaving' where notification_id = $1", MESSAGE)
    problem_of(await erase(api, is_forced=True), 422, "message-on-its-way")
    assert (await api.client.get(f"{AT}/contact"))["name"] == "Ada Lovelace"


async def test_a_message_that_a_sender_has_in_hand_is_on_its_way(api: NotifierApi) -> None:
    await api.kept.everything()
    await api.kept.waiting("N:reminder-3")
    async with api.pool.acquire() as sender, sender.transaction():
        await sender.execute("select from message where notification_id = 'N:reminder-3' for update")
        problem_of(await erase(api, is_forced=True), 422, "message-on-its-way")
    assert (await erase(api, "again", is_forced=True)).status_code == 201


async def test_dead_letters_of_an_erased_borrower_lose_their_values(api: NotifierApi) -> None:
    await api.kept.everything()
    await api.pool.execute(
        "insert into dead_letter (consumer_group, topic, partition, record_offset, key, value, raw_headers, code,"
        " field, wrong_value, message) values ('g', 't', 0, 0, $1, $2, '[]', 'invalid-data', 'name', '', 'x')",
        BORROWER.encode(), json.dumps({"name": "Ada Lovelace"}).encode(),
    )  # fmt: skip
    done = (await erase(api, is_forced=True)).json()
    assert done["erasure"]["counts"]["dead_letters"] == 1
    assert "Lovelace" not in await api.kept.everything_kept()


async def test_an_erasure_is_kept_in_the_audit_with_its_reason(api: NotifierApi) -> None:
    await api.kept.everything()
    headers = {"Amends-Operator": "op-3"}
    await api.client.post(f"{AT}/erase", {"reason": "court order", "is_forced": True}, "erase", **headers)
    (entry,) = (await api.client.get("/v1/audit"))["entries"]
    assert (entry["action"], entry["operator"], entry["what"]) == (
        "erased", "op-3", {"reason": "court order", "is_forced": 1},
    )  # fmt: skip
    assert (await api.client.get(AT))["erasures"][0]["actor"] == "op-3"


async def test_an_erased_borrower_is_erased_again_without_effect(api: NotifierApi) -> None:
    await api.kept.everything()
    await erase(api, "first", is_forced=True)
    api.clock.moment = api.clock.moment.replace(hour=5)
    again = (await erase(api, "second", is_forced=True)).json()
    assert (again["changed"], again["erasure"]["counts"]) == (False, {})


async def test_what_is_told_later_brings_nothing_back_but_a_new_registration_does(api: NotifierApi) -> None:
    await api.kept.everything()
    await erase(api, is_forced=True)
    await api.kept.loan()
    await api.kept.waiting("N:reminder-3")
    message = (await api.client.get(f"{AT}/messages/N:reminder-3"))["message"]
    assert message["status"] == "waiting_for_contact"
    problem_of(await api.client.http.get(f"{AT}/contact"), 404, "no-contact-data")
    await api.kept.contact()
    assert (await api.client.get(f"{AT}/contact"))["name"] == "Ada Lovelace"


async def test_a_borrower_not_known_is_neither_exported_nor_erased(api: NotifierApi) -> None:
    problem_of(await api.client.http.get("/v1/borrowers/nobody/export"), 404, "unknown-borrower")
    body = {"reason": "x", "is_forced": True}
    problem_of(await api.client.post("/v1/borrowers/nobody/erase", body), 404, "unknown-borrower")


@pytest.mark.parametrize("is_forced", ["true", 1, None])
async def test_force_is_asked_for_plainly(api: NotifierApi, is_forced: object) -> None:
    problem_of(await erase(api, is_forced=is_forced), 422, "invalid-request")
