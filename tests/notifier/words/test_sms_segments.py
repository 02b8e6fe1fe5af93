"""Parts of an SMS, by 3GPP TS 23.038 and TS 23.040."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.words import sms_segments


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("¥£Ω é\n@" * 20, "GSM-7", 1),
        ("您" * 70, "UCS-2", 1),
        ("您" * 71, "UCS-2", 2),
        ("您" * 134, "UCS-2", 2),
        ("您" * 135, "UCS-2", 3),
        ("ç" + "a" * 69, "UCS-2", 1),
        ("`" + "a" * 70, "UCS-2", 2),
        ("", "GSM-7", 1),
    ],
)
def test_parts(text: str, encoding: Literal["GSM-7", "UCS-2"], count: int) -> None:
    segments = sms_segments(text)
    assert (segments.encoding, segments.count) == (encoding, count)


@pytest.mark.parametrize(
    ("text", "units", "count"), [("€" * 80, 160, 1), ("€" * 81, 162, 2), ("[" + "a" * 158, 160, 1)]
)
def test_a_character_of_the_extension_table_takes_two_septets(text: str, units: int, count: int) -> None:
    segments = sms_segments(text)
    assert (segments.encoding, segments.units, segments.count) == ("GSM-7", units, count)


def test_an_escape_and_its_character_stay_in_one_part() -> None:
    assert sms_segments("a" * 152 + "€" + "a" * 152).count == 3
    assert sms_segments("a" * 151 + "€" + "a" * 153).count == 2


def test_a_surrogate_pair_counts_two_and_is_never_cut() -> None:
    segments = sms_segments("😀" * 35)
    assert (segments.characters, segments.units, segments.count) == (35, 70, 1)
    # 33 pairs fill 66 of 67 units: the 34th begins the next part.
    assert sms_segments("😀" * 66).count == 2
    assert sms_segments("😀" * 67).count == 3
    assert sms_segments("您" * 67 + "😀" * 33).count == 2


def test_room_in_the_last_part_is_told() -> None:
    assert sms_segments("a" * 150).units_left == 10
    assert sms_segments("a" * 161).units_left == 306 - 161


@given(st.text(alphabet=st.sampled_from("aZ9 @€[您喵😀🀄é"), max_size=500), st.sampled_from("a€您😀"))
def test_a_longer_text_in_the_same_alphabet_never_has_fewer_parts(text: str, more: str) -> None:
    shorter, longer = sms_segments(text), sms_segments(text + more)
    if longer.encoding == shorter.encoding:
        assert longer.units > shorter.units
        assert longer.count >= shorter.count


@given(st.text(alphabet=st.sampled_from("aZ9 @€[您喵😀🀄é"), max_size=500))
def test_the_parts_hold_the_text(text: str) -> None:
    segments = sms_segments(text)
    room = {"GSM-7": (160, 153), "UCS-2": (70, 67)}[segments.encoding]
    capacity = room[0] if segments.count == 1 else segments.count * room[1]
    wasted = capacity - segments.units - segments.units_left
    assert 0 <= wasted < segments.count
    assert segments.characters == len(text)
