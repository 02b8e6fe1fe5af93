"""Facts as records: a kind, a day, and the fields of the kind as JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter

from services.ledger.facts import (
    Charged,
    ChargedBack,
    DueDateChanged,
    Fact,
    PenaltiesResumed,
    PenaltiesStopped,
    Refunded,
    Restructured,
    Waived,
    WrittenOff,
)

_KINDS: Final[Mapping[str, type[Fact]]] = {
    "charged": Charged,
    "charged-back": ChargedBack,
    "refunded": Refunded,
    "waived": Waived,
    "due-date-changed": DueDateChanged,
    "restructured": Restructured,
    "written-off": WrittenOff,
    "penalties-stopped": PenaltiesStopped,
    "penalties-resumed": PenaltiesResumed,
}
_KIND_OF: Final = {model: kind for kind, model in _KINDS.items()}
_ADAPTERS: Final[Mapping[str, TypeAdapter[Any]]] = {kind: TypeAdapter(model) for kind, model in _KINDS.items()}
_COLUMNS: Final = frozenset({"fact_id", "on", "is_undone"})


def kind_of(fact: Fact) -> str:
    """The stored name of a fact's kind."""
    return _KIND_OF[type(fact)]


def data_of(fact: Fact) -> str:
    """The fields of a fact's kind as JSON text."""
    text: bytes = _ADAPTERS[kind_of(fact)].dump_json(fact, exclude=set(_COLUMNS))
    return text.decode()


def fact_from(kind: str, fact_id: str, on: date, is_undone: bool, data: str) -> Fact:
    """The fact of a record."""
    fields = TypeAdapter(dict[str, Any]).validate_json(data)
    fact: Fact = _ADAPTERS[kind].validate_python({**fields, "fact_id": fact_id, "on": on, "is_undone": is_undone})
    return fact
