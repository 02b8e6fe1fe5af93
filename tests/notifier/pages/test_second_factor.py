"""What is asked of whoever opens a link, and which answers are right."""

from dataclasses import dataclass
from datetime import date

import pytest

from services.notifier.pages.second_factor import Question, is_right, question_for


@dataclass(frozen=True)
class Known:
    """What is known of a borrower."""

    phone: str | None = None
    date_of_birth: date | None = None
    identity_ending: str | None = None


EVERYTHING = Known("+8613800001234", date(1990, 3, 27), "123x")


def test_the_end_of_the_identity_document_is_asked_first() -> None:
    assert question_for(EVERYTHING, "email") == Question("identity-ending", "123X")


def test_the_day_of_birth_is_asked_of_whom_no_document_is_known() -> None:
    known = Known(EVERYTHING.phone, EVERYTHING.date_of_birth)
    assert question_for(known, "sms") == Question("date-of-birth", "1990-03-27")


def test_the_end_of_the_number_is_asked_of_whom_nothing_else_is_known_and_who_got_the_link_by_mail() -> None:
    assert question_for(Known(EVERYTHING.phone), "email") == Question("phone-ending", "1234")


@pytest.mark.parametrize("channel", ["sms", "call", "app"])
def test_the_number_is_not_asked_of_who_got_the_link_on_the_telephone(channel: str) -> None:
    assert question_for(Known(EVERYTHING.phone), channel) is None  # type: ignore[arg-type]


def test_nothing_can_be_asked_of_whom_nothing_is_known() -> None:
    assert question_for(Known(), "email") is None


@pytest.mark.parametrize("answer", ["123X", "123x", " 1 2 3 x ", "１２３Ｘ"])
def test_case_spaces_and_full_width_letters_do_not_matter(answer: str) -> None:
    assert is_right(Question("identity-ending", "123X"), {"answer": answer})


@pytest.mark.parametrize("answer", ["", "123", "0123X", "123Y", "123X" * 100])
def test_another_answer_is_wrong(answer: str) -> None:
    assert not is_right(Question("identity-ending", "123X"), {"answer": answer})


@pytest.mark.parametrize(
    "answers",
    [{"year": "1990", "month": "3", "day": "27"}, {"year": "1990", "month": "03", "day": "27"}],
)
def test_a_date_may_be_written_with_or_without_zeros(answers: dict[str, str]) -> None:
    assert is_right(Question("date-of-birth", "1990-03-27"), answers)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"answer": "1990-03-27"},
        {"year": "1990", "month": "27", "day": "3"},
        {"year": "90", "month": "3", "day": "27"},
    ],
)
def test_another_date_or_only_a_part_of_it_is_wrong(answers: dict[str, str]) -> None:
    assert not is_right(Question("date-of-birth", "1990-03-27"), answers)


def test_the_right_answer_is_in_no_text_that_could_be_logged() -> None:
    assert "123X" not in repr(Question("identity-ending", "123X"))
