"""While a promise is open the ladder waits; what became of it is told, and told again when a payment is taken back."""

from typing import Any

from services.dunning.cases.case_actions import NoticeAsked, PromiseTaken, PromiseVerdict, ReferralAsked, TaskAsked
from services.dunning.cases.case_evaluation import KeptBack
from services.dunning.cases.case_file import CaseFacts
from services.dunning.ladder.policy import LadderPolicy
from tests.dunning.cases import (
    Story,
    adds,
    case,
    day,
    hold,
    ladder,
    overdue,
    payment,
    pays,
    promise,
    settled,
    step,
    takes_back,
    tells,
    upcoming,
)

REMINDER = {"template": "promise_reminder", "channels": ("sms",)}
BROKEN = {"template": "promise_broken", "channels": ("sms",)}


def policy(**rules: Any) -> LadderPolicy:
    """Reminders on days 1, 5 and 12, a call on day 20 and lawyers on day 25."""
    steps = (step("soft", 1), step("firm", 5), step("firmer", 12), step("call", 20, "call"))
    return ladder(*steps, step("legal", 25, "refer-legal"), promises={"grace_days": 1, **rules})


def promised(rules: LadderPolicy, *, made: int = 2, due: int = 10, **others: Any) -> Story:
    """A borrower overdue since day 0 who promises 1,000 on a day."""
    story = Story(rules, case(rules, overdue()))
    story.told = {made: [adds(promises=[promise(1_000, made=made, due=due, **others)])]}
    return story


def verdicts(story: Story) -> list[tuple[int, str, int]]:
    return [(number, told.verdict, told.paid_minor) for number, told in story.of(PromiseVerdict)]


def test_a_promise_is_recorded_once() -> None:
    story = promised(policy()).daily(1, 20)
    assert [number for number, _ in story.of(PromiseTaken)] == [2]


def test_a_loan_is_flagged_promised_until_the_end_of_grace() -> None:
    story = promised(policy())
    assert story.daily(1, 11).memory().flags == ("promised",)
    assert story.daily(12, 12).memory().flags == ()


def test_the_ladder_waits_for_an_open_promise_and_goes_on_when_it_is_broken() -> None:
    story = promised(policy()).daily(1, 13)
    assert story.notices == [(1, "soft"), (12, "firmer")]
    assert (5, KeptBack("loan-1", "firm", "promise")) in story.of(KeptBack)


def test_neither_a_call_nor_lawyers_come_while_a_promise_is_open() -> None:
    story = promised(policy(), made=18, due=30).daily(1, 32)
    assert [number for number, _ in story.of(TaskAsked, ReferralAsked)] == [32, 32]


def test_a_promise_about_another_loan_does_not_hold_the_ladder_up() -> None:
    rules = policy()
    story = Story(rules, case(rules, overdue("loan-1"), upcoming("loan-2", 300)))
    story.told = {2: [adds(promises=[promise(1_000, made=2, due=10, loan="loan-2")])]}
    assert story.daily(1, 6).notices == [(1, "soft"), (5, "firm")]


def test_a_promise_about_all_loans_holds_the_ladders_of_all_up() -> None:
    rules = policy()
    story = Story(rules, case(rules, overdue("loan-1"), overdue("loan-2", 1)))
    story.told = {2: [adds(promises=[promise(1_000, made=2, due=10, loan=None)])]}
    assert story.daily(2, 11).notices == []


def test_a_reminder_of_an_instalment_to_come_is_sent_in_spite_of_a_promise() -> None:
    rules = ladder(step("upcoming", -3))
    story = Story(rules, case(rules, upcoming(due=10)))
    story.told = {2: [adds(promises=[promise(1_000, made=2, due=9)])]}
    assert story.daily(1, 9).notices == [(7, "upcoming")]


def test_a_promise_kept_is_told_on_the_day_of_the_payment_and_the_ladder_goes_on_for_the_rest() -> None:
    story = promised(policy())
    story.told[4] = [pays(payment(1_000, 4))]
    assert verdicts(story.daily(1, 20)) == [(4, "kept", 1_000)]
    assert (5, "firm") in story.notices


def test_a_promise_partly_kept_is_told_with_what_was_paid() -> None:
    story = promised(policy(broken=BROKEN))
    story.told[4] = [pays(payment(400, 4))]
    assert verdicts(story.daily(1, 14)) == [(12, "partly-kept", 400)]
    assert (12, "promise-broken-promise-1") not in story.notices


def test_a_kept_promise_is_judged_again_when_its_payment_is_reversed() -> None:
    story = promised(policy())
    story.told |= {4: [pays(payment(1_000, 4))], 15: [takes_back("payment-1")]}
    assert verdicts(story.daily(1, 20)) == [(4, "kept", 1_000), (15, "broken", 0)]


def test_a_kept_promise_is_open_again_when_its_payment_is_reversed_in_time() -> None:
    story = promised(policy())
    story.told |= {4: [pays(payment(1_000, 4))], 6: [takes_back("payment-1")]}
    assert verdicts(story.daily(1, 13)) == [(4, "kept", 1_000), (6, "open", 0), (12, "broken", 0)]
    assert story.notices == [(1, "soft"), (5, "firm"), (12, "firmer")]


def test_a_broken_promise_is_kept_after_all_when_a_payment_of_the_time_comes_to_light() -> None:
    story = promised(policy())
    story.told[14] = [pays(payment(1_000, 9))]
    assert verdicts(story.daily(1, 20)) == [(12, "broken", 0), (14, "kept", 1_000)]


def test_a_promise_is_reminded_of_the_day_before() -> None:
    story = promised(policy(reminder=REMINDER)).daily(1, 11)
    (about,) = [(number, one) for number, one in story.of(NoticeAsked) if one.rule == "promise"]
    assert (about[0], about[1].step_id, about[1].notice.template) == (
        9,
        "promise-reminder-promise-1",
        "promise_reminder",
    )


def test_a_promise_already_kept_is_not_reminded_of() -> None:
    story = promised(policy(reminder=REMINDER))
    story.told[4] = [pays(payment(1_000, 4))]
    assert not [one for _, one in story.daily(1, 11).of(NoticeAsked) if one.rule == "promise"]


def test_the_borrower_is_told_that_a_promise_was_broken_before_the_ladder_goes_on() -> None:
    story = promised(policy(broken=BROKEN)).daily(1, 14)
    assert story.notices == [(1, "soft"), (12, "promise-broken-promise-1"), (13, "firmer")]


def test_nothing_is_said_of_a_broken_promise_when_nothing_is_past_due() -> None:
    story = promised(policy(broken=BROKEN))
    story.told[6] = [tells(settled())]
    assert story.daily(2, 20).notices == []


def test_words_about_a_promise_wait_for_the_end_of_a_hold_of_contact() -> None:
    rules = policy(broken=BROKEN)
    told = CaseFacts(holds=(hold("contact", since=11, until=14),))
    story = Story(rules, case(rules, overdue(), told=told))
    story.told = {2: [adds(promises=[promise(1_000, made=2, due=10)])]}
    assert story.by_looks(1, 17).notices == [(1, "soft"), (15, "promise-broken-promise-1"), (16, "firmer")]


def test_a_case_with_an_open_promise_is_looked_at_when_the_grace_is_over() -> None:
    rules = ladder(step("late", 60), ends=(0,))
    story = promised(rules)
    assert story.on(2).next_look_on == day(9)
    assert story.on(9).next_look_on == day(12)
