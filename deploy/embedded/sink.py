"""The message sink: an SMTP server and an SMS gateway that record what they are given, and a page that shows it.

Run as `python -m deploy.embedded.sink --folder DIR --smtp-port N --http-port N`.
"""

import asyncio
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from deploy.embedded.mail_intake import serve_mail
from deploy.embedded.mailbox import KEPT_IN_MEMORY, Channel, KeyReused, Mailbox
from deploy.embedded.processes import LOCALHOST
from deploy.embedded.sink_page import CONTENT_SECURITY_POLICY, SHOWN, render_page

MESSAGES_FILE = "messages.jsonl"
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class SmsRequest(BaseModel):
    """What the SMS gateway takes; it overlooks further fields."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    to: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=10_000)
    idempotency_key: str = Field(default="", max_length=500)
    sender: str = Field(default="", alias="from", max_length=200)


class SmsAccepted(BaseModel):
    """The SMS gateway's answer."""

    message_id: str


def create_app(mailbox: Mailbox) -> FastAPI:
    """The HTTP side of the sink."""
    app = FastAPI(title="Message sink", docs_url=None, redoc_url=None)

    @app.post("/sms", status_code=202)
    async def send_sms(request: SmsRequest) -> SmsAccepted:
        try:
            message_id = mailbox.add_sms(request.sender, request.to, request.text, request.idempotency_key)
        except KeyReused as error:
            raise HTTPException(409, str(error)) from error
        return SmsAccepted(message_id=message_id)

    @app.get("/")
    async def page(query: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
        wanted = query.strip()
        html = render_page(mailbox.latest(SHOWN, query=wanted), mailbox.counts, wanted)
        return HTMLResponse(html, headers=PAGE_HEADERS)

    @app.get("/messages")
    async def messages(
        limit: Annotated[int, Query(ge=1, le=KEPT_IN_MEMORY)] = SHOWN,
        channel: Channel | None = None,
        query: Annotated[str, Query(max_length=200)] = "",
    ) -> list[dict[str, Any]]:
        return [asdict(message) for message in mailbox.latest(limit, channel, query)]

    @app.get("/counts")
    async def counts() -> dict[Channel, int]:
        return mailbox.counts

    return app


async def serve(folder: Path, smtp_port: int, http_port: int) -> None:
    """Serve both sides until a signal ends the HTTP server."""
    mailbox = Mailbox(folder / MESSAGES_FILE)
    mail_server = await serve_mail(mailbox, smtp_port)
    config = uvicorn.Config(
        create_app(mailbox), host=LOCALHOST, port=http_port, access_log=False, timeout_graceful_shutdown=2
    )
    try:
        await uvicorn.Server(config).serve()
    finally:
        mail_server.close()
        mailbox.close()


def main(
    folder: Annotated[Path, typer.Option(help="Where the messages are recorded.")],
    smtp_port: Annotated[int, typer.Option(help="Port of the SMTP server.")],
    http_port: Annotated[int, typer.Option(help="Port of the SMS gateway and the page.")],
) -> None:
    """Record e-mails and SMS instead of delivering them, and show them on a page."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(serve(folder, smtp_port, http_port))


if __name__ == "__main__":
    typer.run(main)
