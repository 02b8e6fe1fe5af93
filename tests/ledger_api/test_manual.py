"""What the manual shows works, and its table of problems is complete."""

import json
import re
import shlex
from datetime import date
from pathlib import Path
from string import Template
from typing import NamedTuple

from schemas.lending import LoanDisbursed
from services.eventing.problems import GENERAL_PROBLEMS
from services.ledger.api.ledger_problems import LEDGER_PROBLEMS
from tests.ledger_api.scene import LedgerApi

MANUAL = (Path(__file__).parents[2] / "docs" / "ledger-api.md").read_text(encoding="utf-8")
LOAN = LoanDisbursed.model_validate_json(
    '{"borrower_id": "B-ANA", "loan_id": "L-ANA-1", "principal_minor": 120000, "currency": "USD",'
    ' "annual_rate_percent": "12.00", "number_of_instalments": 12, "disbursed_on": "2018-06-20",'
    ' "first_due_on": "2018-06-28"}'
)


class Call(NamedTuple):
    """What a line of curl asks for; `path` has its query, and `headers` not the key."""

    method: str
    path: str
    headers: dict[str, str]
    body: object


def calls() -> list[str]:
    """The lines of curl in the manual, continued ones joined."""
    return [line.strip() for line in MANUAL.replace("\\\n", " ").splitlines() if line.startswith("    curl ")]


def understood(line: str, **variables: str) -> Call:
    """A line of curl with variables filled in."""
    words = shlex.split(Template(line).safe_substitute(variables))[1:]
    method, path, headers, body = "GET", "", {}, None
    while words:
        word = words.pop(0)
        if word == "-X":
            method = words.pop(0)
        elif word == "-H":
            name, _, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "--json":
            body = json.loads(words.pop(0))
        else:
            path = word
    assert headers.pop("Authorization").startswith("Bearer ")
    return Call(method, path, headers, body)


async def test_every_example_is_answered_and_together_they_use_every_operation(api: LedgerApi) -> None:
    await api.ledger.tell(LOAN)
    await api.ledger.complete(date(2018, 6, 25))
    document = (await api.anonymous.get("/openapi.json")).json()
    left = {
        (method.upper(), path) for path, item in document["paths"].items() if path.startswith("/v1") for method in item
    }
    fact_id = ""
    for line in calls():
        call = understood(line, LEDGER="", FACT=fact_id)
        response = await api.client.http.request(call.method, call.path, headers=call.headers, json=call.body)
        assert response.status_code == (201 if call.method == "POST" else 200), f"{line}: {response.text}"
        fact_id = response.json().get("fact_id", fact_id)
        left -= {one for one in left if one[0] == call.method and matches(one[1], call.path.partition("?")[0])}
    assert left == set()


def matches(template: str, path: str) -> bool:
    """Whether an address is one of a template."""
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


def test_the_manual_lists_every_problem_with_its_status() -> None:
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", MANUAL, re.MULTILINE))
    assert listed == {kind.name: str(kind.status) for kind in (*GENERAL_PROBLEMS, *LEDGER_PROBLEMS)}
