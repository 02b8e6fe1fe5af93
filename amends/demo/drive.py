"""Driving the portfolio through the running services, one business date after the other."""

from collections.abc import Sequence
from datetime import date

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from amends.demo.flow import FlowWatch, until
from amends.demo.portfolio import AS_OF, PortfolioLoan, month_ends_until
from amends.demo.story import date_opened, events_between
from amends.publishing import Publisher

_AT_ONCE = 2000
_PATIENCE_SECONDS = 900.0


async def drive(watch: FlowWatch, loans: Sequence[PortfolioLoan]) -> None:
    """Open each month, publish what happened in it, then open its last day, waiting until all is done each time.

    Opened first, so that what happened is dated in its month: figures of the last month's end stay what they were.
    Months that the ledger has completed are not told again. Raises FlowStuck.
    """
    done = await watch.completed_date()
    columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    after = date.min
    with Progress(*columns) as progress:
        async with Publisher(watch.settings) as publisher:
            for day in month_ends_until(AS_OF):
                begins_on = day.replace(day=1)
                if done is None or begins_on > done:
                    await _open(watch, publisher, progress, begins_on)
                if done is None or day > done:
                    await _drive_month(watch, publisher, progress, loans, after, day)
                after = day


async def _drive_month(
    watch: FlowWatch, publisher: Publisher, progress: Progress, loans: Sequence[PortfolioLoan], after: date, day: date
) -> None:
    publications = list(events_between(loans, after, day))
    telling = progress.add_task(f"{day} publish", total=len(publications))
    for start in range(0, len(publications), _AT_ONCE):
        await publisher.publish(publications[start : start + _AT_ONCE])
        progress.update(telling, advance=min(_AT_ONCE, len(publications) - start))
    await _until_still(watch, progress, f"{day} book")
    await _open(watch, publisher, progress, day)


async def _open(watch: FlowWatch, publisher: Publisher, progress: Progress, day: date) -> None:
    await publisher.publish([date_opened(day)])
    await _until_rest(watch, progress, f"{day} close, decide and send", day)


async def _until_still(watch: FlowWatch, progress: Progress, label: str) -> None:
    """Wait until the ledger has read everything."""
    most = max(1, (await watch.on_its_way(("ledger",))).total)
    task = progress.add_task(label, total=most)

    async def still() -> bool:
        left = (await watch.on_its_way(("ledger",))).total
        progress.update(task, completed=max(0, most - left))
        return left == 0

    await until(still, _PATIENCE_SECONDS)
    progress.update(task, completed=most)


async def _until_rest(watch: FlowWatch, progress: Progress, label: str, day: date) -> None:
    """Wait until the date is completed in all services."""
    task = progress.add_task(label, total=None)

    async def at_rest() -> bool:
        return await watch.at_rest(day)

    await until(at_rest, _PATIENCE_SECONDS)
    progress.update(task, total=1, completed=1)
