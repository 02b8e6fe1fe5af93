"""Ladders are parsed whole or refused with source, line and path."""

from importlib.resources import files

import pytest

from services.dunning.aging.days_past_due import DEFAULT_BUCKETS
from services.dunning.ladder.policy import LadderPolicy, parse_ladder
from services.yaml_documents import DocumentError, DocumentProblem

DEFAULT_TEXT = files("services.dunning").joinpath("policies/default.yaml").read_text(encoding="utf-8")

GOOD = """\
version: test-1
steps:
  - id: soft
    at_days: 5
    template: overdue_soft
    channels: [email, sms]
  - id: upcoming
    at_days: -3
    template: upcoming
    channels: [email]
"""


def problems(text: str) -> tuple[DocumentProblem, ...]:
    with pytest.raises(DocumentError) as caught:
        parse_ladder(text, "ladder.yaml")
    return caught.value.problems


def test_default_policy() -> None:
    policy = parse_ladder(DEFAULT_TEXT, "default.yaml")
    assert policy.version == "default-2"
    assert policy.small_balance_tolerance_minor == 0
    assert policy.buckets == DEFAULT_BUCKETS
    assert [(step.id, step.at_days, step.action, step.template) for step in policy.steps] == [
        ("upcoming", -3, "remind", "upcoming"),
        ("due-today", 0, "remind", "due_today"),
        ("overdue-soft", 1, "remind", "overdue_soft"),
        ("overdue-firm", 10, "remind", "overdue_firm"),
        ("early-offer", 15, "offer", "offer_help"),
        ("overdue-help", 30, "offer", "offer_help"),
        ("call", 40, "call", None),
        ("final-notice", 60, "remind", "final_notice"),
        ("credit-notice", 70, "credit-notice", "credit_report_notice"),
        ("credit-report", 90, "credit-report", None),
        ("legal", 180, "refer-legal", None),
    ]


def test_steps_are_sorted_and_defaults_apply() -> None:
    policy = parse_ladder(GOOD, "ladder.yaml")
    assert [step.id for step in policy.steps] == ["upcoming", "soft"]
    assert policy.step_days == (-3, 5)
    assert [policy.steps_reached(days) for days in (-4, -3, 4, 5)] == [0, 1, 1, 2]
    assert policy.steps[1].channels == ("email", "sms")
    assert policy.buckets == DEFAULT_BUCKETS
    assert policy == LadderPolicy.model_validate(policy.model_dump())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: upcoming", "id: soft", "ladder.yaml:7 steps[1].id: 'soft' is already the id of steps[0]"),
        ("at_days: -3", "at_days: 5", "ladder.yaml:8 steps[1].at_days: step 'soft' is already at day 5"),
        ("at_days: -3", "at_days: soon", "ladder.yaml:8 steps[1].at_days: Input should be a valid integer"),
        ("at_days: -3", "at_days: 1.0", "ladder.yaml:8 steps[1].at_days: Input should be a valid integer"),
        ("[email]", "[]", "ladder.yaml:10 steps[1].channels: there must be at least one channel"),
        ("[email]", "email", "ladder.yaml:10 steps[1].channels: Input should be a valid tuple"),
        ("[email, sms]", "[email, fax]", "ladder.yaml:6 steps[0].channels[1]: Input should be 'email', 'sms', "),
        ("[email, sms]", "[sms, sms]", "ladder.yaml:6 steps[0].channels[1]: 'sms' is named twice"),
        ("template: upcoming", "templates: x", "ladder.yaml:9 steps[1].templates: unknown key"),
        ("    template: upcoming\n", "", "ladder.yaml:7 steps[1].template: missing"),
        ("id: soft", "id: so:ft", "ladder.yaml:3 steps[0].id: String should match pattern"),
        ("version: test-1", "version: 1", "ladder.yaml:1 version: Input should be a valid string"),
        ("version: test-1", "tolerance: 1\nversion: a", "ladder.yaml:1 tolerance: unknown key"),
        ("version: test-1", "version: a\nversion: b", "ladder.yaml:2 version: the key is given twice"),
        ("at_days: -3", "at_days: -3\n    at_days: 1", "ladder.yaml:9 steps[1].at_days: the key is given twice"),
        ("version: test-1", "version: 2024-13-45", "ladder.yaml:1: not YAML: "),
        ("version: test-1", "version: &v [*v]", "ladder.yaml:1: not YAML: "),
        ("version: test-1", "version: [", "ladder.yaml:3: not YAML: "),
    ],
)
def test_faults_name_source_line_and_path(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    found = [str(problem) for problem in problems(GOOD.replace(old, new, 1))]
    assert any(line.startswith(expected) for line in found), found


@pytest.mark.parametrize(
    ("buckets", "expected"),
    [
        ("[{name: a, from_day: 0, to_day: 2}, {name: b, from_day: 4}]", "buckets[1].from_day: gap"),
        ("[{name: a, from_day: 0, to_day: 2}, {name: b, from_day: 2}]", "buckets[1].from_day: overlap"),
        ("[{name: a, from_day: 0, to_day: 2}]", "buckets[0].to_day: the last bucket"),
        ("[{name: a+, from_day: 0}]", "buckets[0].name: String should match"),
        ("[]", "buckets[0].from_day: there must be"),
    ],
)
def test_bad_buckets_are_refused(buckets: str, expected: str) -> None:
    (problem,) = problems(f"{GOOD}buckets: {buckets}\n")
    assert str(problem).startswith(f"ladder.yaml:11 {expected}")


@pytest.mark.parametrize("text", ["", "just text", "[1, 2]", "version: a\nsteps: []\n", "version: a\nsteps:\n"])
def test_documents_without_steps_are_refused(text: str) -> None:
    assert problems(text)


def test_a_changed_copy_is_validated_and_looks_up_anew() -> None:
    policy = parse_ladder(GOOD, "ladder.yaml")
    assert policy.step_days == (-3, 5)
    assert policy.model_copy(update={"steps": policy.steps[:1]}).step_days == (-3,)
    with pytest.raises(ValueError, match="at least one step"):
        policy.model_copy(update={"steps": ()})


def test_all_faults_are_told_at_once_in_order_of_line() -> None:
    text = GOOD.replace("[email]", "[fax]").replace("at_days: 5", "at_days: x")
    assert [(problem.line, problem.path) for problem in problems(text)] == [
        (4, "steps[0].at_days"),
        (10, "steps[1].channels[0]"),
    ]


def test_a_step_may_reach_the_borrower_by_the_lenders_app_or_by_a_person_who_calls() -> None:
    policy = parse_ladder(GOOD.replace("[email, sms]", "[app, email, call]", 1), "ladder.yaml")
    assert policy.step_by_id["soft"].channels == ("app", "email", "call")
