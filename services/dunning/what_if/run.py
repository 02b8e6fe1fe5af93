"""What-if over all cases: the record is read in one snapshot, replayed case by case, and summed up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from services.dunning.ladder.policy import LadderPolicy
from services.dunning.what_if.differences import CaseDifference, difference_of
from services.dunning.what_if.outcomes import Unheard
from services.dunning.what_if.replay import Scenario, replay
from services.dunning.what_if.report import WhatIfReport
from services.dunning.what_if.store import histories, load_used_ladders, snapshot
from services.eventing.database import Connection


class NotReplayable(ValueError):
    """Something asked for that cannot be replayed: the `field` with its `value`, and the `reason`."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value}: {reason}")
        self.field = field
        self.value = value
        self.reason = reason


class NoHistory(LookupError):
    """Nothing is recorded that could be replayed."""


@dataclass(frozen=True, slots=True)
class WhatIfRequest:
    """A ladder to replay the record under, from `from_on` (the beginning if None) to `to_on`, both included.

    `to_on` None means the last business date that is completed. Raises NotReplayable.
    """

    policy: LadderPolicy
    from_on: date | None = None
    to_on: date | None = None
    unheard: Unheard = "done"

    def __post_init__(self) -> None:
        if self.from_on is not None and self.to_on is not None and self.from_on > self.to_on:
            raise NotReplayable("--from", self.from_on, f"is after --to {self.to_on}")


async def what_if_of(
    connection: Connection,
    request: WhatIfRequest,
    completed_on: date | None,
    on_difference: Callable[[CaseDifference], None],
) -> WhatIfReport:
    """Replay every case, and give those that differ to `on_difference`, in order of their borrowers.

    `completed_on` is the last business date that the ledger completed. Nothing is written, locked or held in memory
    but a range of borrowers. Raises NotReplayable, NoHistory, UnknownFact, UnknownLadder and DocumentError.
    """
    async with snapshot(connection):
        scenario = await _scenario_of(connection, request, completed_on)
        report = WhatIfReport(scenario)
        async for chunk in histories(connection):
            for history in chunk:
                if history.evaluations[0].on > scenario.to_on:
                    continue
                difference = difference_of(history, replay(history, scenario), scenario)
                report.add(difference)
                if difference.differs:
                    on_difference(difference)
    if report.cases == 0:
        raise NoHistory(f"no history: no case was evaluated up to {scenario.to_on}")
    return report


async def _scenario_of(connection: Connection, request: WhatIfRequest, completed_on: date | None) -> Scenario:
    if completed_on is None:
        raise NoHistory("no history: the ledger has completed no business date")
    to_on = request.to_on or completed_on
    if to_on > completed_on:
        raise NotReplayable("--to", to_on, f"is after the last business date that is completed, {completed_on}")
    if request.from_on is not None and request.from_on > to_on:
        raise NotReplayable("--from", request.from_on, f"is after the last day, {to_on}")
    ladders = await load_used_ladders(connection)
    policy = request.policy
    if policy.version in ladders and ladders[policy.version] != policy:
        raise NotReplayable(
            "version", policy.version, "was in force with other rules: a changed ladder needs a new one"
        )
    return Scenario(policy, ladders, to_on, request.from_on, request.unheard)
