"""What a dispatch says, and what is kept of it."""

from dataclasses import dataclass, field, replace
from typing import Final

from jinja2 import TemplateError

from schemas.templates import Template
from services.notifier.borrowers.borrower import Borrower, Contact
from services.notifier.channels.channel import OutboundMessage
from services.notifier.sending.departure import address_of
from services.notifier.sending.digest import Dispatch, DispatchPart
from services.notifier.sending.lender import Lender
from services.notifier.words import MessageFacts, Rendered, TemplateLibrary, WordsError, render, render_digest

SPEAK_OF_PLANS: Final[frozenset[Template]] = frozenset({"offer", "offer_reminder", "offer_help"})
"""Kinds of messages about what stands on the borrower's own page: by every channel they have a link to it."""

_MASK: Final = "…"


@dataclass(frozen=True, slots=True)
class Links:
    """The borrower's own links in one message: whoever has them may open a page, or opt out."""

    opt_out_url: str = field(repr=False)
    page_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Worded:
    """A dispatch in words: what is handed over, and `subject` and `text` for the archive, the links' secrets masked."""

    dispatch: Dispatch
    outbound: OutboundMessage
    subject: str = field(repr=False)
    text: str = field(repr=False)


class Unwordable(ValueError):
    """A dispatch cannot be worded; the reason names no value, so it may be told."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Writer:
    """Words dispatches with a lender's templates."""

    def __init__(self, lender: Lender, library: TemplateLibrary) -> None:
        self._lender = lender
        self._library = library

    def word(self, dispatch: Dispatch, borrower: Borrower, links: Links) -> Worded:
        """Word a dispatch. Raises Unwordable."""
        contact, to = borrower.contact, address_of(borrower, dispatch.channel)
        if contact is None or to is None:
            raise Unwordable("no address")
        items = [
            (part.message.request.template, self._facts(dispatch, part, borrower, contact, links))
            for part in dispatch.parts
        ]
        rendered = self._rendered(dispatch, contact, items)
        first = dispatch.parts[0].message.request
        outbound = OutboundMessage(
            borrower_id=dispatch.borrower_id,
            loan_id=first.loan_id,
            notification_id=first.notification_id,
            idempotency_key=dispatch.dispatch_id,
            template=first.template,
            language=contact.language,
            to=to,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            opt_out_url=links.opt_out_url,
            payload=_payload(dispatch, links),
        )
        return Worded(dispatch, outbound, _masked(rendered.subject, links), _masked(rendered.text, links))

    def faults(self, dispatch: Dispatch, borrower: Borrower, links: Links) -> list[tuple[DispatchPart, str]]:
        """Those messages of a dispatch that cannot be worded even alone, each with the reason."""
        found = []
        for part in dispatch.parts:
            try:
                self.word(replace(dispatch, parts=(part,)), borrower, links)
            except Unwordable as error:
                found.append((part, error.reason))
        return found

    def _rendered(self, dispatch: Dispatch, contact: Contact, items: list[tuple[Template, MessageFacts]]) -> Rendered:
        try:
            if len(items) == 1:
                template, facts = items[0]
                return render(template, contact.language, dispatch.channel, facts, self._library)
            return render_digest(contact.language, dispatch.channel, items, self._library)
        except (WordsError, TemplateError) as error:
            raise Unwordable(f"words: {error}") from error
        except Exception as error:
            # A template of the lender's may do anything; its error may quote what it was given.
            raise Unwordable(f"words: {type(error).__name__}") from error

    def _facts(
        self, dispatch: Dispatch, part: DispatchPart, borrower: Borrower, contact: Contact, links: Links
    ) -> MessageFacts:
        request, lender = part.message.request, self._lender
        try:
            return MessageFacts(
                borrower_name=contact.name,
                loan_id=request.loan_id,
                currency=request.currency,
                due_on=request.due_on,
                days_past_due=request.days_past_due,
                penalty_minor=request.amounts.penalty_minor,
                fee_minor=request.amounts.fee_minor,
                interest_minor=request.amounts.interest_minor,
                principal_minor=request.amounts.principal_minor,
                lender_name=lender.name,
                help_phone=lender.help_phone,
                pay_url=lender.pay_url,
                help_url=lender.help_url,
                opt_out_url=links.opt_out_url,
                offer_url=links.page_url,
                promised_minor=request.about.promised_minor,
                promised_on=request.about.promised_on,
                plan=request.about.plan,
                debt_advice=lender.debt_advice,
                opt_out_keyword=lender.opt_out_keyword,
                is_vulnerable=borrower.is_vulnerable,
                wording=lender.short_wording,
            )
        except WordsError as error:
            raise Unwordable(f"words: {error}") from error


def _payload(dispatch: Dispatch, links: Links) -> dict[str, object]:
    """What the lender's app and the agent's screen show beside the words."""
    if dispatch.channel not in ("app", "call"):
        return {}
    loans = [
        {
            "notification_id": request.notification_id,
            "loan_id": request.loan_id,
            "template": request.template,
            "currency": request.currency,
            "due_on": request.due_on.isoformat(),
            "days_past_due": request.days_past_due,
            "amounts": request.amounts.model_dump(),
        }
        for request in (part.message.request for part in dispatch.parts)
    ]
    return {"loans": loans} if links.page_url is None else {"loans": loans, "offer_url": links.page_url}


def _masked(text: str, links: Links) -> str:
    """The text without the last part of the borrower's own links, which is their secret."""
    for url in (links.opt_out_url, links.page_url):
        if url is not None:
            text = text.replace(url, f"{url.rpartition('/')[0]}/{_MASK}")
    return text
