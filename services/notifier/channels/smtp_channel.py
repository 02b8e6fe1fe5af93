"""E-mail by SMTP, over a few connections that stay open."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Literal

import aiosmtplib

from services.notifier.channels.channel import (
    ChannelUnavailable,
    Delivery,
    FateUnknown,
    MessageRefused,
    OutboundMessage,
)
from services.notifier.channels.mail_message import Mail, NoAddress, mail_of

Tls = Literal["none", "start", "implicit"]


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
    """One open connection, and how many messages it has carried.

    `text_left`: the text of the message in hand has been written to it, and no answer has come.
    """

    client: aiosmtplib.SMTP
    carried: int = 0
    text_left: bool = False


class SmtpChannel:
    """Sends over at most `connections` connections, each kept for `messages_per_connection` messages.

    SMTP has no key by which a server must drop a second copy, so a connection that breaks after the text was sent, and
    before the answer, leaves the message's fate unknown. Every attempt bears the same Message-ID all the same.
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

    @property
    def honours_key(self) -> bool:
        """No: see the class."""
        return False

    async def send(self, message: OutboundMessage) -> Delivery:
        """Hand the message to the mail server."""
        try:
            mail = mail_of(message, self._sender, self._now())
        except NoAddress as error:
            raise MessageRefused(self.name, message.notification_id, str(error)) from None
        connection = None
        try:
            async with asyncio.timeout(self._deadline_seconds), self._connection() as connection:
                await self._transact(connection, mail, message)
        except (TimeoutError, OSError, aiosmtplib.SMTPException) as error:
            # A server's reply may repeat the address, which then must not reach a log by way of the cause.
            replied = isinstance(error, aiosmtplib.SMTPResponseException)
            text_left = connection is not None and connection.text_left
            raise self._explained(error, message, text_left) from (None if replied else error)
        return Delivery(mail.message_id)

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
            connection.text_left = False
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

    async def _transact(self, connection: _Connection, mail: Mail, message: OutboundMessage) -> None:
        """One mail transaction: MAIL, RCPT, DATA."""
        await self._begin(connection, mail.needs_utf8, message)
        client = connection.client
        connection.carried += 1
        encoding = "utf-8" if mail.needs_utf8 else "ascii"
        try:
            await client.rcpt(message.to, encoding=encoding)
            await self._hand_over(connection, mail.data)
        except aiosmtplib.SMTPResponseException:
            await self._reset(client)
            raise

    async def _hand_over(self, connection: _Connection, data: bytes) -> None:
        """DATA and the text. In two steps, unlike aiosmtplib's own `data`, so as to know whether the text has left."""
        client = connection.client
        asked = await client.execute_command(b"DATA")
        if asked.code != aiosmtplib.SMTPStatus.start_input:
            raise aiosmtplib.SMTPDataError(asked.code, asked.message)
        if client.protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("connection lost")
        client.protocol.write(data)
        connection.text_left = True
        answer = await client.protocol.read_response(timeout=self._deadline_seconds)
        if answer.code != aiosmtplib.SMTPStatus.completed:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)

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

    def _explained(
        self, error: Exception, message: OutboundMessage, text_left: bool
    ) -> ChannelUnavailable | MessageRefused | FateUnknown:
        """Whether it is the address or the moment. Only a 5xx to the recipient or the text speaks of the address."""
        notification_id = message.notification_id
        if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError) and error.code >= 500:
            what = "recipient" if isinstance(error, aiosmtplib.SMTPRecipientRefused) else "message"
            return MessageRefused(self.name, notification_id, f"the server refused the {what}", error.code)
        if isinstance(error, aiosmtplib.SMTPResponseException):
            reason = "the server cannot take the message now"
            return ChannelUnavailable(self.name, notification_id, reason, error.code)
        if text_left:
            return FateUnknown(self.name, notification_id, "the server took the text and did not answer")
        if isinstance(error, aiosmtplib.SMTPNotSupported):
            return ChannelUnavailable(self.name, notification_id, "the server lacks something required, such as TLS")
        if isinstance(error, TimeoutError):
            return ChannelUnavailable(self.name, notification_id, "the server did not answer in time")
        return ChannelUnavailable(self.name, notification_id, "the server cannot be reached")
