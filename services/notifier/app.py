"""Composition of the notifier."""

from collections.abc import Sequence

from schemas import dunning, ledger, lending
from services.eventing.clock import SystemClock
from services.eventing.database import Pool
from services.eventing.service import ServiceParts, Work
from services.eventing.settings import Settings
from services.eventing.work_loop import WorkLoop
from services.notifier.channels import Channel
from services.notifier.handlers import handle_events
from services.notifier.sender import Sender
from services.notifier.settings import NotifierSettings
from services.notifier.sms_channel import SmsChannel
from services.notifier.smtp_channel import SmtpChannel, SmtpServer


def notifier(settings: Settings) -> ServiceParts:
    """The parts of the notifier: contacts are read before loans, loans before reminders."""
    own = NotifierSettings()

    def work(pool: Pool) -> Sequence[Work]:
        return [WorkLoop("notifier-sender", pool, Sender(_channels(own), own, SystemClock()))]

    return ServiceParts(
        name="notifier", topics=[lending.TOPIC, ledger.TOPIC, dunning.TOPIC], handler=handle_events, work=work
    )


def _channels(own: NotifierSettings) -> dict[str, Channel]:
    password = own.smtp_password.get_secret_value() if own.smtp_password else None
    token = own.sms_gateway_token.get_secret_value() if own.sms_gateway_token else None
    server = SmtpServer(own.smtp_host, own.smtp_port, own.smtp_tls, own.smtp_username, password)
    return {
        "email": SmtpChannel(server, sender=own.email_sender, now=SystemClock().now, connections=8),
        "sms": SmsChannel(own.sms_gateway_url, token=token),
    }
