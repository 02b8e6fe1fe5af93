"""Commands that ask the ledger's database."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from amends.service_connection import ended, with_service
from services.eventing.database import Connection
from services.schedules.money import UnknownCurrency

__all__ = ["ended", "with_ledger"]
Result = TypeVar("Result")


def with_ledger(action: Callable[[Connection], Awaitable[Result]]) -> Result:
    """What `action` finds in the ledger's database; ends the program with code 1 when that cannot be asked."""
    return with_service("ledger", action, UnknownCurrency)
