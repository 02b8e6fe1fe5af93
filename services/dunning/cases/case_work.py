"""Evaluating cases and writing what came of it: the same for events, for looks and for commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.dunning import store
from services.dunning.cases import area_store, record_store
from services.dunning.cases.case_actions import CaseAction, LoanCured, NoticeAsked, OffersWanted
from services.dunning.cases.case_evaluation import evaluate_case
from services.dunning.cases.case_events import events_of
from services.dunning.cases.case_file import Areas, CaseFile
from services.dunning.cases.record import Record
from services.dunning.ladder.choice import Ladders
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.store import LadderKeeper
from services.dunning.offer_desk import OfferDesk
from services.dunning.offer_events import WantedOffer, find_plan
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent
from services.eventing.store import business_date_of


@dataclass(frozen=True, slots=True)
class _Evaluated:
    """A case that was evaluated by a policy; `trace` is that of what moved it."""

    case: CaseFile
    policy: LadderPolicy
    actions: tuple[CaseAction, ...]
    trace: str | None

    @property
    def wanted(self) -> list[WantedOffer]:
        """The offers that it wants."""
        return [
            WantedOffer(self.case, action, self.policy, self.trace)
            for action in self.actions
            if isinstance(action, OffersWanted)
        ]

    @property
    def cured(self) -> list[tuple[str, str]]:
        """Its loans that are current again, as (borrower id, loan id)."""
        return [(self.case.borrower_id, action.loan_id) for action in self.actions if isinstance(action, LoanCured)]


@dataclass(frozen=True, slots=True)
class CaseWork:
    """Evaluates cases by the ladders in use, on the date that the ledger completed."""

    keeper: LadderKeeper
    offers: OfferDesk
    calendar_id: str
    partitions: int

    async def today(self, connection: Connection) -> date | None:
        """The business date that the ledger has completed; None before the first."""
        return await business_date_of(connection, self.calendar_id, self.partitions)

    async def ladders(self, connection: Connection) -> Ladders:
        """The ladders in use."""
        return await self.keeper.ladders(connection)

    async def evaluate(
        self,
        connection: Connection,
        cases: Sequence[CaseFile],
        record: Record,
        on: date | None,
        traces: Mapping[str, str],
    ) -> list[OutgoingEvent]:
        """Evaluate locked cases, write them and the record, and return the events to emit.

        A case with facts of a date that the ledger has not completed waits for it: its look falls due then. `traces`
        maps borrowers to the trace of what moved them.
        """
        await store.load_payments(connection, cases)
        areas = await area_store.load_areas(connection)
        ladders = await self.ladders(connection)
        evaluated: list[_Evaluated] = []
        for case in sorted(cases, key=lambda case: case.borrower_id):
            known_on = max((file.known_on for file in case.loans.values()), default=None)
            if on is None or (known_on is not None and known_on > on):
                case.next_look_on = known_on if known_on is not None else date.min
                continue
            evaluated.append(_evaluate_one(case, ladders, areas, on, record, traces.get(case.borrower_id)))
        emitted = [] if on is None else await self._emit(connection, evaluated, on, record)
        await store.save_cases(connection, cases, on)
        await store.save_schedules(connection, record.schedules)
        await record_store.append(connection, record)
        return emitted

    async def _emit(
        self, connection: Connection, evaluated: Sequence[_Evaluated], on: date, record: Record
    ) -> list[OutgoingEvent]:
        """What is told of evaluated cases. A message with an offer stands for the step's own words of help."""
        withdrawn = await self.offers.withdraw_needless(connection, [key for one in evaluated for key in one.cured], on)
        wanted = [wish for one in evaluated for wish in one.wanted]
        offers = await self.offers.make(connection, wanted, on, record.schedules)
        told_by_offer = {(one.case.borrower_id, one.action.loan_id, one.action.step_id) for one in offers.made}
        emitted = [
            event
            for one in evaluated
            for action in one.actions
            if not (isinstance(action, NoticeAsked) and action.is_of_help
                    and (one.case.borrower_id, action.loan_id, action.step_id) in told_by_offer)
            for event in events_of(action, one.case, one.policy, on, one.trace)
        ]  # fmt: skip
        return [*emitted, *withdrawn, *offers.events, *(find_plan(one, on, record) for one in offers.without_plan)]


def _evaluate_one(
    case: CaseFile, ladders: Ladders, areas: Areas, on: date, record: Record, trace: str | None
) -> _Evaluated:
    chosen = ladders.choose(case)
    evaluation = evaluate_case(case, chosen.policy, areas, on, is_held_out=chosen.is_held_out)
    for loan_id, memory in evaluation.memories.items():
        case.loans[loan_id].memory = memory
    case.memory = evaluation.memory
    case.policy_version, case.arm = chosen.policy.version, chosen.arm
    case.evaluated_on, case.next_look_on = on, evaluation.next_look_on
    case.evaluations += 1
    record.add_evaluation(case, chosen, areas, evaluation, on)
    return _Evaluated(case, chosen.policy, evaluation.actions, trace)
