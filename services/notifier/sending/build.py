"""Composition of sending."""

import random
from collections.abc import Mapping
from typing import cast, get_args

from schemas import dunning
from services.eventing.clock import Clock
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.channels.channel import Channel
from services.notifier.contact_rules.rule_sets import rule_sets_with
from services.notifier.pages.links import LinkMaker
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.departures import Departures, RulesInForce
from services.notifier.sending.dispatch_wording import DispatchWording
from services.notifier.sending.endings import Endings
from services.notifier.sending.hand_overs import HandOvers
from services.notifier.sending.lender import Lender
from services.notifier.sending.sender import Sender
from services.notifier.sending.sending_settings import SendingSettings
from services.notifier.sending.wording import Writer
from services.notifier.settings import NotifierSettings
from services.notifier.words import TemplateLibrary
from services.notifier.words.word_settings import WordSettings


def sender_of(
    channels: Mapping[str, Channel],
    *,
    keys: KeyRing,
    calendar: LenderCalendar,
    links: LinkMaker,
    library: TemplateLibrary,
    clock: Clock,
    own: NotifierSettings,
    sending: SendingSettings,
    words: WordSettings,
    chance: random.Random | None = None,
) -> Sender:
    """The sender that the settings describe, by these channels.

    Raises UnknownRuleSet where the settings name no contact rules that there are, and what `rule_sets_with` raises.
    """
    rules = RulesInForce(own.contact_rules, rule_sets_with(own.contact_rules_files))
    rules.rule_sets.in_force(rules.name, clock.now())
    by_name = {cast(dunning.Channel, name): channels[name] for name in get_args(dunning.Channel) if name in channels}
    honouring_key = frozenset(name for name, channel in by_name.items() if channel.honours_key)
    departures = Departures(
        keys=keys, calendar=calendar, rules=rules, clock=clock, channels=frozenset(by_name),
        honouring_key=honouring_key, wording=DispatchWording(Writer(Lender.of(own, words), library), links),
    )  # fmt: skip
    endings = Endings(sending.patience, honouring_key, clock, chance or random.Random())
    hand_overs = HandOvers(by_name, sending.longest_hand_over_seconds)
    places = dict.fromkeys(by_name, sending.sends_at_once)
    return Sender(departures, endings, hand_overs, places, clock)
