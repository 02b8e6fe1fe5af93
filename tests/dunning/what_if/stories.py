"""Arbitrary stories of borrowers: what is told day by day, as data, and the telling of it to dunning as it runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from hypothesis import strategies as st

from schemas.borrower_answers import DebtDisputed, HardshipReportedByBorrower, OptedIn, OptedOut
from schemas.hardship import (
    AreaHoldLifted,
    AreaHoldPlaced,
    BorrowerFinancesReported,
    HardshipEnded,
    HardshipReported,
    HoldLifted,
    HoldPlaced,
    HoldStop,
    PromiseReported,
    RegionAffected,
    RiskAssessed,
)
from schemas.lending import BorrowerRegistered
from schemas.notifier import ContactRecorded
from schemas.values import EventData
from services.dunning.api.command_requests import (
    Command,
    HardshipEndRequest,
    HardshipReviewRequest,
    LookRequest,
    ReportWithdrawalRequest,
    TaskDoneRequest,
)
from services.dunning.ladder.choice import Ladders
from tests.dunning.what_if.live_commands import LiveCommands
from tests.dunning.what_if.live_dunning import LiveDunning
from tests.dunning.what_if.told_loans import CURRENCY, INSTALMENT_MINOR, ToldLoan, told_loan

START: Final = date(2024, 1, 1)
BORROWERS: Final = ("ann", "bob", "cai")
LOANS: Final = ("1", "2")
FIRST_LOANS: Final = (("ann", "1"), ("bob", "2"), ("bob", "1"))
"""Whose loans are known from the start, in the order they are told; cai has none yet."""
REGION: Final = "north"
PRODUCT: Final = "loan@1"
HOLDS_STOP: Final[tuple[tuple[HoldStop, ...], ...]] = (("clock",), ("contact",), ("clock", "contact"))


class Act(NamedTuple):
    """Something that happens: its kind, to whom and which of their loans, and two numbers that the kind reads."""

    kind: str
    borrower: str
    loan: str | None
    first: int
    second: int


@dataclass(frozen=True)
class Day:
    """`skips` days pass without a business date; what is told `before` the date is completed, batch by batch, `after`
    that, and how many reminders are answered then. `restarts_with` is the number of the ladders with which the service
    is started anew in the evening, if it is."""

    skips: int
    before: list[list[Act]]
    after: list[list[Act]]
    answers: int
    is_looked_at: bool
    restarts_with: int | None


KINDS: Final = (
    "pay", "pay", "pay", "tell", "tell", "tell", "reverse", "charge-back", "promise", "promise", "hold", "hold", "lift",
    "hardship", "end-hardship", "finances", "risk", "register", "region", "area-hold", "area-lift", "restructure",
    "write-off", "open", "open", "dispute", "dispute", "talk", "opt-out", "hardship-page",
    "call-done", "call-done", "review", "end-incident", "withdraw-report", "look",
)  # fmt: skip
LOAN_KINDS: Final = frozenset({"pay", "tell", "reverse", "charge-back", "restructure", "write-off", "open"})
"""What the ledger tells of."""
ACTS: Final = st.builds(
    Act, st.sampled_from(KINDS), st.sampled_from(BORROWERS), st.sampled_from([None, *LOANS]), st.integers(0, 12),
    st.integers(0, 20),
)  # fmt: skip
BATCHES: Final = st.lists(st.lists(ACTS, min_size=1, max_size=4), min_size=1, max_size=2)
DAYS: Final = st.builds(
    Day, st.sampled_from([0, 0, 0, 1, 2, 5, 12]), BATCHES, BATCHES, st.integers(0, 5),
    st.sampled_from([True, True, True, False]), st.sampled_from([*[None] * 8, 0, 1, 2]),
)  # fmt: skip
STORIES: Final = st.lists(DAYS, min_size=12, max_size=40)


@dataclass(slots=True)
class Telling:
    """Tells a story to dunning; `choices` are the ladders that it may be started anew with.

    If it `is_prompt`, every notice is answered and every call made at once.
    """

    live: LiveDunning
    choices: Sequence[Ladders] = ()
    is_prompt: bool = False
    loans: dict[str, ToldLoan] = field(default_factory=dict)
    told: int = 0
    commands: LiveCommands = field(init=False)

    def __post_init__(self) -> None:
        self.commands = LiveCommands(self.live)

    async def tell(self, story: Sequence[Day]) -> date:
        """All days of it; returns the last business date."""
        on = START
        await self._batch([Act("open", borrower, loan, 8, 0) for borrower, loan in FIRST_LOANS], on)
        await self.live.complete(on)
        for day in story:
            on += timedelta(days=day.skips + 1)
            for batch in day.before:
                await self._batch(batch, on)
            await self.live.complete(on, looks=day.is_looked_at)
            await self._act_at_once()
            for batch in day.after:
                await self._batch(batch, on)
            await self.live.answer(day.answers)
            if self.choices and day.restarts_with is not None:
                self.live.starts_anew(self.choices[day.restarts_with % len(self.choices)])
        await self.live.look()
        return on

    async def _batch(self, acts: Sequence[Act], on: date) -> None:
        events = [event for act in acts if (event := self._event(act, on)) is not None]
        if events:
            await self.live.tell(*events)
        for act in acts:
            await self._command(act, on)
        await self._act_at_once()

    async def _act_at_once(self) -> None:
        is_quiet = not self.is_prompt
        while not is_quiet:
            is_quiet = not self.live.asked
            await self.live.answer()
            for borrower in BORROWERS:
                for task_id in await self.commands.open_tasks(borrower, "call"):
                    done = TaskDoneRequest(reason="called", outcome="reached")
                    is_quiet = not await self.commands.do(Command("task-done", borrower, done, task_id)) and is_quiet

    async def _command(self, act: Act, on: date) -> None:
        commands = self.commands
        match act.kind:
            case "look":
                await commands.do(Command("look", act.borrower, LookRequest(reason="asked")))
            case "review":
                review_on = str(on + timedelta(days=act.second))
                review = HardshipReviewRequest.model_validate({"reason": "goes on", "review_on": review_on})
                hardship_id = f"i{act.first}" if act.second % 2 else f"r{act.first}"
                await commands.do(Command("review-hardship", act.borrower, review, hardship_id))
            case "end-incident":
                end = HardshipEndRequest(reason="over")
                await commands.do(Command("end-hardship", act.borrower, end, f"i{act.first}"))
            case "withdraw-report":
                withdrawal = ReportWithdrawalRequest(reason="wrong", loan_id=f"{act.borrower}-{act.loan or '1'}")
                await commands.do(Command("withdraw-credit-report", act.borrower, withdrawal))
            case "call-done":
                done = TaskDoneRequest(reason="called", outcome="reached" if act.second % 3 else "not-reached")
                for task_id in await commands.open_tasks(act.borrower, "call"):
                    await commands.do(Command("task-done", act.borrower, done, task_id))
                found = TaskDoneRequest(reason="asked", outcome="delivered" if act.second % 3 else "lost")
                for task_id in await commands.open_tasks(act.borrower, "prove-notice"):
                    await commands.do(Command("task-done", act.borrower, found, task_id))

    def _event(self, act: Act, on: date) -> EventData | None:
        self.told += 1
        if act.kind in LOAN_KINDS:
            return self._of_loan(act, f"{act.borrower}-{act.loan or '1'}", on)
        return self._of_borrower(act, on) or self._of_area(act, on)

    def _of_loan(self, act: Act, loan_id: str, on: date) -> EventData | None:
        loan = self.loans.get(loan_id)
        if loan is None:
            first_due_on = on + timedelta(days=act.first)
            product = PRODUCT if act.second % 2 else None
            loan = self.loans[loan_id] = told_loan(act.borrower, loan_id, first_due_on, product=product)
            return loan.opens(on)
        match act.kind:
            case "pay":
                value_on = on - timedelta(days=act.second % 3)
                return loan.pays(on, INSTALMENT_MINOR * (act.first + 1) // 4, value_on)
            case "reverse":
                return loan.takes_back(on, act.first)
            case "charge-back":
                return loan.takes_back(on, act.first, 1_000 * (act.second + 1))
            case "restructure":
                return loan.is_restructured(on, act.first)
            case "write-off" if act.first > 8:
                return loan.is_written_off(on)
            case _:
                return loan.is_told_again(on)

    def _of_borrower(self, act: Act, on: date) -> EventData | None:
        ids: dict[str, Any] = {"borrower_id": act.borrower}
        loan_id = None if act.loan is None else f"{act.borrower}-{act.loan}"
        since, until = on + timedelta(days=act.first - 4), on + timedelta(days=act.second)
        match act.kind:
            case "promise":
                return PromiseReported(
                    **ids, promise_id=f"p{self.told}", loan_id=loan_id, currency=CURRENCY,
                    made_on=on - timedelta(days=1), amount_minor=INSTALMENT_MINOR * (act.first + 1) // 4, due_on=until,
                )  # fmt: skip
            case "hold":
                stops = HOLDS_STOP[act.first % len(HOLDS_STOP)]
                return HoldPlaced(
                    **ids, hold_id=f"h{act.first}", loan_id=loan_id, reason="dispute", stops=stops, from_on=since,
                    to_on=max(since, until) if act.second < 15 else None,
                )  # fmt: skip
            case "lift":
                return HoldLifted(**ids, hold_id=f"{'d' if act.second % 2 else 'h'}{act.first}", lifted_on=on)
            case "dispute":
                return DebtDisputed(
                    **ids, dispute_id=f"d{act.first}", loan_id=f"{act.borrower}-{act.loan or '1'}", kind="amount",
                    disputed_on=on - timedelta(days=act.second % 3),
                )  # fmt: skip
            case "talk":
                made_at = datetime.combine(on, time(act.first), UTC) + timedelta(days=act.second % 3 - 1)
                return ContactRecorded(
                    **ids, contact_id=f"c{act.second}", channel="call", outcome="conversation", made_at=made_at
                )
            case "opt-out":
                at = datetime.combine(on, time(act.first), UTC)
                if act.second % 2:
                    return OptedOut(**ids, channel="sms", opted_out_at=at, source="page")
                return OptedIn(**ids, channel="sms", opted_in_at=at, source="page")
            case "hardship-page":
                return HardshipReportedByBorrower(**ids, hardship_id=f"r{act.first}", reason="illness", reported_on=on)
            case "hardship":
                return HardshipReported(**ids, hardship_id=f"r{act.first}", reason="illness", reported_on=on,
                                        review_on=until if act.second < 10 else None)  # fmt: skip
            case "end-hardship":
                return HardshipEnded(**ids, hardship_id=f"r{act.first}", ended_on=on)
            case "finances":
                return BorrowerFinancesReported(**ids, currency=CURRENCY, as_of=on, number_of_lenders=act.first + 1,
                                                income_monthly_minor=1_000 * act.second)  # fmt: skip
            case "risk":
                return RiskAssessed.model_validate({
                    **ids, "probability_of_default": f"0.{act.second:02}", "model_version": "m1", "assessed_on": on
                }, strict=False)  # fmt: skip
            case "register":
                return BorrowerRegistered(**ids, name="Ann", email="ann@example.com", region=REGION)
        return None

    def _of_area(self, act: Act, on: date) -> EventData | None:
        since, until = on + timedelta(days=act.first - 4), on + timedelta(days=act.second)
        match act.kind:
            case "region":
                return RegionAffected(incident_id=f"i{act.first}", region=REGION, from_on=since, review_on=None)
            case "area-hold":
                return AreaHoldPlaced(
                    hold_id=f"a{act.first}", scope="region" if act.first % 2 else "product",
                    value=REGION if act.first % 2 else PRODUCT, reason="disaster-region",
                    stops=("clock", "contact"), from_on=since, to_on=max(since, until),
                )  # fmt: skip
            case "area-lift":
                return AreaHoldLifted(hold_id=f"a{act.first}", lifted_on=on)
        return None
