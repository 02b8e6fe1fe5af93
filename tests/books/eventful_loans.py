"""Loans to which everything happens that can happen, told to the ledger as services and operators tell it."""

from datetime import date
from decimal import Decimal

from schemas.dunning import InterestResumed, InterestStopped, PrincipalPart, RestructureAgreed, RestructureUndone
from schemas.lending import LoanDisbursed
from schemas.payments import PaymentCaptured, PaymentChargedBack, RefundPaid
from services.ledger import book_store, changes, store
from services.ledger.facts import Charged, DueDateChanged, Fact, Waived, WrittenOff
from services.ledger.handlers import write_bookings
from services.ledger.payments import Bookings
from services.ledger.product_store import ProductStore
from tests.books.scene import LedgerInProcess
from tests.builders import payment_captured, payment_reversed

NAMES = ("plain", "late", "silent", "backdated", "reversed", "charged", "waived", "restructured", "undone", "by-parts",
         "in-grace", "returned", "overpaid", "moved", "lost", "paused", "paused-late")  # fmt: skip
_PARTS = tuple(
    PrincipalPart(due_on=due_on, principal_minor=principal_minor)
    for due_on, principal_minor in (
        (date(2024, 5, 20), 0), (date(2024, 7, 5), 20_000), (date(2024, 8, 5), 20_000), (date(2024, 12, 5), 0),
    )
)  # fmt: skip
"""Interest only in May, then two instalments after the holiday, and the rest in December."""
_MONTH_ENDS = [date(2024, month, day) for month, day in
               ((1, 31), (2, 29), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))]  # fmt: skip


def loan(name: str) -> LoanDisbursed:
    """1,200.00 CNY at 12 percent over six months, lent on 10 January 2024; being late costs something."""
    return LoanDisbursed(
        borrower_id=f"B-{name}", loan_id=f"L-{name}", principal_minor=120_000, currency="CNY",
        annual_rate_percent=Decimal(12), number_of_instalments=6, disbursed_on=date(2024, 1, 10),
        product="cn-consumer@1",
    )  # fmt: skip


async def live_through_everything(scene: LedgerInProcess) -> None:
    """The first nine months of 2024, closed at each month's end."""
    await scene.tell(*(loan(name) for name in NAMES))
    for day in _MONTH_ENDS:
        await _tell_month(scene, day.month)
        await scene.complete(day)


async def _tell_month(scene: LedgerInProcess, month: int) -> None:
    in_time = ("plain", "charged", "waived", "restructured", "undone", "by-parts", "in-grace", "returned", "moved")
    if 2 <= month <= 7:
        await _pay(scene, month, 9, 20_706, *in_time)
    match month:
        case 3:
            await _pay(scene, month, 20, 15_000, "late", "reversed", "lost")
            await _pay(scene, month, 5, 70_000, "overpaid")
            await scene.tell(_stop("paused", "1", date(2024, 3, 5), None),
                             _stop("paused", "2", date(2024, 3, 25), date(2024, 4, 20)))  # fmt: skip
        case 4:
            await _pay(scene, month, 20, 30_000, "late", "reversed", "backdated")
            await _agree_on_new_schedules(scene)
            await _record(scene, "charged", Charged(fact_id="fee-1", on=date(2024, 4, 15), kind="fee", amount_minor=500,
                                                    due_on=date(2024, 4, 20)))  # fmt: skip
        case 5:
            await _pay(scene, 2, 12, 10_000, "backdated")
            await _pay(scene, month, 15, 70_000, "paused", "paused-late")
            await scene.tell(InterestResumed(borrower_id="B-paused", loan_id="L-paused", stop_id="paused:1",
                                             resumed_on=date(2024, 4, 2)))  # fmt: skip
            await scene.tell(payment_reversed(_payment("reversed", 3, 20, 15_000), date(2024, 5, 20)))
            await _record(scene, "lost", WrittenOff(fact_id="write-off-1", on=date(2024, 5, 20)))
            await _record(scene, "moved", DueDateChanged(fact_id="move-1", on=date(2024, 5, 20), instalment_number=5,
                                                         due_on=date(2024, 6, 20)))  # fmt: skip
        case 6:
            await scene.tell(PaymentChargedBack(
                borrower_id="B-returned", loan_id="L-returned", payment_id="returned-4-9", chargeback_id="back-1",
                amount_minor=20_706, charged_back_on=date(2024, 6, 3)))  # fmt: skip
            await scene.tell(RestructureUndone(borrower_id="B-undone", loan_id="L-undone",
                                               restructuring_id="undone-new", undone_on=date(2024, 6, 5)))  # fmt: skip
            await _record(scene, "waived", Waived(fact_id="waiver-1", on=date(2024, 6, 20), component="principal",
                                                  amount_minor=1_000))  # fmt: skip
            await _pay(scene, month, 25, 5_000, "lost")
            await scene.tell(_stop("paused-late", "1", date(2024, 2, 20), date(2024, 5, 31)))
        case 8:
            await _pay(scene, month, 5, 130_000, "overpaid")
            await scene.tell(RefundPaid(borrower_id="B-overpaid", loan_id="L-overpaid", refund_id="refund-1",
                                        amount_minor=1_000, paid_on=date(2024, 8, 20)))  # fmt: skip


async def _agree_on_new_schedules(scene: LedgerInProcess) -> None:
    await scene.tell(*(
        RestructureAgreed(borrower_id=f"B-{name}", loan_id=f"L-{name}", restructuring_id=f"{name}-new",
                          agreed_on=date(2024, 4, 25), number_of_instalments=8, first_due_on=date(2024, 6, 10))
        for name in ("restructured", "undone")
    ))  # fmt: skip
    await scene.tell(
        RestructureAgreed(borrower_id="B-by-parts", loan_id="L-by-parts", restructuring_id="by-parts-new",
                          agreed_on=date(2024, 4, 25), number_of_instalments=4, first_due_on=date(2024, 5, 20),
                          principal_parts=_PARTS, interest="capitalise"),
        RestructureAgreed(borrower_id="B-in-grace", loan_id="L-in-grace", restructuring_id="in-grace-new",
                          agreed_on=date(2024, 4, 25), number_of_instalments=6, first_due_on=date(2024, 6, 10),
                          annual_rate_percent=Decimal(6), principal_grace_instalments=2, carry_over_instalments=3),
    )  # fmt: skip


def _stop(name: str, number: str, from_on: date, to_on: date | None) -> InterestStopped:
    return InterestStopped(borrower_id=f"B-{name}", loan_id=f"L-{name}", stop_id=f"{name}:{number}", from_on=from_on,
                           to_on=to_on)  # fmt: skip


def _payment(name: str, month: int, day: int, amount_minor: int) -> PaymentCaptured:
    return payment_captured(f"{name}-{month}-{day}", loan=loan(name), amount_minor=amount_minor, currency="CNY",
                            value_date=date(2024, month, day))  # fmt: skip


async def _pay(scene: LedgerInProcess, month: int, day: int, amount_minor: int, *names: str) -> None:
    await scene.tell(*(_payment(name, month, day, amount_minor) for name in names))


async def _record(scene: LedgerInProcess, name: str, fact: Fact) -> None:
    """What an operator decides goes into the record as everything else does."""
    key = (f"B-{name}", f"L-{name}")
    async with scene.connected() as connection, connection.transaction():
        loans = await store.load_loans(connection, [key])
        books = await book_store.load_books(connection, list(loans.values()), ProductStore())
        bookings = Bookings()
        changes.record(books[key], fact, "operator", fact.on, None, bookings)
        await write_bookings(connection, bookings, list(loans.values()), list(books.values()))
