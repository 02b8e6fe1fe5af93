"""How far the close of a business date is, for operators: in the log now and then, and as a metric."""

from datetime import date, datetime, timedelta

import structlog

from services.eventing import metrics
from services.eventing.clock import Clock

log = structlog.get_logger(__name__)
_BETWEEN_LINES = timedelta(seconds=10)


class CloseProgress:
    """The close of one date by this process, from the moment it takes it up."""

    def __init__(self, on: date, loans: int, clock: Clock) -> None:
        self.on = on
        self._left = loans
        self._closed = 0
        self._clock = clock
        self._began = self._told = clock.now()
        metrics.LOANS_TO_CLOSE.set(loans)
        log.info("close_began", business_date=str(on), loans=loans)

    def closed(self, loans: int) -> None:
        """So many more loans are closed. Late payments may add some that were not counted at first."""
        self._closed += loans
        self._left = max(0, self._left - loans)
        metrics.LOANS_TO_CLOSE.set(self._left)
        now = self._clock.now()
        if now - self._told >= _BETWEEN_LINES:
            self._told = now
            log.info("close_goes_on", business_date=str(self.on), closed=self._closed, left=self._left,
                     seconds=self._seconds(now))  # fmt: skip

    def completed(self) -> None:
        """The date is completed."""
        now = self._clock.now()
        metrics.LOANS_TO_CLOSE.set(0)
        metrics.BUSINESS_DATE_COMPLETED.set(now.timestamp())
        log.info("close_completed", business_date=str(self.on), closed=self._closed, seconds=self._seconds(now))

    def _seconds(self, now: datetime) -> float:
        return round((now - self._began).total_seconds(), 1)
