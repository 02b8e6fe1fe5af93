"""Offers as JSON cases: what is read, what comes back, and what is said of cases that cannot be."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.dunning.offers.offer_cases import policy_of, with_offers
from services.json_cases import CaseRefused

LOAN: dict[str, Any] = {
    "principal": "24000",
    "currency": "CNY",
    "annual_rate_percent": "12",
    "disbursed_on": "2024-01-10",
    "method": "equal_instalment",
    "day_count": "30/360",
    "every": [1, "months"],
    "number_of_instalments": 24,
    "as_of": "2024-10-20",
    "paid": {"principal": "5473.82", "interest": "1304.74"},
    "overdue": {"principal": "2861.92", "interest": "527.36", "penalty": "50"},
}
CASE: dict[str, Any] = {
    "name": "three instalments late",
    "loan": LOAN,
    "income_monthly": "10000",
    "other_obligations_monthly": "0",
    "relief": None,
}


def case(loan: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """`CASE` with what a test is about changed."""
    return {**CASE, "loan": {**LOAN, **(loan or {})}, **changes}


def refusal(of: object) -> str:
    """What is said of a case that cannot be."""
    with pytest.raises(CaseRefused) as caught:
        with_offers(of)
    return str(caught.value)


def test_a_case_comes_back_with_its_offers() -> None:
    answer = with_offers(CASE)
    assert {key: answer[key] for key in CASE} == CASE
    assert set(answer) == {*CASE, "offers", "rejected"}
    first = answer["offers"][0]
    assert {"kind", "instalments", "total_cost", "lender_value", "burden", "reasons"} <= set(first)
    assert first["kind"] == "spread-arrears"


def test_amounts_are_text_and_sum_to_the_total_cost() -> None:
    for offer in with_offers(CASE)["offers"]:
        assert sum(Decimal(line["due"]) for line in offer["instalments"]) == Decimal(offer["total_cost"])
        for line in offer["instalments"]:
            parts = sum(Decimal(line[part]) for part in ("principal", "interest", "fee", "penalty"))
            assert parts == Decimal(line["due"]) == Decimal(line["total"])
        assert offer["instalments"][-1]["balance"] == "0.0"


def test_amounts_may_be_numbers() -> None:
    numbers = case({"principal": 24000, "annual_rate_percent": 12}, income_monthly=10000)
    assert with_offers(numbers)["offers"] == with_offers(CASE)["offers"]


def test_reasons_come_in_both_languages() -> None:
    (reason, *_) = with_offers(CASE)["offers"][0]["reasons"]
    assert reason["words"]["en"].startswith("What is overdue, 3,439.28 CNY, is spread over the next")
    assert "逾期的 3,439.28 CNY" in reason["words"]["zh-CN"]


def test_rejected_kinds_tell_the_rule_and_how_near_they_came() -> None:
    (rejection, *_) = with_offers(case(income_monthly="1500"))["rejected"]
    assert (rejection["kind"], rejection["rule"]) == ("spread-arrears", "affordability-share")
    assert rejection["limit"] == "750.0"
    assert Decimal(rejection["nearest"]) > 1000


def test_without_overdue_it_is_what_fell_due_and_was_not_paid() -> None:
    loan = {key: value for key, value in LOAN.items() if key != "overdue"}
    told = with_offers({**CASE, "loan": {**loan, "overdue": {"principal": "2861.92", "interest": "527.36"}}})
    assert with_offers({**CASE, "loan": loan})["offers"] == told["offers"]


def test_no_income_goes_by_observed_payments() -> None:
    seen = [{"on": "2024-07-10", "amount": "800"}, {"on": "2024-06-10", "amount": "800"}]
    offers = with_offers(case(income_monthly=None, observed_payments=seen))["offers"]
    assert offers
    assert all(Decimal(line["due"]) <= 800 for offer in offers for line in offer["instalments"])


def test_a_policy_of_a_case_replaces_what_it_names() -> None:
    found = policy_of({"loss_limit_percent": 5, "grids": {"extend-term": {"extension_months": [4]}}})
    assert found.version == "default-1+case"
    assert found.loss_limit_percent == 5
    assert found.grids.extend_term.extension_months == (4,)
    assert found.grids.settlement == policy_of(None).grids.settlement


def test_a_policy_of_a_case_can_name_its_version() -> None:
    offers = with_offers(case(policy={"version": "own-3", "allowed_kinds": ["extend-term"]}))["offers"]
    assert [(offer["kind"], offer["policy_version"]) for offer in offers] == [("extend-term", "own-3")]


def test_earlier_answers_are_worked_out_anew() -> None:
    assert with_offers(with_offers(CASE)) == with_offers(CASE)


REFUSED: list[tuple[dict[str, Any], str]] = [
    (case(income_monthly="-1"), 'income_monthly "-1": must not be negative'),
    (case(income_monthly="1.001"), "income_monthly \"1.001\": '1.001' has more than the 2 decimals of CNY"),
    (case(other_obligations_monthly=-5), "other_obligations_monthly -5: must not be negative"),
    (case({"overdue": {"principal": "20000"}}), 'loan.overdue.principal "20000": is above the principal outstanding'),
    (case({"overdue": {"principal": "12000"}}), 'loan.overdue.principal "12000": is more than what has fallen due'),
    (case({"overdue": {"tax": "1"}}), "loan.overdue.tax: is no key of a case"),
    (case({"overdue": {"fee": "-1"}}), 'loan.overdue.fee "-1": must not be negative'),
    (case({"paid": {"principal": "24000"}, "overdue": None}), 'loan.paid.principal "24000": is settled'),
    (case({"paid": {"principal": "24001"}}), 'loan.paid.principal "24001": is above the principal of the loan'),
    (case({"as_of": "2024-01-09"}), 'loan.as_of "2024-01-09": is before disbursal on 2024-01-10'),
    (case({"as_of": "soon"}), 'loan.as_of "soon": is no date such as 2024-01-31'),
    (case({"principal": "0"}), 'loan.principal "0": must be above zero'),
    (case({"currency": "XXX"}), 'loan.currency "XXX": is unknown'),
    (case({"method": "balloon"}), 'loan.method "balloon": is unknown'),
    (case({"number_of_instalments": 0}), "loan.number_of_instalments 0: must be at least 1"),
    (case({"rate": 1}), "loan.rate: is no key of a case"),
    (case(relief="lottery"),
     "relief \"lottery\": Input should be 'illness', 'job-loss', 'disaster', 'family' or 'none'"),
    (case(mood="good"), "mood: is no key of a case"),
    (case(probability_of_default="1.2"), 'probability_of_default "1.2": Input should be less than or equal to 1'),
    (case(observed_payments=[{"on": "2025-01-01", "amount": "1"}]),
     'observed_payments[0].on "2025-01-01": is after as_of 2024-10-20'),
    (case(policy={"speed": 1}), "policy.speed 1: is no field of an offer policy"),
    (case(policy={"allowed_kinds": ["gift"]}), "policy.allowed_kinds[0] \"gift\": Input should be 'spread-arrears'"),
    (case(policy={"grids": {"gift": {}}}), "policy.grids.gift {}: is no field of an offer policy"),
    (case(policy={"grids": {"seasonal": {"seasons": []}}}),
     "policy.grids.seasonal.seasons []: there must be at least one value"),
    (case(policy={"loss_limit_percent": 101}), "policy.loss_limit_percent 101: Input should be less than or equal"),
    (case(policy={"expiry_days": 40}), "policy.expiry_days 40: must be below minimum_days_to_first_due, 15"),
    (case(policy={"recovery": []}), "policy.recovery []: must begin with from_days_past_due 0"),
    (case(policy=[]), "policy []: "),
    (case({"first_due_on": "9999-12-01"}), "loan.every"),
]  # fmt: skip


@pytest.mark.parametrize(("faulty", "message"), REFUSED)
def test_a_case_that_cannot_be_is_refused_by_key_value_and_reason(faulty: dict[str, Any], message: str) -> None:
    assert refusal(faulty).startswith(message)


def test_a_case_without_a_loan_or_that_is_no_object_is_refused() -> None:
    assert refusal({"income_monthly": 1}) == "loan: is missing"
    assert refusal(5) == "a case must be an object, not 5"


def test_every_fault_of_a_case_is_told() -> None:
    told = refusal(case({"as_of": "soon"}, income_monthly="-1", relief="x"))
    assert all(key in told for key in ("loan.as_of", "income_monthly", "relief"))


def test_the_example_of_the_manual_is_what_the_engine_answers() -> None:
    manual = (Path(__file__).parents[3] / "docs" / "offers.md").read_text(encoding="utf-8")
    (example,) = json.loads(manual.partition("```json\n")[2].partition("```")[0])
    first = with_offers(example)["offers"][0]
    assert (first["kind"], len(first["instalments"])) == ("spread-arrears", 17)
    assert max(Decimal(line["due"]) for line in first["instalments"]) == Decimal("1237.28")
    assert (first["lender_value"], first["burden"]) == ("17712.13", 0.0739)
