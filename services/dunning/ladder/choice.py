"""Which ladder a borrower's case goes by: champion, challengers and a hold-out group, split at random and for good.

The split depends on the borrower and the experiment alone, so it is the same in every process and after every start.
A case under way keeps its ladder when the choice changes, or moves, as the choice says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from schemas.values import Identifier
from services.dunning.cases.case_file import CaseFile
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.ladder.steps import PolicyPart
from services.yaml_documents import broken_rule, parse_document

_PARTS_PER_PERCENT: Final = 100
HOLD_OUT: Final = "hold-out"


class Arm(PolicyPart):
    """A share of all borrowers that goes by one ladder."""

    name: Identifier
    ladder: Annotated[str, Field(min_length=1, max_length=64, description="the version of a ladder policy")]
    percent: Annotated[int, Field(ge=1, le=100)]


class LadderChoice(PolicyPart):
    """Who goes by which ladder: the shares of `arms` and of the hold-out group make 100.

    `experiment` seeds the split: another name splits anew. Borrowers of the hold-out group go by the first arm's
    ladder, of which only `required` steps are taken for them. `under_way` says whether a case that is past due keeps
    the ladder it began with, or moves to the one chosen.
    """

    experiment: Annotated[str, Field(min_length=1, max_length=64)]
    arms: Annotated[tuple[Arm, ...], Field(strict=False, min_length=1)]
    hold_out_percent: Annotated[int, Field(ge=0, le=50)] = 0
    under_way: Literal["keep", "move"] = "keep"

    @model_validator(mode="after")
    def _shares_make_a_whole(self) -> "LadderChoice":
        names: set[str] = {HOLD_OUT}
        for index, arm in enumerate(self.arms):
            if arm.name in names:
                raise broken_rule(f"{arm.name!r} is taken", ("arms", index, "name"))
            names.add(arm.name)
        total = sum(arm.percent for arm in self.arms) + self.hold_out_percent
        if total != 100:
            raise broken_rule(f"the shares of arms and hold-out group make {total}, not 100", ("arms",))
        return self

    def arm_of(self, borrower_id: str) -> tuple[str, str]:
        """The name of a borrower's arm, and the version of its ladder."""
        digest = sha256(f"{self.experiment}|{borrower_id}".encode()).digest()
        place = int.from_bytes(digest[:8]) % (100 * _PARTS_PER_PERCENT)
        for arm in self.arms:
            place -= arm.percent * _PARTS_PER_PERCENT
            if place < 0:
                return arm.name, arm.ladder
        return HOLD_OUT, self.arms[0].ladder


class UnknownLadder(ValueError):
    """A ladder that is chosen, or that cases under way go by, is not among those loaded."""

    def __init__(self, version: str, wanted_by: str) -> None:
        super().__init__(f"ladder {version!r}, wanted by {wanted_by}: no document has this version")
        self.version = version
        self.wanted_by = wanted_by


@dataclass(frozen=True, slots=True)
class Chosen:
    """The ladder of a case; `moved_from` is the version that a case under way leaves."""

    policy: LadderPolicy
    arm: str
    moved_from: str | None = None

    @property
    def is_held_out(self) -> bool:
        """Whether the borrower is in the hold-out group."""
        return self.arm == HOLD_OUT


class Ladders:
    """All ladders in use, and who goes by which. Raises UnknownLadder when an arm's is missing."""

    def __init__(self, policies: Mapping[str, LadderPolicy], choice: LadderChoice) -> None:
        for arm in choice.arms:
            if arm.ladder not in policies:
                raise UnknownLadder(arm.ladder, f"arm {arm.name!r}")
        self._policies = dict(policies)
        self.choice = choice

    @classmethod
    def of_one(cls, policy: LadderPolicy) -> "Ladders":
        """Everybody goes by one ladder."""
        arm = Arm(name="champion", ladder=policy.version, percent=100)
        return cls({policy.version: policy}, LadderChoice(experiment="none", arms=(arm,)))

    def with_older(self, policies: Mapping[str, LadderPolicy]) -> "Ladders":
        """These, and ladders that cases under way still go by."""
        return Ladders({**policies, **self._policies}, self.choice)

    @property
    def policies(self) -> Mapping[str, LadderPolicy]:
        """The ladders by version."""
        return self._policies

    @property
    def first(self) -> LadderPolicy:
        """The ladder of the first arm."""
        return self._policies[self.choice.arms[0].ladder]

    def choose(self, case: CaseFile) -> Chosen:
        """The ladder for a case: what it went by if it is under way and keeps it, else what is chosen for it."""
        arm, version = self.choice.arm_of(case.borrower_id)
        former = case.policy_version
        if former is None or former == version or not is_under_way(case):
            return Chosen(self._policies[version], arm)
        if self.choice.under_way == "move":
            return Chosen(self._policies[version], arm, moved_from=former)
        if former not in self._policies:
            raise UnknownLadder(former, f"borrower {case.borrower_id!r}")
        return Chosen(self._policies[former], case.arm)


def is_under_way(case: CaseFile) -> bool:
    """Whether a loan of the case is past due."""
    return any(file.memory.is_past_due for file in case.loans.values())


def parse_choice(text: str, source_name: str) -> LadderChoice:
    """The choice in YAML `text`; `source_name` is used in errors only. Raises DocumentError."""
    return parse_document(text, source_name, LadderChoice)
