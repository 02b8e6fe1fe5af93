"""Making offers and what becomes of them: what is offered is kept with its exact terms, and accepted once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from schemas.offers import OfferedInstalment
from services.dunning import offer_store
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.identifiers import counter_offer_id, offer_id
from services.dunning.current_instalments import current_instalments
from services.dunning.kept_schedule import KeptSchedule
from services.dunning.offer_events import Closing, WantedOffer, accepted_events, closed_event, made_event
from services.dunning.offer_position import NoPosition, current_schedule_of, means_of, position_of, relief_reason_of
from services.dunning.offer_store import KeptOffer
from services.dunning.offered_plans import offered_plans
from services.dunning.offers.counter import counter_offer
from services.dunning.offers.engine import Offer, Offers, make_offers
from services.dunning.offers.means import ObservedPayment
from services.dunning.offers.offer_policy import OfferPolicy
from services.dunning.offers.position import InvalidPosition
from services.dunning.offers.rules import Rejection
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, outgoing
from services.schedules.terms import InvalidTerms

_EXPIRE_AT_ONCE: Final = 500
Schedules = Mapping[tuple[str, str], KeptSchedule]
"""Schedules as they are kept, by borrower and loan."""


@dataclass(frozen=True, slots=True)
class PossibleOffers:
    """What the engine finds for a loan, beside what the borrower would pay without a plan."""

    found: Offers
    current: tuple[OfferedInstalment, ...]


@dataclass(frozen=True, slots=True)
class MadeOffers:
    """What came of wanted offers: those made, with their events, and what no plan fits."""

    made: tuple[WantedOffer, ...]
    events: tuple[OutgoingEvent, ...]
    without_plan: tuple[WantedOffer, ...]


NONE_WANTED: Final = MadeOffers((), (), ())


@dataclass(frozen=True, slots=True)
class Wish:
    """What a borrower could pay instead: at most so much an instalment, in minor units, or on another day."""

    instalment_minor: int | None
    due_day_of_month: int | None


class OfferRefused(ValueError):
    """An answer to an offer that cannot be taken: the rule's `code`, the `field` with its `value`, and the `reason`."""

    def __init__(self, code: str, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field} {value}: {reason}")
        self.code = code
        self.field = field
        self.value = value
        self.reason = reason


class OfferDesk:
    """Makes offers by one policy, and notes what becomes of them."""

    def __init__(self, policy: OfferPolicy) -> None:
        self._policy = policy

    async def make(
        self, connection: Connection, wanted: Sequence[WantedOffer], on: date, schedules_told: Schedules
    ) -> MadeOffers:
        """Make what is wanted, but no second offer for a loan; `schedules_told` are newer than those kept."""
        if not wanted:
            return NONE_WANTED
        keys = sorted({(one.case.borrower_id, one.action.loan_id) for one in wanted})
        schedules = {**await offer_store.load_schedules(connection, keys), **schedules_told}
        payments = await offer_store.load_observed_payments(connection, keys, on)
        open_loans = await offer_store.loans_with_open_offers(connection, keys)
        made, events, without_plan = [], [], []
        for one in wanted:
            key = (one.case.borrower_id, one.action.loan_id)
            if key in open_loans:
                continue
            offer = await self._worked_out(one, schedules.get(key), payments.get(key, ()), on)
            if offer is None:
                without_plan.append(one)
                continue
            open_loans.add(key)
            if await offer_store.keep_offer(connection, offer):
                made.append(one)
                events.append(outgoing(made_event(offer), 1, traceparent=one.traceparent))
        return MadeOffers(tuple(made), tuple(events), tuple(without_plan))

    async def _worked_out(
        self, wanted: WantedOffer, kept: KeptSchedule | None, payments: tuple[ObservedPayment, ...], on: date
    ) -> KeptOffer | None:
        """The offer to keep; None where no plan fits."""
        try:
            # In a thread, so that a day with many offers does not hold up everything else.
            possible = await asyncio.to_thread(self._plans, wanted, kept, payments, on)
        except (NoPosition, InvalidPosition, InvalidTerms):
            return None
        if not possible.found.offers:
            return None
        action = wanted.action
        name = offer_id(action.loan_id, on, action.step_id)
        return _kept(wanted.case, action.loan_id, name, action.rule, possible.found.offers, possible.current, on)

    async def possible(self, connection: Connection, wanted: WantedOffer, on: date) -> PossibleOffers:
        """What `make` would offer for a loan of the case, and why not other kinds; nothing is kept.

        Raises OfferRefused where no plan can be worked out at all.
        """
        loan_id = wanted.action.loan_id
        key = (wanted.case.borrower_id, loan_id)
        schedules = await offer_store.load_schedules(connection, [key])
        payments = await offer_store.load_observed_payments(connection, [key], on)
        try:
            # Thousands of plans may be worked out: in a thread they hold up no other request and no event.
            return await asyncio.to_thread(self._plans, wanted, schedules.get(key), payments.get(key, ()), on)
        except (NoPosition, InvalidPosition, InvalidTerms) as error:
            raise OfferRefused("no-plan", "loan_id", loan_id, str(error)) from error

    def _plans(
        self, wanted: WantedOffer, kept: KeptSchedule | None, payments: tuple[ObservedPayment, ...], on: date
    ) -> PossibleOffers:
        """Raises NoPosition, InvalidPosition, InvalidTerms."""
        facts = wanted.case.loans[wanted.action.loan_id].facts
        position = position_of(facts, kept, on)
        means = means_of(wanted.case, facts.currency, payments, wanted.ladder)
        reason = relief_reason_of(wanted.case, wanted.ladder, on)
        found = make_offers(position, means, reason, self._policy)
        return PossibleOffers(found, current_instalments(facts, current_schedule_of(facts, kept), on))

    async def accept(
        self, connection: Connection, case: CaseFile, offer_id: str, plan_id: str, on: date
    ) -> list[OutgoingEvent]:
        """Accept a plan as of `on`: once, however often it is accepted. Raises OfferRefused.

        An offer that has expired since is accepted all the same, and what is offered in its place is withdrawn.
        """
        offer = await _lock(connection, case.borrower_id, offer_id)
        plan = next((one for one in offer.plans if one.plan_id == plan_id), None)
        if plan is None:
            raise OfferRefused("unknown-plan", "plan_id", plan_id, f"is not a plan of offer {offer_id!r}")
        if offer.status == "accepted" and offer.plan_id == plan_id:
            return []
        withdrawn: list[OutgoingEvent] = []
        if offer.status == "expired" and on <= offer.expires_on:
            await _refuse_unless_it_still_fits(connection, case, offer)
            withdrawn = await self.withdraw_needless(connection, [(case.borrower_id, offer.loan_id)], on)
        else:
            _refuse_unless_open(offer, on)
        accepted = replace(offer, status="accepted", plan_id=plan_id, sequence=offer.sequence + 1)
        await offer_store.save_fate(connection, accepted, on)
        return [*withdrawn, *accepted_events(accepted, plan, on)]

    async def close(
        self, connection: Connection, borrower_id: str, offer_id: str, reason: Closing, on: date
    ) -> list[OutgoingEvent]:
        """Decline or withdraw an offer; doing so again changes nothing. Raises OfferRefused."""
        offer = await _lock(connection, borrower_id, offer_id)
        if offer.status == reason:
            return []
        _refuse_unless_open(offer, on, expired_too=True)
        return [await _close(connection, offer, reason, on)]

    async def counter(
        self,
        connection: Connection,
        case: CaseFile,
        offer_id: str,
        wish: Wish,
        on: date,
        traceparent: str | None,
    ) -> list[OutgoingEvent]:
        """Put the plan that the borrower wishes in an offer's place, if it keeps all rules. Raises OfferRefused."""
        offer = await _lock(connection, case.borrower_id, offer_id)
        if offer.status == "countered":
            return []
        _refuse_unless_open(offer, on)
        file = case.loans.get(offer.loan_id)
        if file is None:
            raise OfferRefused("unknown-loan", "loan_id", offer.loan_id, "is not a loan of the borrower")
        key = (case.borrower_id, offer.loan_id)
        schedules = await offer_store.load_schedules(connection, [key])
        payments = await offer_store.load_observed_payments(connection, [key], on)
        try:
            position = position_of(file.facts, schedules.get(key), on)
            found = counter_offer(
                position,
                means_of(case, offer.currency, payments.get(key, ()), None),
                relief_reason_of(case, None, on),
                self._policy,
                wished_instalment_minor=wish.instalment_minor,
                wished_due_day_of_month=wish.due_day_of_month,
            )
        except (NoPosition, InvalidPosition, InvalidTerms) as error:
            raise OfferRefused("no-plan", "wish", wish, str(error)) from error
        if isinstance(found, Rejection):
            raise OfferRefused("no-plan", "wish", wish, f"{found.kind}: {found.sentence}")
        closed = await _close(connection, offer, "countered", on)
        current = current_instalments(file.facts, current_schedule_of(file.facts, schedules.get(key)), on)
        kept = _kept(
            case, offer.loan_id, counter_offer_id(offer_id), f"counter:{offer_id}"[:128], (found,), current, on
        )
        await offer_store.keep_offer(connection, kept)
        return [closed, outgoing(made_event(kept), 1, traceparent=traceparent)]

    async def tell_again(
        self, connection: Connection, borrower_id: str, offer_id: str, on: date, traceparent: str | None
    ) -> list[OutgoingEvent]:
        """Tell of an open offer once more: it holds as it was. Nothing is told of one that is closed."""
        offer = await _lock(connection, borrower_id, offer_id)
        if offer.status != "open" or on > offer.expires_on:
            return []
        again = replace(offer, sequence=offer.sequence + 1)
        await offer_store.save_fate(connection, again, on)
        return [outgoing(made_event(again), again.sequence, traceparent=traceparent)]

    async def withdraw_needless(
        self, connection: Connection, cured: Sequence[tuple[str, str]], on: date
    ) -> list[OutgoingEvent]:
        """Withdraw what is still offered for loans, (borrower id, loan id) each, that need no plan any more."""
        if not cured:
            return []
        return [
            closed_event(offer, "withdrawn", on) for offer in await offer_store.withdraw_open(connection, cured, on)
        ]

    async def expire(self, connection: Connection, on: date) -> bool:
        """Close offers whose last day is over; True when more may wait."""
        async with connection.transaction():
            expired = await offer_store.expire_offers(connection, on, _EXPIRE_AT_ONCE)
            await offer_store.queue(connection, [closed_event(offer, "expired", on) for offer in expired])
        return len(expired) == _EXPIRE_AT_ONCE


async def _lock(connection: Connection, borrower_id: str, offer_id: str) -> KeptOffer:
    offer = await offer_store.lock_offer(connection, borrower_id, offer_id)
    if offer is None:
        raise OfferRefused("unknown-offer", "offer_id", offer_id, "is not an offer to this borrower")
    return offer


async def _close(connection: Connection, offer: KeptOffer, reason: Closing, on: date) -> OutgoingEvent:
    closed = replace(offer, status=reason, sequence=offer.sequence + 1)
    await offer_store.save_fate(connection, closed, on)
    return closed_event(closed, reason, on)


def _refuse_unless_open(offer: KeptOffer, on: date, *, expired_too: bool = False) -> None:
    if offer.status != "open":
        raise OfferRefused("offer-closed", "offer_id", offer.offer_id, f"is {offer.status}")
    if on > offer.expires_on and not expired_too:
        raise OfferRefused("offer-expired", "offer_id", offer.offer_id, f"could be accepted until {offer.expires_on}")


async def _refuse_unless_it_still_fits(connection: Connection, case: CaseFile, offer: KeptOffer) -> None:
    """An expired offer's plans no longer fit a loan that is over, or that another plan was agreed for since."""
    file = case.loans.get(offer.loan_id)
    if file is None or file.facts.settled or file.facts.written_off:
        raise OfferRefused("offer-closed", "offer_id", offer.offer_id, "is expired, and its loan is over")
    since = file.facts.restructured_on
    if (since is not None and since >= offer.made_on) or await offer_store.has_accepted_since(connection, offer):
        raise OfferRefused("offer-closed", "offer_id", offer.offer_id, "is expired, and another plan was agreed since")


def _kept(
    case: CaseFile, loan_id: str, name: str, rule: str, offers: Sequence[Offer],
    current: tuple[OfferedInstalment, ...], on: date,
) -> KeptOffer:  # fmt: skip
    return KeptOffer(
        borrower_id=case.borrower_id, offer_id=name, loan_id=loan_id, currency=case.loans[loan_id].facts.currency,
        made_on=on, expires_on=min(offer.expires_on for offer in offers), rule=rule,
        plans=offered_plans(name, offers), status="open", plan_id=None, current_instalments=current,
    )  # fmt: skip
