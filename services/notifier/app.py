"""Composition of the notifier."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from fastapi import APIRouter
from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError

from schemas import dunning, ledger, lending
from services.eventing.api_connections import ApiConnections
from services.eventing.clock import Clock, OffsetClock, SystemClock
from services.eventing.database import Connection, Pool
from services.eventing.service import ServiceParts, Work
from services.eventing.settings import Settings
from services.eventing.work_loop import Step, WorkLoop
from services.notifier.api.routers import notifier_routers
from services.notifier.archive.retention_work import Retention
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.channels.build import channels_of
from services.notifier.channels.channel_settings import ChannelSettings
from services.notifier.channels.providers import Providers
from services.notifier.contact_rules.rule_sets import RuleSets, rule_sets_with
from services.notifier.handlers import NotifierHandler
from services.notifier.pages.clearing import Clearing
from services.notifier.pages.links import LinkMaker
from services.notifier.pages.page_parts import PageParts
from services.notifier.pages.page_settings import PageSettings
from services.notifier.public_listener import PublicListener
from services.notifier.receipts.routes import ReceiptParts, receipt_routes
from services.notifier.sealing.key_ring import KeyRing, WrongKeys
from services.notifier.sealing.rotation import Resealing
from services.notifier.sending.build import sender_of
from services.notifier.sending.sender import SenderWork
from services.notifier.sending.sending_settings import SendingSettings
from services.notifier.settings import NotifierSettings
from services.notifier.words import TemplateLibrary
from services.notifier.words.lint import checked_library
from services.notifier.words.word_settings import WordSettings

_UPKEEP_SECONDS: Final = 60.0


class NotifierMisconfigured(ValueError):
    """Settings, or the documents that they name, cannot be used; the text says which and why."""


def notifier(settings: Settings) -> ServiceParts:
    """The parts of the notifier: contacts are read before loans, loans before reminders.

    Raises NotifierMisconfigured, and ValidationError or SettingsError where a variable cannot be read.
    """
    with _told_as_misconfigured():
        parts = _Parts.of(settings)
    return ServiceParts(
        name="notifier",
        topics=[lending.TOPIC, ledger.TOPIC, dunning.TOPIC],
        handler=NotifierHandler(
            parts.keys, parts.clock, timedelta(seconds=parts.own.digest_window_seconds), parts.own.offer_channels
        ),
        work=parts.work,
        api=parts.api,
    )


@contextmanager
def _told_as_misconfigured() -> Iterator[None]:
    try:
        yield
    except (ValidationError, SettingsError):
        raise
    except WrongKeys as error:
        variable = "AMENDS_NOTIFIER_CONTACT_INDEX_KEY" if error.place is None else "AMENDS_NOTIFIER_CONTACT_KEYS"
        raise NotifierMisconfigured(f"{variable}: {error}") from error
    except ValueError as error:
        raise NotifierMisconfigured(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Parts:
    """What settings and documents say, read once."""

    settings: Settings
    own: NotifierSettings
    channels: ChannelSettings
    pages: PageSettings
    words: WordSettings
    keys: KeyRing
    clock: Clock
    calendar: LenderCalendar
    rule_sets: RuleSets
    providers: Providers
    links: LinkMaker
    library: TemplateLibrary

    @classmethod
    def of(cls, settings: Settings) -> Self:
        own, channels, pages, words = NotifierSettings(), ChannelSettings(), PageSettings(), WordSettings()
        clock: Clock = SystemClock()
        if own.clock_ahead_seconds:
            clock = OffsetClock(timedelta(seconds=own.clock_ahead_seconds))
        rule_sets = rule_sets_with(own.contact_rules_files)
        rule_sets.in_force(own.contact_rules, clock.now())
        return cls(
            settings=settings, own=own, channels=channels, pages=pages, words=words, clock=clock,
            keys=KeyRing.parse(own.contact_keys.get_secret_value(), own.contact_index_key.get_secret_value()),
            calendar=LenderCalendar.of(settings, own), rule_sets=rule_sets,
            providers=Providers.of(channels), links=LinkMaker.of(pages),
            library=checked_library(own.templates_dir, most_segments=words.sms_most_segments),
        )  # fmt: skip

    def work(self, pool: Pool) -> Sequence[Work]:
        with _told_as_misconfigured():
            channels = channels_of(self.channels, self.providers, pool=pool, keys=self.keys, clock=self.clock)
            sender = sender_of(
                channels, keys=self.keys, calendar=self.calendar, links=self.links, library=self.library,
                clock=self.clock, own=self.own, sending=SendingSettings(), words=self.words,
            )  # fmt: skip
        upkeep = _Upkeep((
            Resealing(self.keys, self.clock), Retention(self.rule_sets, self.own.contact_rules, self.clock),
            Clearing(self.clock),
        ))  # fmt: skip
        return [
            SenderWork(pool, sender),
            WorkLoop("notifier-upkeep", pool, upkeep, _UPKEEP_SECONDS),
            PublicListener(self.settings, self._public),
        ]

    def api(self, connections: ApiConnections) -> Sequence[APIRouter]:
        return notifier_routers(
            connections, keys=self.keys, calendar=self.calendar, rule_sets=self.rule_sets,
            rules_name=self.own.contact_rules, clock=self.clock,
        )  # fmt: skip

    def _public(self, connections: ApiConnections) -> tuple[PageParts, Sequence[APIRouter]]:
        pages = PageParts(
            connections=connections, keys=self.keys, links=self.links, settings=self.pages, lender=self.own,
            clock=self.clock, calendar=self.calendar,
        )  # fmt: skip
        unknown = self.channels.receipts_of_unknown_messages
        receipts = ReceiptParts(connections, self.providers, self.keys, self.clock, unknown)
        return pages, [receipt_routes(receipts)]


@dataclass(frozen=True, slots=True)
class _Upkeep:
    """Several kinds of upkeep as one step, so that they hold one connection between them."""

    steps: Sequence[Step]

    async def __call__(self, connection: Connection) -> bool:
        return any([await step(connection) for step in self.steps])
