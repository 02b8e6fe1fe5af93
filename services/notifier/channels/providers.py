"""The providers that the settings name: those to send by, and those that tell what became of messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from services.notifier.channels.channel_settings import ChannelSettings
from services.notifier.channels.default_gateway import TOKEN_NAME, default_gateway
from services.notifier.channels.hmac_signature import HmacSignature
from services.notifier.channels.provider_document import (
    ProviderDocument,
    StandardWebhooksSignature,
    parse_provider,
)
from services.notifier.channels.provider_secrets import ProviderSecrets
from services.notifier.channels.webhook_signature import WebhookSigner


class ProviderNamedTwice(ValueError):
    """Two documents have one name, so that an address of receipts would be of both."""

    def __init__(self, name: str, paths: tuple[Path, ...]) -> None:
        super().__init__(f"provider {name!r} is described twice: {', '.join(map(str, paths))}")
        self.name = name


class UnreadableProvider(ValueError):
    """A file of a provider cannot be read."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path


@dataclass(frozen=True, slots=True)
class Providers:
    """Providers by name, `sms` the one that text messages are handed to, and the secrets that they name."""

    sms: ProviderDocument
    by_name: Mapping[str, ProviderDocument]
    secrets: ProviderSecrets

    @classmethod
    def of(cls, settings: ChannelSettings) -> Self:
        """Read all documents, and check that all they name is there.

        Raises UnreadableProvider, DocumentError, ProviderNamedTwice, SecretMissing, WrongWebhookSecret.
        """
        given = dict(settings.provider_secrets)
        if settings.sms_gateway_token is not None:
            given.setdefault(TOKEN_NAME, settings.sms_gateway_token)
        secrets = ProviderSecrets(given)
        if settings.sms_provider_file is None:
            sms = default_gateway(settings.sms_gateway_url, has_token=settings.sms_gateway_token is not None)
        else:
            sms = _read(settings.sms_provider_file)
        by_name = {sms.name: sms}
        for path in settings.provider_files:
            if path == settings.sms_provider_file:
                continue
            provider = _read(path)
            if provider.name in by_name:
                raise ProviderNamedTwice(provider.name, settings.provider_files)
            by_name[provider.name] = provider
        for provider in by_name.values():
            _check(provider, secrets)
        return cls(sms, by_name, secrets)


def _read(path: Path) -> ProviderDocument:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableProvider(path, f"{type(error).__name__}: {error}") from None
    return parse_provider(text, str(path))


def _check(provider: ProviderDocument, secrets: ProviderSecrets) -> None:
    secrets.checked(provider)
    for part in (provider.receipts, provider.replies):
        signature: HmacSignature | StandardWebhooksSignature | None = None if part is None else part.signature
        if isinstance(signature, StandardWebhooksSignature):
            WebhookSigner(signature.secret, secrets[signature.secret])
