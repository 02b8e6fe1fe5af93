"""Links to the borrower's pages: opaque, signed, expiring, good for one visit; and addresses that opt out at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Self

from schemas.dunning import Channel
from services.eventing.database import Connection
from services.notifier.pages import link_store
from services.notifier.pages.link_store import NewLink
from services.notifier.pages.page_keys import NotOurToken, PageKeys, new_token_id
from services.notifier.pages.page_settings import PageSettings, secrets_of

_LINK: Final = "link"
_OPT_OUT: Final = "opt-out"
_LETTERS: Final[Mapping[Channel, str]] = {"email": "e", "sms": "s", "app": "a", "call": "c"}
_CHANNELS: Final[Mapping[str, Channel]] = {letter: channel for channel, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class LinkWanted:
    """A message by `channel` needs a link to the pages of a loan; with `offer_id` they begin with the offer.

    It can be opened until `expires_at`.
    """

    borrower_id: str
    loan_id: str
    offer_id: str | None
    channel: Channel
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes links and reads them. `valid_for` is how long a link of a message should last."""

    base_url: str
    valid_for: timedelta
    keys: PageKeys

    @classmethod
    def of(cls, settings: PageSettings) -> Self:
        """The maker that the settings describe."""
        keys = PageKeys(secrets_of(settings.page_key.get_secret_value()))
        return cls(settings.pages_url, timedelta(days=settings.link_valid_days), keys)

    async def offer_links(self, connection: Connection, wanted: Sequence[LinkWanted]) -> list[str]:
        """A new link for each, in order; they count once the caller's transaction is committed."""
        made = [(new_token_id(), want) for want in wanted]
        await link_store.add_links(connection, [
            NewLink(want.borrower_id, link_id, want.loan_id, want.offer_id, want.channel, want.expires_at)
            for link_id, want in made
        ])  # fmt: skip
        return [f"{self.base_url}/o/{self.keys.sign(_LINK, link_id)}" for link_id, _ in made]

    def opt_out_url(self, borrower_id: str, channel: Channel) -> str:
        """The address that opts this borrower out of this channel (RFC 8058); it does not expire."""
        return f"{self.base_url}/u/{self.keys.seal(_OPT_OUT, f'{_LETTERS[channel]}{borrower_id}')}"

    def link_id(self, token: str) -> str:
        """The id in a link's token. Raises NotOurToken."""
        return self.keys.verified(_LINK, token)

    def opting_out(self, token: str) -> tuple[str, Channel]:
        """The borrower and channel that an opt-out address is of. Raises NotOurToken."""
        opened = self.keys.opened(_OPT_OUT, token)
        channel = _CHANNELS.get(opened[:1])
        if channel is None:
            raise NotOurToken("names no channel")
        return opened[1:], channel
