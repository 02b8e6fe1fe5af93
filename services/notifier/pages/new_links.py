"""A new link for a borrower whose link was used or has expired: it goes to the address on file, and not too often."""

from datetime import datetime, timedelta
from typing import Final

from schemas.templates import Template
from schemas.values import ComponentAmounts
from services.eventing.database import Connection
from services.notifier.pages import offer_store, visit_store
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.visit_store import KeptLink
from services.notifier.sending.message import MessageAbout, MessageRequest, notification_id
from services.notifier.sending.queue_store import queue

_REST: Final = timedelta(minutes=10)
_NO_CURRENCY: Final = "CNY"


async def send_new_link(connection: Connection, parts: PageParts, link: KeptLink, at: datetime) -> bool:
    """Queue a message with a new link, by the channel that the old one came by; False if that was done too often."""
    number = await visit_store.note_link_request(
        connection, link.borrower_id, at, most_a_day=parts.settings.new_links_a_day, rest=_REST
    )
    if number is None:
        return False
    standing = (await parts.borrower(connection, link.borrower_id, at)).standings.get(link.loan_id)
    # The gate keeps back a message about an instalment that is paid: this one is about the first that is not.
    due_on = (standing and standing.oldest_unpaid_due_on) or await parts.today(connection, at)
    currency = await offer_store.loan_currency(connection, link.borrower_id, link.loan_id)
    template: Template = "offer_help" if link.offer_id is None else "offer"
    reminder_id = f"link:{link.digest.hex()[:16]}:{number}"
    request = MessageRequest(
        link.borrower_id, notification_id(reminder_id), reminder_id, link.loan_id, "new-link", template,
        (link.channel,), currency or _NO_CURRENCY, due_on, 0, ComponentAmounts(),
        about=MessageAbout(offer_id=link.offer_id),
    )  # fmt: skip
    return await queue(connection, [request], at=at) == 1
