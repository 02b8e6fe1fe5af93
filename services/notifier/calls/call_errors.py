"""Why an agent cannot do with a call what they want. None tells who the borrower is beyond their id."""

from services.notifier.calls.agent_call import AgentCall


class CallUnknown(LookupError):
    """There is no such call of this borrower."""

    def __init__(self, borrower_id: str, call_id: str) -> None:
        super().__init__(f"borrower {borrower_id} has no call {call_id!r}")
        self.borrower_id = borrower_id
        self.call_id = call_id


class CallOver(ValueError):
    """The call was made or called off already."""

    def __init__(self, call: AgentCall) -> None:
        super().__init__(f"call {call.call_id} is {call.status}")
        self.call = call


class BorrowerBeingCalled(ValueError):
    """Another agent has this call, or is calling the borrower about something else."""

    def __init__(self, call: AgentCall, claimed_by: str) -> None:
        super().__init__(f"{claimed_by} is calling borrower {call.borrower_id}")
        self.call = call
        self.claimed_by = claimed_by


class CallNotClaimed(ValueError):
    """An outcome is told by somebody who does not have the call."""

    def __init__(self, call: AgentCall, agent: str) -> None:
        super().__init__(f"call {call.call_id} is not claimed by {agent}")
        self.call = call
        self.agent = agent
