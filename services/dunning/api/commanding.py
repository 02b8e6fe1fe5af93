"""Doing a command: one transaction that locks the case, changes it, evaluates it, queues events and keeps the audit.

Events and looks of the same borrower wait for the lock, or this for them; each sees what the other did.
"""

from dataclasses import dataclass, field
from datetime import date

from services.dunning import store
from services.dunning.api import command_store, reading_store
from services.dunning.api.area_commands import take_area_command
from services.dunning.api.case_answers import AreaCommandAnswer, CommandAnswer
from services.dunning.api.case_reading import CaseRead, case_answer
from services.dunning.api.command_facts import TaskDone, Told, kind_of, take_told
from services.dunning.api.command_requests import Command, LookRequest, OfferRequest, TaskDoneRequest, new_id_of
from services.dunning.api.command_store import DoneCommand
from services.dunning.api.dunning_problems import REFUSED, no_business_date, refused, unknown_borrower, unknown_task
from services.dunning.api.offer_commands import answer_offer, is_about_an_offer, make_offer, wanted_by_hand
from services.dunning.api.told_by_commands import CaseRequest, told_by
from services.dunning.api.used_ladders import UsedLadders
from services.dunning.cases import area_store
from services.dunning.cases.case_file import Areas, CaseFile
from services.dunning.cases.case_work import CaseWork
from services.dunning.cases.record import FactRow, Record
from services.dunning.cases.refusals import NotTaken
from services.dunning.ladder.choice import Ladders
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.offer_desk import OfferRefused
from services.eventing import store as eventing_store
from services.eventing.api_commands import CREATED, Answered, Sender, former_answer
from services.eventing.api_connections import ApiConnections
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent
from services.eventing.problems import refused_field


@dataclass(frozen=True, slots=True)
class _Taken:
    """What a command did: `subject_id` is what it made or was about; `told` is None where all was so already."""

    subject_id: str
    told: Told | None = None
    emitted: list[OutgoingEvent] = field(default_factory=list)
    evaluates: bool = False


@dataclass(frozen=True, slots=True)
class _AtHand:
    """What a command about a borrower works with; the case is locked."""

    connection: Connection
    case: CaseFile
    policy: LadderPolicy
    areas: Areas
    on: date
    command: Command
    sender: Sender
    record: Record = field(default_factory=Record)

    @property
    def new_id(self) -> str:
        """The id of what the command makes."""
        return new_id_of(self.command, self.sender.key.name, self.sender.idempotency_key)


class Commands:
    """Does commands, each once."""

    def __init__(self, connections: ApiConnections, work: CaseWork, ladders: UsedLadders) -> None:
        self._connections = connections
        self._work = work
        self._ladders = ladders

    async def do(self, command: Command, sender: Sender) -> Answered:
        """Do a command once, however often it is sent. Raises Problem; then nothing has changed."""
        ladders = await self._ladders.get()
        async with self._connections.writing() as connection:
            former = await former_answer(connection, command.borrower_id or "", sender, command.sha256)
            if former is not None:
                return former
            try:
                if command.borrower_id is None:
                    subject_id, answer = await self._for_many(connection, command, sender)
                else:
                    subject_id, answer = await self._for_one(connection, command.borrower_id, command, sender, ladders)
            except (NotTaken, OfferRefused) as error:
                raise refused(error) from error
            await command_store.keep_command(connection, _done(command, sender, subject_id, answer))
            return Answered(CREATED, answer, is_replayed=False)

    async def _on(self, connection: Connection) -> date:
        """The business date. Raises Problem before the first."""
        on = await self._work.today(connection)
        if on is None:
            raise no_business_date()
        return on

    async def _for_many(self, connection: Connection, command: Command, sender: Sender) -> tuple[str, str]:
        on = await self._on(connection)
        new_id = new_id_of(command, sender.key.name, sender.idempotency_key)
        subject_id = await take_area_command(connection, command, new_id, on)
        return subject_id, AreaCommandAnswer(command=command.kind, id=subject_id, on=on).model_dump_json()

    async def _for_one(
        self, connection: Connection, borrower_id: str, command: Command, sender: Sender, ladders: Ladders
    ) -> tuple[str, str]:
        if not await command_store.is_known(connection, borrower_id):
            raise unknown_borrower(borrower_id)
        case = (await store.load_cases(connection, [borrower_id]))[borrower_id]
        # Only a date read under the lock is never before that of the last evaluation.
        on = await self._on(connection)
        await store.load_payments(connection, [case])
        areas = await area_store.load_areas(connection)
        at_hand = _AtHand(connection, case, ladders.choose(case).policy, areas, on, command, sender)
        taken = await self._take(at_hand)
        emitted = taken.emitted
        if taken.told is not None:
            _note(at_hand, taken.told)
        if taken.evaluates or taken.told is not None:
            traces = {} if sender.trace is None else {borrower_id: sender.trace}
            emitted = [*emitted, *await self._work.evaluate(connection, [case], at_hand.record, on, traces)]
        await eventing_store.write_outbox(connection, [_traced(event, sender.trace) for event in emitted])
        read = CaseRead(
            case, areas, await reading_store.open_offers(connection, borrower_id),
            await reading_store.open_tasks_of(connection, borrower_id), on,
        )  # fmt: skip
        answer = CommandAnswer(
            command=command.kind, id=taken.subject_id, on=on, changed=taken.told is not None,
            case=case_answer(read, ladders),
        )  # fmt: skip
        return taken.subject_id, answer.model_dump_json()

    async def _take(self, at_hand: _AtHand) -> _Taken:
        """Raises Problem, NotTaken, OfferRefused."""
        command, case, request = at_hand.command, at_hand.case, at_hand.command.request
        if isinstance(request, LookRequest):
            return _Taken(case.borrower_id, evaluates=True)
        if isinstance(request, TaskDoneRequest):
            return await _task_done(at_hand, request)
        if isinstance(request, OfferRequest):
            wanted = wanted_by_hand(case, request.loan_id, at_hand.new_id, at_hand.policy, at_hand.sender.trace)
            made = await make_offer(at_hand.connection, self._work.offers, wanted, at_hand.on)
            return _Taken(made.offer_id, made.told, made.emitted)
        if is_about_an_offer(command):
            answered = await answer_offer(
                at_hand.connection, self._work.offers, case, command, at_hand.on, at_hand.sender.trace
            )
            return _Taken(answered.offer_id, answered.told, answered.emitted)
        return _take_told(at_hand, request)  # type: ignore[arg-type]


def _take_told(at_hand: _AtHand, request: CaseRequest) -> _Taken:
    """What the case is told, as by an event."""
    subject_id = at_hand.new_id if at_hand.command.makes_something else _subject_of(at_hand)
    told = told_by(request, at_hand.case.borrower_id, subject_id, at_hand.on)
    changed = take_told(at_hand.case, told, at_hand.policy, at_hand.areas, at_hand.on)
    return _Taken(subject_id, told if changed else None)


def _subject_of(at_hand: _AtHand) -> str:
    """What a command that makes nothing is about: what its address names, a loan, or the borrower."""
    loan_id: str | None = getattr(at_hand.command.request, "loan_id", None)
    return at_hand.command.subject_id or loan_id or at_hand.case.borrower_id


async def _task_done(at_hand: _AtHand, request: TaskDoneRequest) -> _Taken:
    case, task_id = at_hand.case, at_hand.command.subject_id or ""
    task = await command_store.lock_task(at_hand.connection, case.borrower_id, task_id)
    if task is None:
        raise unknown_task(task_id)
    if task.done_on is not None:
        raise refused_field(REFUSED, "task_id", task_id, f"was done on {task.done_on}: {task.outcome}")
    told = TaskDone(
        borrower_id=case.borrower_id, task_id=task_id, task_kind=task.kind, loan_id=task.loan_id,
        step_id=task.step_id, outcome=request.outcome, done_on=at_hand.on,
    )  # fmt: skip
    take_told(case, told, at_hand.policy, at_hand.areas, at_hand.on)
    operator = at_hand.sender.operator or at_hand.sender.key.name
    await command_store.end_task(
        at_hand.connection, case.borrower_id, task_id, request.outcome, operator, at_hand.on
    )  # fmt: skip
    return _Taken(task_id, told)


def _note(at_hand: _AtHand, told: Told) -> None:
    """Record what was told, as what events tell is."""
    case = at_hand.case
    case.fact_count += 1
    at_hand.record.facts.append(FactRow(
        case.borrower_id, case.fact_count, case.evaluations + 1, at_hand.on, kind_of(told), told.model_dump_json()
    ))  # fmt: skip


def _traced(event: OutgoingEvent, trace: str | None) -> OutgoingEvent:
    return event if event.traceparent is not None else event._replace(traceparent=trace)


def _done(command: Command, sender: Sender, subject_id: str, answer: str) -> DoneCommand:
    return DoneCommand(
        borrower_id=command.borrower_id,
        caller=sender.key.name,
        idempotency_key=sender.idempotency_key,
        kind=command.kind,
        subject_id=subject_id,
        request_json=command.request.model_dump_json(),
        request_sha256=command.sha256,
        reason=command.request.reason,
        key_id=sender.key.id,
        operator=sender.operator,
        request_id=sender.request_id,
        status=CREATED,
        answer=answer,
    )
