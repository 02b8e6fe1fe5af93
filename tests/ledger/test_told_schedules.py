"""What the ledger tells of a loan's schedule: when it opens, and when a new one is agreed."""

from datetime import date

from schemas.dunning import PrincipalPart, RestructureAgreed
from schemas.ledger import LoanOpened, LoanRestructured
from services.eventing.database import Pool
from services.schedules.schedule import build_schedule
from services.schedules.told_terms import terms_from
from tests.builders import loan_disbursed, record
from tests.eventing.partition import LedgerPartitions, ledger_pool

LOAN = loan_disbursed(number_of_instalments=6)
AGREED_ON, DUE_ON, LAST_ON = date(2024, 1, 20), date(2024, 3, 1), date(2024, 9, 1)


def agreed(**terms: object) -> RestructureAgreed:
    """A new schedule from 1 March, agreed before anything is due."""
    fields = {
        "borrower_id": LOAN.borrower_id, "loan_id": LOAN.loan_id, "restructuring_id": "R-1",
        "agreed_on": str(AGREED_ON), "number_of_instalments": 2, "first_due_on": str(DUE_ON), "interest": "waive",
    }  # fmt: skip
    return RestructureAgreed.model_validate(fields | terms, strict=False)


async def told(pool: Pool) -> list[tuple[int, str]]:
    """Sequence and type of all events of the loan."""
    rows = await pool.fetch("select sequence, event_type from outbox where subject = $1 order by id", LOAN.loan_id)
    return [(row[0], row[1].split(".")[2]) for row in rows]


async def value_of(pool: Pool, event_type: str) -> bytes:
    value: bytes = await pool.fetchval("select value from outbox where event_type = $1", event_type)
    return value


async def test_a_loan_opened_is_told_once_and_first(fresh_database: str) -> None:
    async with ledger_pool(fresh_database) as pool:
        partitions = LedgerPartitions(pool)
        await partitions.process([record(LOAN, 0), record(LOAN, 1)])
        await partitions.process([record(LOAN, 2)])
        assert await told(pool) == [(1, "loan-opened")]
        assert await pool.fetchval("select sequence from loan") == 1
        event = LoanOpened.model_validate_json(await value_of(pool, LoanOpened.event_type))
        kept = await pool.fetch(
            "select number, due_on, principal_minor, interest_minor from instalment order by number"
        )
        assert [tuple(row) for row in kept] == [tuple(line) for line in build_schedule(terms_from(event.terms))]


async def test_a_new_schedule_is_told_with_the_terms_that_it_follows_from(fresh_database: str) -> None:
    async with ledger_pool(fresh_database) as pool:
        partitions = LedgerPartitions(pool)
        await partitions.process([record(LOAN, 0)])
        await partitions.process([record(agreed(principal_grace_instalments=1), 0)])
        assert await told(pool) == [(1, "loan-opened"), (2, "loan-restructured")]
        event = LoanRestructured.model_validate_json(await value_of(pool, LoanRestructured.event_type))
        assert event.terms is not None
        assert [
            (line.due_on, line.amounts.principal_minor, line.amounts.interest_minor) for line in event.instalments
        ] == [line[1:] for line in build_schedule(terms_from(event.terms))]
        assert event.terms.disbursed_on == AGREED_ON


async def test_given_parts_are_told_as_instalments(fresh_database: str) -> None:
    async with ledger_pool(fresh_database) as pool:
        partitions = LedgerPartitions(pool)
        await partitions.process([record(LOAN, 0)])
        parts = (PrincipalPart(due_on=DUE_ON, principal_minor=20_000), PrincipalPart(due_on=LAST_ON, principal_minor=0))
        await partitions.process([record(agreed(principal_parts=parts), 0)])
        event = LoanRestructured.model_validate_json(await value_of(pool, LoanRestructured.event_type))
        assert [(line.due_on, line.amounts.principal_minor) for line in event.instalments] == [
            (DUE_ON, 20_000), (LAST_ON, 100_000),
        ]  # fmt: skip
        assert await pool.fetchval("select count(*) from dead_letter") == 0
