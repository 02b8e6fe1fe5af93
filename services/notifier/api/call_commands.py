"""Agents' calls: claimed and ended by commands. Whom to call and what to say is read apart, by who may see it."""

from datetime import datetime
from functools import partial

from services.eventing.api_commands import Sender
from services.eventing.database import Connection
from services.notifier.api.command_answers import CallEndAnswer, ClaimAnswer
from services.notifier.api.command_requests import CallEndRequest, Command
from services.notifier.api.notifier_parts import NotifierParts
from services.notifier.api.notifier_problems import call_refused
from services.notifier.calls.agent_call import CalledAgain, NotReached, Reached
from services.notifier.calls.agent_calls import AgentCalls, CallToMake, CallWaits
from services.notifier.calls.call_errors import BorrowerBeingCalled, CallNotClaimed, CallOver, CallUnknown
from services.notifier.calls.call_rules import may_call


class CallDesk:
    """What commands do with calls. The agent is the operator, or else the caller."""

    def __init__(self, parts: NotifierParts) -> None:
        self._parts = parts

    async def claim(self, connection: Connection, command: Command, sender: Sender, at: datetime) -> ClaimAnswer:
        """Take a call to make it at once. Raises Problem."""
        call_id = command.subject_id or ""
        try:
            taken = await self._calls(at).claim(connection, command.borrower_id, call_id, _agent(sender), at)
        except (CallUnknown, CallOver, BorrowerBeingCalled) as error:
            raise call_refused(error) from error
        if isinstance(taken, CallToMake):
            return ClaimAnswer(command=command.kind, id=call_id, at=at, changed=True, result="claimed")
        if isinstance(taken, CallWaits):
            return ClaimAnswer(
                command=command.kind, id=call_id, at=at, changed=True, result="later", until=taken.until,
                rule=taken.rule, clause=taken.clause,
            )  # fmt: skip
        return ClaimAnswer(
            command=command.kind, id=call_id, at=at, changed=True, result="called-off", reasons=taken.reasons
        )

    async def end(
        self, connection: Connection, command: Command, request: CallEndRequest, sender: Sender, at: datetime
    ) -> CallEndAnswer:
        """Keep what came of a call. Raises Problem."""
        call_id = command.subject_id or ""
        try:
            ending = await self._calls(at).record_outcome(
                connection, command.borrower_id, call_id, _agent(sender), request.outcome, at, request.recipient
            )
        except (CallUnknown, CallOver, CallNotClaimed) as error:
            raise call_refused(error) from error
        answer = partial(CallEndAnswer, command=command.kind, id=call_id, at=at, changed=True)
        match ending:
            case Reached():
                return answer(result="reached")
            case CalledAgain(not_before):
                return answer(result="again", until=not_before)
            case NotReached(reason):
                return answer(result="not-reached", not_reached_because=reason)

    def _calls(self, at: datetime) -> AgentCalls:
        parts = self._parts
        return AgentCalls(parts.keys, parts.calendar, partial(may_call, parts.rules_at(at)))


def _agent(sender: Sender) -> str:
    return sender.operator or sender.key.name
