"""What the manual shows works, and its table of problems is complete."""

import json
import re
from datetime import date
from pathlib import Path

from schemas.lending import BorrowerRegistered
from services.dunning.api.dunning_problems import DUNNING_PROBLEMS
from services.eventing.problems import GENERAL_PROBLEMS
from tests.dunning_api.loans import opened, told_again
from tests.dunning_api.scene import DISBURSED_ON, DunningApi
from tests.ledger_api.test_manual import Call, matches, understood

MANUAL = (Path(__file__).parents[2] / "docs" / "dunning-api.md").read_text(encoding="utf-8")
TODAY = date(2024, 3, 20)


def calls() -> list[str]:
    """The lines of curl in the manual, continued ones joined."""
    return [line.strip() for line in MANUAL.replace("\\\n", " ").splitlines() if line.startswith("    curl ")]


async def ana(api: DunningApi) -> None:
    """The borrower of the manual: one loan 40 days past due, to be called about, and reported by mistake."""
    await api.dunning.tell(BorrowerRegistered(borrower_id="B-ANA", name="Ana Example", region="R-1"))
    loan = ("L-ANA-1", "B-ANA")
    await api.dunning.tell(opened(DISBURSED_ON, *loan), told_again(DISBURSED_ON, TODAY, *loan))
    await api.dunning.complete(TODAY)
    await api.pool.execute("insert into task (borrower_id, task_id, kind, requested_on) values"
                           " ('B-ANA', 'task-1', 'find-plan', '2024-03-20')")  # fmt: skip
    report = {"report_id": "report-1", "on": "2024-03-19", "first_overdue_on": "2024-02-10", "overdue_minor": 213_238}
    await api.pool.execute(
        "update loan set memory = memory || jsonb_build_object('report', $1::jsonb)", json.dumps(report)
    )


async def offer_for(api: DunningApi, call: Call, answered_id: str) -> str:
    """The offer that the next call is about: an open one, made anew where the call before closed it."""
    answer = call.path.rpartition("/")[2]
    if answer == "accept":
        return answered_id
    found = (await api.client.get("/v1/borrowers/B-ANA/offers"))["offers"]
    still_open = [one["offer_id"] for one in found if one["status"] == "open"]
    if still_open and answer != "offers":
        return str(still_open[0])
    if answer == "offers":
        for offer_id in still_open:
            await api.client.command(f"/v1/borrowers/B-ANA/offers/{offer_id}/withdraw", f"before-{offer_id}")
        return ""
    made = await api.client.command("/v1/borrowers/B-ANA/offers", f"for-{answer}", loan_id="L-ANA-1")
    return str(made["id"])


async def test_every_example_is_answered_and_together_they_use_every_operation(api: DunningApi) -> None:
    await ana(api)
    document = (await api.anonymous.get("/openapi.json")).json()
    left = {
        (method.upper(), path) for path, item in document["paths"].items() if path.startswith("/v1") for method in item
    }
    last_id = ""
    for line in calls():
        if "/offers" in line and "POST" in line:
            last_id = await offer_for(api, understood(line, DUNNING="", ID="x"), last_id)
        call = understood(line, DUNNING="", ID=last_id, TASK="task-1")
        response = await api.client.http.request(call.method, call.path, headers=call.headers, json=call.body)
        assert response.status_code == (201 if call.method == "POST" else 200), f"{line}: {response.text}"
        if call.method == "POST":
            last_id = response.json()["id"]
        left -= {one for one in left if one[0] == call.method and matches(one[1], call.path.partition("?")[0])}
    assert left == set()


def test_the_manual_lists_every_problem_with_its_status() -> None:
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", MANUAL, re.MULTILINE))
    assert listed == {kind.name: str(kind.status) for kind in (*GENERAL_PROBLEMS, *DUNNING_PROBLEMS)}
