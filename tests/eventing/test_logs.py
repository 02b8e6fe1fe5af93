"""Whatever is logged, by Amends or a library, tells nobody who a borrower is."""

import logging
from collections.abc import Callable
from io import StringIO

import asyncpg
import pytest
import structlog
from pydantic import ValidationError

from schemas.lending import BorrowerRegistered
from services.eventing.logs import configure_logs

PERSON = "Ada Lovelace"
MAILBOX = "ada@lovelace.example"


def logged(monkeypatch: pytest.MonkeyPatch, action: Callable[[], None]) -> str:
    """What a service's log says when something is done."""
    lines = StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr("sys.stderr", lines)
    configure_logs("notifier", "DEBUG")
    try:
        action()
    finally:
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    return lines.getvalue()


def refused_model() -> None:
    """A value that a model refuses, logged with its traceback."""
    try:
        BorrowerRegistered.model_validate({"borrower_id": "b-1", "name": [PERSON]})
    except ValidationError:
        structlog.get_logger("test").exception("batch_failed")


def refused_row() -> None:
    """A row that PostgreSQL refuses, logged with its traceback."""
    error = asyncpg.CheckViolationError("new row violates check constraint")
    error.detail = f"Failing row contains (b-1, {PERSON})."
    try:
        raise error
    except asyncpg.CheckViolationError:
        structlog.get_logger("test").exception("batch_failed")


def test_fields_and_texts_lose_names_and_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    def log() -> None:
        structlog.get_logger("test").warning("send_failed", name=PERSON, to=MAILBOX, reason=f"550 <{MAILBOX}> unknown")

    line = logged(monkeypatch, log)
    assert "550 <[not shown]> unknown" in line
    assert (PERSON in line, MAILBOX in line) == (False, False)


def test_a_librarys_log_loses_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    line = logged(monkeypatch, lambda: logging.getLogger("some.library").error("no answer from %s", "+8613800138000"))
    assert "no answer from [not shown]" in line


@pytest.mark.parametrize(
    ("log", "told"), [(refused_model, "input_value=[not shown]"), (refused_row, "new row violates check constraint")]
)
def test_a_traceback_loses_the_value_that_was_refused(
    log: Callable[[], None], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = logged(monkeypatch, log)
    assert told in line
    assert PERSON not in line
