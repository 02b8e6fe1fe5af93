"""`amends ledger replay`: golden cases through the real command line, and what it says of cases that cannot be."""

import json
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from amends.command_line import app

GOLDEN = Path(__file__).with_name("allocations.json")
Case = dict[str, Any]
PENALTY_FIRST = ["penalty", "interest", "principal", "fee"]


def story(*actions: Case, checks: list[Case] | None = None, **loan: Any) -> Case:
    """1,000.00 EUR, lent on 1 January 2023 without interest for a month, and what happened."""
    return {
        "loan": {
            "principal": "1000", "currency": "EUR", "annual_rate_percent": "0", "instalments": 1,
            "every": [1, "months"], "disbursed_on": "2023-01-01", **loan,
        },
        "allocation": {"due": PENALTY_FIRST, "in_advance": PENALTY_FIRST},
        "actions": list(actions),
        "checks": [{"after": len(actions)}] if checks is None else checks,
    }  # fmt: skip


def pay(on: str, amount: str, today: str | None = None) -> Case:
    return {"do": "pay", "today": today or on, "on": on, "amount": amount}


def charge(today: str, due_on: str, amount: str, kind: str = "penalty") -> Case:
    return {"do": "charge", "today": today, "kind": kind, "due_on": due_on, "amount": amount}


def reverse(today: str, payment: int) -> Case:
    return {"do": "reverse", "today": today, "payment": payment}


def answers(*cases: Any, exit_code: int) -> list[Case]:
    """What the command makes of these cases, inside this process."""
    result = CliRunner().invoke(app, ["ledger", "replay"], input=json.dumps(cases))
    assert (result.exit_code, result.stderr) == (exit_code, "")
    answered: list[Case] = json.loads(result.stdout)
    return answered


def split(case: Case) -> list[tuple[int, str, str, str]]:
    """Each payment's number, principal, fee and penalty at the case's first check."""
    (answered,) = answers(case, exit_code=0)
    allocations = answered["checks"][0]["allocations"]
    return [(one["payment"], one["principal"], one["fee"], one["penalty"]) for one in allocations]


def instalments(case: Case) -> list[Case]:
    """The instalments after all actions."""
    asked = {**case, "checks": [{"after": len(case["actions"]), "today": "2023-12-31"}]}
    lines: list[Case] = answers(asked, exit_code=0)[0]["checks"][0]["instalments"]
    return lines


def test_all_golden_cases_come_back_as_they_are_written() -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    expected = json.loads(text)
    assert len(expected) == 14
    asked = [{**case, "checks": [_question(check) for check in case["checks"]]} for case in expected]
    command = [sys.executable, "-m", "amends", "ledger", "replay"]
    result = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == expected
    assert result.stdout.strip() == text.strip()


def _question(check: Case) -> Case:
    return {key: value for key, value in check.items() if key in ("after", "today")}


def test_wrong_figures_of_a_check_are_replaced() -> None:
    cases = json.loads(GOLDEN.read_text(encoding="utf-8"))
    wrong = deepcopy(cases)
    for case in wrong:
        for check in case["checks"]:
            check.update({key: [] for key in ("allocations", "instalments") if key in check})
    assert answers(*wrong, exit_code=0) == cases


def test_without_checks_nothing_is_worked_out() -> None:
    case = story(pay("2023-01-10", "500"), checks=[])
    without = {key: value for key, value in case.items() if key != "checks"}
    assert [one["checks"] for one in answers(case, without, exit_code=0)] == [[], []]


def test_a_check_may_ask_for_both() -> None:
    case = story(pay("2023-01-10", "500"), checks=[{"after": 1, "allocations": None, "instalments": None}])
    (check,) = answers(case, exit_code=0)[0]["checks"]
    assert check["allocations"][0]["principal"] == check["instalments"][0]["paid"] == "500.0"


def test_a_backdated_payment_splits_later_ones_anew() -> None:
    before = [charge("2023-01-05", "2023-01-05", "20"), pay("2023-01-10", "100")]
    assert split(story(*before)) == [(1, "80.0", "0.0", "20.0")]
    assert split(story(*before, pay("2023-01-07", "30", today="2023-01-12"))) == [
        (1, "100.0", "0.0", "0.0"),
        (2, "10.0", "0.0", "20.0"),
    ]


def test_a_reversal_splits_later_payments_anew() -> None:
    actions = [charge("2023-01-05", "2023-01-05", "20"), pay("2023-01-10", "30"), pay("2023-01-12", "50")]
    assert split(story(*actions)) == [(1, "10.0", "0.0", "20.0"), (2, "50.0", "0.0", "0.0")]
    assert split(story(*actions, reverse("2023-01-15", 1))) == [(2, "30.0", "0.0", "20.0")]


def test_payments_of_one_day_count_in_the_order_in_which_they_came() -> None:
    actions = [charge("2023-01-05", "2023-01-05", "20"), pay("2023-01-10", "15"), pay("2023-01-10", "15")]
    assert split(story(*actions)) == [(1, "0.0", "0.0", "15.0"), (2, "10.0", "0.0", "5.0")]


def test_a_charge_splits_payments_before_it_anew() -> None:
    assert split(story(pay("2023-01-10", "500"), charge("2023-01-15", "2023-02-01", "20"))) == [
        (0, "480.0", "0.0", "20.0")
    ]


def test_a_charge_is_paid_from_what_was_overpaid() -> None:
    assert split(story(pay("2023-02-01", "1100"), charge("2023-02-05", "2023-02-08", "30"))) == [
        (0, "1000.0", "0.0", "30.0")
    ]


def test_of_charges_in_advance_the_one_due_first_is_paid_first() -> None:
    actions = [
        charge("2023-01-05", "2023-01-25", "20"),
        charge("2023-01-05", "2023-01-20", "20"),
        pay("2023-01-10", "20"),
        pay("2023-01-20", "20"),
    ]
    case = story(*actions)
    case["allocation"] = {"due": PENALTY_FIRST, "in_advance": ["penalty", "principal", "fee", "interest"]}
    assert split(case) == [(2, "0.0", "0.0", "20.0"), (3, "0.0", "0.0", "20.0")]
    case["allocation"] = {"due": PENALTY_FIRST, "in_advance": ["principal", "penalty", "fee", "interest"]}
    assert split(case) == [(2, "20.0", "0.0", "0.0"), (3, "0.0", "0.0", "20.0")]


def test_charges_due_after_the_last_instalment_make_one_more_due_with_the_last_of_them() -> None:
    actions = [
        charge("2023-02-02", "2023-02-08", "10"),
        charge("2023-02-02", "2023-02-12", "5", "fee"),
        pay("2023-02-09", "1010"),
        pay("2023-02-12", "5"),
    ]
    last = instalments(story(*actions))[-1]
    assert last == {
        "due_on": "2023-02-12", "principal": "0.0", "interest": "0.0", "fee": "5.0", "penalty": "10.0", "paid": "15.0",
        "in_advance": "10.0", "late": "0.0", "outstanding": "0.0", "paid_on": "2023-02-12",
    }  # fmt: skip


def test_charges_belong_to_the_instalment_of_their_period() -> None:
    actions = [
        charge("2023-01-01", "2023-01-01", "1"),
        charge("2023-01-01", "2023-02-01", "2"),
        charge("2023-01-01", "2023-02-02", "4"),
    ]
    lines = instalments(story(*actions, instalments=2))
    assert [line["penalty"] for line in lines] == ["3.0", "4.0"]


def test_flat_interest_is_paid_within_its_instalment() -> None:
    case = story(pay("2023-02-01", "515"), instalments=2, annual_rate_percent="12", interest_method="flat")
    first, second = instalments(case)
    assert (first["interest"], first["outstanding"], first["paid_on"]) == ("10.0", "0.0", "2023-02-01")
    assert (second["interest"], second["in_advance"], second["outstanding"]) == ("10.0", "5.0", "505.0")


Change = Callable[[Case], Any]
WHOLE = story(
    pay("2023-01-10", "100"), charge("2023-01-15", "2023-01-20", "10"), reverse("2023-01-16", 0), checks=[{"after": 3}]
)
REFUSED: list[tuple[Change, str]] = [
    (lambda case: case["loan"].update(instalments=0), "loan.instalments 0: must be at least 1"),
    (lambda case: case["loan"].update(principal="-5"), 'loan.principal "-5": must be above zero'),
    (lambda case: case["loan"].update(currency="EURO"), 'loan.currency "EURO": is unknown'),
    (lambda case: case["loan"].update(day_count="30/365"), 'loan.day_count "30/365": is unknown'),
    (lambda case: case["loan"].update(every=[1, "years"]), 'loan.every [1, "years"]: has an unknown unit'),
    (lambda case: case["loan"].update(interest_method="odd"), 'loan.interest_method "odd": Input should be'),
    (lambda case: case["loan"].update(disbursed_on="2023-02-31"), 'loan.disbursed_on "2023-02-31": is no day of the'),
    (lambda case: case["loan"].update(annual_rate_percent="-1"), 'loan.annual_rate_percent "-1": must be a number'),
    (lambda case: case["loan"].pop("principal"), "loan.principal: is missing"),
    (lambda case: case.pop("allocation"), "allocation: is missing"),
    (lambda case: case.update(term=3), "term: is no key of a case"),
    (lambda case: case["allocation"].update(due=["fee"]), 'allocation.due ["fee"]: must name penalty, fee, interest'),
    (lambda case: case["allocation"].update(due=["bonus"]), 'allocation.due[0] "bonus": Input should be'),
    (lambda case: case["actions"][0].update(amount="0"), 'actions[0].amount "0": must be above zero'),
    (lambda case: case["actions"][1].update(amount="-10"), 'actions[1].amount "-10": must be above zero'),
    (lambda case: case["actions"][0].update(amount="1.001"), "actions[0].amount: '1.001' has more than the 2 decimals"),
    (lambda case: case["actions"][0].update(amount="ten"), 'actions[0].amount "ten": is no plain decimal number'),
    (lambda case: case["actions"][0].update(currency="USD"), 'actions[0].currency "USD": is not the loan\'s, EUR'),
    (lambda case: case["actions"][0].update(on="2022-12-31"), 'actions[0].on "2022-12-31": is before disbursal on 20'),
    (lambda case: case["actions"][0].update(on="2023-01-11"), 'actions[0].on "2023-01-11": is after today, 2023-01-10'),
    (lambda case: case["actions"][0].update(on="2023-02-31"), 'actions[0].on "2023-02-31": is no day of the'),
    (lambda case: case["actions"][1].update(kind="tax"), "actions[1].kind \"tax\": Input should be 'penalty'"),
    (lambda case: case["actions"][1].update(due_on="2022-12-01"), 'actions[1].due_on "2022-12-01": is before'),
    (lambda case: case["actions"][2].update(payment=1), "actions[2].payment 1: is the number of no payment"),
    (lambda case: case["actions"][2].update(payment=7), "actions[2].payment 7: is the number of no payment"),
    (lambda case: case["actions"].append(reverse("2023-01-17", 0)), "actions[3].payment 0: is reversed already"),
    (lambda case: case["actions"][2].update(today="2023-01-09"), 'actions[2].today "2023-01-09": is before the'),
    (lambda case: case["actions"][0].update(do="dance"), 'actions[0].do "dance": is no action; known are pay'),
    (lambda case: case["actions"][0].pop("do"), "actions[0].do: is missing"),
    (lambda case: case["actions"][0].pop("on"), "actions[0].on: is missing"),
    (lambda case: case["actions"].append(5), "actions[3] 5: must be an object"),
    (lambda case: case["checks"][0].update(after=4), "checks[0].after 4: must be from 0 to 3"),
]  # fmt: skip


def test_refused_cases_carry_the_reason_beside_those_that_can_be() -> None:
    changed = [deepcopy(WHOLE) for _ in REFUSED]
    for case, (change, _) in zip(changed, REFUSED, strict=True):
        change(case)
    answered = answers(WHOLE, *changed, exit_code=1)
    assert answered[0]["checks"] == [{"after": 3, "allocations": []}]
    for before, (_, error), refused in zip(changed, REFUSED, answered[1:], strict=True):
        assert refused["error"].startswith(error)
        assert refused == {**before, "error": refused["error"]}


def test_what_follows_the_last_check_is_refused_as_well() -> None:
    case = story(pay("2023-01-10", "0"), checks=[{"after": 0}])
    assert answers(case, exit_code=1)[0]["error"] == 'actions[0].amount "0": must be above zero'


def test_a_case_that_is_no_object_is_refused() -> None:
    assert answers(5, exit_code=1) == [{"case": 5, "error": "a case must be an object, not 5"}]


@pytest.mark.parametrize("text", ["{}", "[", "", "3"])
def test_input_that_is_no_list_of_cases_is_an_error(text: str) -> None:
    result = CliRunner().invoke(app, ["ledger", "replay"], input=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("the input")
