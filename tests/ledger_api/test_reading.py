"""What the API tells of a loan is what its facts say as of the day asked for."""

from datetime import date, timedelta
from itertools import pairwise

from schemas.dunning import RestructureAgreed
from schemas.payments import PaymentCaptured
from tests.builders import payment_captured, payment_reversed
from tests.ledger_api.scene import AT, LATE_AT, LATE_LOAN, LOAN, LedgerApi, two_loans

COMPONENTS = ("penalty_minor", "fee_minor", "interest_minor", "principal_minor", "total_minor")


async def test_a_loan_stands_differently_as_of_different_days(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 3, 20))
    await api.ledger.tell(payment_captured("payment-1", amount_minor=10_662, value_date=date(2024, 2, 5)))
    answers = {
        day: await api.client.get(AT, as_of=day) for day in ("2024-01-01", "2024-02-01", "2024-02-04", "2024-02-05")
    }
    assert [one["overdue"]["total_minor"] for one in answers.values()] == [0, 0, 10_662, 0]
    assert [one["days_past_due"] for one in answers.values()] == [0, 0, 3, 0]
    assert [one["next_due_on"] for one in answers.values()] == ["2024-02-01", "2024-02-01", "2024-03-01", "2024-03-01"]
    assert answers["2024-02-05"]["principal_outstanding_minor"] == 120_000 - 9_462
    assert answers["2024-01-01"]["terms"]["annual_rate_percent"] == "12"


async def test_without_a_day_a_loan_is_told_as_of_the_business_date(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 3, 20))
    loan = await api.client.get(AT)
    assert (loan["as_of"], loan["status"], loan["days_past_due"]) == ("2024-03-20", "active", 48)


async def test_penalties_of_any_day_are_told_though_nothing_is_booked(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 2, 1))
    booked = await api.ledger.journal()
    penalties = [
        (await api.client.get(LATE_AT, as_of=date(2024, 2, 1) + timedelta(days=days)))["overdue"]["penalty_minor"]
        for days in (0, 3, 10, 40, 400)
    ]
    assert penalties[0] == penalties[1] == 0
    assert all(earlier < later for earlier, later in pairwise(penalties[1:]))
    assert await api.ledger.journal() == booked


async def test_a_schedule_says_of_each_instalment_what_was_due_paid_late_and_in_advance(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 3, 20))
    await api.ledger.tell(payment_captured("late", amount_minor=10_662, value_date=date(2024, 2, 5)))
    await api.ledger.tell(payment_captured("early", amount_minor=5_000, value_date=date(2024, 2, 20)))
    schedule = await api.client.get(f"{AT}/schedule", as_of="2024-02-29")
    first, second = schedule["instalments"][:2]
    assert (first["paid_on"], first["late_minor"], first["in_advance_minor"]) == ("2024-02-05", 10_662, 0)
    assert (second["paid_on"], second["late_minor"], second["in_advance_minor"]) == (None, 0, 5_000)
    assert len(schedule["instalments"]) == 12
    assert_adds_up(schedule)


async def test_a_schedule_itemises_charges(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 3, 20))
    await api.client.command(f"{AT}/charges", kind="fee", amount_minor=700, due_on="2024-03-10", on="2024-03-05")
    await api.client.command(f"{AT}/waivers", "key-2", component="fee", amount_minor=200)
    schedule = await api.client.get(f"{AT}/schedule")
    (charge,) = [charge for one in schedule["instalments"] for charge in one["charges"]]
    assert (charge["kind"], charge["rule"], charge["due_on"]) == ("fee", "charged", "2024-03-10")
    assert (charge["amount_minor"], charge["waived_minor"], charge["outstanding_minor"]) == (700, 200, 500)
    assert_adds_up(schedule)


async def test_instalments_that_a_restructuring_replaced_are_marked(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 3, 20))
    await api.ledger.tell(
        RestructureAgreed(borrower_id="borrower-1", loan_id="loan-1", restructuring_id="R-1", number_of_instalments=24,
                          first_due_on=date(2024, 5, 1), agreed_on=date(2024, 3, 20))
    )  # fmt: skip
    before = await api.client.get(f"{AT}/schedule", as_of="2024-03-19")
    assert [one["is_replaced"] for one in before["instalments"]] == [False] * 12
    after = await api.client.get(f"{AT}/schedule")
    by_number = sorted(after["instalments"], key=lambda one: one["number"])
    assert [one["is_replaced"] for one in by_number] == [True] * 12 + [False] * 24
    assert all(one["outstanding"]["total_minor"] == 0 for one in after["instalments"] if one["is_replaced"])
    assert_adds_up(after)
    loan = await api.client.get(AT)
    assert (loan["terms"]["number_of_instalments"], loan["terms"]["began_on"]) == (24, "2024-03-20")


async def test_a_payoff_of_what_is_quoted_settles_the_loan(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 3, 20))
    for at, loan in ((AT, LOAN), (LATE_AT, LATE_LOAN)):
        quote = await api.client.get(f"{at}/quote", on="2024-03-11")
        owed = quote["owed"]
        assert owed["total_minor"] - quote["credit_minor"] == quote["payoff_minor"]
        await api.ledger.tell(
            PaymentCaptured(borrower_id="borrower-1", loan_id=loan.loan_id, payment_id=f"payoff-{loan.loan_id}",
                            amount_minor=quote["payoff_minor"], currency=loan.currency, value_date=date(2024, 3, 11),
                            purpose="payoff")
        )  # fmt: skip
        settled = await api.client.get(at, as_of="2024-03-11")
        assert (settled["status"], settled["credit_minor"]) == ("settled", 0)
        assert (await api.client.get(f"{at}/quote", on="2024-03-11"))["payoff_minor"] == 0


async def test_a_quote_charges_interest_up_to_its_day_only(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 1, 2))
    quotes = [await api.client.get(f"{AT}/quote", on=f"2024-01-{day:02}") for day in (1, 2, 16, 31)]
    assert [one["owed"]["principal_minor"] for one in quotes] == [120_000] * 4
    assert [one["owed"]["interest_minor"] for one in quotes] == [0, 39, 581, 1_161]


async def test_a_written_off_loan_is_quoted_as_it_is_owed(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 3, 20))
    await api.client.command(f"{AT}/write-off")
    loan = await api.client.get(AT)
    quotes = [await api.client.get(f"{AT}/quote", on=day) for day in ("2024-03-20", "2024-03-25", "2024-09-01")]
    assert loan["status"] == "written_off"
    assert len({one["payoff_minor"] for one in quotes}) == 1


async def test_a_statement_runs_to_what_is_owed(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 2, 29))
    await api.ledger.tell(payment_captured("payment-1", amount_minor=10_662))
    statement = await api.client.get(f"{AT}/statement")
    assert statement["lines"][0]["kind"] == "disbursal"
    assert statement["lines"][-1]["balance"]["total_minor"] == 120_000 + 1_200 - 10_662
    assert len((await api.client.get(f"{AT}/statement", as_of="2024-01-31"))["lines"]) == 1


async def test_facts_are_listed_with_whether_they_were_taken_back(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 3, 20))
    kept, bounced = payment_captured("kept", amount_minor=500), payment_captured("bounced", amount_minor=700)
    await api.ledger.tell(kept, bounced)
    await api.ledger.tell(payment_reversed(bounced))
    done = await api.client.command(f"{AT}/charges", kind="fee", amount_minor=100, due_on="2024-03-20")
    facts = (await api.client.get(f"{AT}/facts"))["facts"]
    told = {one["fact_id"]: (one["kind"], one["is_undone"], one["details"]["amount_minor"]) for one in facts}
    assert told == {
        "kept": ("paid", False, 500), "bounced": ("paid", True, 700), done["fact_id"]: ("charged", False, 100),
    }  # fmt: skip
    assert facts[-1]["recorded_by"] == "api:console"


async def test_the_trial_balance_is_of_a_day_and_of_a_currency(api: LedgerApi) -> None:
    await two_loans(api, date(2024, 2, 29))
    both = await api.client.get("/v1/trial-balance")
    assert [one["currency"] for one in both["totals"]] == ["CNY", "EUR"]
    assert all(one["debits_minor"] == one["credits_minor"] for one in both["totals"])
    early = await api.client.get("/v1/trial-balance", as_of="2024-01-31", currency="EUR")
    assert {one["account"]: one["balance_minor"] for one in early["accounts"]} == {
        "cash": -120_000, "principal_receivable": 120_000,
    }  # fmt: skip


def assert_adds_up(schedule: dict[str, list[dict[str, dict[str, int]]]]) -> None:
    """Each component of each instalment: what is outstanding is what was due less what was paid and waived."""
    for one in schedule["instalments"]:
        for name in COMPONENTS:
            assert one["outstanding"][name] == one["due"][name] - one["paid"][name] - one["waived"][name], one
