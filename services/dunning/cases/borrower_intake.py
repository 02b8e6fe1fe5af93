"""What borrowers do on their own pages, and talks with them, taken into their cases. Pure.

The same state comes of any order in which it is told, and telling it again changes nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date
from typing import Final, cast

from schemas.borrower_answers import DebtDisputed, HardshipReportedByBorrower, OfferViewed, OptedIn, OptedOut
from schemas.notifier import ContactRecorded
from schemas.values import EventData
from services.dunning.cases.borrower_doings import MOST_TALKS, MessageChoice, Talk, newer_choice
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.disputes import Dispute
from services.dunning.cases.refusals import NotTaken, same_or_refused
from services.dunning.cases.relief import Relief
from services.dunning.cases.relief_intake import take_relief
from services.dunning.cases.taking import Change
from services.dunning.ladder.policy import LadderPolicy


def take_dispute(case: CaseFile, dispute: Dispute) -> bool:
    """Take a dispute; False when it is known. Raises NotTaken when its id is another's, or its loan is unknown."""
    facts = case.facts
    known = next((one for one in facts.disputes if one.dispute_id == dispute.dispute_id), None)
    if known is not None:
        return same_or_refused(replace(known, lifted_on=None), dispute, "dispute_id", dispute.dispute_id)
    if any(hold.hold_id == dispute.dispute_id for hold in facts.holds):
        raise NotTaken("id-reused", "dispute_id", dispute.dispute_id, "is the id of a hold")
    if dispute.loan_id not in case.loans:
        raise NotTaken("unknown-loan", "loan_id", dispute.loan_id, "is not a loan of the borrower that dunning knows")
    disputes = sorted((*facts.disputes, dispute), key=lambda one: (one.disputed_on, one.dispute_id))
    case.facts = replace(facts, disputes=tuple(disputes))
    return True


def _disputed(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(DebtDisputed, data)
    return take_dispute(case, Dispute(told.dispute_id, told.loan_id, told.kind, told.disputed_on))


def _hardship(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(HardshipReportedByBorrower, data)
    return take_relief(case, Relief(told.hardship_id, told.reason, told.reported_on))


def _talked(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    """A conversation; of other contacts nothing is kept here.

    It counts on its day by UTC. Business dates may run behind the clock: one that is not reached yet is no day to count
    from.
    """
    told = cast(ContactRecorded, data)
    facts = case.facts
    if told.outcome != "conversation" or any(one.contact_id == told.contact_id for one in facts.talks):
        return False
    made_on = told.made_at.astimezone(UTC).date()
    talk = Talk(made_on if on == date.min else min(made_on, on), told.contact_id)
    talks = tuple(sorted((*facts.talks, talk))[-MOST_TALKS:])
    changed = talks != facts.talks
    case.facts = replace(facts, talks=talks)
    return changed


def _opted(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(OptedOut | OptedIn, data)
    is_out = isinstance(told, OptedOut)
    said_at = told.opted_out_at if isinstance(told, OptedOut) else told.opted_in_at
    choice = MessageChoice(told.channel, told.purpose, said_at, is_out)
    choices = {(one.channel, one.purpose): one for one in case.facts.message_choices}
    key = (choice.channel, choice.purpose)
    newest = newer_choice(choices.get(key, choice), choice)
    if choices.get(key) == newest:
        return False
    by_name = sorted({**choices, key: newest}.items(), key=lambda one: (one[0][0] or "", one[0][1] or ""))
    case.facts = replace(case.facts, message_choices=tuple(one for _, one in by_name))
    return True


def _viewed(case: CaseFile, data: EventData, policy: LadderPolicy, on: date) -> bool:
    told = cast(OfferViewed, data)
    if told.offer_id in case.facts.viewed_offers:
        return False
    case.facts = replace(case.facts, viewed_offers=tuple(sorted((*case.facts.viewed_offers, told.offer_id))))
    return True


CHANGES: Final[Mapping[type[EventData], Change]] = {
    DebtDisputed: _disputed, HardshipReportedByBorrower: _hardship, ContactRecorded: _talked, OptedOut: _opted,
    OptedIn: _opted, OfferViewed: _viewed,
}  # fmt: skip
