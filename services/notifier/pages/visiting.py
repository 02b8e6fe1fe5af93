"""Opening a link: who knows the answer gets a visit, once. Looking changes nothing: mail scanners look too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from services.eventing.database import Connection
from services.notifier.pages import visit_store
from services.notifier.pages.link_store import digest_of
from services.notifier.pages.page_keys import NotOurToken, new_token_id
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.second_factor import Question, is_right, question_for
from services.notifier.pages.visit_store import KeptLink, Visit
from services.notifier.words.languages import Language

_FAILURES_COUNT_FOR: Final = timedelta(hours=24)
_LINKS_WORTH_OF_FAILURES: Final = 2
_LONGEST_VISIT: Final = timedelta(hours=4)
_WORTH_PROLONGING: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that can be used, and what to ask."""

    link: KeptLink
    question: Question
    language: Language


@dataclass(frozen=True, slots=True)
class ClosedLink:
    """A link that cannot be used.

    `gone`: unknown, used or expired, which are not told apart. `locked`: answered wrongly too often. `unaskable`:
    nothing is known of the borrower that may be asked.
    """

    reason: Literal["gone", "locked", "unaskable"]
    link: KeptLink | None = None


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """The answer was wrong, and the link can be tried again."""

    opened: OpenLink


@dataclass(frozen=True, slots=True)
class VisitBegun:
    """The borrower proved who they are. `visit_id` is for the cookie and kept nowhere."""

    visit: Visit
    visit_id: str


async def look_at_link(
    connection: Connection, parts: PageParts, token: str, at: datetime, *, is_locking: bool = False
) -> OpenLink | ClosedLink:
    """What a link asks, or why it cannot be used."""
    link = await kept_link(connection, parts, token, is_locking=is_locking)
    if link is None or link.used_at is not None or at >= link.expires_at:
        return ClosedLink("gone", link)
    if link.locked_at is not None or await _is_guessed_at(connection, parts, link, at):
        return ClosedLink("locked", link)
    contact = (await parts.borrower(connection, link.borrower_id, at)).contact
    question = None if contact is None else question_for(contact, link.channel)
    if contact is None or question is None:
        return ClosedLink("unaskable", link)
    return OpenLink(link, question, contact.language)


async def answer_question(
    connection: Connection, parts: PageParts, token: str, answers: Mapping[str, str], at: datetime
) -> VisitBegun | WrongAnswer | ClosedLink:
    """Begin a visit if the answer is right, and count it if it is wrong."""
    opened = await look_at_link(connection, parts, token, at, is_locking=True)
    if isinstance(opened, ClosedLink):
        return opened
    link = opened.link
    if not is_right(opened.question, answers):
        attempts = parts.settings.second_factor_attempts
        is_locked = await visit_store.note_failure(connection, link, at, attempts)
        return ClosedLink("locked", link) if is_locked else WrongAnswer(opened)
    visit_id = new_token_id()
    visit = Visit(
        link.borrower_id, digest_of(visit_id), link.digest, link.loan_id, link.offer_id, opened.question.kind,
        started_at=at, expires_at=at + timedelta(minutes=parts.settings.session_minutes),
    )  # fmt: skip
    await visit_store.begin_visit(connection, link, visit)
    return VisitBegun(visit, visit_id)


async def visit_of(connection: Connection, parts: PageParts, visit_id: str, at: datetime) -> Visit | None:
    """The visit of a cookie, which lasts longer by being used; None if it is over."""
    visit = await visit_store.load_visit(connection, visit_id, at)
    if visit is None:
        return None
    until = min(at + timedelta(minutes=parts.settings.session_minutes), visit.started_at + _LONGEST_VISIT)
    if until - visit.expires_at >= _WORTH_PROLONGING:
        await visit_store.prolong_visit(connection, visit, until)
    return visit


async def kept_link(
    connection: Connection, parts: PageParts, token: str, *, is_locking: bool = False
) -> KeptLink | None:
    """The link of a token; None for a token that is not ours. Forged ones are refused without asking the database."""
    try:
        link_id = parts.links.link_id(token)
    except NotOurToken:
        return None
    return await visit_store.load_link(connection, link_id, is_locking=is_locking)


async def _is_guessed_at(connection: Connection, parts: PageParts, link: KeptLink, at: datetime) -> bool:
    """Whether so many wrong answers were given on the borrower's links lately that someone seems to guess."""
    failures = await visit_store.count_failures(connection, link.borrower_id, at - _FAILURES_COUNT_FOR)
    return failures >= _LINKS_WORTH_OF_FAILURES * parts.settings.second_factor_attempts
