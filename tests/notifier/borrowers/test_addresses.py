"""Telephone numbers and mailboxes that can exist, and such that cannot."""

import pytest

from services.notifier.borrowers.addresses import (
    UnusableMailbox,
    UnusableNumber,
    check_mailbox,
    check_number,
    zones_of_phone,
)


@pytest.mark.parametrize("number", ["+8613800138000", "+15550000001", "+447700900123"])
def test_a_number_of_its_country_s_length_is_usable(number: str) -> None:
    check_number(number)


@pytest.mark.parametrize("number", ["+999123456789", "+86123", "+123456789012345", "12025550143"])
def test_a_number_that_no_country_gives_is_unusable_and_not_repeated(number: str) -> None:
    with pytest.raises(UnusableNumber) as caught:
        check_number(number)
    assert number not in str(caught.value)


@pytest.mark.parametrize(
    "mailbox", ["ada@example.com", "a.b+c@mail.example.co.uk", "ada@bücher.example", "李@例子.中国"]
)
def test_a_mailbox_in_a_domain_is_usable(mailbox: str) -> None:
    check_mailbox(mailbox)


@pytest.mark.parametrize(
    "mailbox",
    ["ada@localhost", "ada@-example.com", "ada@example..com", "ada@exa_mple.com", "@example.com", "a,b@example.com",
     f"{'a' * 65}@example.com", f"ada@{'a' * 64}.com", "ada@example.com>", "ada@.com"],
)  # fmt: skip
def test_a_mailbox_that_no_mail_can_be_addressed_to_is_unusable_and_not_repeated(mailbox: str) -> None:
    with pytest.raises(UnusableMailbox) as caught:
        check_mailbox(mailbox)
    assert mailbox not in str(caught.value)


def test_a_number_is_at_home_in_the_zones_of_its_area() -> None:
    assert zones_of_phone("+12025550143") == ("America/New_York",)


@pytest.mark.parametrize("number", [None, "+79161234567", "+18005551234", "+447700900123", "+999123456789"])
def test_a_number_that_says_little_of_its_place_has_no_zones(number: str | None) -> None:
    assert zones_of_phone(number) == ()
