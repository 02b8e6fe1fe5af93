"""Call frequency as Regulation F's Official Interpretations explain it (12 CFR 1006.14(b)(2) to (4)).

Written from knowledge of comments 14(b)(2)(i)-1, 14(b)(3)(i)-1, 14(b)(3)(ii)-1 and 14(b)(4)-1, whose text could not be
read here; the days and debts may differ from the official examples. Read were the Bureau's FAQ on presumptions, number
6 (a conversation about several debts), and the words of 1006.14(b)(3)(i) and (ii), both as others quote them.
"""

from datetime import datetime

from services.notifier.contact_rules.decision import Decision, decide
from services.notifier.contact_rules.facts import PastContact
from tests.notifier.contact_rules.contacts import NEW_YORK, at_clock, consent, facts, past, preset

US = preset("US")
MEDICAL, CARD = "medical", "credit-card"


def call(clock: str, *history: PastContact, **known: object) -> Decision:
    """The decision about a call at a time on New York's clock."""
    return decide(US, facts(history=history, **known), at_clock(NEW_YORK, clock))


def until(clock: str) -> datetime:
    return at_clock(NEW_YORK, clock)


SIX_CALLS_AFTER_THE_FIRST = tuple(past(f"2026-04-0{day}T10:00:00") for day in (1, 2, 3, 4, 5, 6))
SEVEN_CALLS = (*SIX_CALLS_AFTER_THE_FIRST, past("2026-04-07T09:00:00"))


def test_the_seventh_call_within_seven_days_may_be_placed() -> None:
    assert call("2026-04-07T09:00:00", *SIX_CALLS_AFTER_THE_FIRST).outcome == "send"


def test_an_eighth_call_waits_until_the_first_has_left_the_seven_days() -> None:
    """Calls from Wednesday 1 April to Tuesday 7 April: the next on Wednesday 8 April at the earliest."""
    decision = call("2026-04-07T15:00:00", *SEVEN_CALLS)
    assert (decision.outcome, decision.until) == ("defer", until("2026-04-08T08:00:00"))
    assert decision.citation is not None
    assert (decision.citation.rule_id, decision.citation.clause) == ("call-frequency", "12 CFR 1006.14(b)(2)(i)(A)")


def test_seven_calls_on_one_day_close_the_six_days_after_it() -> None:
    seven_at_once = [past(f"2026-04-01T{hour:02d}:00:00") for hour in range(9, 16)]
    assert call("2026-04-02T10:00:00", *seven_at_once).until == until("2026-04-08T08:00:00")


def test_after_a_conversation_the_day_of_it_is_the_first_of_seven() -> None:
    """A conversation on Tuesday 7 April: the next call on Tuesday 14 April at the earliest."""
    decision = call("2026-04-08T10:00:00", past("2026-04-07T19:30:00", "conversation"))
    assert (decision.outcome, decision.until) == ("defer", until("2026-04-14T08:00:00"))
    assert decision.citation is not None
    assert decision.citation.clause == "12 CFR 1006.14(b)(2)(i)(B)"


def test_a_call_may_be_placed_on_the_eighth_day() -> None:
    assert call("2026-04-14T08:00:00", past("2026-04-07T19:30:00", "conversation")).outcome == "send"


def test_a_conversation_that_the_borrower_began_is_one_all_the_same() -> None:
    talked = past("2026-04-07T12:00:00", "conversation", by_borrower=True)
    assert call("2026-04-09T10:00:00", talked).until == until("2026-04-14T08:00:00")


def test_calls_of_the_borrower_do_not_count_as_placed() -> None:
    calls = [past(f"2026-04-0{day}T10:00:00", "sent", by_borrower=True) for day in range(1, 8)]
    assert call("2026-04-07T15:00:00", *calls).outcome == "send"


def test_calls_about_one_debt_leave_calls_about_another_alone() -> None:
    medical = [past(f"2026-04-01T{hour:02d}:00:00", debt=MEDICAL) for hour in range(9, 16)]
    assert call("2026-04-01T17:00:00", *medical, debt=CARD).outcome == "send"
    assert call("2026-04-01T17:00:00", *medical, debt=MEDICAL).outcome == "defer"


def test_a_conversation_about_two_debts_is_one_about_each() -> None:
    """The Bureau's example: called about the medical debt, the borrower prefers to talk about the credit card."""
    talked = [past("2026-04-07T12:00:00", "conversation", debt=debt) for debt in (MEDICAL, CARD)]
    assert call("2026-04-10T10:00:00", *talked, debt=MEDICAL).until == until("2026-04-14T08:00:00")
    assert call("2026-04-10T10:00:00", *talked, debt=CARD).until == until("2026-04-14T08:00:00")


def test_a_voicemail_is_a_call_placed_and_no_conversation() -> None:
    left = [past(f"2026-04-0{day}T10:00:00", "sent") for day in range(1, 8)]
    assert call("2026-04-07T15:00:00", *left).until == until("2026-04-08T08:00:00")


def test_calls_that_did_not_reach_the_number_do_not_count() -> None:
    failed = [past(f"2026-04-01T{hour:02d}:00:00", "not_connected") for hour in range(9, 20)]
    assert call("2026-04-01T20:30:00", *failed).outcome == "send"


def test_calls_to_the_borrowers_attorney_do_not_count() -> None:
    to_attorney = [past(f"2026-04-01T{hour:02d}:00:00", recipient="attorney") for hour in range(9, 20)]
    assert call("2026-04-01T20:30:00", *to_attorney).outcome == "send"


def test_consent_to_more_calls_lifts_the_limit() -> None:
    assert call("2026-04-07T15:00:00", *SEVEN_CALLS, consents=(consent("2026-04-05T12:00:00"),)).outcome == "send"


def seven_calls_on(day: str) -> list[PastContact]:
    return [past(f"2026-04-{day}T{hour:02d}:00:00") for hour in range(9, 16)]


def test_calls_on_the_seventh_day_of_a_consent_do_not_count_afterwards() -> None:
    """The day of the consent is its first: one of 6 April covers 12 April."""
    assert call("2026-04-13T10:00:00", *seven_calls_on("12")).outcome == "defer"
    known = (consent("2026-04-06T12:00:00"),)
    assert call("2026-04-13T10:00:00", *seven_calls_on("12"), consents=known).outcome == "send"


def test_calls_on_the_eighth_day_of_a_consent_count() -> None:
    known = (consent("2026-04-06T12:00:00"),)
    decision = call("2026-04-13T17:00:00", *seven_calls_on("13"), consents=known)
    assert decision.until == until("2026-04-20T08:00:00")


def test_calls_before_a_consent_count_once_it_is_over() -> None:
    ended = consent("2026-04-12T16:00:00", until=at_clock(NEW_YORK, "2026-04-12T18:00:00"))
    assert call("2026-04-12T17:00:00", *seven_calls_on("12"), consents=(ended,)).outcome == "send"
    assert call("2026-04-12T18:00:00", *seven_calls_on("12"), consents=(ended,)).outcome == "defer"


def test_a_consent_given_in_a_conversation_lifts_the_rest_after_it() -> None:
    talked = past("2026-04-07T12:00:00", "conversation")
    assert call("2026-04-08T10:00:00", talked, consents=(consent("2026-04-07T12:05:00"),)).outcome == "send"


def test_a_consent_recorded_with_the_time_of_its_conversation_is_not_ended_by_it() -> None:
    talked = past("2026-04-07T12:00:00", "conversation")
    assert call("2026-04-08T10:00:00", talked, consents=(consent("2026-04-07T12:00:00"),)).outcome == "send"


def test_a_conversation_ends_a_consent_given_before_it() -> None:
    talked = past("2026-04-08T12:00:00", "conversation")
    decision = call("2026-04-09T10:00:00", talked, consents=(consent("2026-04-07T12:00:00"),))
    assert decision.until == until("2026-04-15T08:00:00")


def test_a_consent_for_fewer_days_ends_with_them() -> None:
    for_a_day = consent("2026-04-07T12:00:00", until=at_clock(NEW_YORK, "2026-04-08T12:00:00"))
    talked = past("2026-04-07T11:00:00", "conversation")
    assert call("2026-04-08T11:59:00", talked, consents=(for_a_day,)).outcome == "send"
    assert call("2026-04-08T12:00:00", talked, consents=(for_a_day,)).outcome == "defer"


def test_a_consent_about_another_debt_lifts_nothing() -> None:
    other = consent("2026-04-07T12:05:00", debt=CARD)
    assert (
        call("2026-04-08T10:00:00", past("2026-04-07T12:00:00", "conversation"), consents=(other,)).outcome == "defer"
    )


def test_messages_are_no_calls() -> None:
    talked = past("2026-04-07T12:00:00", "conversation")
    assert call("2026-04-08T10:00:00", *SEVEN_CALLS, talked, channel="sms").outcome == "send"
    assert call("2026-04-08T10:00:00", *SEVEN_CALLS, talked, channel="email").outcome == "send"


def test_a_call_that_the_borrower_asked_for_is_an_answer() -> None:
    assert call("2026-04-07T15:00:00", *SEVEN_CALLS, purpose="answer").outcome == "send"


def test_days_are_the_borrowers_days() -> None:
    """At 23:00 in New York it is the next day in London, which is not where the borrower is."""
    late_conversation = past("2026-04-07T23:00:00", "conversation")
    assert call("2026-04-09T10:00:00", late_conversation).until == until("2026-04-14T08:00:00")


def test_of_two_possible_zones_the_later_day_counts() -> None:
    tokyo, new_york = "Asia/Tokyo", NEW_YORK
    talked = past("2026-04-07T19:00:00", "conversation")
    decision = decide(US, facts(new_york, tokyo, history=(talked,)), at_clock(new_york, "2026-04-08T19:30:00"))
    assert decision.until == at_clock(tokyo, "2026-04-15T08:00:00")
