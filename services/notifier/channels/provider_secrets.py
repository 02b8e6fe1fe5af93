"""The secrets that provider documents name; the settings hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from pydantic import SecretStr

from services.notifier.channels.provider_document import ProviderDocument

SETTING = "AMENDS_NOTIFIER_PROVIDER_SECRETS"


class SecretMissing(ValueError):
    """A document names a secret that the settings do not have."""

    def __init__(self, provider: str, path: str, name: str) -> None:
        super().__init__(f"provider {provider}: {path} names {name!r}, which {SETTING} does not have, or has empty")
        self.provider = provider
        self.path = path
        self.name = name


@dataclass(frozen=True, slots=True)
class ProviderSecrets:
    """Secrets by name; only those that a document names are given out."""

    _by_name: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)

    def checked(self, provider: ProviderDocument) -> Self:
        """Itself, having every secret that a document names. Raises SecretMissing."""
        for path, name in provider.secret_names.items():
            if name not in self._by_name or not self._by_name[name].get_secret_value():
                raise SecretMissing(provider.name, path, name)
        return self

    def __getitem__(self, name: str) -> str:
        """A secret's text."""
        return self._by_name[name].get_secret_value()
