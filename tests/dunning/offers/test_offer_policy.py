"""The offer policy as a document: the shipped one, and what is refused with source, line and path."""

import pytest

from services.dunning.offers.offer_policy import (
    amount_in,
    default_offer_policy,
    default_policy_text,
    parse_offer_policy,
    with_overrides,
)
from services.yaml_documents import DocumentError
from tests.dunning.offers.loans import policy


def test_the_shipped_policy_is_valid_and_has_a_version() -> None:
    assert default_offer_policy().version == "default-1"


def test_a_document_may_leave_out_whatever_has_a_default() -> None:
    text = """
version: own-1
affordability_share_percent: 40
minimum_living_amount_minor: 100000
maximum_term_months: 120
maximum_extension_months: 12
loss_limit_percent: 12.5
discount_rate_percent: 4.35
recovery: [{from_days_past_due: 0, percent: 50, months: 12}]
"""
    parsed = parse_offer_policy(text, "own.yaml")
    assert str(parsed.discount_rate_percent) == "4.35"
    assert parsed.cost_cap_percent is None


def test_an_amount_by_currency_is_nothing_for_currencies_left_out() -> None:
    amounts = policy(minimum_instalment_minor={"CNY": 5}).minimum_instalment_minor
    assert (amount_in(amounts, "CNY"), amount_in(amounts, "KES")) == (5, 0)


def test_one_figure_holds_for_any_currency() -> None:
    amounts = policy(minimum_instalment_minor=7).minimum_instalment_minor
    assert (amount_in(amounts, "CNY"), amount_in(amounts, "KES")) == (7, 7)


def test_decimals_may_be_text() -> None:
    assert str(policy(loss_limit_percent="12.5").loss_limit_percent) == "12.5"


def test_recovery_goes_by_the_latest_day_reached() -> None:
    found = [policy().recovery_at(days).percent for days in (0, 30, 31, 90, 91, 4000)]
    assert found == [80, 80, 60, 45, 30, 30]


def test_overrides_merge_objects_and_replace_lists() -> None:
    merged = with_overrides({"a": {"b": 1, "c": [1, 2]}, "d": 4}, {"a": {"c": [3]}, "e": 5})
    assert merged == {"a": {"b": 1, "c": [3]}, "d": 4, "e": 5}


REFUSED = [
    ("loss_limit_percent: 30", "loss_limit_percent: 130",
     "loss_limit_percent: Input should be less than or equal to 100"),
    ("loss_limit_percent: 30", "loss_limit_percent: -1",
     "loss_limit_percent: Input should be greater than or equal to 0"),
    ("expiry_days: 14", "expiry_days: -2", "expiry_days: Input should be greater than or equal to 1"),
    ("expiry_days: 14", "expiry_days: 15", "expiry_days: must be below minimum_days_to_first_due, 15"),
    ("number_of_offers: 3", "number_of_offers: 4", "number_of_offers: Input should be less than or equal to 3"),
    ("version: default-1", "unknown: 1\nversion: default-1", "unknown: unknown key"),
    ("  spread-arrears: {instalments: [2, 3, 4, 6, 9, 12]}", "  spread-arrears: {instalments: []}",
     "grids.spread-arrears.instalments: there must be at least one value"),
    ("  spread-arrears: {instalments: [2, 3, 4, 6, 9, 12]}", "  spread-arrears: {instalments: [2, 2]}",
     "grids.spread-arrears.instalments[1]: 2 is given twice"),
    ("seasons: [[6, 7, 8], [9, 10, 11]]", "seasons: [[6, 13]]",
     "grids.seasonal.seasons[0][1]: Input should be less than or equal to 12"),
    ("settlement: {percents: [75,", "settlement: {percents: [0,",
     "grids.settlement.percents[0]: Input should be greater than 0"),
    ("allowed_kinds: [spread-arrears,", "allowed_kinds: [gift,", "allowed_kinds[0]: Input should be 'spread-arrears'"),
    ("allowed_kinds: [spread-arrears,", "allowed_kinds: [extend-term,", "allowed_kinds[1]: extend-term is given twice"),
    ("{from_days_past_due: 0,", "{from_days_past_due: 1,", "recovery: must begin with from_days_past_due 0"),
    ("{from_days_past_due: 61,", "{from_days_past_due: 31,", "recovery[2].from_days_past_due: must ascend"),
    ("burden: {heaviest_month_percent: 60,", "burden: {heaviest_month_percent: 61,",
     "burden: the weights must sum to 100, not 101"),
    ("{CNY: 5000, USD", "{XXX: 5000, USD", "minimum_instalment_minor.XXX: is no known currency"),
    ("{CNY: 5000, USD", "{CNY: -1, USD", "minimum_instalment_minor.CNY: Input should be greater than or equal to 0"),
    ("expiry_days: 14", "expiry_days: -14", "expiry_days: Input should be greater than or equal to 1"),
]  # fmt: skip


@pytest.mark.parametrize(("shipped", "written", "message"), REFUSED)
def test_a_faulty_policy_is_refused_with_line_and_path(shipped: str, written: str, message: str) -> None:
    text = default_policy_text()
    assert shipped in text
    faulty = text.replace(shipped, written, 1)
    with pytest.raises(DocumentError) as caught:
        parse_offer_policy(faulty, "own.yaml")
    (problem, *_) = caught.value.problems
    assert f"{problem.path}: {problem.message}".startswith(message)
    line = faulty.splitlines()[problem.line - 1]
    assert problem.path.partition("[")[0].rpartition(".")[2].split("[")[0] in line or "from_days_past_due" in line
    assert str(problem).startswith("own.yaml:")


def test_a_policy_without_version_is_refused() -> None:
    with pytest.raises(DocumentError, match="version: missing"):
        parse_offer_policy(default_policy_text().replace("version: default-1", ""), "own.yaml")
