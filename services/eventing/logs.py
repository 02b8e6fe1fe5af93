"""Structured logs: JSON lines with ids of events, borrowers and loans, never contact data."""

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

from services.eventing.personal_data import shown_traceback

_CONTACT_FIELDS = frozenset({"name", "email", "phone", "to", "address", "recipient"})


def drop_contact_data(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace what could tell who somebody is."""
    for field in _CONTACT_FIELDS & event.keys():
        event[field] = "[redacted]"
    return event


def drop_addresses(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Take mailboxes, telephone numbers and the values that errors repeat out of every text."""
    for field, value in event.items():
        if isinstance(value, str):
            event[field] = shown_traceback(value)
    return event


def configure_logs(service: str, level: str) -> None:
    """Send everything, the libraries' logs too, as JSON lines to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_contact_data,
        structlog.processors.format_exc_info,
        drop_addresses,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("aiokafka", "httpx", "uvicorn.access", "mail.log", "faststream"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    structlog.contextvars.bind_contextvars(service=service)
