"""The channels that the settings describe."""

from services.eventing.clock import Clock
from services.eventing.database import Pool
from services.notifier.calls.call_channel import AgentCallChannel
from services.notifier.channels.app_channel import AppChannel
from services.notifier.channels.channel import Channel
from services.notifier.channels.channel_settings import ChannelSettings
from services.notifier.channels.circuit_breaker import BreakerLimits
from services.notifier.channels.providers import Providers
from services.notifier.channels.resilient import Limits, ResilientChannel
from services.notifier.channels.sms_channel import SmsChannel
from services.notifier.channels.smtp_channel import SmtpChannel, SmtpServer
from services.notifier.channels.webhook_signature import WebhookSigner
from services.notifier.sealing.key_ring import KeyRing


class AppSecretMissing(ValueError):
    """Messages are to go to the lender's app, and nothing is there to sign them with."""

    def __init__(self) -> None:
        super().__init__("AMENDS_NOTIFIER_APP_WEBHOOK_SECRET: missing, though AMENDS_NOTIFIER_APP_WEBHOOK_URL is set")


def channels_of(
    settings: ChannelSettings, providers: Providers, *, pool: Pool, keys: KeyRing, clock: Clock
) -> dict[str, Channel]:
    """Every configured channel by name. Calls are tasks in the notifier's own database, behind no limit.

    Raises AppSecretMissing, WrongWebhookSecret, SecretMissing, NoRequestDescribed.
    """
    sms = SmsChannel(
        providers.sms,
        providers.secrets,
        now=clock.now,
        deadline_seconds=settings.sms_deadline_seconds,
        max_connections=settings.sms_connections,
    )
    channels: dict[str, Channel] = {
        "email": ResilientChannel(_email(settings, clock), _limits(settings, settings.email_per_second)),
        "sms": ResilientChannel(sms, _limits(settings, settings.sms_per_second)),
    }
    if settings.app_webhook_url is not None:
        app = _app(settings, settings.app_webhook_url, clock)
        channels["app"] = ResilientChannel(app, _limits(settings, settings.app_per_second))
    if settings.agents_call:
        channels["call"] = AgentCallChannel(pool, keys, clock)
    return channels


def _email(settings: ChannelSettings, clock: Clock) -> SmtpChannel:
    password = None if settings.smtp_password is None else settings.smtp_password.get_secret_value()
    server = SmtpServer(settings.smtp_host, settings.smtp_port, settings.smtp_tls, settings.smtp_username, password)
    return SmtpChannel(
        server,
        sender=settings.email_sender,
        now=clock.now,
        connections=settings.smtp_connections,
        deadline_seconds=settings.email_deadline_seconds,
    )


def _app(settings: ChannelSettings, url: str, clock: Clock) -> AppChannel:
    if settings.app_webhook_secret is None:
        raise AppSecretMissing
    signer = WebhookSigner("AMENDS_NOTIFIER_APP_WEBHOOK_SECRET", settings.app_webhook_secret.get_secret_value())
    return AppChannel(
        url,
        signer,
        now=clock.now,
        deadline_seconds=settings.app_deadline_seconds,
        max_connections=settings.app_connections,
    )


def _limits(settings: ChannelSettings, per_second: float) -> Limits:
    breaker = BreakerLimits(
        settings.breaker_failures_in_a_row,
        settings.breaker_window,
        settings.breaker_share_percent,
        settings.breaker_open_seconds,
        settings.breaker_longest_open_seconds,
    )
    # A second's worth at once, so that a sender that comes round less often still reaches the rate.
    return Limits(per_second, max(1, round(per_second)), breaker)
