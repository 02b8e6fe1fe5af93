"""What is told of a borrower and cannot be taken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotTaken(ValueError):
    """Something told that is not taken: the rule's `code`, and the `field` whose `value` is refused for `reason`."""

    code: str
    field: str
    value: object
    reason: str


def same_or_refused(known: object, told: object, field: str, value: str) -> bool:
    """False: the same is known already. Raises NotTaken where something else is known by the same id."""
    if known != told:
        raise NotTaken("id-reused", field, value, "is known with other content")
    return False
