"""Making offers and taking the answers: what is offered is kept with its exact terms, and accepted once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from schemas.cases import TaskRequested
from schemas.dunning import RestructureAgreed
from schemas.offers import (
    OfferAccepted,
    OfferAcceptedByBorrower,
    OfferAnswerData,
    OfferClosed,
    OfferCounteredByBorrower,
    OfferDeclinedByBorrower,
    OfferMade,
)
from services.dunning import offer_store
from services.dunning.cases.case_actions import OffersWanted
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.identifiers import fitted
from services.dunning.cases.record import Record, TaskRow
from services.dunning.ladder.policy import LadderPolicy
from services.dunning.offer_position import NoPosition, means_of, position_of, relief_reason_of
from services.dunning.offer_store import KeptOffer
from services.dunning.offered_plans import offered_plans
from services.dunning.offers.counter import counter_offer
from services.dunning.offers.engine import Offer, Offers, make_offers
from services.dunning.offers.means import ObservedPayment
from services.dunning.offers.offer_policy import OfferPolicy
from services.dunning.offers.position import InvalidPosition
from services.dunning.offers.rules import Rejection
from services.eventing.batch import Outcome
from services.eventing.database import Connection
from services.eventing.envelope import OutgoingEvent, ReceivedEvent, outgoing
from services.schedules.terms import InvalidTerms

_EXPIRE_AT_ONCE: Final = 500
_LONGEST_OFFER_ID: Final = 120
"""Leaves room for the number of a plan."""
Closing = Literal["declined", "expired", "withdrawn", "countered"]


@dataclass(frozen=True, slots=True)
class WantedOffer:
    """A loan to make plans for; `ladder` is the policy that wants them."""

    case: CaseFile
    action: OffersWanted
    ladder: LadderPolicy
    traceparent: str | None


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
    """Makes offers by one policy, and takes what borrowers and operators answer."""

    def __init__(self, policy: OfferPolicy) -> None:
        self._policy = policy

    async def make(
        self, connection: Connection, wanted: Sequence[WantedOffer], on: date, record: Record
    ) -> list[OutgoingEvent]:
        """Make what is wanted; where no plan fits, a person is asked to find one. Cases are saved after it."""
        emitted: list[OutgoingEvent] = []
        if not wanted:
            return emitted
        keys = sorted({(one.case.borrower_id, one.action.loan_id) for one in wanted})
        terms = {**await offer_store.load_terms(connection, keys), **record.terms}
        payments = await offer_store.load_observed_payments(connection, keys, on)
        open_loans = await offer_store.loans_with_open_offers(connection, keys)
        for one in wanted:
            key = (one.case.borrower_id, one.action.loan_id)
            if key in open_loans:
                continue
            try:
                # In a thread, so that a day with many offers does not hold up everything else.
                plans = await asyncio.to_thread(self._plans, one, terms.get(key), payments.get(key, ()), on)
                offers = plans.offers
            except (NoPosition, InvalidPosition, InvalidTerms):
                offers = ()
            if offers:
                open_loans.add(key)
                kept = _kept(one.case, one.action.loan_id, _offer_id(one.action, on), one.action.rule, offers, on)
                if await offer_store.keep_offer(connection, kept):
                    emitted.append(outgoing(_made(kept), 1, traceparent=one.traceparent))
            else:
                emitted.append(_find_plan(one, on, record))
        return emitted

    async def possible(self, connection: Connection, wanted: WantedOffer, on: date) -> Offers:
        """What `make` would offer for a loan of the case, and why not other kinds; nothing is kept.

        Raises OfferRefused where no plan can be worked out at all.
        """
        loan_id = wanted.action.loan_id
        key = (wanted.case.borrower_id, loan_id)
        terms = await offer_store.load_terms(connection, [key])
        payments = await offer_store.load_observed_payments(connection, [key], on)
        try:
            # Thousands of plans may be worked out: in a thread they hold up no other request and no event.
            return await asyncio.to_thread(self._plans, wanted, terms.get(key), payments.get(key, ()), on)
        except (NoPosition, InvalidPosition, InvalidTerms) as error:
            raise OfferRefused("no-plan", "loan_id", loan_id, str(error)) from error

    def _plans(self, wanted: WantedOffer, terms: str | None, payments: tuple[ObservedPayment, ...], on: date) -> Offers:
        """Raises NoPosition, InvalidPosition, InvalidTerms."""
        facts = wanted.case.loans[wanted.action.loan_id].facts
        position = position_of(facts, terms, on)
        means = means_of(wanted.case, facts.currency, payments, wanted.ladder)
        return make_offers(position, means, relief_reason_of(wanted.case, wanted.ladder, on), self._policy)

    async def take_answer(
        self, connection: Connection, case: CaseFile, event: ReceivedEvent[Any], outcome: Outcome
    ) -> list[OutgoingEvent]:
        """Take a borrower's answer; one that cannot be taken is refused."""
        data: OfferAnswerData = event.data
        try:
            match data:
                case OfferAcceptedByBorrower():
                    return await self.accept(connection, case, data.offer_id, data.plan_id, data.accepted_on)
                case OfferDeclinedByBorrower():
                    return await self.close(connection, case.borrower_id, data.offer_id, "declined", data.declined_on)
                case OfferCounteredByBorrower():
                    wish = Wish(data.instalment_minor, data.due_day_of_month)
                    return await self.counter(connection, case, data.offer_id, wish, data.countered_on, None)
                case _:
                    return []
        except OfferRefused as refusal:
            outcome.reject(event, refusal.code, refusal.field, refusal.value, refusal.reason)
            return []

    async def accept(
        self, connection: Connection, case: CaseFile, offer_id: str, plan_id: str, on: date
    ) -> list[OutgoingEvent]:
        """Accept a plan: once, however often it is accepted. Raises OfferRefused."""
        offer = await self._lock(connection, case.borrower_id, offer_id)
        plan = next((one for one in offer.plans if one.plan_id == plan_id), None)
        if plan is None:
            raise OfferRefused("unknown-plan", "plan_id", plan_id, f"is not a plan of offer {offer_id!r}")
        if offer.status == "accepted" and offer.plan_id == plan_id:
            return []
        self._refuse_unless_open(offer, on)
        await offer_store.accept_offer(connection, case.borrower_id, offer_id, plan_id, on)
        accepted = OfferAccepted(
            borrower_id=case.borrower_id, loan_id=offer.loan_id, offer_id=offer_id, plan_id=plan_id, accepted_on=on
        )
        agreed = RestructureAgreed(
            borrower_id=case.borrower_id, loan_id=offer.loan_id, restructuring_id=offer_id, agreed_on=offer.made_on,
            **{name: getattr(plan.agreement, name) for name in type(plan.agreement).model_fields},
        )  # fmt: skip
        return [outgoing(accepted, 2), outgoing(agreed, 1)]

    async def close(
        self, connection: Connection, borrower_id: str, offer_id: str, reason: Closing, on: date
    ) -> list[OutgoingEvent]:
        """Decline or withdraw an offer; doing so again changes nothing. Raises OfferRefused."""
        offer = await self._lock(connection, borrower_id, offer_id)
        if offer.status == reason:
            return []
        self._refuse_unless_open(offer, on, expired_too=True)
        await offer_store.close_offer(connection, borrower_id, offer_id, reason, on)
        return [_closed(offer, reason, on)]

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
        offer = await self._lock(connection, case.borrower_id, offer_id)
        if offer.status == "countered":
            return []
        self._refuse_unless_open(offer, on)
        file = case.loans.get(offer.loan_id)
        if file is None:
            raise OfferRefused("unknown-loan", "loan_id", offer.loan_id, "is not a loan of the borrower")
        key = (case.borrower_id, offer.loan_id)
        terms = await offer_store.load_terms(connection, [key])
        payments = await offer_store.load_observed_payments(connection, [key], on)
        try:
            found = counter_offer(
                position_of(file.facts, terms.get(key), on),
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
        await offer_store.close_offer(connection, case.borrower_id, offer_id, "countered", on)
        kept = _kept(
            case, offer.loan_id, fitted(f"{offer_id}:c", _LONGEST_OFFER_ID), f"counter:{offer_id}"[:128], (found,), on
        )
        await offer_store.keep_offer(connection, kept)
        return [_closed(offer, "countered", on), outgoing(_made(kept), 1, traceparent=traceparent)]

    async def withdraw_needless(
        self, connection: Connection, cured: Sequence[tuple[str, str]], on: date
    ) -> list[OutgoingEvent]:
        """Withdraw what is still offered for loans, (borrower id, loan id) each, that are current again."""
        if not cured:
            return []
        return [_closed(offer, "withdrawn", on) for offer in await offer_store.withdraw_open(connection, cured, on)]

    async def expire(self, connection: Connection, on: date) -> bool:
        """Close offers whose last day is over; True when more may wait."""
        async with connection.transaction():
            expired = await offer_store.expire_offers(connection, on, _EXPIRE_AT_ONCE)
            await offer_store.queue(connection, [_closed(offer, "expired", on) for offer in expired])
        return len(expired) == _EXPIRE_AT_ONCE

    async def _lock(self, connection: Connection, borrower_id: str, offer_id: str) -> KeptOffer:
        offer = await offer_store.lock_offer(connection, borrower_id, offer_id)
        if offer is None:
            raise OfferRefused("unknown-offer", "offer_id", offer_id, "is not an offer to this borrower")
        return offer

    def _refuse_unless_open(self, offer: KeptOffer, on: date, *, expired_too: bool = False) -> None:
        if offer.status != "open":
            raise OfferRefused("offer-closed", "offer_id", offer.offer_id, f"is {offer.status}")
        if on > offer.expires_on and not expired_too:
            raise OfferRefused(
                "offer-expired", "offer_id", offer.offer_id, f"could be accepted until {offer.expires_on}"
            )


def _kept(case: CaseFile, loan_id: str, offer_id: str, rule: str, offers: Sequence[Offer], on: date) -> KeptOffer:
    return KeptOffer(
        borrower_id=case.borrower_id, offer_id=offer_id, loan_id=loan_id, currency=case.loans[loan_id].facts.currency,
        made_on=on, expires_on=min(offer.expires_on for offer in offers), rule=rule,
        plans=offered_plans(offer_id, offers), status="open", plan_id=None,
    )  # fmt: skip


def _offer_id(action: OffersWanted, on: date) -> str:
    return fitted(f"{action.loan_id}:{on:%Y%m%d}:{action.step_id}", _LONGEST_OFFER_ID)


def _made(kept: KeptOffer) -> OfferMade:
    return OfferMade(
        borrower_id=kept.borrower_id, loan_id=kept.loan_id, offer_id=kept.offer_id, currency=kept.currency,
        made_on=kept.made_on, expires_on=kept.expires_on, plans=kept.plans,
    )  # fmt: skip


def _closed(offer: KeptOffer, reason: Closing, on: date) -> OutgoingEvent:
    data = OfferClosed(
        borrower_id=offer.borrower_id, loan_id=offer.loan_id, offer_id=offer.offer_id, reason=reason, closed_on=on
    )
    return outgoing(data, 2)


def _find_plan(wanted: WantedOffer, on: date, record: Record) -> OutgoingEvent:
    case, action = wanted.case, wanted.action
    case.sequence += 1
    data = TaskRequested(
        borrower_id=case.borrower_id, business_date=on, policy_version=wanted.ladder.version, kind="find-plan",
        task_id=_offer_id(action, on), loan_id=action.loan_id, step_id=action.step_id,
    )  # fmt: skip
    record.tasks.append(TaskRow(case.borrower_id, data.task_id, data.kind, data.loan_id, data.step_id, on))
    return outgoing(data, case.sequence, traceparent=wanted.traceparent)
