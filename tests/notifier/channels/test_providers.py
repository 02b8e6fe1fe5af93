"""The providers and channels that the settings name, read when the service starts."""

from pathlib import Path
from typing import Any, cast

import pytest
from pydantic import SecretStr, ValidationError

from services.eventing.clock import SystemClock
from services.eventing.database import Pool
from services.notifier.channels.build import AppSecretMissing, channels_of
from services.notifier.channels.channel_settings import ChannelSettings
from services.notifier.channels.provider_secrets import SecretMissing
from services.notifier.channels.providers import ProviderNamedTwice, Providers, UnreadableProvider
from services.notifier.channels.webhook_signature import WrongWebhookSecret
from services.yaml_documents import DocumentError
from tests.notifier.borrowers.telling import KEYS

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = {
    "texts-token": SecretStr("t"),
    "texts-signing": SecretStr("s"),
    "texts-receipts": SecretStr(WEBHOOK_SECRET),
    "mails-receipts": SecretStr("m"),
}


def settings(**given: Any) -> ChannelSettings:
    """The settings as shipped, but for what is given."""
    return ChannelSettings(**given)


def test_the_documented_examples_are_taken() -> None:
    providers = Providers.of(
        settings(
            sms_provider_file=EXAMPLES / "sms-provider.yaml",
            provider_files=(EXAMPLES / "mail-relay.yaml",),
            provider_secrets=SECRETS,
        )
    )
    assert providers.sms.name == "example-texts"
    assert set(providers.by_name) == {"example-texts", "example-mails"}


def test_without_documents_texts_go_to_the_gateway_and_nobody_tells() -> None:
    providers = Providers.of(settings())
    assert providers.sms.honours_key
    assert [provider.receipts for provider in providers.by_name.values()] == [None]


def test_a_secret_that_is_not_given_is_asked_for_by_name() -> None:
    with pytest.raises(SecretMissing, match=r"receipts\.signature\.secret names 'mails-receipts', which AMENDS_NOTIF"):
        Providers.of(settings(provider_files=(EXAMPLES / "mail-relay.yaml",)))


def test_a_webhook_secret_of_another_form_is_refused() -> None:
    secrets = {**SECRETS, "texts-receipts": SecretStr("plain")}
    with pytest.raises(WrongWebhookSecret, match="texts-receipts") as refused:
        Providers.of(settings(sms_provider_file=EXAMPLES / "sms-provider.yaml", provider_secrets=secrets))
    assert "plain" not in str(refused.value)


def test_two_documents_of_one_name_are_refused(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text((EXAMPLES / "mail-relay.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    files = (EXAMPLES / "mail-relay.yaml", copy)
    with pytest.raises(ProviderNamedTwice, match="'example-mails'"):
        Providers.of(settings(provider_files=files, provider_secrets=SECRETS))


def test_a_file_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableProvider, match=r"gone\.yaml: FileNotFoundError"):
        Providers.of(settings(sms_provider_file=tmp_path / "gone.yaml"))


def test_a_wrong_document_is_told_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("name: a\nchannel: pigeon\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"wrong\.yaml:2 channel"):
        Providers.of(settings(provider_files=(file,)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sms_gateway_url", "sms.example"),
        ("sms_gateway_url", "https://me:secret@sms.example"),
        ("app_webhook_url", "ftp://app.example"),
        ("email_per_second", 0),
        ("breaker_share_percent", 101),
        ("receipts_of_unknown_messages", 500),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        settings(**{name: value})


async def channel_names(given: ChannelSettings) -> set[str]:
    channels = channels_of(given, Providers.of(given), pool=cast(Pool, None), keys=KEYS, clock=SystemClock())
    for channel in channels.values():
        await channel.close()
    assert {name: channel.name for name, channel in channels.items()} == {name: name for name in channels}
    return set(channels)


async def test_the_app_is_a_channel_where_its_address_is_set() -> None:
    assert await channel_names(settings()) == {"email", "sms", "call"}
    app = settings(app_webhook_url="https://app.example/hook", app_webhook_secret=SecretStr(WEBHOOK_SECRET))
    assert await channel_names(app) == {"email", "sms", "app", "call"}
    assert await channel_names(settings(agents_call=False)) == {"email", "sms"}


async def test_the_app_is_no_channel_without_a_secret() -> None:
    with pytest.raises(AppSecretMissing, match="AMENDS_NOTIFIER_APP_WEBHOOK_SECRET"):
        await channel_names(settings(app_webhook_url="https://app.example/hook"))
