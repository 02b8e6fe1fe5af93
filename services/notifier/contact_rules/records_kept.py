"""How long records must be kept, and from when on they may be erased."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime

from services.notifier.contact_rules.rule import Citation


@dataclass(frozen=True, slots=True)
class RecordsKept:
    """Records are kept for so many whole years after the last activity; `citation` says who demands it."""

    years: int
    citation: Citation

    def latest_activity_to_erase(self, at: datetime) -> datetime:
        """What had its last activity before this moment may be erased at `at`."""
        year = max(at.year - self.years, 1)
        return at.replace(year=year, day=min(at.day, monthrange(year, at.month)[1]))
