"""What every answer of the public listener tells browsers and search engines, and the switch of languages."""

from typing import Final, cast
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.notifier.pages.page_answers import see_other
from services.notifier.pages.page_requests import RequestReader
from services.notifier.words.languages import LANGUAGES, Language

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HTTPS_ONLY: Final = "max-age=31536000"
_LONGEST_PATH_LETTERS: Final = 1_024


class PageHeaders:
    """ASGI middleware: nothing is kept, framed, indexed, or loaded from elsewhere."""

    def __init__(self, app: ASGIApp, *, is_secure: bool) -> None:
        self._app = app
        self._headers = _HEADERS | ({"Strict-Transport-Security": _HTTPS_ONLY} if is_secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers that the answer does not set itself."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class LanguageSwitch:
    """ASGI middleware: `?language=en` on any page remembers the language and leads back to the page."""

    def __init__(self, app: ASGIApp, *, reader: RequestReader) -> None:
        self._app = app
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a choice of language, pass on everything else."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["query_string"].startswith(b"language="):
            chosen = parse_qs(scope["query_string"].decode("latin-1")).get("language", [""])[0]
            if chosen in LANGUAGES and _is_own_path(scope["path"]):
                response = see_other(scope["path"])
                self._reader.keep_language(response, cast(Language, chosen))
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _is_own_path(path: str) -> bool:
    """Whether a path can stand in Location without leading elsewhere, as one that begins with // would."""
    return not path.startswith(("//", "/\\")) and len(path) <= _LONGEST_PATH_LETTERS
