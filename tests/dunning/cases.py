"""Cases of borrowers by the number of their days, ladders, and stories: what is told when, and what came of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from services.dunning.aging.days_past_due import Bucket
from services.dunning.aging.holds import Hold, HoldStop
from services.dunning.amounts import NOTHING, Amounts
from services.dunning.api.command_facts import withdraw_report
from services.dunning.cases.borrower_doings import Talk
from services.dunning.cases.borrower_intake import take_dispute
from services.dunning.cases.case_actions import CaseAction, NoticeAsked
from services.dunning.cases.case_evaluation import CaseEvaluation, KeptBack, evaluate_case
from services.dunning.cases.case_file import NO_AREAS, NO_FACTS, Areas, CaseFacts, CaseFile, LoanFile
from services.dunning.cases.disputes import Dispute
from services.dunning.cases.identifiers import reminder_id
from services.dunning.cases.intake import lift_hold
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.loan_memory import LoanMemory, StepStatus
from services.dunning.cases.notice_intake import take_outcome
from services.dunning.cases.promises import AllocatedPayment, Promise
from services.dunning.cases.relief import Relief
from services.dunning.cases.relief_intake import end_relief
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.steps import LadderStep

DUE: Final = date(2024, 3, 1)
OWED: Final = Amounts(fee_minor=50, interest_minor=1_000, principal_minor=10_000)
BORROWER: Final = "borrower-1"


def day(number: int) -> date:
    """The date `number` days from DUE."""
    return DUE + timedelta(days=number)


def facts(
    *,
    loan: str = "loan-1",
    oldest: int | None = 0,
    next_due: int | None = 31,
    overdue: Amounts = NOTHING,
    due: Amounts = OWED,
    as_of: int = 0,
    **others: Any,
) -> LoanFacts:
    """A loan as the ledger tells of it; `oldest` and `next_due` are numbers of days."""
    return LoanFacts(
        loan_id=loan, borrower_id=BORROWER, currency="CNY", as_of=day(as_of), sequence=1,
        oldest_unpaid_due_on=None if oldest is None else day(oldest),
        next_due_on=None if next_due is None else day(next_due),
        overdue=overdue, next_due_amounts=due, **{"principal_outstanding_minor": 100_000, **others},
    )  # fmt: skip


def upcoming(loan: str = "loan-1", due: int = 0, **others: Any) -> LoanFacts:
    """A loan of which nothing is overdue, and an instalment falls due on a day."""
    return facts(loan=loan, oldest=due, next_due=due, **others)


def overdue(loan: str = "loan-1", since: int = 0, amount: Amounts = OWED, **others: Any) -> LoanFacts:
    """A loan with one instalment overdue, of which the next falls due far ahead."""
    return facts(loan=loan, oldest=since, overdue=amount, **{"next_due": since + 3_000, **others})


def settled(loan: str = "loan-1") -> LoanFacts:
    """A loan of which nothing is left."""
    return facts(loan=loan, oldest=None, next_due=None, due=NOTHING, settled=True, principal_outstanding_minor=0)


def standing(unpaid: Mapping[int, int], as_of: int, loan: str = "loan-1", **others: Any) -> LoanFacts:
    """A loan whose instalments, by the number of their due day, still lack `unpaid`, as the ledger tells it."""
    lacking = {due: amount for due, amount in sorted(unpaid.items()) if amount > 0}
    following = next((due for due in lacking if due >= as_of), None)
    past = sum(amount for due, amount in lacking.items() if due < as_of)
    return facts(
        loan=loan, as_of=as_of, oldest=min(lacking, default=None), next_due=following,
        overdue=Amounts(principal_minor=past),
        due=NOTHING if following is None else Amounts(principal_minor=lacking[following]),
        settled=not lacking, **{"principal_outstanding_minor": sum(lacking.values()), **others},
    )  # fmt: skip


def step(step_id: str, at_days: int, action: str = "remind", **others: Any) -> LadderStep:
    """A step; a notice has a template and a channel if nothing else is said."""
    if action in ("remind", "offer", "credit-notice"):
        others = {"template": "overdue_soft", "channels": ("email",), **others}
    return LadderStep.model_validate({"id": step_id, "at_days": at_days, "action": action, **others})


def ladder(*steps: LadderStep, ends: Iterable[int] = (0, 3, 30, 60, 90), **others: Any) -> LadderPolicy:
    """A ladder of these steps, with buckets b0, b1, … that end at these days past due."""
    starts = [0, *(end + 1 for end in ends)]
    buckets = tuple(
        Bucket(name=f"b{index}", from_day=first, to_day=last)
        for index, (first, last) in enumerate(zip(starts, [*ends, None], strict=True))
    )
    steps = steps or (step("far-off", 3_000),)
    return LadderPolicy.model_validate({"version": "test-1", "buckets": buckets, "steps": steps, **others})


def case(policy: LadderPolicy, *loans: LoanFacts, told: CaseFacts = NO_FACTS) -> CaseFile:
    """A case never evaluated."""
    files = {one.loan_id: LoanFile(one, LoanMemory.initial(policy), one.as_of) for one in loans}
    return CaseFile(BORROWER, files, told)


def hold(
    *stops: HoldStop, since: int = 0, until: int | None = None, loan: str | None = None, hold_id: str = "hold-1"
) -> Hold:
    """A hold for a dispute."""
    return Hold(hold_id, "dispute", frozenset(stops), day(since), None if until is None else day(until), None, loan)


def promise(
    amount: int = 11_050, *, due: int, made: int = 0, loan: str | None = "loan-1", promise_id: str = "promise-1"
) -> Promise:
    """A promise in the loan's currency."""
    return Promise(promise_id, loan, "CNY", amount, day(made), day(due))


def payment(amount: int, on: int, *, loan: str = "loan-1", payment_id: str = "payment-1") -> AllocatedPayment:
    """What of a payment was allocated to a loan."""
    return AllocatedPayment(payment_id, loan, "CNY", day(on), amount)


def relief(since: int = 0, *, relief_id: str = "hardship-1", **others: Any) -> Relief:
    """Relief for an illness."""
    return Relief(relief_id, "illness", day(since), **others)


Change = Callable[[CaseFile], None]
Notifier = Callable[[NoticeAsked], StepStatus | None]


def tells(*loans: LoanFacts) -> Change:
    """The ledger tells of loans that the case knows."""

    def change(one: CaseFile) -> None:
        for known in loans:
            one.loans[known.loan_id].facts = known

    return change


def adds(*, holds: Iterable[Hold] = (), promises: Iterable[Promise] = (), reliefs: Iterable[Relief] = ()) -> Change:
    """More holds, promises or reliefs of the borrower are told."""

    def change(one: CaseFile) -> None:
        known = one.facts
        one.facts = replace(
            known, holds=(*known.holds, *holds), promises=(*known.promises, *promises),
            reliefs=(*known.reliefs, *reliefs),
        )  # fmt: skip

    return change


def disputes(loan: str, number: int, dispute_id: str = "dispute-1") -> Change:
    """The borrower objects to the debt of a loan."""

    def change(one: CaseFile) -> None:
        take_dispute(one, Dispute(dispute_id, loan, "amount", day(number)))

    return change


def talks(number: int, contact_id: str = "talk-1") -> Change:
    """Somebody talks with the borrower."""

    def change(one: CaseFile) -> None:
        one.facts = replace(one.facts, talks=(*one.facts.talks, Talk(day(number), contact_id)))

    return change


def pays(*payments: AllocatedPayment) -> Change:
    """Payments are allocated."""

    def change(one: CaseFile) -> None:
        one.payments = (*one.payments, *payments)

    return change


def takes_back(payment_id: str) -> Change:
    """A payment is reversed."""

    def change(one: CaseFile) -> None:
        one.payments = tuple(known for known in one.payments if known.payment_id != payment_id)

    return change


def lifts(hold_id: str, number: int) -> Change:
    """A hold is lifted."""

    def change(one: CaseFile) -> None:
        lift_hold(one, hold_id, day(number))

    return change


def ends(relief_id: str, number: int) -> Change:
    """A hardship is over."""

    def change(one: CaseFile) -> None:
        end_relief(one, None, relief_id, day(number))

    return change


def withdraws(loan_id: str) -> Change:
    """What was told of a loan to the credit register was wrong; nothing where it was told nothing."""

    def change(one: CaseFile) -> None:
        if one.loans[loan_id].memory.report is not None:
            withdraw_report(one, loan_id)

    return change


def sends_all(notice: NoticeAsked) -> StepStatus | None:
    """A notifier that sends every notice."""
    return "done"


def answers_nothing(notice: NoticeAsked) -> StepStatus | None:
    """A notifier of which nothing is heard."""
    return None


@dataclass
class Story:
    """A case that lives through days; what happened is kept with the number of its day."""

    policy: LadderPolicy
    case: CaseFile
    areas: Areas = NO_AREAS
    notifier: Notifier = sends_all
    is_held_out: bool = False
    told: dict[int, list[Change]] = field(default_factory=dict)
    happened: list[tuple[int, CaseAction | KeptBack]] = field(default_factory=list)

    def on(self, number: int) -> CaseEvaluation:
        """Take what is told on a day and evaluate; again if the notifier answers, which it does the same evening."""
        self.hears(number)
        evaluation = self._evaluate(number)
        notices = [action for action in evaluation.actions if isinstance(action, NoticeAsked)]
        answered = [self._answer(notice, number) for notice in notices]
        if any(answered):
            self._evaluate(number)
        return evaluation

    def hears(self, number: int) -> None:
        """Take what is told on a day without evaluating."""
        for change in self.told.get(number, ()):
            change(self.case)

    def daily(self, first: int, last: int) -> "Story":
        """Live through every day of these."""
        for number in range(first, last + 1):
            self.on(number)
        return self

    def by_looks(self, first: int, last: int) -> "Story":
        """Live through the days on which something is told, and those that were to be looked at."""
        for number in range(first, last + 1):
            look_on = self.case.next_look_on
            is_new = self.case.evaluated_on is None
            if is_new or number in self.told or (look_on is not None and look_on <= day(number)):
                self.on(number)
        return self

    def of(self, *kinds: type) -> list[tuple[int, Any]]:
        """What happened of these kinds."""
        return [(number, action) for number, action in self.happened if isinstance(action, kinds)]

    @property
    def notices(self) -> list[tuple[int, str]]:
        """The notices asked for, by day and step."""
        return [(number, action.step_id) for number, action in self.of(NoticeAsked)]

    def memory(self, loan: str = "loan-1") -> LoanMemory:
        """What is remembered of a loan."""
        return self.case.loans[loan].memory

    def _evaluate(self, number: int) -> CaseEvaluation:
        on = day(number)
        evaluation = evaluate_case(self.case, self.policy, self.areas, on, is_held_out=self.is_held_out)
        for loan_id, memory in evaluation.memories.items():
            self.case.loans[loan_id].memory = memory
        self.case.memory = evaluation.memory
        self.case.policy_version, self.case.evaluated_on = self.policy.version, on
        self.case.next_look_on = evaluation.next_look_on
        self.happened += [(number, action) for action in (*evaluation.actions, *evaluation.kept_back)]
        return evaluation

    def _answer(self, notice: NoticeAsked, number: int) -> bool:
        status = self.notifier(notice)
        name = reminder_id(notice.loan_id, notice.due_on, notice.step_id, notice.attempt)
        return status is not None and take_outcome(
            self.case, notice.loan_id, notice.step_id, name, status, day(number)
        )  # fmt: skip
