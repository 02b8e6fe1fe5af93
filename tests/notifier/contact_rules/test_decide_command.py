"""`amends notifier decide`: cases through the command, and what it says of cases that cannot be."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from amends.command_line import app

Case = dict[str, Any]

CASE: Case = {
    "preset": "US",
    "channel": "call",
    "purpose": "collection",
    "at": "2026-03-07T22:30:00-05:00",
    "zones": ["America/New_York"],
    "debt": "LC-1",
    "history": [],
    "consents": [],
    "opted_out": [],
    "holds": [],
}


def run(text: str, *options: str) -> Result:
    return CliRunner().invoke(app, ["notifier", "decide", *options], input=text)


def answer(**changes: Any) -> Case:
    """What the command makes of CASE with these keys instead."""
    result = run(json.dumps([{**CASE, **changes}]))
    assert (result.exit_code, result.stderr) == (0, "")
    (answered,) = json.loads(result.stdout)
    return dict(answered)


def refusal(**changes: Any) -> str:
    """What the command says of CASE with these keys instead; None takes a key out."""
    case = {key: value for key, value in {**CASE, **changes}.items() if value is not None}
    result = run(json.dumps([case]))
    assert result.exit_code == 1
    (answered,) = json.loads(result.stdout)
    assert "decision" not in answered
    return str(answered["error"])


def test_the_case_comes_back_with_the_decision() -> None:
    """The night of 7 March 2026 is the one in which American clocks go forward."""
    assert answer(id=7) == {
        **CASE,
        "id": 7,
        "decision": "defer",
        "until": "2026-03-08T08:00:00-04:00",
        "rule": "contact-hours",
        "clause": "12 CFR 1006.6(b)(1)(i)",
        "rules_version": "us-2021-11-30",
        "seen": {
            "local time in America/New_York": "Sat 2026-03-07 22:30",
            "hours in America/New_York": "08:00-21:00",
        },
    }


def test_a_contact_that_may_be_made_has_no_until_and_no_rule() -> None:
    answered = answer(at="2026-03-07T12:30:00-05:00")
    assert "until" not in answered
    assert (answered["decision"], answered["rule"], answered["clause"]) == ("send", None, None)


def test_an_answered_case_can_be_asked_again_at_its_until() -> None:
    deferred = answer()
    sent = answer(**{**deferred, "at": deferred["until"]})
    assert sent["decision"] == "send"
    assert "until" not in sent


def test_history_and_consents_are_minded() -> None:
    talked = {"channel": "call", "at": "2026-03-05T12:00:00-05:00", "debt": "LC-1", "outcome": "conversation"}
    assert answer(history=[talked])["rule"] == "after-conversation"
    consented = answer(history=[talked], consents=[{"debt": "LC-1", "at": "2026-03-05T12:05:00-05:00"}])
    assert consented["rule"] == "contact-hours"


def test_a_kind_of_message_stands_for_its_purpose() -> None:
    assert answer(purpose="hardship_answer")["decision"] == "send"


def test_an_opt_out_may_be_a_channel_or_say_the_purpose() -> None:
    assert answer(opted_out=["call"])["decision"] == "suppress"
    assert answer(opted_out=[{"channel": "call", "purpose": "advice"}])["decision"] == "defer"


def test_a_hold_may_have_days_moments_or_its_reason_alone() -> None:
    by_days = answer(holds=[{"from": "2026-03-01", "to": "2026-03-09"}])
    by_moments = answer(holds=[{"from": "2026-03-01T00:00:00Z", "to": "2026-03-10T12:00:00-04:00"}])
    assert by_days["until"] == "2026-03-10T08:00:00-04:00"
    assert by_moments["until"] == "2026-03-10T12:00:00-04:00"
    assert answer(holds=["dispute"])["rule"] == "dispute"


def test_a_hold_that_does_not_stop_contact_is_none() -> None:
    assert answer(holds=["disaster-region"])["rule"] == "contact-hours"
    assert answer(holds=[{"reason": "dispute", "stop": ["interest"]}])["rule"] == "contact-hours"


def test_holidays_are_minded() -> None:
    assert answer(holidays=["2026-03-08"])["until"] == "2026-03-09T08:00:00-04:00"


def test_a_debt_may_be_a_number() -> None:
    call = {"channel": "call", "at": "2026-03-05T12:00:00-05:00", "debt": 5, "outcome": "conversation"}
    assert answer(debt=5, history=[call])["rule"] == "after-conversation"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"preset": "DE"}, 'preset "DE": is no rule set; known are CN, UK, US'),
        ({"channel": "fax"}, 'channel "fax": '),
        ({"purpose": "marketing"}, 'purpose "marketing": is no purpose; known are reminder, '),
        ({"at": "2026-03-07T22:30:00"}, 'at "2026-03-07T22:30:00": is no moment with an offset'),
        ({"at": "2026-02-30T22:30:00Z"}, 'at "2026-02-30T22:30:00Z": is no moment'),
        ({"at": "9999-12-31T23:59:59Z"}, 'at "9999-12-31T23:59:59Z": is not between the years'),
        ({"at": None}, "at: is missing"),
        ({"zones": []}, "zones []: "),
        ({"zones": ["Mars/Base"]}, "zones[0] \"Mars/Base\": 'Mars/Base' is no time zone"),
        ({"zones": ["../etc/passwd"]}, 'zones[0] "../etc/passwd": '),
        ({"debt": None}, "debt: is missing"),
        ({"holidays": ["today"]}, 'holidays[0] "today": is no date'),
        ({"opted_out": ["fax"]}, 'opted_out[0].channel "fax": '),
        (
            {"holds": [{"from": "2026-03-09", "to": "2026-03-01"}]},
            'holds[0].to "2026-03-01": is before from 2026-03-09',
        ),
        ({"holds": [{"from": "soon"}]}, 'holds[0].from "soon": is no date'),
        ({"consents": [{"debt": "LC-1", "at": "2027-01-01T00:00:00Z"}]}, "is after the moment asked about"),
    ],
)
def test_a_case_that_cannot_be_names_key_value_and_reason(changes: Case, reason: str) -> None:
    assert reason in refusal(**changes)


def test_what_happened_after_the_moment_asked_about_is_refused() -> None:
    call = {"channel": "call", "at": "2026-03-08T12:00:00Z", "debt": "LC-1", "outcome": "unanswered"}
    assert 'history[0].at "2026-03-08T12:00:00+00:00": is after the moment asked about' in refusal(history=[call])


def test_a_case_that_is_no_object_is_refused() -> None:
    result = run("[5]")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [{"case": 5, "error": "a case must be an object, not 5"}]


def test_a_lenders_own_rules_are_asked_for_by_their_name(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(
        "{name: ours, version: ours-1, in_force_from: 2026-01-01, rules: [{id: never, kind: no-contact,"
        " clause: '1', source: ours, primary_text_read: true}]}",
        encoding="utf-8",
    )
    result = run(json.dumps([{**CASE, "preset": "ours"}]), "--rules", str(file))
    (answered,) = json.loads(result.stdout)
    assert (answered["decision"], answered["rule"], answered["rules_version"]) == ("suppress", "never", "ours-1")


def test_rules_that_cannot_be_used_end_with_exit_code_two(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("name: ours", encoding="utf-8")
    result = run("[]", "--rules", str(file))
    assert result.exit_code == 2
    assert f"{file}:1 version: missing" in result.stderr
