"""How often one network address may ask, and whose address it is."""

import pytest

from services.notifier.pages.rate_limits import RateLimit, client_address


def test_an_address_may_ask_as_often_as_the_limit_and_then_has_to_wait() -> None:
    limit = RateLimit(3)
    assert [limit.wait_seconds("a", 0) for _ in range(4)] == [0, 0, 0, 20]


def test_after_waiting_as_told_it_may_ask_again() -> None:
    limit = RateLimit(3)
    waits = [limit.wait_seconds("a", 0) for _ in range(4)]
    assert limit.wait_seconds("a", waits[-1]) == 0


def test_addresses_do_not_count_for_each_other() -> None:
    limit = RateLimit(1)
    assert [limit.wait_seconds(address, 0) for address in ("a", "b")] == [0, 0]


def test_a_clock_that_is_set_back_gives_nothing_away() -> None:
    limit = RateLimit(1)
    limit.wait_seconds("a", 1_000)
    assert limit.wait_seconds("a", 0) > 0


def test_memory_is_bounded() -> None:
    limit = RateLimit(1)
    for number in range(20_100):
        limit.wait_seconds(str(number), 0)
    assert len(limit._buckets) == 20_000


@pytest.mark.parametrize(
    ("forwarded", "proxies", "found"),
    [
        ([], 0, "10.0.0.1"),
        (["1.1.1.1"], 0, "10.0.0.1"),
        (["6.6.6.6, 1.1.1.1"], 1, "1.1.1.1"),
        (["6.6.6.6, 1.1.1.1, 10.0.0.9"], 2, "1.1.1.1"),
        (["6.6.6.6", "1.1.1.1"], 1, "1.1.1.1"),
        ([], 1, "10.0.0.1"),
        (["not an address"], 1, "unknown"),
    ],
)
def test_only_what_trusted_proxies_say_is_believed(forwarded: list[str], proxies: int, found: str) -> None:
    assert client_address("10.0.0.1", forwarded, proxies) == found


def test_addresses_of_one_ipv6_site_count_as_one() -> None:
    assert client_address("2001:db8:1:2::1", [], 0) == client_address("2001:db8:1:2:ffff::9", [], 0)
