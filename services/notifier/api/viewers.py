"""Who looks at personal data over HTTP: each look is written into the audit, in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from services.eventing.api_access import caller_with
from services.eventing.api_commands import Sender
from services.eventing.api_keys import ApiKey, Scope
from services.eventing.api_parameters import Operator
from services.notifier.archive.audit import Audited, AuditedAction


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and what ties the look to other records."""

    key: ApiKey
    operator: str | None
    request_id: str

    def audited(self, action: AuditedAction, borrower_id: str | None, at: datetime, **what: str | int) -> Audited:
        """An entry of the audit."""
        return Audited(borrower_id, at, action, self.key.name, self.key.id, self.operator, self.request_id, what)


def viewer_with(scope: Scope) -> Callable[..., Viewer]:
    """A dependency: who looks, and whose key has the scope. Raises Problem (403)."""

    def viewer(
        request: Request, key: Annotated[ApiKey, Depends(caller_with(scope))], operator: Operator = None
    ) -> Viewer:
        return Viewer(key, operator, request.state.request_id)

    return viewer


def viewer_of(sender: Sender) -> Viewer:
    """Who gives a command."""
    return Viewer(sender.key, sender.operator, sender.request_id)
