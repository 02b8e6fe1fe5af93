"""Evaluating cases and writing what came of it: the same for events, for looks and for commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.dunning import store
from services.dunning.cases import area_store, record_store
from services.dunning.cases.case_actions import LoanCured, OffersWanted
from services.dunning.cases.case_evaluation import evaluate_case
from services.dunning.cases.case_events import events_of
from services.dunning.cases.case_file import Areas, CaseFile
from services.dunning.cases.record import Record
from services.dunning.ladder.choice import Ladders
from services.dunning.ladder.store import LadderKeeper
from services.dunning.offer_desk import OfferDesk, WantedOffer
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent
from services.eventing.store import business_date_of


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
        emitted: list[OutgoingEvent] = []
        wanted: list[WantedOffer] = []
        await store.load_payments(connection, cases)
        areas = await area_store.load_areas(connection)
        ladders = await self.ladders(connection)
        cured: list[tuple[str, str]] = []
        for case in sorted(cases, key=lambda case: case.borrower_id):
            known_on = max((file.known_on for file in case.loans.values()), default=None)
            if on is None or (known_on is not None and known_on > on):
                case.next_look_on = known_on if known_on is not None else date.min
                continue
            emitted += _evaluate_one(case, ladders, areas, on, record, traces.get(case.borrower_id), wanted, cured)
        if on is not None:
            emitted += await self.offers.withdraw_needless(connection, cured, on)
            emitted += await self.offers.make(connection, wanted, on, record)
        await store.save_cases(connection, cases, on)
        await store.save_terms(connection, record.terms)
        await record_store.append(connection, record)
        return emitted


def _evaluate_one(
    case: CaseFile,
    ladders: Ladders,
    areas: Areas,
    on: date,
    record: Record,
    trace: str | None,
    wanted: list[WantedOffer],
    cured: list[tuple[str, str]],
) -> list[OutgoingEvent]:
    chosen = ladders.choose(case)
    evaluation = evaluate_case(case, chosen.policy, areas, on, is_held_out=chosen.is_held_out)
    for loan_id, memory in evaluation.memories.items():
        case.loans[loan_id].memory = memory
    case.memory = evaluation.memory
    case.policy_version, case.arm = chosen.policy.version, chosen.arm
    case.evaluated_on, case.next_look_on = on, evaluation.next_look_on
    case.evaluations += 1
    record.add_evaluation(case, chosen, areas, evaluation, on)
    wanted += [
        WantedOffer(case, action, chosen.policy, trace)
        for action in evaluation.actions
        if isinstance(action, OffersWanted)
    ]
    cured += [(case.borrower_id, action.loan_id) for action in evaluation.actions if isinstance(action, LoanCured)]
    return [event for action in evaluation.actions for event in events_of(action, case, chosen.policy, on, trace)]
