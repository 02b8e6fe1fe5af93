"""Rule sets as documents: what a lender writes, and what is refused with line and path."""

from pathlib import Path

import pytest

from services.notifier.contact_rules.decision import decide
from services.notifier.contact_rules.documents import parse_rule_set
from services.notifier.contact_rules.rule_sets import RuleSets, UnknownRuleSet, rule_sets_with, shipped_rule_sets
from services.yaml_documents import DocumentError
from tests.notifier.contact_rules.contacts import at_clock, facts, moment, past

BERLIN = "Europe/Berlin"
OF_A_LENDER = """\
name: our-rules
version: our-rules-1
in_force_from: 2026-01-01
rules:
  - id: office-hours
    kind: contact-hours
    channels: [call]
    clause: section 4
    source: our code of conduct
    primary_text_read: true
    hours:
      - {days: [monday, tuesday, wednesday, thursday, friday], from: "09:00", to: "18:00"}
      - {days: [saturday], from: "10:00", to: "13:00"}
  - id: messages-a-day
    kind: limit
    channels: [sms, email]
    maximum: 1
    days: 1
    per: borrower
    clause: section 5
    source: our code of conduct
    primary_text_read: true
"""


def problem(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        parse_rule_set(text, "ours.yaml")
    (found,) = caught.value.problems
    return str(found)


def changed(old: str, new: str) -> str:
    assert old in OF_A_LENDER
    return OF_A_LENDER.replace(old, new, 1)


def test_hours_differ_by_weekday() -> None:
    rules = parse_rule_set(OF_A_LENDER, "ours.yaml")
    friday_night = decide(rules, facts(BERLIN), at_clock(BERLIN, "2026-03-06T19:00:00"))
    saturday_afternoon = decide(rules, facts(BERLIN), at_clock(BERLIN, "2026-03-07T13:00:00"))
    assert friday_night.until == at_clock(BERLIN, "2026-03-07T10:00:00")
    assert saturday_afternoon.until == at_clock(BERLIN, "2026-03-09T09:00:00")


def test_messages_by_all_channels_of_a_limit_count_together() -> None:
    rules = parse_rule_set(OF_A_LENDER, "ours.yaml")
    mailed = past("2026-03-06T10:00:00", "sent", BERLIN, "email")
    decision = decide(rules, facts(BERLIN, channel="sms", history=(mailed,)), at_clock(BERLIN, "2026-03-06T19:00:00"))
    assert decision.until == at_clock(BERLIN, "2026-03-07T00:00:00")
    assert decision.citation is not None
    assert decision.citation.clause == "section 5"


def test_a_time_without_quotes_is_refused_with_its_line() -> None:
    assert problem(changed('to: "18:00"', "to: 18:00")) == (
        "ours.yaml:12 rules[0].hours[0].to: is no time such as '08:00', in quotes, from '00:00' to '24:00'"
    )


def test_hours_that_end_before_they_begin_are_refused() -> None:
    assert "must be after `from`" in problem(changed('to: "18:00"', 'to: "09:00"'))


def test_a_weekday_with_hours_twice_is_refused() -> None:
    assert "a day has hours once" in problem(changed("[saturday]", "[friday]"))


def test_a_limit_without_a_length_is_refused() -> None:
    assert "one of them" in problem(changed("    days: 1\n", ""))


def test_two_rules_of_one_id_are_refused() -> None:
    assert "is the id of an earlier rule" in problem(changed("id: messages-a-day", "id: office-hours"))


def test_an_unknown_key_is_refused() -> None:
    assert "unknown key" in problem(changed("    per: borrower\n", "    per: borrower\n    maximun: 2\n"))


def test_an_unknown_kind_is_refused() -> None:
    assert "kind" in problem(changed("kind: limit", "kind: limits"))


def test_a_calendar_of_no_country_is_refused() -> None:
    rest = """\
  - id: holidays
    kind: rest-days
    calendar: {days: public-holidays, country: XX}
    clause: none
    source: ours
    primary_text_read: true
"""
    assert "no calendar of holidays for 'XX'" in problem(OF_A_LENDER + rest)


def test_a_lenders_rules_come_beside_the_presets(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(OF_A_LENDER, encoding="utf-8")
    names = {rule_set.name for rule_set in rule_sets_with([file]).all}
    assert names == {"CN", "US", "UK", "our-rules"}


def test_a_version_that_another_document_has_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(OF_A_LENDER, encoding="utf-8")
    with pytest.raises(DocumentError, match="is the version of another document"):
        rule_sets_with([file, file])


def test_the_version_in_force_on_the_day_decides() -> None:
    first = parse_rule_set(OF_A_LENDER, "ours.yaml")
    text = changed("our-rules-1", "our-rules-2").replace("2026-01-01", "2026-07-01")
    rule_sets = RuleSets([parse_rule_set(text, "later.yaml"), first])
    versions = [
        rule_sets.in_force("our-rules", moment(f"{day}T12:00:00Z")).version
        for day in ("2025-06-01", "2026-06-30", "2026-07-01")
    ]
    assert versions == ["our-rules-1", "our-rules-1", "our-rules-2"]


def test_a_name_that_no_rule_set_has_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownRuleSet, match="known are CN, UK, US"):
        shipped_rule_sets().in_force("DE", moment("2026-06-01T00:00:00Z"))


def test_every_rule_of_a_preset_says_where_it_comes_from() -> None:
    for rule_set in shipped_rule_sets().all:
        for rule in rule_set.rules:
            assert rule.citation.clause
            assert rule.citation.source


@pytest.mark.parametrize(("preset", "years"), [("CN", 5), ("US", 3), ("UK", 6)])
def test_a_preset_says_how_long_records_are_kept(preset: str, years: int) -> None:
    kept = shipped_rule_sets().in_force(preset, moment("2026-03-05T00:00:00+00:00")).records_kept
    assert kept is not None
    assert kept.years == years


def test_rules_that_say_nothing_of_records_let_none_be_erased() -> None:
    assert parse_rule_set(OF_A_LENDER, "ours.yaml").records_kept is None


def test_records_are_kept_for_a_year_at_least() -> None:
    kept = "records_kept: {years: 0, clause: none, source: ours, primary_text_read: true}\nrules:\n"
    assert "records_kept.years" in problem(changed("rules:\n", kept))
