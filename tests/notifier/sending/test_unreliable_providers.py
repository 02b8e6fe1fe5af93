"""Hundreds of messages to providers that fail in every way: what is lost, what comes twice, and what is told of it."""

import random
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from schemas.dunning import Channel
from services.notifier.channels.channel import Channel as Provider
from services.notifier.channels.mail_message import message_id
from tests.notifier.borrowers.telling import opened, registered
from tests.notifier.channels.mail_server import post
from tests.notifier.sending.post_office import PostOffice
from tests.notifier.sending.unreliable import UnreliableMailbox, unreliable_gateway
from tests.notifier.sending.waiting import asked_for

MESSAGES = 150
BORROWERS = [f"borrower-{number:03}" for number in range(MESSAGES)]


async def send_all(office: PostOffice, channels: Mapping[str, Provider], *wanted: Channel) -> None:
    """Ask for a message to each borrower, and let the sender work until each has its end."""
    office.channels, office.places = channels, 32
    office.sender = office.new_sender()
    known = [registered(one, email=f"{one}@example.com", phone=f"+86138{BORROWERS.index(one):08}") for one in BORROWERS]
    await office.notifier.take(*known)
    await office.notifier.take(*(opened(f"loan-of-{one}", one) for one in BORROWERS))
    await office.ask(*(asked_for(borrower_id=one, loan_id=f"loan-of-{one}", channels=wanted) for one in BORROWERS))
    while "queued" in await office.statuses():
        await office.send()
        office.clock.moment += timedelta(seconds=20)


async def test_a_gateway_that_knows_keys_gets_each_text_once_and_none_is_lost(office: PostOffice) -> None:
    async with unreliable_gateway(random.Random(1)) as (gateway, sms):
        await send_all(office, {"sms": sms}, "sms")
    assert Counter(await office.statuses()) == {"sent": MESSAGES}
    assert await office.told_kinds() == ["NotificationSent"] * MESSAGES
    assert len(gateway.taken) == MESSAGES
    assert gateway.contradictions == 0
    assert min(gateway.asked[mood] for mood in ("busy", "limits", "lingers", "breaks-off")) > 0


async def test_a_mail_server_gets_nothing_twice_and_what_it_may_have_lost_is_told_as_unknown(
    office: PostOffice,
) -> None:
    box = UnreliableMailbox(random.Random(2))
    async with post(connections=8, box=box) as posted:
        await send_all(office, {"email": posted.channel}, "email")
    arrived = Counter(str(mail["Message-ID"]) for mail in box.mails)
    status = {message_id(one["dispatch_id"], "lender.example"): one["status"] for one in await office.messages()}
    unknown = [reference for reference, how in status.items() if how == "unknown"]
    assert set(arrived.values()) == {1}
    assert arrived.keys() >= {reference for reference, how in status.items() if how == "sent"}
    assert {status[reference] for reference in arrived} == {"sent", "unknown"}
    assert len(unknown) == box.asked["loses"] + box.asked["breaks off"]
    assert len([one for one in unknown if one in arrived]) == box.asked["breaks off"]
    assert Counter(await office.statuses())["failed"] == box.asked["554 never"]
