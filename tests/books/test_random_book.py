"""A book to which all kinds of events came in any order, between closes, equals its replay."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from schemas.dunning import InterestResumed, InterestStopped, RestructureAgreed, RestructureUndone
from schemas.lending import LoanDisbursed
from schemas.payments import PaymentCaptured, PaymentChargedBack, PaymentReversed, RefundPaid
from schemas.values import EventData
from services.ledger import journal_store
from services.ledger.verification_walk import VerificationScope, verified_pages
from tests.books.scene import ledger_in_process

BEGIN, END = date(2024, 1, 1), date(2024, 10, 31)
PRODUCTS = (("standard@1", "EUR"), ("cn-consumer@1", "CNY"), ("cn-micro-enterprise@1", "CNY"))


class RandomLoan:
    """A loan and its events to come."""

    def __init__(self, number: int, random: Random) -> None:
        self.random = random
        product, self.currency = random.choice(PRODUCTS)
        self.ids: dict[str, Any] = {"borrower_id": f"B-{number // 2}", "loan_id": f"L-{number}"}
        self.disbursed_on = BEGIN + timedelta(days=random.randint(0, 40))
        self.principal_minor = random.randint(20_000, 900_000)
        self.disbursed = LoanDisbursed(
            **self.ids, principal_minor=self.principal_minor, currency=self.currency, annual_rate_percent=Decimal(12),
            number_of_instalments=random.randint(2, 8), disbursed_on=self.disbursed_on, product=product,
        )  # fmt: skip
        self.payments: list[PaymentCaptured] = []
        self.restructured = 0
        self.stopped: list[InterestStopped] = []

    def event(self, today: date, number: int) -> EventData:
        """Something that may come on a day; much of it counts earlier, some of it will be refused."""
        name = f"{self.ids['loan_id']}-{number}"
        earliest = max(self.disbursed_on, today - timedelta(days=self.random.choice((0, 0, 0, 3, 40))))
        on = min(today, earliest)
        kind = self.random.random()
        if kind < 0.1 and self.payments:
            gone = self.random.choice(self.payments)
            return PaymentReversed(**self.ids, payment_id=gone.payment_id, reversed_on=today)
        if kind < 0.17 and self.payments:
            gone = self.random.choice(self.payments)
            amount_minor = self.random.randint(1, gone.amount_minor)
            return PaymentChargedBack(**self.ids, payment_id=gone.payment_id, chargeback_id=name,
                                      amount_minor=amount_minor, charged_back_on=max(on, gone.value_date))  # fmt: skip
        if kind < 0.22:
            return RefundPaid(**self.ids, refund_id=name, amount_minor=self.random.randint(1, 500), paid_on=on)
        if kind < 0.26:
            self.restructured = number
            return RestructureAgreed(**self.ids, restructuring_id=name, agreed_on=on,
                                     number_of_instalments=self.random.randint(1, 6),
                                     first_due_on=on + timedelta(days=self.random.randint(1, 60)))  # fmt: skip
        if kind < 0.28 and self.restructured:
            return RestructureUndone(**self.ids, restructuring_id=f"{self.ids['loan_id']}-{self.restructured}",
                                     undone_on=today)  # fmt: skip
        if kind < 0.36:
            return self._stop(name, on)
        if kind < 0.42 and self.stopped:
            stop = self.random.choice(self.stopped)
            resumed_on = stop.from_on + timedelta(days=self.random.randint(-3, 50))
            return InterestResumed(**self.ids, stop_id=stop.stop_id, resumed_on=resumed_on)
        amount_minor = self.random.choice((self.principal_minor // 6, self.random.randint(1, self.principal_minor)))
        payment = PaymentCaptured(**self.ids, payment_id=name, amount_minor=amount_minor, currency=self.currency,
                                  value_date=on)  # fmt: skip
        self.payments.append(payment)
        return payment

    def _stop(self, name: str, on: date) -> InterestStopped:
        """Penalties stop for a while or without an end, from a day past, today, or later."""
        from_on = on + timedelta(days=self.random.choice((0, 0, 10)))
        to_on = self.random.choice((None, from_on + timedelta(days=self.random.randint(0, 60))))
        self.stopped.append(InterestStopped(**self.ids, stop_id=name, from_on=from_on, to_on=to_on))
        return self.stopped[-1]


def days_of_events(loans: list[RandomLoan], random: Random) -> Iterator[tuple[date, list[EventData]]]:
    """Business dates some days apart, each with what comes before it is closed."""
    today, number = BEGIN + timedelta(days=41), 0
    while today < END:
        events = []
        for loan in random.sample(loans, len(loans) // 3):
            number += 1
            events.append(loan.event(today, number))
        yield today, events
        today += timedelta(days=random.randint(1, 12))


@pytest.mark.parametrize("seed", range(2))
async def test_a_random_book_equals_its_replay(fresh_database: str, seed: int) -> None:
    random = Random(seed)
    loans = [RandomLoan(number, random) for number in range(40)]
    async with ledger_in_process(fresh_database) as scene:
        await scene.tell(*(loan.disbursed for loan in loans), may_be_refused=True)
        for today, events in days_of_events(loans, random):
            for topic in ("payments.events", "dunning.events"):
                told = [event for event in events if event.topic == topic]
                for start in range(0, len(told), 5):
                    await scene.tell(*told[start : start + 5], may_be_refused=True)
            if random.random() < 0.7:
                await scene.complete(today)
        await scene.complete(END)
        async with scene.connected() as connection, journal_store.snapshot(connection):
            pages = [page async for page in verified_pages(connection, "default", VerificationScope())]
    assert [one for page in pages for one in page.differences] == []
    assert sum(page.payments for page in pages) > 200
    assert sum(page.facts for page in pages) > 20
