"""What a borrower wishes instead of an offer: an instalment of at most so much, or another day of the month. Pure.

The answer keeps the same rules as the lender's own offers; it is an offer, or says which rule stands against the wish.
"""

from collections.abc import Iterator
from decimal import localcontext
from typing import Final

from schemas.offers import PlanKind
from services.dunning.offers.drafts import MOST_INSTALMENTS, Drafts
from services.dunning.offers.engine import EXACT, Offer, judged, judged_candidate, offer_of
from services.dunning.offers.means import BorrowerMeans
from services.dunning.offers.offer_policy import OfferPolicy, ReliefReason
from services.dunning.offers.plan import Candidate, Shape, plan_for
from services.dunning.offers.plan_grids import KINDS
from services.dunning.offers.position import InvalidPosition, LoanPosition
from services.dunning.offers.ranking import ValuedPlan, ranked
from services.dunning.offers.reasons import Reason, readable_amount, reason
from services.dunning.offers.rules import Breach, Rejection, rejections_of
from services.dunning.offers.situation import Situation
from services.schedules.terms import InvalidTerms

_KIND_OF_WISHED_AMOUNT: Final[PlanKind] = "extend-term"


def counter_offer(
    position: LoanPosition,
    means: BorrowerMeans,
    relief: ReliefReason,
    policy: OfferPolicy,
    *,
    wished_instalment_minor: int | None = None,
    wished_due_day_of_month: int | None = None,
    kind: PlanKind | None = None,
) -> Offer | Rejection:
    """The plan that meets a borrower's wish, or the rule against it.

    `wished_instalment_minor` gives the shortest plan that keeps all rules and has no larger instalment, all that is
    owed being scheduled anew (kind extend-term; it can be shorter than the term left). With `wished_due_day_of_month`
    instalments fall due on that day, or on the last of a month that lacks it; alone it gives the plan that
    `make_offers` would rank first on that day, of one `kind` if that is given. Both can be wished together.

    Raises InvalidPosition for a wish that cannot be, or none; InvalidTerms past the end of the calendar.
    """
    _refuse_impossible(wished_instalment_minor, wished_due_day_of_month)
    with localcontext(EXACT):
        situation = Situation(position, means, relief, policy)
        drafts = Drafts(situation, wished_due_day_of_month)
        by_day: tuple[Reason, ...] = ()
        if wished_due_day_of_month is not None:
            if position.terms.every[1] != "months":
                return Rejection(kind or _KIND_OF_WISHED_AMOUNT, "wished-due-day")
            by_day = (reason("on-your-day", day=wished_due_day_of_month),)
        if wished_instalment_minor is None:
            return _first_ranked(drafts, kind, by_day)
        return _shortest_within(drafts, wished_instalment_minor, by_day)


def _refuse_impossible(instalment_minor: int | None, day: int | None) -> None:
    if instalment_minor is None and day is None:
        raise InvalidPosition("wished_instalment_minor", None, "nothing is wished: give it, or wished_due_day_of_month")
    if instalment_minor is not None and instalment_minor <= 0:
        raise InvalidPosition("wished_instalment_minor", instalment_minor, "must be above zero")
    if day is not None and not 1 <= day <= 31:
        raise InvalidPosition("wished_due_day_of_month", day, "must be a day from 1 to 31")


def _first_ranked(drafts: Drafts, kind: PlanKind | None, wishes: tuple[Reason, ...]) -> Offer | Rejection:
    situation = drafts.situation
    survivors: list[ValuedPlan] = []
    rejected: list[Rejection] = []
    for one in KINDS if kind is None else (kind,):
        plans, rejections = judged(one, drafts)
        survivors += plans
        rejected += rejections
    chosen = ranked(survivors, situation)
    return offer_of(chosen[0], situation, *wishes) if chosen else rejected[0]


def _shortest_within(drafts: Drafts, wished_minor: int, wishes: tuple[Reason, ...]) -> Offer | Rejection:
    situation = drafts.situation
    kind = _KIND_OF_WISHED_AMOUNT
    if kind not in situation.policy.allowed_kinds:
        return Rejection(kind, "kind-not-allowed")
    broken: list[tuple[Breach, ...]] = []
    smallest_minor: int | None = None
    for candidate in _ever_longer(drafts, wished_minor):
        try:
            largest_minor = plan_for(candidate, situation).largest_minor
        except InvalidTerms:
            continue
        smallest_minor = largest_minor if smallest_minor is None else min(smallest_minor, largest_minor)
        if largest_minor > wished_minor:
            continue
        outcome = judged_candidate(candidate, situation)
        if isinstance(outcome, ValuedPlan):
            as_wished = reason("as-you-wished", wished=readable_amount(wished_minor, situation.currency))
            return offer_of(outcome, situation, as_wished, *wishes)
        broken.append(outcome)
    if smallest_minor is None:
        return Rejection(kind, "no-such-dates")
    too_large = (Breach("wished-instalment", wished_minor, smallest_minor, "minor"),)
    return rejections_of(kind, broken or [too_large])[0]


def _ever_longer(drafts: Drafts, wished_minor: int) -> Iterator[Candidate]:
    """Plans of one instalment more each, up to one that breaks the longest extension.

    With fewer instalments than what is to be paid divided by the wish, one of them would be larger than it.
    """
    longest = min(drafts.count_with(drafts.situation.policy.maximum_extension_months) + 1, MOST_INSTALMENTS)
    fewest = -(-drafts.least_total_minor // wished_minor)
    for count in range(min(fewest, longest), longest + 1):
        agreement = drafts.rescheduled(count=count)
        if agreement is not None:
            yield Candidate(_KIND_OF_WISHED_AMOUNT, Shape(instalments=count), agreement)
