"""Dispatches in words, with the links that they need."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from services.eventing.database import Connection
from services.notifier.borrowers.borrower import Borrower
from services.notifier.pages.links import LinkMaker, LinkWanted
from services.notifier.pages.second_factor import question_for
from services.notifier.sending.departure import CALL
from services.notifier.sending.digest import Dispatch
from services.notifier.sending.message import MessageRequest
from services.notifier.sending.verdict import Verdict, failing
from services.notifier.sending.wording import SPEAK_OF_PLANS, Links, Unwordable, Worded, Writer

log = structlog.get_logger(__name__)


class DispatchWording:
    """Words dispatches; their links count once the transaction is committed."""

    def __init__(self, writer: Writer, links: LinkMaker) -> None:
        self._writer = writer
        self._links = links

    async def word(
        self, connection: Connection, borrowers: Mapping[str, Borrower], dispatches: Sequence[Dispatch], at: datetime
    ) -> tuple[list[Worded], list[Verdict]]:
        """Those that leave, and the messages that cannot be worded and fail: their digest leaves without them later."""
        page_urls = await self._page_urls(connection, borrowers, dispatches, at)
        leaving: list[Worded] = []
        failed: list[Verdict] = []
        for dispatch in dispatches:
            opt_out_url = self._links.opt_out_url(dispatch.borrower_id, dispatch.channel)
            links = Links(opt_out_url, page_urls.get(dispatch.dispatch_id))
            borrower = borrowers[dispatch.borrower_id]
            try:
                leaving.append(self._writer.word(dispatch, borrower, links))
            except Unwordable as error:
                log.error("message_unwordable", dispatch_id=dispatch.dispatch_id, reason=error.reason)
                failed += self._failing(dispatch, borrower, links, error)
        return leaving, failed

    def _failing(self, dispatch: Dispatch, borrower: Borrower, links: Links, error: Unwordable) -> list[Verdict]:
        """The messages at fault; all of the dispatch if each could be worded alone."""
        faults = self._writer.faults(dispatch, borrower, links)
        if faults:
            return [failing(part.message, reason) for part, reason in faults]
        return [failing(part.message, error.reason) for part in dispatch.parts]

    async def _page_urls(
        self, connection: Connection, borrowers: Mapping[str, Borrower], dispatches: Sequence[Dispatch], at: datetime
    ) -> Mapping[str, str]:
        """New links to borrowers' pages, by dispatch id."""
        wanted: dict[str, LinkWanted] = {}
        for dispatch in dispatches:
            request = _linked(dispatch, borrowers[dispatch.borrower_id])
            if request is not None:
                wanted[dispatch.dispatch_id] = LinkWanted(
                    request.borrower_id, request.loan_id, request.about.offer_id, dispatch.channel,
                    request.about.link_expires_at or at + self._links.valid_for,
                )  # fmt: skip
        if not wanted:
            return {}
        urls = await self._links.offer_links(connection, list(wanted.values()))
        return dict(zip(wanted, urls, strict=True))


def _linked(dispatch: Dispatch, borrower: Borrower) -> MessageRequest | None:
    """The message whose loan the dispatch's link leads to: in a digest the first; None: it has no link.

    Nobody can follow a link in a call, nor open one where nothing is known that may be asked: they have one only if
    they speak of plans.
    """
    requests = [part.message.request for part in dispatch.parts]
    can_be_opened = borrower.contact is not None and question_for(borrower.contact, dispatch.channel) is not None
    if dispatch.channel != CALL and can_be_opened:
        return requests[0]
    return next((request for request in requests if request.template in SPEAK_OF_PLANS), None)
