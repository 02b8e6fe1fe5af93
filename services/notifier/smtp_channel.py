"""E-mail by SMTP, over a few connections that stay open."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime, parseaddr
from typing import ClassVar, Final, Literal
from urllib.parse import quote

import aiosmtplib

from services.notifier.channels import ChannelUnavailable, Delivery, MessageRefused, OutboundMessage

Tls = Literal["none", "start", "implicit"]
_LINK: Final = re.compile(r"https?://[!-;=?-~]+")


class _WholeHeader(UnstructuredHeader, BaseHeader):
    """A header that is never folded or encoded: the standard folding would break a long URL into encoded words."""

    max_count: ClassVar[Literal[1]] = 1

    def fold(self, *, policy: Policy) -> str:
        """The header on one line."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS: Final = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _WholeHeader)
_HEADERS.map_to_type("message-id", _WholeHeader)
_ASCII_POLICY: Final = SMTP.clone(header_factory=_HEADERS, cte_type="7bit")
_UTF8_POLICY: Final = SMTPUTF8.clone(header_factory=_HEADERS, cte_type="7bit")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in. `tls`: `start` insists on STARTTLS, `implicit` is TLS from the first byte."""

    host: str
    port: int
    tls: Tls = "start"
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class _Connection:
    """One open connection, and how many messages it has carried."""

    client: aiosmtplib.SMTP
    carried: int = 0


class SmtpChannel:
    """Sends over at most `connections` connections, each kept for `messages_per_connection` messages.

    A message whose fate is unknown (the connection broke after its text was sent) is reported as unavailable; when it
    is sent again it bears the same Message-ID, by which a receiving server can drop the second copy.
    """

    def __init__(
        self,
        server: SmtpServer,
        *,
        sender: str,
        now: Callable[[], datetime],
        connections: int = 4,
        messages_per_connection: int = 100,
        deadline_seconds: float = 30.0,
    ) -> None:
        """`sender` is `Name <address>`; `now` gives an aware time; `deadline_seconds` bounds a send with its wait."""
        name, address = parseaddr(sender)
        if "@" not in address:
            raise ValueError(f"the sender {sender!r} is not an address")
        self._server = server
        self._sender = Address(display_name=name, addr_spec=address)
        self._now = now
        self._messages_per_connection = messages_per_connection
        self._deadline_seconds = deadline_seconds
        self._slots = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []
        self._closed = False

    @property
    def name(self) -> str:
        """The channel's name."""
        return "email"

    async def send(self, message: OutboundMessage) -> Delivery:
        """Hand the message to the mail server."""
        mail = self._mail(message)
        try:
            async with asyncio.timeout(self._deadline_seconds), self._connection() as connection:
                await self._transact(connection, mail, message)
        except (TimeoutError, OSError, aiosmtplib.SMTPException) as error:
            # A server's reply may repeat the address, which then must not reach a log by way of the cause.
            replied = isinstance(error, aiosmtplib.SMTPResponseException)
            raise self._explained(error, message) from (None if replied else error)
        return Delivery(str(mail["Message-ID"]))

    async def close(self) -> None:
        """Take leave of the server on every idle connection; those in use are closed after their message."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(self._leave(connection) for connection in idle))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[_Connection]:
        """Lend a connection; it is kept only if the server's state on it is known."""
        async with self._slots:
            connection = self._idle.pop() if self._idle else _Connection(self._client())
            keep = False
            try:
                yield connection
                keep = True
            except aiosmtplib.SMTPResponseException as error:
                keep = error.code != aiosmtplib.SMTPStatus.domain_unavailable and connection.client.is_connected
                raise
            finally:
                if keep and not self._closed:
                    self._idle.append(connection)
                else:
                    connection.client.close()

    def _client(self) -> aiosmtplib.SMTP:
        """A client that is not yet connected."""
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "start",
            local_hostname=self._sender.domain,
            timeout=self._deadline_seconds,
        )

    async def _transact(self, connection: _Connection, mail: EmailMessage, message: OutboundMessage) -> None:
        """One mail transaction: MAIL, RCPT, DATA."""
        utf8 = not (message.to.isascii() and self._sender.addr_spec.isascii())
        await self._begin(connection, utf8, message)
        client = connection.client
        connection.carried += 1
        encoding = "utf-8" if utf8 else "ascii"
        try:
            await client.rcpt(message.to, encoding=encoding)
            await client.data(mail.as_bytes(policy=_UTF8_POLICY if utf8 else _ASCII_POLICY))
        except aiosmtplib.SMTPResponseException:
            await self._reset(client)
            raise

    async def _begin(self, connection: _Connection, utf8: bool, message: OutboundMessage) -> None:
        """MAIL, on a fresh connection if the server has closed this one meanwhile: nothing was sent on it yet."""
        if connection.client.is_connected and connection.carried >= self._messages_per_connection:
            await self._leave(connection)
        if connection.client.is_connected:
            try:
                return await self._mail_from(connection.client, utf8, message)
            except ConnectionError:
                pass
            except aiosmtplib.SMTPSenderRefused as error:
                if error.code != aiosmtplib.SMTPStatus.domain_unavailable:
                    raise
        connection.client.close()
        connection.client = self._client()
        connection.carried = 0
        await connection.client.connect()
        await connection.client.ehlo()
        return await self._mail_from(connection.client, utf8, message)

    async def _mail_from(self, client: aiosmtplib.SMTP, utf8: bool, message: OutboundMessage) -> None:
        """Name the sender, and say so if the recipient's address needs more than ASCII."""
        if utf8 and not client.supports_extension("smtputf8"):
            raise MessageRefused(self.name, message.notification_id, "the server takes only addresses in ASCII")
        options = ["SMTPUTF8"] if utf8 else []
        await client.mail(self._sender.addr_spec, options=options, encoding="utf-8" if utf8 else "ascii")

    async def _reset(self, client: aiosmtplib.SMTP) -> None:
        """Clear what is left of a refused transaction, or give the connection up; the refusal is told either way."""
        if client.is_connected:
            try:
                await client.rset()
            except (OSError, aiosmtplib.SMTPException):
                client.close()

    async def _leave(self, connection: _Connection) -> None:
        """Say QUIT, and close the connection whatever the answer."""
        try:
            async with asyncio.timeout(min(self._deadline_seconds, 2.0)):
                await connection.client.quit()
        except (TimeoutError, OSError, aiosmtplib.SMTPException):
            pass
        finally:
            connection.client.close()

    def _mail(self, message: OutboundMessage) -> EmailMessage:
        """The message in MIME. Raises MessageRefused if the address is none."""
        mail = EmailMessage(policy=_ASCII_POLICY)
        mail["From"] = self._sender
        try:
            mail["To"] = Address(addr_spec=message.to)
        except (ValueError, IndexError, MessageError):
            raise MessageRefused(self.name, message.notification_id, "the address is not well formed") from None
        mail["Subject"] = " ".join(message.subject.split())
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = message_id(message.notification_id, self._sender.domain)
        mail["Auto-Submitted"] = "auto-generated"
        if message.opt_out_url is not None and _LINK.fullmatch(message.opt_out_url):
            mail["List-Unsubscribe"] = f"<{message.opt_out_url}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(message.text)
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html")
        return mail

    def _explained(self, error: Exception, message: OutboundMessage) -> ChannelUnavailable | MessageRefused:
        """Whether it is the address or the moment. Only a 5xx to the recipient or the text speaks of the address."""
        notification_id = message.notification_id
        if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError) and error.code >= 500:
            what = "recipient" if isinstance(error, aiosmtplib.SMTPRecipientRefused) else "message"
            return MessageRefused(self.name, notification_id, f"the server refused the {what}", error.code)
        if isinstance(error, aiosmtplib.SMTPResponseException):
            reason = "the server cannot take the message now"
            return ChannelUnavailable(self.name, notification_id, reason, error.code)
        if isinstance(error, aiosmtplib.SMTPNotSupported):
            return ChannelUnavailable(self.name, notification_id, "the server lacks something required, such as TLS")
        if isinstance(error, TimeoutError):
            return ChannelUnavailable(self.name, notification_id, "the server did not answer in time")
        return ChannelUnavailable(self.name, notification_id, "the server cannot be reached")


def message_id(notification_id: str, domain: str) -> str:
    """The Message-ID of a notification: the same for every attempt, and another for every other notification."""
    return f"<{quote(notification_id, safe='').replace('.', '%2E')}@{domain}>"
