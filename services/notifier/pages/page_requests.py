"""What pages read from requests: who visits, in which language, and forms that were really made here."""

from dataclasses import dataclass
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from services.notifier.pages.form_fields import Form
from services.notifier.pages.page_keys import NotOurToken, new_token_id
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.rate_limits import RateLimit, client_address
from services.notifier.words.languages import LANGUAGES, Language

LANGUAGE_COOKIE: Final = "language"
_YEAR_SECONDS: Final = 31_536_000
_MOST_FIELDS: Final = 40
_LONGEST_COOKIE_LETTERS: Final = 64


class StaleForm(Exception):
    """A form that this visit was not given."""


class TooManyRequests(Exception):
    """An address asks too often; it may again after `wait_seconds`."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(f"wait {wait_seconds} s")
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class SentForm:
    """A form of this visit: its fields, and the key that names this very form."""

    form: Form
    form_key: str


@dataclass(frozen=True, slots=True)
class RequestReader:
    """Reads requests by the settings; `answers` and `requests` limit how often an address asks."""

    parts: PageParts
    answers: RateLimit
    requests: RateLimit

    @property
    def visit_cookie(self) -> str:
        """The cookie's name; browsers give one that begins with __Host- only to this host, and by https."""
        return "__Host-visit" if self.parts.settings.is_secure else "visit"

    def visit_id(self, request: Request) -> str | None:
        """The id in the visit cookie, if it can be one."""
        value = request.cookies.get(self.visit_cookie, "")
        return value if 0 < len(value) <= _LONGEST_COOKIE_LETTERS and value.isascii() else None

    def keep_visit(self, response: Response, visit_id: str) -> None:
        """Give the browser the visit cookie, until it is closed."""
        response.set_cookie(
            self.visit_cookie, visit_id, secure=self.parts.settings.is_secure, httponly=True, samesite="lax", path="/"
        )

    def forget_visit(self, response: Response) -> None:
        """Take the visit cookie back."""
        response.delete_cookie(
            self.visit_cookie, secure=self.parts.settings.is_secure, httponly=True, samesite="lax", path="/"
        )

    def keep_language(self, response: Response, language: Language) -> None:
        """Remember the language that the reader chose."""
        response.set_cookie(
            LANGUAGE_COOKIE, language, max_age=_YEAR_SECONDS, secure=self.parts.settings.is_secure, httponly=True,
            samesite="lax", path="/",
        )  # fmt: skip

    def form_token(self, visit_id: str) -> str:
        """A token for a new form of a visit; it can be sent with nobody else's cookie."""
        return self.parts.links.keys.sign(f"form.{visit_id}", new_token_id())

    async def sent_form(self, request: Request) -> SentForm:
        """The form that was sent. Raises StaleForm if it was not made for this visit."""
        fields = _texts(await request.form(max_fields=_MOST_FIELDS, max_files=0))
        visit_id = self.visit_id(request)
        if visit_id is None:
            raise StaleForm
        try:
            form_key = self.parts.links.keys.verified(f"form.{visit_id}", fields.get("form", ""))
        except NotOurToken:
            raise StaleForm from None
        return SentForm(Form(fields), form_key)

    def limit(self, request: Request) -> None:
        """Count a request against its address. Raises TooManyRequests."""
        peer = request.client.host if request.client else ""
        forwarded = request.headers.getlist("x-forwarded-for")
        address = client_address(peer, forwarded, self.parts.settings.trusted_proxies)
        at_seconds = self.parts.clock.now().timestamp()
        limits = (self.answers, self.requests) if request.method == "POST" else (self.requests,)
        wait = max(limit.wait_seconds(address, at_seconds) for limit in limits)
        if wait:
            raise TooManyRequests(wait)


def chosen_language(request: Request) -> Language | None:
    """The language that the reader chose on a page before."""
    value = request.cookies.get(LANGUAGE_COOKIE)
    return next((one for one in LANGUAGES if one == value), None)


def accepted_language(request: Request) -> Language:
    """The language that the browser asks for, or else Chinese."""
    first = request.headers.get("accept-language", "").split(",")[0].strip().lower()
    return "en" if first and not first.startswith("zh") else "zh-CN"


def _texts(data: FormData) -> dict[str, str]:
    return {name: value for name, value in data.items() if isinstance(value, str)}
