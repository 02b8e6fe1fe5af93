"""An offer as the pages know it: what dunning made, and how it stands. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from schemas.offers import OfferedPlan, OfferMade

OfferStatus = Literal["open", "accepted", "agreed", "countered", "closed"]
ClosedReason = Literal["declined", "expired", "withdrawn", "countered"]
OfferState = Literal[
    "open", "accepted", "agreed", "wished", "declined", "expired", "withdrawn", "replaced", "not-taken"
]


@dataclass(frozen=True, slots=True)
class KeptOffer:
    """An offer and its fate.

    `accepted`: the borrower said so on the page. `agreed`: dunning took the acceptance. `plan_id` is the plan of both;
    with it a closed offer is one whose acceptance came too late to be taken.
    `is_wish_refused`: no plan meets what the borrower wished, and the offer stands as it was.
    """

    made: OfferMade
    status: OfferStatus = "open"
    closed_reason: ClosedReason | None = None
    plan_id: str | None = None
    is_wish_refused: bool = False
    viewed_at: datetime | None = None

    def state_on(self, today: date) -> OfferState:
        """How it stands on a business date, in the borrower's terms."""
        if self.status == "open":
            return "open" if today <= self.made.expires_on else "expired"
        if self.status == "countered":
            return "wished"
        if self.status != "closed":
            return self.status
        if self.plan_id is not None:
            return "not-taken"
        if self.closed_reason is None or self.closed_reason == "countered":
            return "replaced"
        return self.closed_reason

    def plan(self, plan_id: str) -> OfferedPlan | None:
        """One of its plans."""
        return next((plan for plan in self.made.plans if plan.plan_id == plan_id), None)

    @property
    def chosen_plan(self) -> OfferedPlan | None:
        """The plan that was taken, if one was."""
        return None if self.plan_id is None else self.plan(self.plan_id)
