"""Addresses that reach nobody."""

from services.notifier.borrowers.address_store import UnusableAddress, mark_unusable, mark_usable
from services.notifier.borrowers.contact_seal import email_digest
from tests.notifier.borrowers.telling import KEYS, NOON, Notifier, registered


def bounced(address: str | None = None) -> UnusableAddress:
    digest = None if address is None else email_digest(KEYS, address)
    return UnusableAddress("borrower-1", "email", "bounced", NOON, digest)


async def test_a_bounced_address_is_not_used(notifier: Notifier) -> None:
    await notifier.take(registered(email="ada@example.com"))
    await mark_unusable(notifier.pool, [bounced(), bounced()])
    assert (await notifier.known()).unusable_channels == {"email"}


async def test_a_bounce_of_an_address_replaced_meanwhile_says_nothing_of_the_new_one(notifier: Notifier) -> None:
    await notifier.take(registered(email="new@example.com"))
    await mark_unusable(notifier.pool, [bounced("old@example.com")])
    assert (await notifier.known()).unusable_channels == frozenset()


async def test_another_address_is_used(notifier: Notifier) -> None:
    await notifier.take(registered(email="old@example.com"))
    await mark_unusable(notifier.pool, [bounced("old@example.com")])
    await notifier.take(registered(email="new@example.com"))
    assert (await notifier.known()).unusable_channels == frozenset()


async def test_the_same_address_told_again_is_as_dead_as_before(notifier: Notifier) -> None:
    await notifier.take(registered(email="ada@example.com"))
    await mark_unusable(notifier.pool, [bounced()])
    await notifier.take(registered(email="Ada@example.com", name="Ada Married"))
    assert (await notifier.known()).unusable_channels == {"email"}


async def test_another_mailbox_does_not_make_a_dead_number_usable(notifier: Notifier) -> None:
    await notifier.take(registered(email="old@example.com", phone="+12025550143"))
    await mark_unusable(notifier.pool, [UnusableAddress("borrower-1", "sms", "rejected", NOON)])
    await notifier.take(registered(email="new@example.com", phone="+12025550143"))
    assert (await notifier.known()).unusable_channels == {"sms"}


async def test_a_channel_may_be_declared_usable(notifier: Notifier) -> None:
    await notifier.take(registered(email="ada@example.com"))
    await mark_unusable(notifier.pool, [bounced()])
    await mark_usable(notifier.pool, [("borrower-1", "email")])
    assert (await notifier.known()).unusable_channels == frozenset()
