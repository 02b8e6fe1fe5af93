"""What is told of a borrower is taken once; what cannot be is refused with the field, its value and the reason."""

from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from schemas.borrower_answers import PromiseMadeByBorrower
from schemas.hardship import (
    BorrowerFinancesReported,
    HardshipEnded,
    HardshipReported,
    HoldLifted,
    HoldPlaced,
    PromiseReported,
    RegionAffected,
    RiskAssessed,
)
from schemas.lending import BorrowerRegistered
from schemas.notifier import NotificationFailed, NotificationSent, NotificationSuppressed
from schemas.values import EventData
from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.intake import take, takes
from services.dunning.cases.refusals import NotTaken
from services.dunning.cases.relief import Relief
from services.dunning.cases.relief_intake import end_relief
from tests.dunning.cases import BORROWER, Story, answers_nothing, case, day, ladder, overdue, step

POLICY = ladder(step("soft", 1))
TODAY = day(5)
SENT_AT = datetime.fromisoformat("2024-03-06T08:00:00+00:00")


def borrower() -> CaseFile:
    """A borrower with one loan, overdue since day 0."""
    return case(POLICY, overdue())


def told(one: CaseFile, data: EventData, on: date = TODAY) -> bool:
    return take(one, data, POLICY, on)


def refusal(one: CaseFile, data: EventData) -> NotTaken:
    before = deepcopy(one.facts)
    with pytest.raises(NotTaken) as caught:
        told(one, data)
    assert one.facts == before
    return caught.value


def promised(kind: type[EventData] = PromiseReported, **changes: Any) -> EventData:
    fields = {"promise_id": "promise-1", "currency": "CNY", "amount_minor": 1_000, "made_on": TODAY, "due_on": day(10)}
    return kind.model_validate({"borrower_id": BORROWER, **fields, **changes})


def held(**changes: Any) -> EventData:
    fields = {"hold_id": "hold-1", "reason": "dispute", "stops": ("clock", "contact"), "from_on": TODAY}
    return HoldPlaced.model_validate({"borrower_id": BORROWER, **fields, **changes})


def lifted(on: date, hold_id: str = "hold-1") -> EventData:
    return HoldLifted(borrower_id=BORROWER, hold_id=hold_id, lifted_on=on)


def ill(**changes: Any) -> EventData:
    fields = {"hardship_id": "hardship-1", "reason": "illness", "reported_on": TODAY}
    return HardshipReported.model_validate({"borrower_id": BORROWER, **fields, **changes})


def well(on: date, hardship_id: str = "hardship-1") -> EventData:
    return HardshipEnded(borrower_id=BORROWER, hardship_id=hardship_id, ended_on=on)


def means(as_of: date = TODAY, income: int = 5_000) -> EventData:
    return BorrowerFinancesReported(borrower_id=BORROWER, currency="CNY", as_of=as_of, income_monthly_minor=income)


def risk(on: date = TODAY, probability: str = "0.4") -> EventData:
    return RiskAssessed(
        borrower_id=BORROWER, probability_of_default=Decimal(probability), model_version="m1", assessed_on=on
    )


def registered(**known: str | None) -> EventData:
    return BorrowerRegistered.model_validate({"borrower_id": BORROWER, "name": "Ada", **known})


@pytest.mark.parametrize(
    "data",
    [promised(), promised(PromiseMadeByBorrower), held(), ill(), means(), risk(), registered(region="CN-44")],
    ids=["promise", "promise on the page", "hold", "hardship", "finances", "risk", "registration"],
)
def test_what_is_told_twice_counts_once(data: EventData) -> None:
    one = borrower()
    assert takes(type(data))
    assert told(one, data)
    after_once = one.facts
    assert not told(one, data)
    assert one.facts == after_once


def test_a_hold_told_again_after_it_was_lifted_stays_lifted() -> None:
    one = borrower()
    told(one, held())
    told(one, lifted(day(8)))
    assert not told(one, held())
    assert one.facts.holds[0].lifted_on == day(8)


def test_a_hardship_told_again_after_it_ended_stays_ended() -> None:
    one = borrower()
    told(one, ill())
    told(one, well(day(8)))
    assert not told(one, ill())
    assert one.facts.reliefs[0].ended_on == day(8)


@pytest.mark.parametrize(
    ("first", "second", "field", "value"),
    [
        (promised(), promised(amount_minor=999), "promise_id", "promise-1"),
        (held(), held(stops=("clock",)), "hold_id", "hold-1"),
        (ill(), ill(reason="job-loss"), "hardship_id", "hardship-1"),
    ],
    ids=["promise", "hold", "hardship"],
)
def test_an_id_told_again_with_other_content_is_refused(
    first: EventData, second: EventData, field: str, value: str
) -> None:
    one = borrower()
    told(one, first)
    assert refusal(one, second) == NotTaken("id-reused", field, value, "is known with other content")


@pytest.mark.parametrize(
    ("changes", "field", "value", "reason"),
    [
        ({"due_on": day(4)}, "due_on", day(4), "is in the past: the business date is 2024-03-06"),
        ({"made_on": day(6)}, "made_on", day(6), "is after the business date 2024-03-06"),
        ({"amount_minor": 200_000}, "amount_minor", 200_000, "is above the debt of 102100"),
        ({"currency": "USD"}, "currency", "USD", "is not the loan's currency CNY"),
        ({"loan_id": "other"}, "loan_id", "other", "is not a loan of the borrower that dunning knows"),
        ({"due_on": day(40)}, "due_on", day(40), "is more than 30 days ahead"),
    ],
    ids=["in the past", "made tomorrow", "above the debt", "currency", "loan", "too far ahead"],
)
def test_a_bad_promise_is_refused_with_its_rule(
    changes: dict[str, Any], field: str, value: object, reason: str
) -> None:
    assert refusal(borrower(), promised(**changes)) == NotTaken("promise-refused", field, value, reason)


def test_a_hold_that_ends_before_it_begins_is_refused() -> None:
    assert refusal(borrower(), held(to_on=day(4))) == NotTaken(
        "invalid-hold", "to_on", day(4), "is before from_on 2024-03-06"
    )


def test_a_hold_on_a_loan_that_is_not_the_borrowers_is_refused() -> None:
    assert refusal(borrower(), held(loan_id="other")).code == "unknown-loan"


def test_a_hold_never_placed_cannot_be_lifted() -> None:
    assert refusal(borrower(), lifted(TODAY)) == NotTaken(
        "unknown-hold", "hold_id", "hold-1", "is not a hold of the borrower"
    )


def test_a_hold_may_be_lifted_earlier_than_it_was_but_not_later() -> None:
    one = borrower()
    told(one, held())
    assert told(one, lifted(day(9)))
    assert not told(one, lifted(day(12)))
    assert told(one, lifted(day(7)))
    assert one.facts.holds[0].lifted_on == day(7)


def test_a_hardship_never_reported_cannot_be_ended() -> None:
    assert refusal(borrower(), well(TODAY)) == NotTaken(
        "unknown-hardship", "hardship_id", "hardship-1", "is not a hardship of the borrower"
    )


def test_a_review_before_the_hardship_was_reported_is_refused() -> None:
    assert refusal(borrower(), ill(review_on=day(4))) == NotTaken(
        "invalid-hardship", "review_on", day(4), "is before reported_on 2024-03-06"
    )


def test_relief_of_a_region_is_ended_for_one_borrower_by_making_it_their_own() -> None:
    one = borrower()
    flood = Relief("flood", "disaster", TODAY, is_regional=True)
    assert end_relief(one, flood, "flood", day(9))
    assert not end_relief(one, flood, "flood", day(9))
    assert [(relief.relief_id, relief.ended_on) for relief in one.facts.reliefs] == [("flood", day(9))]


def test_the_newest_means_count_also_when_older_ones_come_later() -> None:
    one = borrower()
    told(one, means(day(3), income=1_000))
    assert told(one, means(day(5), income=2_000))
    assert not told(one, means(day(4), income=3_000))
    assert one.facts.finances is not None
    assert one.facts.finances.income_monthly_minor == 2_000


def test_the_newest_assessment_of_risk_counts_also_when_older_ones_come_later() -> None:
    one = borrower()
    told(one, risk(day(5), "0.2"))
    assert not told(one, risk(day(4), "0.9"))
    assert one.facts.risk is not None
    assert one.facts.risk.probability_of_default == Decimal("0.2")


def test_a_registration_that_leaves_the_region_out_forgets_nothing() -> None:
    one = borrower()
    told(one, registered(region="CN-44", segment="staff"))
    assert not told(one, registered())
    assert told(one, registered(region="CN-11"))
    assert (one.facts.region, one.facts.segment) == ("CN-11", "staff")


def test_what_is_about_a_region_is_not_taken_into_one_case() -> None:
    assert not takes(RegionAffected)


def message(kind: type[EventData], **changes: Any) -> EventData:
    """What the notifier says of the reminder of day 1."""
    outcomes: dict[type[EventData], dict[str, Any]] = {
        NotificationSent: {"channel": "email", "language": "en", "sent_at": SENT_AT},
        NotificationFailed: {"reason": "bounced"},
        NotificationSuppressed: {"rule": "paid"},
    }
    about = {
        "borrower_id": BORROWER, "loan_id": "loan-1", "notification_id": "n-1", "step_id": "soft",
        "reminder_id": "loan-1:20240301:soft", "template": "overdue_soft",
    }  # fmt: skip
    return kind.model_validate({**about, **outcomes[kind], **changes})


def reminded() -> CaseFile:
    story = Story(POLICY, borrower(), notifier=answers_nothing)
    story.on(1)
    return story.case


@pytest.mark.parametrize(
    ("kind", "status"),
    [(NotificationSent, "done"), (NotificationFailed, "failed"), (NotificationSuppressed, "suppressed")],
)
def test_what_became_of_a_notice_is_noted_once(kind: type[EventData], status: str) -> None:
    one = reminded()
    assert told(one, message(kind))
    record = one.loans["loan-1"].memory.steps["soft"]
    assert (record.status, record.on) == (status, TODAY)
    assert not told(one, message(kind))


@pytest.mark.parametrize(
    "changes",
    [{"reminder_id": "loan-1:20240201:soft"}, {"step_id": "other"}, {"loan_id": "other"}],
    ids=["due date", "step", "loan"],
)
def test_word_of_a_notice_that_was_not_asked_for_changes_nothing(changes: dict[str, str]) -> None:
    assert not told(reminded(), message(NotificationSent, **changes))
