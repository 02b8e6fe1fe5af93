"""What the API tells of messages and borrowers, to whom, and what of it is kept in the audit."""

from datetime import timedelta

import pytest

from tests.ledger_api.test_problems import problem_of
from tests.notifier.archive.kept import BORROWER, CALL, LOAN, MESSAGE, SECRETS, THEN
from tests.notifier_api.scene import AT, NotifierApi


@pytest.fixture(autouse=True)
async def borrower(api: NotifierApi) -> None:
    """A borrower with everything."""
    await api.kept.everything()


async def test_a_borrower_is_shown_without_who_they_are(api: NotifierApi) -> None:
    answer = (await api.clients["notifier:read"].http.get(AT)).text
    shown = await api.client.get(AT)
    assert (shown["is_registered"], shown["loans"][0]["loan_id"]) == (True, LOAN)
    assert (shown["consents"][0]["loan_id"], shown["opt_outs"], shown["holds"]) == (LOAN, [], [])
    assert not [secret for secret in SECRETS if secret in answer]
    assert await api.audited() == []


async def test_contact_data_is_shown_to_who_may_see_it_and_the_look_is_kept(api: NotifierApi) -> None:
    response = await api.clients["notifier:contact-data"].http.get(
        f"{AT}/contact", headers={"Amends-Operator": "op-17"}
    )
    shown = response.json()
    assert (shown["name"], shown["date_of_birth"]) == ("Ada Lovelace", "1985-12-10")
    assert await api.audited() == [("saw-contact", BORROWER, "op-17")]


async def test_without_contact_data_that_is_said(api: NotifierApi) -> None:
    await api.kept.loan(borrower_id="borrower-2")
    problem_of(await api.client.http.get("/v1/borrowers/borrower-2/contact"), 404, "no-contact-data")
    problem_of(await api.client.http.get("/v1/borrowers/nobody/contact"), 404, "unknown-borrower")
    assert await api.audited() == []


async def test_messages_are_listed_with_what_became_of_them_and_no_texts(api: NotifierApi) -> None:
    response = await api.clients["notifier:read"].http.get("/v1/messages")
    messages = response.json()["messages"]
    assert {(one["notification_id"], one["status"]) for one in messages} == {
        (MESSAGE, "sent"), ("N:reminder-2", "suppressed"),
    }  # fmt: skip
    assert {one["rule"] for one in messages} == {None, "opt-out"}
    assert not [secret for secret in SECRETS if secret in response.text]
    assert "opted out of" not in response.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"borrower_id": BORROWER}, 2),
        ({"borrower_id": "borrower-2"}, 0),
        ({"notification_id": MESSAGE}, 1),
        ({"status": "suppressed", "rule": "opt-out"}, 1),
        ({"status": "deferred"}, 0),
        ({"loan_id": LOAN, "template": "overdue_soft"}, 2),
        ({"asked_on": "2026-03-01"}, 2),
        ({"asked_on": "2026-02-28"}, 0),
    ],
)
async def test_messages_are_found_by(api: NotifierApi, asked: dict[str, str], found: int) -> None:
    assert len((await api.client.get("/v1/messages", **asked))["messages"]) == found


async def test_pages_follow_each_other_newest_first(api: NotifierApi) -> None:
    for number in range(3, 8):
        await api.kept.sent(f"N:reminder-{number}", at=THEN + timedelta(hours=number // 2))
    everything = [one["notification_id"] for one in (await api.client.get("/v1/messages"))["messages"]]
    paged: list[str] = []
    after = None
    while True:
        page = await api.client.get("/v1/messages", limit=2, after=after)
        paged += [one["notification_id"] for one in page["messages"]]
        if (after := page["next"]) is None:
            break
    assert paged == everything
    assert len(everything) == 7


async def test_a_deferred_message_tells_until_when(api: NotifierApi) -> None:
    await api.kept.waiting("N:reminder-3")
    until = THEN + timedelta(hours=9)
    await api.pool.execute(
        "update message set status = 'deferred', next_attempt_at = $1 where notification_id = 'N:reminder-3'", until
    )
    (message,) = (await api.client.get("/v1/messages", status="deferred"))["messages"]
    assert message["until"] == until.isoformat().replace("+00:00", "Z")


async def test_a_message_is_shown_with_its_receipts(api: NotifierApi) -> None:
    answer = await api.client.get(f"{AT}/messages/{MESSAGE}")
    assert (answer["message"]["status"], answer["receipts"][0]["status"]) == ("sent", "delivered")
    problem_of(await api.client.http.get(f"{AT}/messages/other"), 404, "unknown-message")


async def test_the_text_of_a_message_is_shown_to_who_may_see_it_and_the_look_is_kept(api: NotifierApi) -> None:
    answer = await api.clients["notifier:contact-data"].get(f"{AT}/messages/{MESSAGE}/content")
    content = answer["content"]
    assert content["text"] == "Dear Ada Lovelace, 300.03 are due."
    assert (content["decision"]["seen"], content["principal_minor"]) == ({"days": 3}, 30_000)
    assert await api.audited() == [("saw-message", BORROWER, None)]


async def test_outcomes_are_counted_by_day_of_the_lender(api: NotifierApi) -> None:
    counts = (await api.client.get("/v1/outcomes", from_on="2026-03-01", to_on="2026-03-01"))["counts"]
    assert [(one["status"], one["channel"], one["messages"]) for one in counts] == [
        ("sent", "email", 1), ("suppressed", None, 1),
    ]  # fmt: skip
    assert (await api.client.get("/v1/outcomes"))["from_on"] == "2026-02-27"


async def test_outcomes_of_too_many_days_are_refused(api: NotifierApi) -> None:
    response = await api.client.http.get("/v1/outcomes", params={"from_on": "2025-01-01"})
    assert problem_of(response, 422, "invalid-request")["field"] == "from_on"


@pytest.mark.parametrize(
    ("by", "value"),
    [("name", "ADA  lovelace"), ("email", "Ada@Lovelace.example"), ("phone", "+86 138 0013 8000"),
     ("phone-ending", "8000")],
)  # fmt: skip
async def test_a_borrower_is_found_by(api: NotifierApi, by: str, value: str) -> None:
    response = await api.client.http.post("/v1/borrowers/search", json={"by": by, "value": value})
    assert response.json() == {"borrower_ids": [BORROWER], "next": None}


async def test_a_search_is_kept_with_whom_it_found_and_without_what_was_searched_for(api: NotifierApi) -> None:
    await api.client.http.post("/v1/borrowers/search", json={"by": "email", "value": "ada@lovelace.example"})
    await api.client.http.post("/v1/borrowers/search", json={"by": "phone-ending", "value": "9999"})
    assert await api.audited() == [("searched", BORROWER, None), ("searched", None, None)]
    what = [row[0] for row in await api.pool.fetch("select what::text from audit order by audit_id")]
    assert "lovelace" not in "".join(what)
    assert "9999" not in "".join(what)


async def test_calls_are_listed_without_and_shown_with_whom_to_call(api: NotifierApi) -> None:
    (listed,) = (await api.client.get("/v1/agent-calls", status="open"))["calls"]
    assert (listed["call_id"], listed["borrower_id"]) == (CALL, BORROWER)
    shown = await api.client.get(f"{AT}/agent-calls/{CALL}")
    assert (shown["content"]["to_say"]["text"], shown["contact"]["phone"]) == (
        "Ask for Ada Lovelace.", "+8613800138000",
    )  # fmt: skip
    problem_of(await api.client.http.get(f"{AT}/agent-calls/other"), 404, "unknown-call")
    assert await api.audited() == [("saw-call", BORROWER, None)]


async def test_the_audit_is_read_newest_first_page_by_page(api: NotifierApi) -> None:
    for path in ("contact", "export", f"messages/{MESSAGE}/content"):
        await api.client.get(f"{AT}/{path}")
    page = await api.client.get("/v1/audit", limit=2)
    rest = await api.client.get("/v1/audit", limit=2, after=page["next"])
    assert [one["action"] for one in page["entries"] + rest["entries"]] == ["saw-message", "exported", "saw-contact"]
    assert (await api.client.get("/v1/audit", borrower_id="borrower-2"))["entries"] == []


async def test_what_does_not_open_is_said_and_not_shown(api: NotifierApi) -> None:
    await api.pool.execute("update contact set sealed = $1", b"\x01\x04lost" + bytes(40))
    problem = problem_of(await api.client.http.get(f"{AT}/contact"), 500, "sealed-value-not-opened")
    assert BORROWER in problem["detail"]
