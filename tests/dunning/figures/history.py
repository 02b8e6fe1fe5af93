"""Small histories as the record keeps them, written by the same code."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter

from schemas.cases import Verdict
from schemas.dunning import LoanFlag, LoanState
from services.dunning.amounts import NOTHING, Amounts
from services.dunning.cases import record_store
from services.dunning.cases.case_actions import (
    LoanCured,
    NoticeAsked,
    PlanBroken,
    PromiseTaken,
    PromiseVerdict,
    TaskAsked,
)
from services.dunning.cases.case_text import loan_facts_text
from services.dunning.cases.loan_facts import LoanFacts
from services.dunning.cases.promises import Promise
from services.dunning.cases.record import DecisionRow, EvaluationRow, FactRow, LevelRow, Record, StandingRow
from services.dunning.ladder.steps import Notice
from services.eventing.database import Connection

STATES: dict[str, LoanState] = {
    "current": "current", "grace": "grace", "M1": "early", "M2": "middle", "M3": "late", "M4-plus": "pre-legal"
}  # fmt: skip
FIRST_DAYS = {"current": 0, "grace": 1, "M1": 4, "M2": 31, "M3": 61, "M4-plus": 91}


def day(month: int, of_month: int, year: int = 2018) -> date:
    return date(year, month, of_month)


class History:
    """Rows of the record; a loan `L-1` belongs to borrower `B-1` unless said otherwise. Evaluations count by calls."""

    def __init__(self) -> None:
        self.record = Record()
        self.loans: dict[tuple[str, str], LoanFacts] = {}
        self._written: set[tuple[str, str]] = set()
        self._evaluations: Counter[str] = Counter()
        self._facts: Counter[str] = Counter()
        self.arm = "champion"

    def told(
        self, loan_id: str, on: date, *, principal: int = 100_000, overdue: int = 0, settled: bool = False,
        written_off: bool = False, currency: str = "USD", product: str | None = None, borrower_id: str | None = None,
        event: str = "payment-received", next_due: tuple[date, int] | None = None, restructuring_id: str | None = None,
    ) -> None:  # fmt: skip
        """The ledger told a standing."""
        borrower_id = borrower_id or _borrower_of(loan_id)
        before = self.loans.get((borrower_id, loan_id))
        facts = LoanFacts(
            loan_id, borrower_id, currency, on, 1 if before is None else before.sequence + 1,
            overdue=Amounts(principal_minor=overdue) if overdue else NOTHING,
            next_due_on=next_due[0] if next_due else None,
            next_due_amounts=Amounts(interest_minor=1, principal_minor=next_due[1] - 1) if next_due else NOTHING,
            principal_outstanding_minor=principal, settled=settled, written_off=written_off, product=product,
            restructuring_id=restructuring_id,
        )  # fmt: skip
        self.loans[borrower_id, loan_id] = facts
        self.record.standings.append(StandingRow(
            borrower_id, loan_id, facts.sequence, self._evaluations[borrower_id] + 1, f"amends.ledger.{event}.v1", on,
            currency, overdue, principal, loan_facts_text(facts),
        ))  # fmt: skip

    def opened(self, loan_id: str, on: date, **standing: Any) -> None:
        """The ledger told that a loan is open."""
        self.told(loan_id, on, event="loan-opened", **standing)

    def evaluated(self, borrower_id: str, on: date) -> int:
        """An evaluation; returns its number."""
        self._evaluations[borrower_id] += 1
        number = self._evaluations[borrower_id]
        self.record.evaluations.append(EvaluationRow(borrower_id, number, on, "default-2", self.arm, None, None))
        return number

    def moved(
        self, loan_id: str, on: date, bucket: str, *, days: int | None = None, state: LoanState | None = None,
        flags: tuple[LoanFlag, ...] = (), cured_from: str | None = None,
    ) -> None:  # fmt: skip
        """A loan moved to a bucket, and was cured by it if `cured_from` says from which."""
        borrower_id = _borrower_of(loan_id)
        facts = self.loans[borrower_id, loan_id]
        number = self.evaluated(borrower_id, on)
        self.record.levels.append(LevelRow(
            borrower_id, loan_id, number, on, facts.currency, bucket, state or STATES[bucket], flags,
            FIRST_DAYS[bucket] if days is None else days, facts.overdue.total_minor,
            facts.principal_outstanding_minor, facts.settled,
        ))  # fmt: skip
        if cured_from is not None:
            self._decided(borrower_id, number, on, "cure", LoanCured(loan_id, cured_from), loan_id=loan_id)

    def cured(self, loan_id: str, on: date, from_bucket: str) -> None:
        """A loan is back in the first bucket."""
        self.moved(loan_id, on, "current", cured_from=from_bucket)

    def promised(self, promise: Promise, on: date, borrower_id: str = "B-1") -> None:
        """A promise was taken."""
        self._decided(borrower_id, self.evaluated(borrower_id, on), on, "promise", PromiseTaken(promise))

    def judged(
        self, promise: Promise, on: date, verdict: Verdict, paid: int = 0, borrower_id: str = "B-1"
    ) -> None:  # fmt: skip
        """A promise was judged."""
        action = PromiseVerdict(promise, verdict, paid)
        self._decided(borrower_id, self.evaluated(borrower_id, on), on, "promise-verdict", action)

    def plan_broke(self, loan_id: str, on: date, restructuring_id: str) -> None:
        """A plan was judged broken."""
        borrower_id = _borrower_of(loan_id)
        action = PlanBroken(loan_id, restructuring_id, "keep")
        self._decided(
            borrower_id, self.evaluated(borrower_id, on), on, "plan-broken", action, loan_id=loan_id
        )  # fmt: skip

    def asked(self, loan_id: str, on: date, step_id: str, rule: str | None = None) -> None:
        """A notice was asked for."""
        borrower_id = _borrower_of(loan_id)
        rule = rule or f"ladder:{step_id}"
        notice = Notice(template="overdue_soft", channels=("email",))
        action = NoticeAsked(loan_id, step_id, rule, 1, notice, on, Amounts(principal_minor=1))
        number = self.evaluated(borrower_id, on)
        self._decided(borrower_id, number, on, "notice", action, loan_id=loan_id, step_id=step_id, rule=rule)

    def called(self, loan_id: str, on: date, step_id: str) -> None:
        """A call was asked for."""
        borrower_id = _borrower_of(loan_id)
        action = TaskAsked("call", f"{loan_id}:{on}", loan_id, step_id)
        number = self.evaluated(borrower_id, on)
        self._decided(borrower_id, number, on, "task", action, loan_id=loan_id, step_id=step_id)

    def notified(self, loan_id: str, on: date, step_id: str, fate: str) -> None:
        """The notifier told what became of a notice."""
        borrower_id = _borrower_of(loan_id)
        self._facts[borrower_id] += 1
        self.record.facts.append(FactRow(
            borrower_id, self._facts[borrower_id], self.evaluated(borrower_id, on), on,
            f"amends.notifier.notification-{fate}.v1", f'{{"loan_id":"{loan_id}","step_id":"{step_id}"}}',
        ))  # fmt: skip

    async def offered(
        self, connection: Connection, offer_id: str, made_on: date, *, loan_id: str = "L-1", currency: str = "USD",
        status: str = "open", closed_on: date | None = None, days: int = 14, kind: str = "extend-term",
    ) -> None:  # fmt: skip
        """An offer of one plan was made, and closed on `closed_on` if that is given; written at once."""
        plan_id = f"{offer_id}:1"
        await connection.execute(
            "insert into offer (borrower_id, offer_id, loan_id, currency, made_on, expires_on, rule, plans, status,"
            " plan_id, closed_on) values ($1, $2, $3, $4, $5, $6, 'rule', $7::jsonb, $8::text::offer_status, $9, $10)",
            _borrower_of(loan_id), offer_id, loan_id, currency, made_on, made_on + timedelta(days=days),
            json.dumps([{"plan_id": plan_id, "kind": kind}]), status, plan_id if status == "accepted" else None,
            closed_on,
        )  # fmt: skip

    async def write(self, connection: Connection) -> None:
        """Write what was added since the last time."""
        new = sorted(self.loans.keys() - self._written)
        await connection.executemany(
            "insert into loan (borrower_id, loan_id, currency, ledger_sequence, settled, bucket, days_past_due,"
            " known_on, facts, memory) values ($1, $2, 'USD', 1, false, 'current', 0, '2018-01-01', '{}', '{}')",
            new,
        )
        self._written.update(new)
        await record_store.append(connection, self.record)
        self.record = Record()

    def _decided(
        self, borrower_id: str, evaluation: int, on: date, kind: str, action: Any, *, loan_id: str | None = None,
        step_id: str | None = None, rule: str | None = None,
    ) -> None:  # fmt: skip
        text = TypeAdapter(type(action)).dump_json(action, exclude_defaults=True).decode()
        facts = None if loan_id is None else loan_facts_text(self.loans[borrower_id, loan_id])
        self.record.decisions.append(DecisionRow(
            borrower_id, evaluation, 1, on, loan_id, kind, step_id, rule or kind, "default-2", self.arm, text, facts,
        ))  # fmt: skip


def _borrower_of(loan_id: str) -> str:
    return f"B{loan_id[1:]}"
