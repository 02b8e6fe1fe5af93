"""An id tells one payment from another, and one fact of another kind from another; but not a payment from a fact."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from schemas.payments import PaymentChargedBack, PaymentReversed
from services.ledger import journal_store
from services.ledger.booked import Selection
from services.ledger.journal import AccountCode
from tests.books.scene import LedgerInProcess, ledger_in_process
from tests.builders import loan_disbursed, payment_captured

LOAN = loan_disbursed()
IDS: dict[str, Any] = {"borrower_id": LOAN.borrower_id, "loan_id": LOAN.loan_id}
CHARGED_BACK = PaymentChargedBack(
    **IDS, payment_id="P-1", chargeback_id="P-1", amount_minor=4_000, charged_back_on=date(2024, 2, 10)
)


@pytest.fixture
async def scene(fresh_database: str) -> AsyncIterator[LedgerInProcess]:
    async with ledger_in_process(fresh_database) as ledger:
        yield ledger


async def _cash_minor(scene: LedgerInProcess) -> int:
    async with scene.connected() as connection:
        rows = await journal_store.trial_balance(connection, Selection(loan_id=LOAN.loan_id))
    return sum(row.debits_minor - row.credits_minor for row in rows if row.account is AccountCode.CASH)


async def test_a_chargeback_with_the_id_of_its_payment_takes_back_its_own_amount(scene: LedgerInProcess) -> None:
    await scene.tell(LOAN)
    await scene.tell(payment_captured("P-1", amount_minor=10_000))
    await scene.tell(CHARGED_BACK)
    assert await _cash_minor(scene) == -LOAN.principal_minor + 10_000 - 4_000


async def test_the_payment_of_such_a_chargeback_can_be_reversed(scene: LedgerInProcess) -> None:
    await scene.tell(LOAN)
    await scene.tell(payment_captured("P-1", amount_minor=10_000), payment_captured("P-2", amount_minor=5_000))
    await scene.tell(CHARGED_BACK.model_copy(update={"chargeback_id": "P-2"}))
    await scene.tell(PaymentReversed(**IDS, payment_id="P-2", reversed_on=date(2024, 2, 12), reason="bounced"))
    assert await _cash_minor(scene) == -LOAN.principal_minor + 10_000 - 4_000
