"""What listings and logs show of records and errors tells nobody who a borrower is."""

import json

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.lending import BorrowerRegistered
from services.eventing.envelope import InvalidRecord, read_record
from services.eventing.personal_data import NOT_SHOWN, error_text, shown_message, shown_traceback, shown_value
from tests.builders import headers_of, record

REGISTERED = BorrowerRegistered.event_type
PERSON = {
    "borrower_id": "borrower-1", "name": "Ada Lovelace", "email": "ada@lovelace.example", "phone": "+8613800138000",
    "date_of_birth": "1985-12-10", "identity_ending": "281X", "language": "en", "time_zone": "Asia/Shanghai",
}  # fmt: skip
SECRETS = ("Ada", "Lovelace", "lovelace.example", "13800138000", "1985-12-10", "281X")


def refusal(document: object) -> str:
    """Why a registration with this content is refused."""
    valid = BorrowerRegistered(borrower_id="borrower-1", name="x")
    given = record(valid, 0)
    given.value = document if isinstance(document, bytes) else json.dumps(document).encode()
    given.headers = headers_of(valid)
    with pytest.raises(InvalidRecord) as caught:
        read_record(given)
    reason = caught.value.reason
    return f"{reason.field} {reason.value} {reason.message}"


def test_of_a_registration_only_what_tells_nothing_of_the_person_is_shown() -> None:
    shown = json.loads(shown_value(REGISTERED, json.dumps(PERSON).encode()))
    assert shown == dict.fromkeys(PERSON, NOT_SHOWN) | {
        "borrower_id": "borrower-1", "language": "en", "time_zone": "Asia/Shanghai",
    }  # fmt: skip


def test_a_misspelled_field_of_a_registration_is_not_shown() -> None:
    assert "Ada" not in shown_value(REGISTERED, b'{"nmae": "Ada", "contact": {"full": ["Ada"]}}')


def test_of_a_record_of_no_known_type_only_ids_are_shown() -> None:
    shown = json.loads(shown_value("amends.lending.borower-registered.v1", json.dumps(PERSON).encode()))
    assert {name for name, value in shown.items() if value != NOT_SHOWN} == {"borrower_id"}


def test_other_events_are_shown_as_they_are() -> None:
    content = '{"borrower_id": "borrower-1", "amount_minor": 500}'
    assert shown_value("amends.payments.payment-captured.v1", content.encode()) == content


def test_an_address_is_shown_of_no_event() -> None:
    shown = shown_value("amends.dunning.case-cured.v1", b'{"note": "write to ada@lovelace.example or +8613800138000"}')
    assert json.loads(shown) == {"note": f"write to {NOT_SHOWN} or {NOT_SHOWN}"}


@pytest.mark.parametrize("value", [b'{"name": "Ada', b'"Ada Lovelace"', b"[1, 2]", b"\xff\xfe"])
def test_what_is_no_json_object_is_not_shown(value: bytes) -> None:
    assert shown_value(REGISTERED, value) == f"[{len(value)} bytes that are no JSON object, not shown]"


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "Ada Lovelace"},
        {"phone": "13800138000"},
        {"name": ["Ada"]},
        {"date_of_birth": "1985-12-10-"},
        {"identity_ending": "281X-281X-281X"},
        {"borrower_id": "ada@lovelace.example"},
    ],
)
def test_a_refused_registration_names_the_field_and_not_its_value(wrong: dict[str, object]) -> None:
    said = refusal(PERSON | wrong)
    assert said.startswith(next(iter(wrong)))
    assert not [secret for secret in SECRETS if secret in said]


@pytest.mark.parametrize("document", ["Ada Lovelace", ["Ada"], b'{"name": "Ada'])
def test_a_registration_that_is_no_object_is_refused_without_its_content(document: object) -> None:
    assert "Ada" not in refusal(document)


def test_a_refused_value_that_tells_nothing_of_the_person_is_told() -> None:
    assert "'fr'" in refusal(PERSON | {"language": "fr"})


def test_a_reason_kept_with_its_value_is_shown_without_it() -> None:
    said = shown_message(REGISTERED, "name", "'Ada Lovelace'", "name: too long, got 'Ada Lovelace'")
    assert said == f"name: too long, got {NOT_SHOWN}"


@pytest.mark.parametrize(
    "kept", ["lending.events/3@15", "position +0000 at 2026-03-05T10:00:00+00:00", "12 + 123456789"]
)
def test_what_only_looks_like_an_address_stays(kept: str) -> None:
    assert shown_traceback(kept) == kept


def test_the_error_of_a_refused_model_is_told_without_its_input() -> None:
    with pytest.raises(ValidationError) as caught:
        BorrowerRegistered(borrower_id="borrower-1", name="x", email="Ada Lovelace")
    assert "Ada" not in error_text(caught.value)
    assert "Ada" not in shown_traceback(str(caught.value))


def test_the_error_of_a_refused_row_is_told_without_the_row() -> None:
    error = asyncpg.CheckViolationError('new row for relation "contact" violates check constraint "contact_name"')
    error.detail = "Failing row contains (borrower-1, Ada Lovelace)."
    assert "Ada" in str(error)
    assert "Ada" not in error_text(error)
    assert "Ada" not in shown_traceback(str(error))


@given(st.dictionaries(st.sampled_from(sorted(PERSON)), st.just("Ada Lovelace") | st.lists(st.just("Ada Lovelace"))))
def test_whatever_stands_in_a_personal_field_is_not_shown(document: dict[str, object]) -> None:
    shown = json.loads(shown_value(REGISTERED, json.dumps(document).encode()))
    personal = {"name", "email", "phone", "date_of_birth", "identity_ending"}
    assert {shown[name] for name in personal & document.keys()} <= {NOT_SHOWN}
