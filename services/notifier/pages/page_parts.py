"""What the pages work with."""

from dataclasses import dataclass
from datetime import date, datetime

from services.eventing.api_connections import ApiConnections
from services.eventing.clock import Clock
from services.eventing.database import Connection
from services.notifier.borrowers.borrower import Borrower
from services.notifier.borrowers.lender_calendar import LenderCalendar
from services.notifier.borrowers.store import business_date, load_borrowers
from services.notifier.pages.links import LinkMaker
from services.notifier.pages.page_settings import PageSettings
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.settings import NotifierSettings


@dataclass(frozen=True, slots=True)
class PageParts:
    """Connections, keys, settings and the clock; `lender` has what pages tell of the lender."""

    connections: ApiConnections
    keys: KeyRing
    links: LinkMaker
    settings: PageSettings
    lender: NotifierSettings
    clock: Clock
    calendar: LenderCalendar

    async def today(self, connection: Connection, at: datetime) -> date:
        """The business date at a moment."""
        return await business_date(connection, self.calendar, at)

    async def borrower(self, connection: Connection, borrower_id: str, at: datetime) -> Borrower:
        """What is known of a borrower."""
        found = await load_borrowers(connection, self.keys, [borrower_id], at, self.calendar, for_sending=False)
        return found[borrower_id]
