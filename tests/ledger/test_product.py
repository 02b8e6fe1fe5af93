"""Products: what their documents may say, and the terms that a disbursal has under them."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from schemas.lending import LoanDisbursed
from services.ledger.product import Product
from services.ledger.product_catalogue import (
    STANDARD,
    UnknownProduct,
    load_products,
    parse_product,
    shipped_products,
)
from services.schedules.schedule import InvalidTerms
from services.yaml_documents import DocumentError
from tests.schedules.terms_builders import terms

SHIPPED = shipped_products()
CONSUMER = SHIPPED.named("cn-consumer@1")
MICRO = SHIPPED.named("cn-micro-enterprise@1")
MINIMAL = """\
id: own
version: "2"
"""


def disbursal(**changes: Any) -> LoanDisbursed:
    """1,000.00 CNY at 12 % over twelve instalments, disbursed on 10 January 2024."""
    fields: dict[str, Any] = {
        "borrower_id": "B-1",
        "loan_id": "L-1",
        "principal_minor": 100_000,
        "currency": "CNY",
        "annual_rate_percent": Decimal(12),
        "number_of_instalments": 12,
        "disbursed_on": date(2024, 1, 10),
    }
    return LoanDisbursed(**{**fields, **changes})


def refusal(product: Product, event: LoanDisbursed) -> InvalidTerms:
    """How the product refuses a disbursal."""
    with pytest.raises(InvalidTerms) as caught:
        product.resolve(event)
    return caught.value


def problems(text: str) -> list[str]:
    """The faults of a document."""
    with pytest.raises(DocumentError) as caught:
        parse_product(text, "own.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_three_products_are_shipped() -> None:
    assert [product.reference for product in SHIPPED] == ["cn-consumer@1", "cn-micro-enterprise@1", STANDARD]


def test_the_standard_product_charges_nothing_for_lateness() -> None:
    standard = SHIPPED.named(None)
    assert standard == parse_product("id: standard\nversion: '1'\n", "standard.yaml")
    assert (standard.penalty, standard.late_fee, standard.total_cost_cap) == (None, None, None)
    assert standard.announce_days_ahead == (3, 0)


def test_a_disbursal_without_product_has_the_terms_it_gives() -> None:
    event = disbursal(method="flat", every_count=2, every_unit="weeks", due_day_of_month=None, balloon_minor=5_000)
    resolved = SHIPPED.named(event.product).resolve(event)
    assert (resolved.method, resolved.every, resolved.balloon_minor) == ("flat", (2, "weeks"), 5_000)
    assert resolved.country is None


def test_the_product_decides_what_a_disbursal_leaves_out() -> None:
    resolved = MICRO.resolve(disbursal(product=MICRO.reference))
    assert (resolved.method, resolved.day_count, resolved.due_day_of_month) == ("interest_only", "ACT/360", 20)
    assert (resolved.country, resolved.non_working_days) == ("CN", "after")


def test_what_a_disbursal_gives_overrides_the_product() -> None:
    event = disbursal(product=MICRO.reference, method="equal_instalment", day_count="30/360", due_day_of_month=5)
    resolved = MICRO.resolve(event)
    assert (resolved.method, resolved.day_count, resolved.due_day_of_month) == ("equal_instalment", "30/360", 5)


def test_a_disbursal_read_again_from_its_own_text_has_the_same_terms() -> None:
    event = disbursal(product=MICRO.reference)
    again = LoanDisbursed.model_validate_json(event.model_dump_json())
    assert MICRO.resolve(again) == MICRO.resolve(event)


def test_limits_and_currency_are_checked() -> None:
    product = CONSUMER.reference
    assert refusal(CONSUMER, disbursal(product=product, principal_minor=9_999)).field == "principal_minor"
    assert refusal(CONSUMER, disbursal(product=product, number_of_instalments=61)).field == "number_of_instalments"
    assert str(refusal(CONSUMER, disbursal(product=product, currency="EUR"))) == (
        "currency 'EUR': is not the product's currency CNY"
    )


def test_a_loan_at_the_cap_is_made_and_above_it_refused() -> None:
    assert CONSUMER.resolve(disbursal(product=CONSUMER.reference, annual_rate_percent=Decimal(24)))
    error = refusal(CONSUMER, disbursal(product=CONSUMER.reference, annual_rate_percent=Decimal("24.5")))
    assert (error.field, error.value) == ("annual_rate_percent", Decimal("24.5"))
    assert error.reason == "makes the loan cost 24.50 % a year, above the cap of 24 % on 2024-01-10"


def test_a_flat_rate_is_measured_by_what_it_costs() -> None:
    event = disbursal(product=CONSUMER.reference, method="flat", annual_rate_percent=Decimal(15))
    assert refusal(CONSUMER, event).field == "annual_rate_percent"


def test_four_times_the_loan_prime_rate_of_the_day_is_the_cap() -> None:
    # 4 x 3.45 % on 10 January 2024, 4 x 3.00 % on 10 June 2025; days over 360 cost 365/360 of the rate.
    assert MICRO.cost_cap_percent(date(2024, 1, 10)) == Decimal("13.80")
    assert MICRO.resolve(disbursal(product=MICRO.reference, annual_rate_percent=Decimal("13.5")))
    later = disbursal(product=MICRO.reference, annual_rate_percent=Decimal("13.5"), disbursed_on=date(2025, 6, 10))
    assert refusal(MICRO, later).reason == "makes the loan cost 13.69 % a year, above the cap of 12 % on 2025-06-10"


def test_without_a_loan_prime_rate_there_is_no_loan() -> None:
    early = disbursal(product=MICRO.reference, disbursed_on=date(2019, 1, 10))
    assert refusal(MICRO, early).field == "disbursed_on"


def test_the_penalty_rate_is_a_multiple_of_the_contracts() -> None:
    assert CONSUMER.penalty is not None
    assert CONSUMER.penalty.annual_rate_percent_for(Decimal(12)) == 18


def test_a_kind_of_transaction_without_its_own_order_is_a_payment() -> None:
    assert MICRO.allocation.order_of("refund").due[0] == "principal"
    assert MICRO.allocation.order_of("chargeback") == MICRO.allocation.payment


def test_defaults_make_a_small_document_a_product() -> None:
    own = parse_product(MINIMAL, "own.yaml")
    assert own.reference == "own@2"
    assert own.terms_with({name: getattr(terms(), name) for name in ("principal_minor", "currency",
        "annual_rate_percent", "number_of_instalments", "disbursed_on")}) == terms()  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("penalties: null", "own.yaml:3 penalties: unknown key"),
        ("schedule: {method: balloon}", "own.yaml:3 schedule.method: Input should be 'equal_instalment', "),
        ("schedule:\n  every: [0, months]", "own.yaml:4 schedule.every[0]: Input should be greater than or equal to 1"),
        ("schedule:\n  country: XX", "own.yaml:4 schedule.country: no calendar of holidays for 'XX'"),
        ("schedule:\n  non_working_days: after", "own.yaml:4 schedule.non_working_days: needs a country"),
        (
            "allocation:\n  payment:\n    due: [fee, interest, principal]",
            "own.yaml:5 allocation.payment.due: must name each of penalty, fee, interest, principal once",
        ),
        ("penalty: {base: principal}", "own.yaml:3 penalty: must have either annual_rate_percent or"),
        (
            "penalty: {base: principal, annual_rate_percent: 18, multiple_of_contract_rate: 1.5}",
            "own.yaml:3 penalty: must have either annual_rate_percent or",
        ),
        ("late_fee: {minimum_minor: 1}", "own.yaml:3 late_fee: must have either flat_minor or percent_of_overdue"),
        (
            "late_fee: {percent_of_overdue: 5, minimum_minor: 10, maximum_minor: 9}",
            "own.yaml:3 late_fee.maximum_minor: must not be below minimum_minor",
        ),
        ("total_cost_cap: {}", "own.yaml:3 total_cost_cap: must have either annual_rate_percent or multiple_of_lpr"),
        ("announce_days_ahead: [0, 3]", "own.yaml:3 announce_days_ahead: must descend, each day once"),
        (
            "limits:\n  minimum_instalments: 12\n  maximum_instalments: 6",
            "own.yaml:5 limits.maximum_instalments: must not be below minimum_instalments",
        ),
        ("id: other", "own.yaml:3 id: the key is given twice"),
    ],
)
def test_a_fault_of_a_document_is_told_with_its_line_and_path(text: str, problem: str) -> None:
    assert [found.startswith(problem) for found in problems(MINIMAL + text)] == [True], problems(MINIMAL + text)


def test_a_folder_adds_products_to_those_shipped(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(MINIMAL, encoding="utf-8")
    catalogue = load_products(tmp_path)
    assert catalogue.product("own", "2").reference == "own@2"
    assert catalogue.named(None).reference == STANDARD


def test_a_version_may_exist_only_once(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(MINIMAL, encoding="utf-8")
    (tmp_path / "same.yaml").write_text(MINIMAL, encoding="utf-8")
    with pytest.raises(DocumentError, match=r"same\.yaml:1 id: own@2 is already the product of .*own\.yaml"):
        load_products(tmp_path)


def test_an_unknown_product_is_told_with_those_known() -> None:
    with pytest.raises(UnknownProduct, match="no product 'own@2'; known are cn-consumer@1"):
        SHIPPED.product("own", "2")
