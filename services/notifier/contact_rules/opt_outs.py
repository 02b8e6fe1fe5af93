"""Opt-outs: what the borrower does not want, by channel and by purpose."""

from dataclasses import dataclass
from datetime import datetime

from services.notifier.contact_rules.facts import Facts, OptOut
from services.notifier.contact_rules.rule import Citation, Scope, SeenFact


@dataclass(frozen=True, slots=True)
class HonourOptOut:
    """No contact on a channel, or for a purpose, that the borrower opted out of."""

    citation: Citation
    scope: Scope

    def released_at(self, facts: Facts, moment: datetime) -> datetime | None:
        """See Rule."""
        return None if any(_covers(opt_out, facts) for opt_out in facts.opt_outs) else moment

    def seen(self, facts: Facts, moment: datetime) -> tuple[SeenFact, ...]:
        """What the borrower opted out of."""
        return tuple(
            SeenFact("opted out of", f"{opt_out.purpose or 'everything'} by {opt_out.channel or 'any channel'}")
            for opt_out in facts.opt_outs
            if _covers(opt_out, facts)
        )


def _covers(opt_out: OptOut, facts: Facts) -> bool:
    return opt_out.channel in (None, facts.channel) and opt_out.purpose in (None, facts.purpose)
