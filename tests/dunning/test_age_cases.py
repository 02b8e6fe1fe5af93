"""`amends dunning age`: cases through the command, and what it says of cases that cannot be."""

import json
import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from amends.commands.dunning import dunning_app

Case = dict[str, Any]

CASE: Case = {
    "instalments": [{"due_on": "2024-01-31", "amount": 100}, {"due_on": "2024-02-29", "amount": 100}],
    "payments": [{"on": "2024-02-10", "amount": 100, "reversed_on": "2024-03-05"}],
    "holds": [{"from": "2024-03-10", "to": "2024-03-12", "stop": ["clock", "contact"]}],
    "tolerance": {"amount": 10, "percent": 5},
    "buckets": [
        {"name": "current", "from_day": 0, "to_day": 0},
        {"name": "M1", "from_day": 1, "to_day": 30},
        {"name": "M2+", "from_day": 31, "to_day": None},
    ],
    "as_of": ["2024-01-31", "2024-02-09", "2024-02-10", "2024-03-04", "2024-03-05", "2024-03-12"],
}


def run(text: str) -> Result:
    """The command with this on its standard input, inside this process."""
    return CliRunner().invoke(dunning_app, ["age"], input=text)


def answers(*cases: Any, exit_code: int = 0) -> list[Case]:
    """What the command makes of these cases."""
    result = run(json.dumps(cases))
    assert (result.exit_code, result.stderr) == (exit_code, "")
    answered: list[Case] = json.loads(result.stdout)
    return answered


def answer(**changes: Any) -> Case:
    """What the command makes of CASE with these keys instead; None takes a key out."""
    (answered,) = answers({key: value for key, value in {**CASE, **changes}.items() if value is not None})
    return answered


def lines(answered: Case) -> list[tuple[int, Any, str | None]]:
    return [(one["days_past_due"], one["overdue_amount"], one["bucket"]) for one in answered["states"]]


def refusal(**changes: Any) -> str:
    """What the command says of CASE with these keys instead."""
    (answered,) = answers({**CASE, **changes}, exit_code=1)
    assert "states" not in answered
    return str(answered["error"])


def test_a_cure_that_is_reversed_ages_from_the_true_date() -> None:
    (answered,) = answers(CASE)
    assert lines(answered) == [
        (0, 0, "current"),
        (9, 100, "M1"),
        (0, 0, "current"),
        (4, 100, "M1"),
        (34, 200, "M2+"),
        (38, 200, "M2+"),
    ]
    assert answered["next_look_on"] is None


def test_the_case_comes_back_with_states_and_next_look() -> None:
    (answered,) = answers({"id": 7, "name": "one", **CASE, "as_of": ["2024-02-10"]})
    assert answered == {
        "id": 7,
        "name": "one",
        **CASE,
        "as_of": ["2024-02-10"],
        "states": [{"as_of": "2024-02-10", "days_past_due": 0, "overdue_amount": 0, "bucket": "current"}],
        "next_look_on": "2024-03-01",
    }


def test_an_answer_can_be_asked_again() -> None:
    (answered,) = answers(CASE)
    assert answers(answered) == [answered]


def test_the_next_look_follows_the_latest_day_asked_for() -> None:
    assert answer(as_of=["2024-02-10", "2024-02-05"])["next_look_on"] == "2024-03-01"
    assert answer(as_of=["2024-03-01"])["next_look_on"] == "2024-03-05"


def test_states_come_in_the_order_asked_for() -> None:
    answered = answer(as_of=["2024-03-05", "2024-02-09", "2024-02-09"])
    assert [one["as_of"] for one in answered["states"]] == ["2024-03-05", "2024-02-09", "2024-02-09"]


def test_only_instalments_and_days_must_be_given() -> None:
    (answered,) = answers({"instalments": CASE["instalments"], "as_of": ["2024-02-05"]})
    assert (lines(answered), answered["next_look_on"]) == ([(5, 100, "M1")], "2024-03-01")


@pytest.mark.parametrize(
    ("first", "second", "overdue"),
    [
        (100, 0.5, 100.5),
        (0.1, 0.2, 0.3),
        (100.25, 0.75, 101),
        ("100", 1, "101.0"),
        ("100.20", "0.05", "100.25"),
        (12345678901234, 0.1, 12345678901234.1),
        (123456789012345678, 0.1, "123456789012345678.1"),
        ("1" + "0" * 25, "0.001", "1" + "0" * 25 + ".001"),
    ],
)
def test_amounts_are_exact_and_written_as_the_case_writes_them(first: Any, second: Any, overdue: Any) -> None:
    due = [{"due_on": "2024-01-01", "amount": first}, {"due_on": "2024-01-02", "amount": second}]
    ((_, amount, _),) = lines(answer(instalments=due, payments=[], as_of=["2024-01-10"]))
    assert (amount, type(amount)) == (overdue, type(overdue))


def test_a_tolerance_given_as_text_makes_the_answer_text() -> None:
    assert lines(answer(tolerance={"amount": "10"}, as_of=["2024-02-09"])) == [(9, "100.0", "M1")]


def test_a_tolerance_keeps_a_loan_current() -> None:
    assert lines(answer(tolerance={"amount": 100}, as_of=["2024-02-09"])) == [(0, 100, "current")]
    assert lines(answer(tolerance={"percent": "50"}, as_of=["2024-02-09"])) == [(0, 100, "current")]
    assert lines(answer(tolerance={"percent": 49.99}, as_of=["2024-02-09"])) == [(9, 100, "M1")]


def test_a_hold_that_leaves_the_clock_alone_changes_no_days() -> None:
    holds = [{"from": "2024-02-03", "to": "2024-02-04", "stop": ["contact", "interest"]}]
    assert lines(answer(holds=holds, as_of=["2024-02-09"])) == [(9, 100, "M1")]


def test_a_hold_without_end_stops_the_clock_for_good() -> None:
    holds = [{"from": "2024-02-03", "to": None, "stop": ["clock"]}]
    answered = answer(holds=holds, payments=None, instalments=CASE["instalments"][:1], as_of=["2024-12-31"])
    assert (lines(answered), answered["next_look_on"]) == ([(2, 100, "M1")], None)


def test_a_hold_with_a_reason_alone_stops_what_such_holds_stop() -> None:
    hold = {"from": "2024-02-03", "to": "2024-02-04"}
    assert lines(answer(holds=[{**hold, "reason": "dispute"}], as_of=["2024-02-09"])) == [(7, 100, "M1")]


def test_the_method_can_be_chosen() -> None:
    story: Case = {"payments": [{"on": "2024-03-10", "amount": 100}], "holds": [], "as_of": ["2024-03-10"]}
    assert lines(answer(**story)) == [(10, 100, "M1")]
    assert lines(answer(**story, method="since-arrears")) == [(39, 100, "M2+")]


def test_working_days_can_be_counted() -> None:
    # Eight from 1 to 9 February 2024, Sunday the 4th among them; then the Chinese New Year until the 17th; then two.
    story: Case = {"payments": [], "holds": [], "as_of": ["2024-02-19"]}
    answered = answer(**story, working_days={"country": "CN"})
    assert (lines(answered), answered["next_look_on"]) == ([(10, 100, "M1")], "2024-03-01")


def test_days_outside_every_bucket_are_in_none() -> None:
    buckets = [{"name": "1-30", "from_day": 1, "to_day": 30}, {"name": "31-60", "from_day": 31, "to_day": 60}]
    story: Case = {"payments": [], "holds": [], "instalments": CASE["instalments"][:1]}
    answered = answer(**story, buckets=buckets, as_of=["2024-01-31", "2024-02-01", "2024-03-31", "2024-04-01"])
    assert [bucket for _, _, bucket in lines(answered)] == [None, "1-30", "31-60", None]
    assert answer(**story, buckets=buckets, as_of=["2024-03-30"])["next_look_on"] == "2024-04-01"


def test_a_bucket_of_a_hundred_years_is_without_end() -> None:
    buckets = [{"name": "any", "from_day": 0, "to_day": 999_999}]
    answered = answer(buckets=buckets, holds=[], payments=[], as_of=["2224-02-09"])
    assert answered["states"][0]["bucket"] == "any"
    assert answered["next_look_on"] is None


def bucket(name: str, from_day: Any, to_day: Any) -> Case:
    return {"name": name, "from_day": from_day, "to_day": to_day}


def hold(from_on: Any = "2024-03-01", to_on: Any = "2024-03-02", **more: Any) -> Case:
    return {"from": from_on, "to": to_on, "stop": ["clock"], **more}


REFUSED: list[tuple[Case, str]] = [
    ({"instalments": [{"due_on": "2024-01-31", "amount": -5}]}, "instalments[0].amount -5: must not be negative"),
    ({"payments": [{"on": "2024-01-31", "amount": "-5"}]}, 'payments[0].amount "-5": must not be negative'),
    ({"payments": [{"on": "2024-01-31", "amount": "1e3"}]}, 'payments[0].amount "1e3": is no plain decimal number'),
    ({"payments": [{"on": "2024-01-31", "amount": True}]}, "payments[0].amount true: is no plain decimal number"),
    ({"payments": [{"on": "2024-01-31", "amount": 12345678901234.56}]}, "more digits than a JSON number keeps exactly"),
    ({"payments": [{"on": "2024-01-31", "amount": "1" * 31}]}, "has more than 30 digits"),
    ({"payments": [{"on": "2024-01-31"}]}, "payments[0].amount: is missing"),
    (
        {"payments": [{"on": "2024-01-31", "amount": 1, "reversed_on": "2024-01-30"}]},
        'payments[0].reversed_on "2024-01-30": is before the payment on 2024-01-31',
    ),
    ({"holds": [hold(to_on="2024-02-29")]}, 'holds[0].to "2024-02-29": is before from 2024-03-01'),
    (
        {"holds": [hold(stop=["clocks"])]},
        "holds[0].stop[0] \"clocks\": Input should be 'clock', 'contact' or 'interest'",
    ),
    ({"holds": [hold(stop=[])]}, "holds[0].stop []: List should have at least 1 item"),
    ({"holds": [{"from": "2024-03-01"}]}, "holds[0].stop: is missing, and there is no reason"),
    ({"holds": [hold(reason="holiday")]}, "holds[0].reason \"holiday\": Input should be 'dispute'"),
    ({"holds": [hold(from_on=None)]}, "holds[0].from null: is no date such as 2024-01-31"),
    ({"tolerance": {"percent": 101}}, "tolerance.percent 101: Input should be less than or equal to 100"),
    ({"tolerance": {"percent": "-0.1"}}, 'tolerance.percent "-0.1": Input should be greater than or equal to 0'),
    ({"tolerance": {"amount": -1}}, "tolerance.amount -1: must not be negative"),
    ({"tolerance": 5}, "tolerance 5: must be an object"),
    ({"buckets": []}, "buckets []: there must be at least one bucket"),
    ({"buckets": [bucket("a", -1, None)]}, "buckets[0].from_day -1: Input should be greater than or equal to 0"),
    ({"buckets": [bucket("a", 1, -1)]}, "buckets[0].to_day -1: Input should be greater than or equal to 0"),
    ({"buckets": [bucket("a", 5, 3)]}, "buckets[0].to_day 3: is before from_day 5"),
    ({"buckets": [bucket("a", 1, 3), bucket("b", 5, None)]}, "buckets[1].from_day 5: gap: expected 4, found 5"),
    ({"buckets": [bucket("a", 0, 3), bucket("b", 3, 9)]}, "buckets[1].from_day 3: overlap: expected 4, found 3"),
    ({"buckets": [bucket("a", 0, None), bucket("b", 3, 9)]}, "buckets[0].to_day null: only the last bucket may be"),
    ({"buckets": [bucket("a", 0, 3), bucket("a", 4, 9)]}, 'buckets[1].name "a": is the name of an earlier bucket'),
    ({"as_of": ["31.1.2024"]}, 'as_of[0] "31.1.2024": is no date such as 2024-01-31'),
    ({"as_of": ["2024-02-30"]}, 'as_of[0] "2024-02-30": is no day of the calendar'),
    ({"as_of": [20240131]}, "as_of[0] 20240131: is no date such as 2024-01-31"),
    ({"as_of": []}, "as_of []: List should have at least 1 item"),
    ({"method": "oldest"}, "method \"oldest\": Input should be 'oldest-unpaid', 'since-arrears' or 'above-tolerance'"),
    ({"working_days": {"country": "XX"}}, 'working_days {"country": "XX"}: no calendar of holidays for \'XX\''),
    ({"grace_days": 3}, "grace_days: is no key of a case"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_case_that_cannot_be_is_told_by_key_value_and_reason(changes: Case, message: str) -> None:
    assert message in refusal(**changes)


def test_every_fault_of_a_case_is_told() -> None:
    error = refusal(method="x", as_of=["x"])
    assert "method" in error
    assert "as_of[0]" in error


def test_one_bad_case_leaves_the_others_alone() -> None:
    bad, good = answers(5, CASE, exit_code=1)
    assert bad == {"case": 5, "error": "a case must be an object, not 5"}
    assert good["next_look_on"] is None


@pytest.mark.parametrize("text", ["", "{}", "5"])
def test_input_that_is_no_list_of_cases_ends_with_a_message(text: str) -> None:
    result = run(text)
    assert result.exit_code == 2
    assert result.stderr.startswith("the input ")


def test_the_amends_program_has_the_command() -> None:
    command = [sys.executable, "-m", "amends", "dunning", "age"]
    cases = json.dumps([CASE])
    result = subprocess.run(command, input=cases, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == answers(CASE)
