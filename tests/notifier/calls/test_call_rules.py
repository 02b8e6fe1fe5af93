"""Whether a call may be made: pure, from what is known."""

from datetime import UTC, date, datetime

from services.notifier.borrowers.borrower import Borrower, Standing
from services.notifier.calls.agent_call import CalledMessage
from services.notifier.calls.call_rules import CallLater, CallNow, CallOff, may_call
from services.notifier.contact_rules.facts import PastContact
from services.notifier.contact_rules.rule_sets import shipped_rule_sets
from tests.notifier.borrowers.telling import NOON, SHANGHAI

US = shipped_rule_sets().in_force("US", NOON)
UNPAID = Standing(date(2026, 3, 5), settled=False)
PAID = Standing(date(2026, 4, 5), settled=False)


def message(loan_id: str) -> CalledMessage:
    return CalledMessage(
        "borrower-1", f"N:{loan_id}", f"R:{loan_id}", loan_id, "step-1", "overdue_soft", date(2026, 3, 5)
    )


def borrower(*history: PastContact, **standings: Standing) -> Borrower:
    return Borrower("borrower-1", None, (SHANGHAI,), standings, history=history)


def test_what_was_paid_is_left_out_of_the_call() -> None:
    decision = may_call(US, [message("a"), message("b")], borrower(a=PAID, b=UNPAID), NOON)
    assert isinstance(decision, CallNow)
    assert [one.loan_id for one in decision.about] == ["b"]
    assert [(one.message.loan_id, one.rule) for one in decision.stopped] == [("a", "paid-since")]


def test_without_a_reason_left_nobody_calls() -> None:
    decision = may_call(US, [message("a")], borrower(a=PAID), NOON)
    assert isinstance(decision, CallOff)


def test_the_call_waits_as_long_as_one_of_its_messages() -> None:
    talked = PastContact("call", datetime(2026, 3, 5, 4, tzinfo=UTC), "a", "conversation")
    decision = may_call(US, [message("a"), message("b")], borrower(talked, a=UNPAID, b=UNPAID), NOON)
    assert isinstance(decision, CallLater)
    assert decision.rule == "after-conversation"
    assert decision.until > NOON
