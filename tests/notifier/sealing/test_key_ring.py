"""A sealed value opens for its owner, under its key, unchanged; and for nobody else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.sealing.key_ring import KeyRing, SealBroken, WrongKeys, key_ids, new_key

INDEX_KEY = base64.b64encode(bytes(range(32))).decode()
owners = st.text(min_size=1, max_size=40)
values = st.binary(max_size=200)


def encoded(fill: int) -> str:
    return base64.b64encode(bytes([fill]) * 32).decode()


def ring(*ids: str, index_key: str = INDEX_KEY) -> KeyRing:
    """Keys with these ids; a key's bytes follow from the id."""
    return KeyRing.parse(",".join(f"{one}:{encoded(sum(one.encode()) % 256)}" for one in ids), index_key)


@given(owner=owners, value=values)
def test_a_value_opens_for_its_owner(owner: str, value: bytes) -> None:
    keys = ring("k1")
    assert keys.open(owner, keys.seal(owner, value)) == value


@given(owner=owners, other=owners, value=values)
def test_a_value_opens_for_no_other_owner(owner: str, other: str, value: bytes) -> None:
    keys = ring("k1")
    sealed = keys.seal(owner, value)
    if other != owner:
        with pytest.raises(SealBroken):
            keys.open(other, sealed)


@given(value=values, place=st.integers(0), bit=st.integers(0, 7))
def test_a_value_changed_in_one_bit_does_not_open(value: bytes, place: int, bit: int) -> None:
    keys = ring("k1", "k2")
    changed = bytearray(keys.seal("borrower-1", value))
    changed[place % len(changed)] ^= 1 << bit
    with pytest.raises(SealBroken):
        keys.open("borrower-1", bytes(changed))


@given(value=values, end=st.integers(0))
def test_a_value_cut_short_does_not_open(value: bytes, end: int) -> None:
    keys = ring("k1")
    sealed = keys.seal("borrower-1", value)
    with pytest.raises(SealBroken):
        keys.open("borrower-1", sealed[: end % len(sealed)])


@given(garbage=st.binary(max_size=80))
def test_what_was_never_sealed_does_not_open(garbage: bytes) -> None:
    with pytest.raises(SealBroken):
        ring("k1").open("borrower-1", garbage)


def test_an_older_key_opens_what_it_sealed() -> None:
    sealed = ring("old").seal("borrower-1", b"Ada")
    keys = ring("new", "old")
    assert keys.open("borrower-1", sealed) == b"Ada"
    assert not keys.is_current("borrower-1", sealed)


def test_the_first_key_seals() -> None:
    keys = ring("new", "old")
    sealed = keys.seal("borrower-1", b"Ada")
    assert keys.is_current("borrower-1", sealed)
    assert sealed.startswith(keys.mark)
    assert key_ids(keys) == ("new", "old")


def test_without_its_key_a_value_does_not_open_and_the_key_is_named() -> None:
    sealed = ring("old").seal("borrower-1", b"Ada")
    with pytest.raises(SealBroken, match="the key old is not given"):
        ring("new").open("borrower-1", sealed)


def test_another_key_of_the_same_id_does_not_open() -> None:
    sealed = ring("k1").seal("borrower-1", b"Ada")
    with pytest.raises(SealBroken):
        KeyRing.parse(f"k1:{encoded(7)}", INDEX_KEY).open("borrower-1", sealed)


def test_one_value_is_sealed_differently_each_time() -> None:
    keys = ring("k1")
    assert keys.seal("borrower-1", b"Ada") != keys.seal("borrower-1", b"Ada")


@given(kind=st.sampled_from(["email", "phone"]), one=st.text(), other=st.text())
def test_digests_are_equal_for_equal_values_only(kind: str, one: str, other: str) -> None:
    keys = ring("k1")
    assert (keys.digest(kind, one) == keys.digest(kind, other)) == (one == other)


def test_digests_of_one_value_differ_by_kind_and_by_index_key() -> None:
    keys = ring("k1")
    assert keys.digest("email", "x") != keys.digest("name", "x")
    assert keys.digest("email", "x") != ring("k1", index_key=encoded(9)).digest("email", "x")


def test_digests_stay_when_the_sealing_key_changes() -> None:
    assert ring("k1").digest("email", "x") == ring("k2", "k1").digest("email", "x")


def test_a_new_key_can_be_used() -> None:
    keys = KeyRing.parse(f"k1:{new_key()}", new_key())
    assert keys.open("borrower-1", keys.seal("borrower-1", b"Ada")) == b"Ada"


@pytest.mark.parametrize(
    ("given_keys", "reason"),
    [
        ("", "key 1: must be id:base64"),
        (f"no colon {encoded(1)}", "key 1: must be id:base64"),
        (f"{'x' * 17}:{encoded(1)}", "key 1: must be id:base64"),
        (f"k1:{encoded(1)},k1:{encoded(2)}", "key 2: the id k1 is given twice"),
        ("k1:not-base64!", "key 1: is not base64"),
        ("k1:QUJD", "key 1: must be 32 bytes, has 3"),
    ],
)
def test_wrong_keys_are_refused_by_place_and_reason(given_keys: str, reason: str) -> None:
    with pytest.raises(WrongKeys, match=reason):
        KeyRing.parse(given_keys, INDEX_KEY)


def test_a_wrong_index_key_is_refused() -> None:
    with pytest.raises(WrongKeys, match="must be 32 bytes, has 3"):
        KeyRing.parse(f"k1:{encoded(1)}", "QUJD")


def test_neither_the_ring_nor_its_errors_tell_a_key() -> None:
    keys = ring("k1")
    told = repr(keys)
    with pytest.raises(WrongKeys) as caught:
        KeyRing.parse(f"k1:{encoded(1)}x", INDEX_KEY)
    assert "k1" in told
    assert not [secret for secret in (encoded(1)[:8], INDEX_KEY[:8]) if secret in told + str(caught.value)]
