"""Penalties stand still while a hold stops interest: dunning's events in, and on a real PostgreSQL the books out."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from schemas.dunning import InterestResumed, InterestStopped
from schemas.examples import EXAMPLES
from schemas.lending import LoanDisbursed
from schemas.payments import PaymentCaptured
from schemas.values import EventData
from services.ledger import journal_store
from services.ledger.booked import Selection
from services.ledger.chart_of_accounts import CHART
from services.ledger.journal import AccountCode
from services.ledger.verification_walk import VerificationScope, verified_pages
from tests.books.scene import LedgerInProcess, ledger_in_process

PRODUCT = """
id: punishing
version: "1"
schedule: {method: equal_principal, day_count: 30/360, every: [1, months]}
allocation:
  by: instalment_first
  payment: {due: [penalty, fee, interest, principal], in_advance: [penalty, fee, interest, principal]}
penalty: {base: principal, annual_rate_percent: 36, day_count_days: 360}
late_fee: {flat_minor: 1500, after_days: 5}
early_repayment: pay_ahead
charge_off_after_days: 100
"""
"""An instalment of 20,000 that is overdue costs 20 a day, and 1,500 on its sixth day; after 100 days it is lost."""
FEBRUARY_ENDS = date(2024, 2, 29)


@pytest.fixture
async def scene(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LedgerInProcess]:  # fmt: skip
    (tmp_path / "punishing.yaml").write_text(PRODUCT)
    monkeypatch.setenv("AMENDS_LEDGER_PRODUCTS_DIR", str(tmp_path))
    async with ledger_in_process(fresh_database) as ledger:
        yield ledger


def disbursed(number: int = 1, **changes: Any) -> LoanDisbursed:
    """600.00 without interest over three months, due first on 10 February 2024."""
    fields: dict[str, Any] = {
        **ids(number), "principal_minor": 60_000, "currency": "EUR", "annual_rate_percent": Decimal(0),
        "number_of_instalments": 3, "disbursed_on": date(2024, 1, 10), "product": "punishing@1",
    }  # fmt: skip
    return LoanDisbursed(**fields | changes)


def ids(number: int) -> dict[str, Any]:
    return {"borrower_id": f"B-{number}", "loan_id": f"L-{number}"}


def stop(from_on: date, to_on: date | None = None, name: str = "H", number: int = 1) -> InterestStopped:
    return InterestStopped(**ids(number), stop_id=f"{name}:L-{number}", from_on=from_on, to_on=to_on)


def end(resumed_on: date, name: str = "H", number: int = 1) -> InterestResumed:
    return InterestResumed(**ids(number), stop_id=f"{name}:L-{number}", resumed_on=resumed_on)


def payment(on: date, amount_minor: int, number: int = 1) -> PaymentCaptured:
    return PaymentCaptured(
        **ids(number), payment_id=f"P-{number}-{on}", amount_minor=amount_minor, currency="EUR", value_date=on
    )


async def earned(scene: LedgerInProcess, loan_id: str | None = None) -> tuple[int, int]:
    """Income from penalties and from fees."""
    balances = await balances_of(scene, loan_id)
    return balances.get(AccountCode.PENALTY_INCOME, 0), balances.get(AccountCode.FEE_INCOME, 0)


async def balances_of(scene: LedgerInProcess, loan_id: str | None = None) -> dict[AccountCode, int]:
    """The trial balance, on each account's own side, without those at zero."""
    async with scene.connected() as connection:
        rows = await journal_store.trial_balance(connection, Selection(loan_id=loan_id))
    assert sum(row.debits_minor - row.credits_minor for row in rows) == 0
    found = {row.account: CHART[row.account].balance_minor(row.debits_minor, row.credits_minor) for row in rows}
    return {account: amount_minor for account, amount_minor in found.items() if amount_minor}


async def differences(scene: LedgerInProcess) -> list[object]:
    """What `amends ledger verify` finds."""
    async with scene.connected() as connection, journal_store.snapshot(connection):
        pages = [page async for page in verified_pages(connection, "default", VerificationScope())]
    assert sum(page.loans for page in pages) > 0
    return [one for page in pages for one in page.differences]


async def refused(scene: LedgerInProcess) -> list[tuple[str, str]]:
    rows = await scene.pool.fetch("select code, field from dead_letter order by partition, record_offset")
    return [tuple(row) for row in rows]


async def told(scene: LedgerInProcess, event: str) -> list[dict[str, Any]]:
    """The data of all events of a type, in order."""
    rows = await scene.pool.fetch(
        "select value from outbox where event_type = $1 order by id", f"amends.ledger.{event}.v1"
    )
    return [json.loads(row[0]) for row in rows]


async def test_what_accrued_since_a_hold_began_is_taken_back(scene: LedgerInProcess) -> None:
    await scene.tell(disbursed())
    await scene.complete(FEBRUARY_ENDS)
    assert await earned(scene) == (380, 1_500)
    await scene.tell(stop(date(2024, 2, 15)))
    assert await earned(scene) == (80, 0)
    assert await differences(scene) == []


async def test_the_stop_and_what_is_owed_with_it_are_told(scene: LedgerInProcess) -> None:
    await scene.tell(disbursed())
    await scene.complete(FEBRUARY_ENDS)
    await scene.tell(stop(date(2024, 2, 15)), end(date(2024, 2, 25)))
    told_last = (await told(scene, "standing-changed"))[-2:]
    assert [one["reason"] for one in told_last] == ["penalties-stopped", "penalties-resumed"]
    overdue = [one["standing"]["overdue"] for one in told_last]
    assert [(one["penalty_minor"], one["fee_minor"]) for one in overdue] == [(80, 0), (180, 0)]


async def test_penalties_count_again_from_the_day_they_are_resumed(scene: LedgerInProcess) -> None:
    await scene.tell(disbursed())
    await scene.tell(stop(date(2024, 2, 15)))
    await scene.complete(FEBRUARY_ENDS)
    assert await earned(scene) == (80, 0)
    await scene.tell(end(date(2024, 2, 25)))
    assert await earned(scene) == (180, 0)
    await scene.complete(date(2024, 3, 31))
    # 9 + 31 days of the first instalment, 21 of the second and its fee of 16 March.
    assert await earned(scene) == (800 + 420, 1_500)
    assert await differences(scene) == []


async def test_what_was_paid_of_penalties_pays_what_is_due(scene: LedgerInProcess) -> None:
    await scene.tell(disbursed())
    await scene.tell(payment(FEBRUARY_ENDS, 21_880))
    await scene.complete(date(2024, 3, 9))
    await scene.tell(stop(date(2024, 2, 11), FEBRUARY_ENDS))
    split = (await told(scene, "payment-received"))[-1]["allocation"]
    assert (split["penalty_minor"], split["fee_minor"], split["principal_minor"]) == (0, 0, 21_880)
    assert await balances_of(scene) == {AccountCode.CASH: 21_880 - 60_000, AccountCode.PRINCIPAL_RECEIVABLE: 38_120}
    assert await differences(scene) == []


async def test_stops_of_several_holds_and_one_told_twice_count_once(scene: LedgerInProcess) -> None:
    await scene.tell(disbursed())
    await scene.complete(FEBRUARY_ENDS)
    await scene.tell(
        stop(date(2024, 2, 13), date(2024, 2, 20), "A"), stop(date(2024, 2, 18), date(2024, 2, 24), "B"),
        stop(date(2024, 2, 13), date(2024, 2, 20), "A"),
    )  # fmt: skip
    assert await earned(scene) == (7 * 20, 0)
    await scene.tell(end(date(2024, 2, 15), "A"), end(date(2024, 2, 15), "A"))
    assert await earned(scene) == (10 * 20, 1_500)
    assert await scene.pool.fetchval("select count(*) from fact") == 3
    assert await differences(scene) == []


async def test_any_order_of_arrival_ends_in_the_same_books(scene: LedgerInProcess) -> None:
    def happened(number: int) -> list[Sequence[EventData]]:
        return [
            [payment(date(2024, 2, 22), 9_000, number)],
            [stop(date(2024, 2, 12), None, "A", number), end(date(2024, 2, 20), "A", number)],
            [stop(date(2024, 2, 18), date(2024, 2, 25), "B", number)],
        ]

    orders = list(permutations(range(3)))
    await scene.tell(*(disbursed(number) for number, _ in enumerate(orders)))
    for place, day in enumerate((date(2024, 2, 14), date(2024, 2, 23), date(2024, 3, 20))):
        for number, order in enumerate(orders):
            await scene.tell(*happened(number)[order[place]])
        await scene.complete(day)
    books = [await balances_of(scene, f"L-{number}") for number, _ in enumerate(orders)]
    assert books == [books[0]] * len(orders)
    assert books[0][AccountCode.FEE_INCOME] == 1_500  # 16 March; the fee of 16 February fell on a stopped day.
    assert await differences(scene) == []


async def test_a_loan_settled_or_given_up_stays_so(scene: LedgerInProcess) -> None:
    await scene.tell(disbursed(1), disbursed(2))
    await scene.tell(payment(date(2024, 2, 10), 60_000, 1))
    await scene.complete(date(2024, 5, 31))
    before = [await balances_of(scene, f"L-{number}") for number in (1, 2)]
    await scene.tell(stop(date(2024, 6, 1), number=1), stop(date(2024, 6, 1), number=2))
    assert [await balances_of(scene, f"L-{number}") for number in (1, 2)] == before
    statuses = await scene.pool.fetch("select status::text from loan order by loan_id")
    assert [row[0] for row in statuses] == ["settled", "written_off"]
    assert await differences(scene) == []


async def test_what_was_given_up_is_less_by_what_a_stop_takes_back(scene: LedgerInProcess) -> None:
    await scene.tell(disbursed())
    await scene.complete(date(2024, 5, 31))
    lost_minor = (await balances_of(scene))[AccountCode.WRITE_OFF]
    await scene.tell(stop(date(2024, 2, 11), date(2024, 2, 20)))
    assert (await balances_of(scene))[AccountCode.WRITE_OFF] == lost_minor - 10 * 20 - 1_500
    assert await differences(scene) == []


async def test_a_stop_of_no_known_loan_and_an_end_of_no_known_stop_are_dead_letters(scene: LedgerInProcess) -> None:
    await scene.tell(disbursed())
    await scene.tell(
        stop(date(2024, 2, 1), number=2), end(date(2024, 2, 1)), stop(date(2024, 2, 2), date(2024, 2, 1)),
        may_be_refused=True,
    )  # fmt: skip
    assert await refused(scene) == [("unknown-loan", "loan_id"), ("unknown-stop", "stop_id"), ("refused", "to_on")]


async def test_a_loan_of_a_product_without_penalties_is_posted_to_as_before(scene: LedgerInProcess) -> None:
    await scene.tell(disbursed(product=None))
    await scene.tell(stop(date(2024, 2, 1)))
    assert await scene.pool.fetchval("select is_plain from loan")
    await scene.tell(payment(date(2024, 2, 20), 30_000))
    await scene.complete(date(2024, 3, 31))
    assert await differences(scene) == []


async def test_the_examples_of_the_contract_stop_penalties_and_resume_them(scene: LedgerInProcess) -> None:
    stopped, resumed = (EXAMPLES[f"amends.dunning.interest-{what}.v1"] for what in ("stopped", "resumed"))
    assert isinstance(stopped, InterestStopped)
    await scene.tell(disbursed().model_copy(update={"borrower_id": stopped.borrower_id, "loan_id": stopped.loan_id}))
    await scene.tell(stopped)
    await scene.tell(resumed)
    await scene.complete(date(2024, 4, 9))
    # 59 days of the first instalment, 30 of the second, both without 20 March to 1 April; both fees fell before.
    assert await earned(scene) == ((59 - 13 + 30 - 13) * 20, 3_000)
    assert await differences(scene) == []
