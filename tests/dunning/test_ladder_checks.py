"""A ladder that cannot work is refused, and the message names line, path and what is wrong."""

import pytest

from services.dunning.ladder.policy import parse_ladder
from services.yaml_documents import DocumentError

LADDER = """\
version: test-1
buckets:
  - {name: current, from_day: 0, to_day: 0}
  - {name: early, from_day: 1, to_day: 30}
  - {name: late, from_day: 31}
steps:
  - id: soft
    at_days: 5
    template: overdue_soft
    channels: [email]
  - id: firm
    at_days: 10
    template: overdue_firm
    channels: [sms]
  - id: call
    at_days: 20
    action: call
  - id: notice
    at_days: 30
    action: credit-notice
    template: credit_report_notice
    channels: [email]
  - id: report
    at_days: 45
    action: credit-report
    after: {step: notice, days: 14}
"""


def fault(old: str, new: str) -> str:
    """The first problem of the ladder with a part replaced."""
    assert LADDER.count(old) == 1, old
    with pytest.raises(DocumentError) as caught:
        parse_ladder(LADDER.replace(old, new), "ladder.yaml")
    return str(caught.value.problems[0])


def test_the_ladder_of_these_tests_is_sound() -> None:
    assert [step.id for step in parse_ladder(LADDER, "ladder.yaml").steps] == [
        "soft", "firm", "call", "notice", "report"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("at_days: 10", "at_days: 5", "ladder.yaml:12 steps[1].at_days: step 'soft' is already at day 5"),
        (
            "at_days: 20\n    action: call",
            "at_days: 20\n    action: call\n  - {id: other, at_days: 20, action: call}",
            "ladder.yaml:18 steps[3].at_days: step 'call' is already at day 20",
        ),
    ],
    ids=["two notices", "two calls"],
)
def test_overlapping_steps_are_refused(old: str, new: str, expected: str) -> None:
    assert fault(old, new) == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{buckets: [early]}", "{buckets: [late]}"),
        ("{risk_bands: [low]}", "{risk_bands: [high]}"),
        ("{products: [a]}", "{products: [b]}"),
        ("{segments: [a]}", "{segments: [b]}"),
        ("{with_flags: [restructured]}", "{without_flags: [restructured]}"),
        ("{over_borrowed: true}", "{over_borrowed: false}"),
        ("{overdue_to_minor: 99}", "{overdue_from_minor: 100}"),
    ],
)
def test_two_notices_on_one_day_are_allowed_where_nobody_could_get_both(first: str, second: str) -> None:
    text = LADDER.replace("at_days: 10", "at_days: 5")
    text = text.replace("id: soft\n", f"id: soft\n    only_if: {first}\n")
    assert parse_ladder(text.replace("id: firm\n", f"id: firm\n    only_if: {second}\n"), "ladder.yaml")


def test_conditions_that_one_loan_can_meet_overlap() -> None:
    text = LADDER.replace("id: soft\n", "id: soft\n    only_if: {overdue_to_minor: 100}\n")
    text = text.replace("id: firm\n", "id: firm\n    only_if: {overdue_from_minor: 100}\n")
    with pytest.raises(DocumentError, match=r"steps\[1\].at_days: step 'soft' is already at day 5"):
        parse_ladder(text.replace("at_days: 10", "at_days: 5"), "ladder.yaml")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "id: call\n",
            "id: call\n    only_if: {buckets: [current]}\n",
            "ladder.yaml:16 steps[2].only_if.buckets: unreachable: day 20 on is past its buckets",
        ),
        (
            "id: call\n",
            "id: call\n    until_days: 25\n    only_if: {buckets: [late]}\n",
            "ladder.yaml:17 steps[2].only_if.buckets: unreachable: day 20 on is past its buckets, or they come",
        ),
        (
            "id: call\n",
            "id: call\n    until_days: 19\n",
            "ladder.yaml:16 steps[2].until_days: 19 is before at_days 20: unreachable",
        ),
        (
            "id: call\n",
            "id: call\n    only_if: {products: []}\n",
            "ladder.yaml:16 steps[2].only_if.products: an empty list fits nobody: the step would be unreachable",
        ),
        (
            "id: call\n",
            "id: call\n    only_if: {with_flags: [cured], without_flags: [cured]}\n",
            "ladder.yaml:16 steps[2].only_if.without_flags: 'cured' is also in with_flags: nobody fits",
        ),
        (
            "id: call\n",
            "id: call\n    only_if: {overdue_from_minor: 200, overdue_to_minor: 100}\n",
            "ladder.yaml:16 steps[2].only_if.overdue_to_minor: 100 is below overdue_from_minor 200",
        ),
        (
            "after: {step: notice, days: 14}\n",
            "after: {step: notice, days: 14}\n  - {id: end, at_days: 3, action: stop}\n",
            "ladder.yaml:8 steps[0].at_days: unreachable: step 'end' stops the ladder at day 3",
        ),
        (
            "id: call\n",
            "id: call\n    after: {step: report, days: 1}\n",
            "ladder.yaml:16 steps[2].after.step: unreachable: step 'report' comes no earlier",
        ),
    ],
    ids=["bucket over", "bucket too late", "until", "empty list", "flags", "amounts", "after a stop", "after a later"],
)
def test_unreachable_steps_are_refused(old: str, new: str, expected: str) -> None:
    assert fault(old, new).startswith(expected)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "template: overdue_firm",
            "template: overdue_frim",
            "ladder.yaml:13 steps[1].template: 'overdue_frim' is not a template; there are ",
        ),
        ("days: 14}", "days: -1}", "ladder.yaml:26 steps[4].after.days: Input should be greater than or equal to 0"),
        (
            "at_days: 20",
            "at_days: -366",
            "ladder.yaml:16 steps[2].at_days: Input should be greater than or equal to -365",
        ),
        (
            "at_days: 30",
            "at_days: 0",
            "ladder.yaml:19 steps[3].at_days: action 'credit-notice' is for loans past due only",
        ),
        (
            "id: call\n",
            "id: call\n    during_relief: true\n",
            "ladder.yaml:16 steps[2].during_relief: action 'call' waits for the end of relief",
        ),
        (
            "id: firm\n",
            "id: firm\n    when_not_done: {retry_after_days: -1}\n",
            "ladder.yaml:12 steps[1].when_not_done.retry_after_days: Input should be greater than or equal to 1",
        ),
        ("step: notice,", "step: notce,", "ladder.yaml:26 steps[4].after.step: 'notce' is not a step"),
        ("action: call", "action: phone", "ladder.yaml:17 steps[2].action: Input should be 'remind', 'offer', 'call'"),
        (
            "action: call",
            "action: call\n    template: overdue_soft",
            "ladder.yaml:18 steps[2].template: action 'call' has none",
        ),
        (
            "from_day: 1,",
            "from_day: -1,",
            "ladder.yaml:4 buckets[1].from_day: Input should be greater than or equal to 0",
        ),
        ("id: call\n", "id: call\n    only_if: {buckets: [lat]}\n",
         "ladder.yaml:16 steps[2].only_if.buckets[0]: 'lat' is not the name of a bucket"),
    ],
    ids=[
        "template", "negative wait", "negative day", "escalation before due", "escalation in relief",
        "negative retry", "after nothing", "action", "call with template", "negative bucket", "bucket",
    ],
)  # fmt: skip
def test_values_that_mean_nothing_are_refused(old: str, new: str, expected: str) -> None:
    assert fault(old, new).startswith(expected)


def falling_back(**fallbacks: str) -> str:
    text = LADDER
    for step, fallback in fallbacks.items():
        text = text.replace(f"id: {step}\n", f"id: {step}\n    when_not_done: {{fallback: {fallback}}}\n")
    return text


def fault_of(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        parse_ladder(text, "ladder.yaml")
    return str(caught.value.problems[0])


def test_a_chain_of_fallbacks_is_sound() -> None:
    assert parse_ladder(falling_back(soft="firm", firm="call"), "ladder.yaml")


@pytest.mark.parametrize(
    ("fallbacks", "expected"),
    [
        ({"soft": "firm", "firm": "soft"}, "ladder.yaml:8 steps[0].when_not_done.fallback: falls back in a circle: "
         "soft -> firm -> soft"),
        ({"soft": "soft"}, "ladder.yaml:8 steps[0].when_not_done.fallback: falls back in a circle: soft -> soft"),
        ({"soft": "firm", "firm": "call", "call": "firm"}, "ladder.yaml:8 steps[0].when_not_done.fallback: falls back "
         "in a circle: soft -> firm -> call -> firm"),
        ({"soft": "other"}, "ladder.yaml:8 steps[0].when_not_done.fallback: 'other' is not a step"),
        ({"soft": "report"}, "ladder.yaml:8 steps[0].when_not_done.fallback: only a notice or a call falls back on "
         "another: 'soft' is 'remind', 'report' is 'credit-report'"),
        ({"notice": "firm"}, "ladder.yaml:19 steps[3].when_not_done.fallback: a credit-notice falls back on its like "
         "only: 'firm' is 'remind'"),
    ],
    ids=["two", "itself", "tail", "unknown", "no contact", "credit notice"],
)  # fmt: skip
def test_cyclic_and_impossible_fallbacks_are_refused(fallbacks: dict[str, str], expected: str) -> None:
    assert fault_of(falling_back(**fallbacks)) == expected


def test_a_fallback_on_the_other_side_of_the_due_date_is_refused() -> None:
    text = falling_back(soft="firm").replace("at_days: 10", "at_days: -3")
    assert fault_of(text) == (
        "ladder.yaml:8 steps[0].when_not_done.fallback: step 'firm' is for the other side of the due date"
    )


def test_a_report_without_a_notice_before_it_is_refused() -> None:
    assert fault("    after: {step: notice, days: 14}\n", "") == (
        "ladder.yaml:23 steps[4].after: a credit report needs a step with action 'credit-notice' before it"
    )
    assert fault("step: notice", "step: call") == (
        "ladder.yaml:26 steps[4].after: a credit report needs a step with action 'credit-notice' before it"
    )


def test_a_report_sooner_than_the_preset_allows_is_refused() -> None:
    assert fault("days: 14", "days: 6") == (
        "ladder.yaml:26 steps[4].after.days: 6 is below the 7 days to wait after the notice"
    )


def test_waiting_days_below_the_preset_are_refused() -> None:
    assert fault("version: test-1\n", "version: test-1\njurisdiction: UK\nreport_waiting_days: 7\n").endswith(
        "report_waiting_days: 7 is below the 14 days of UK"
    )


def test_the_state_of_an_unknown_bucket_is_refused() -> None:
    assert fault("steps:\n", "states: {eraly: late}\nsteps:\n").endswith(" states.eraly: is not the name of a bucket")
