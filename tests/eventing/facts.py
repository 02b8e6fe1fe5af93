"""The same facts in other orders, other batches and more than once; and what the ledger's tables then hold."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from schemas.values import EventData
from services.eventing.database import Pool
from services.eventing.store import StalePosition
from tests.builders import loan_disbursed, payment_captured, payment_reversed, record
from tests.eventing.partition import LedgerPartitions

PARTITIONS = 2
LOANS = [
    loan_disbursed(f"loan-{n}", borrower_id=f"borrower-{n % 3}", principal_minor=30_000, number_of_instalments=6)
    for n in range(4)
]
Facts = dict[int, list[EventData]]  # by partition, in order
Tables = dict[str, list[tuple[Any, ...]]]
_AMOUNTS = st.integers(1, 12_000)
_DAYS = st.integers(0, 200).map(lambda days: date(2024, 1, 1) + timedelta(days=days))
_PAYMENTS = st.lists(st.tuples(st.integers(0, len(LOANS) - 1), _AMOUNTS, _DAYS, st.booleans()), min_size=1, max_size=14)

_TABLES = {
    "loan": "select borrower_id, loan_id, status::text, principal_outstanding_minor, credit_minor, open_instalments,"
    " oldest_unpaid_due_on, last_value_date, sequence, transactions from loan order by 1, 2",
    "instalment": "select borrower_id, loan_id, number, interest_paid_minor, principal_paid_minor, paid_on"
    " from instalment order by 1, 2, 3",
    "payment": "select borrower_id, payment_id, loan_id, amount_minor, status::text, interest_minor, principal_minor,"
    " unallocated_minor from payment order by 1, 2",
    "balance": "select p.borrower_id, p.loan_id, a.code,"
    " sum(case when debit = a.code then amount_minor else -amount_minor end) as balance"
    " from posting p join account a on a.code in (p.debit, p.credit) group by 1, 2, 3"
    " having sum(case when debit = a.code then amount_minor else -amount_minor end) <> 0 order by 1, 2, 3",
    "outbox": "select subject, sequence, event_id, value from outbox order by 1, 2",
}


@st.composite
def payments_and_reversals(draw: st.DrawFn) -> list[EventData]:
    """Payments of any day for some loans, and reversals of some of them, each behind its payment."""
    facts: list[EventData] = []
    reversals: list[EventData] = []
    for number, (loan, amount_minor, day, is_reversed) in enumerate(draw(_PAYMENTS)):
        payment = payment_captured(f"payment-{number}", loan=LOANS[loan], amount_minor=amount_minor, value_date=day)
        facts.append(payment)
        if is_reversed and number % 3 == 0:
            reversals.append(payment_reversed(payment))
    return facts + reversals


def by_partition(facts: Sequence[EventData]) -> Facts:
    """The facts on the partitions of their borrowers."""
    lists: Facts = defaultdict(list)
    for fact in facts:
        lists[int(fact.key.removeprefix("borrower-")) % PARTITIONS].append(fact)
    return lists


async def open_loans(partitions: LedgerPartitions) -> None:
    """Tell the disbursals."""
    for number, facts in by_partition(LOANS).items():
        await partitions.process([record(fact, offset, number) for offset, fact in enumerate(facts)])


async def straightforward(partitions: LedgerPartitions, facts: Facts) -> None:
    """Every partition in one batch, one after the other."""
    for number, waiting in sorted(facts.items()):
        await partitions.process([record(fact, offset, number) for offset, fact in enumerate(waiting)])


async def interleaved(partitions: LedgerPartitions, facts: Facts, data: st.DataObject) -> None:
    """Batches of any size of any partition by turns; some facts are told again later, some batches delivered twice."""
    left = {number: _with_repeats(waiting, data) for number, waiting in facts.items()}
    offsets = dict.fromkeys(left, 0)
    while left:
        number = data.draw(st.sampled_from(sorted(left)))
        size = data.draw(st.integers(1, len(left[number])))
        start = offsets[number]
        batch = [record(fact, start + index, number) for index, fact in enumerate(left[number][:size])]
        await partitions.process(batch)
        if data.draw(st.booleans()):
            await _deliver_again(partitions, batch, start)
        offsets[number] += size
        left[number] = left[number][size:]
        if not left[number]:
            del left[number]


async def tables_of(pool: Pool, *names: str) -> Tables:
    """What the ledger holds, in an order of its own."""
    return {name: [tuple(row) for row in await pool.fetch(_TABLES[name])] for name in names or _TABLES}


def _with_repeats(facts: Sequence[EventData], data: st.DataObject) -> list[EventData]:
    told: list[EventData] = []
    for fact in facts:
        told.append(fact)
        if data.draw(st.integers(0, 3)) == 0:
            told.append(data.draw(st.sampled_from(told)))
    return told


async def _deliver_again(partitions: LedgerPartitions, batch: Sequence[Any], start: int) -> None:
    try:
        await partitions.process(batch, position=start)
    except StalePosition:
        return
    raise AssertionError("a batch had its effect twice")
