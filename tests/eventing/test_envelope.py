"""Events on the wire."""

from dataclasses import replace
from uuid import UUID, uuid5

import pytest

from services.eventing.envelope import InvalidRecord, event_id, outgoing, read_record
from tests.builders import payment_captured, record


def test_the_same_facts_give_the_same_event_id() -> None:
    assert event_id("a.v1", "loan-1", 7) == event_id("a.v1", "loan-1", 7)


@pytest.mark.parametrize("other", [("b.v1", "loan-1", 7), ("a.v1", "loan-2", 7), ("a.v1", "loan-1", 8)])
def test_other_facts_give_another_event_id(other: tuple[str, str, int]) -> None:
    assert event_id(*other) != event_id("a.v1", "loan-1", 7)


def test_an_event_id_is_a_uuid_of_version_5() -> None:
    namespace = UUID("6f0f1c5e-4c1f-5b0e-9d1c-0a6d2f3b7a11")
    for sequence in range(100):
        assert event_id("a.v1", "loan-1", sequence) == str(uuid5(namespace, f"a.v1|loan-1|{sequence}"))


def test_the_borrower_is_the_key() -> None:
    assert outgoing(payment_captured(), 1).key == payment_captured().borrower_id


def test_a_record_is_read_back_as_the_event_that_was_published() -> None:
    assert read_record(record(payment_captured(), offset=5)).data == payment_captured()


@pytest.mark.parametrize("missing", ["ce_type", "ce_id"])
def test_a_record_without_a_needed_header_is_refused_by_its_name(missing: str) -> None:
    whole = record(payment_captured(), offset=5)
    part = replace(whole, headers=[header for header in whole.headers if header[0] != missing])
    with pytest.raises(InvalidRecord, match=missing):
        read_record(part)


def test_a_sequence_that_is_no_count_is_refused() -> None:
    whole = record(payment_captured(), offset=5)
    with pytest.raises(InvalidRecord, match="'-1' is not a count"):
        read_record(replace(whole, headers=[*whole.headers, ("ce_sequence", b"-1")]))


def test_a_wrong_type_is_refused_with_field_and_value() -> None:
    right = record(payment_captured(), offset=5)
    wrong = replace(right, value=right.value.replace(b"10000", b'"10"'))
    with pytest.raises(InvalidRecord, match=r"amount_minor: .*got '10'"):
        read_record(wrong)
