"""Pages of loans and of journals: each row once, whatever is added meanwhile."""

from datetime import date

from tests.builders import loan_disbursed, payment_captured
from tests.ledger_api.scene import AT, LOAN, LedgerApi, many_loans


async def pages(api: LedgerApi, path: str, name: str, **parameters: object) -> list[list[str]]:
    """All pages of a list, by the ids or numbers of their rows."""
    found, after = [], None
    while True:
        page = await api.client.get(path, after=after, **parameters)
        found.append([str(row.get("loan_id", row.get("number"))) for row in page[name]])
        after = page["next"]
        if after is None:
            return found


async def test_pages_are_full_but_the_last_and_hold_each_loan_once(api: LedgerApi) -> None:
    loans = many_loans(10, "borrower-1")
    await api.ledger.tell(*loans)
    by_four = await pages(api, "/v1/loans", "loans", limit=4)
    assert [len(page) for page in by_four] == [4, 4, 2]
    assert [loan_id for page in by_four for loan_id in page] == [loan.loan_id for loan in loans]
    assert [len(page) for page in await pages(api, "/v1/loans", "loans", limit=5)] == [5, 5]
    assert await pages(api, "/v1/loans", "loans", limit=500) == [[loan.loan_id for loan in loans]]


async def test_loans_added_between_two_pages_move_no_other_loan(api: LedgerApi) -> None:
    loans = many_loans(9, "borrower-5")
    await api.ledger.tell(*loans)
    seen: list[str] = []
    after, round_number = None, 0
    while True:
        page = await api.client.get("/v1/loans", after=after, limit=2)
        seen += [loan["loan_id"] for loan in page["loans"] if loan["borrower_id"] == "borrower-5"]
        if page["next"] is None:
            break
        after, round_number = page["next"], round_number + 1
        await api.ledger.tell(
            loan_disbursed(f"early-{round_number}", borrower_id="borrower-1"),
            loan_disbursed(f"late-{round_number}", borrower_id="borrower-9") if round_number < 4 else LOAN,
        )
    assert seen == [loan.loan_id for loan in loans]


async def test_pages_of_one_borrower_or_one_status_hold_no_others(api: LedgerApi) -> None:
    await api.ledger.tell(*many_loans(5, "borrower-1"), *many_loans(5, "borrower-2"))
    settling = [
        payment_captured(f"P-{index}", loan=loan, amount_minor=127_944)
        for index, loan in enumerate(many_loans(5, "borrower-2")[:3])
    ]
    await api.ledger.tell(*settling)
    of_one = await api.client.get("/v1/loans", borrower_id="borrower-2")
    assert {loan["borrower_id"] for loan in of_one["loans"]} == {"borrower-2"}
    settled = await pages(api, "/v1/loans", "loans", status="settled", limit=2)
    of_two = [loan.loan_id for loan in many_loans(3, "borrower-2")]
    assert settled == [of_two[:2], of_two[2:]]
    both = await api.client.get("/v1/loans", borrower_id="borrower-1", status="settled")
    assert both == {"loans": [], "next": None}


async def test_a_journal_comes_in_pages_with_its_postings(api: LedgerApi) -> None:
    await api.ledger.tell(LOAN)
    payments = [payment_captured(f"P-{day}", amount_minor=100, value_date=date(2024, 2, day)) for day in range(1, 6)]
    await api.ledger.tell(*payments)
    assert await pages(api, f"{AT}/journal", "transactions", limit=4) == [["1", "2", "3", "4"], ["5", "6"]]
    first = await api.client.get(f"{AT}/journal", limit=1)
    (transaction,) = first["transactions"]
    assert (transaction["kind"], transaction["value_date"], transaction["booked_on"]) == (
        "disbursal", "2024-01-01", "2024-01-01",
    )  # fmt: skip
    assert transaction["postings"] == [{"debit": "principal_receivable", "credit": "cash", "amount_minor": 120_000}]
    early = await api.client.get(f"{AT}/journal", as_of="2024-02-02")
    assert len(early["transactions"]) == 3
