"""What may be agreed about a new schedule, whatever the loan is like."""

from datetime import date
from typing import Any

import pytest

from services.schedules.given_schedule import PrincipalPart
from services.schedules.restructure_terms import RestructureTerms
from services.schedules.schedule import InvalidTerms

AGREED_ON, APRIL, MAY = (date(2024, month, 10) for month in (3, 4, 5))
PARTS = (PrincipalPart(APRIL, 10_000), PrincipalPart(MAY, 0))


def agreed(**changes: Any) -> RestructureTerms:
    """Two instalments from 10 April 2024, agreed on 10 March."""
    fields: dict[str, Any] = {"agreed_on": AGREED_ON, "number_of_instalments": 2, "first_due_on": APRIL}
    return RestructureTerms(**fields | changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"number_of_instalments": 0}, "number_of_instalments 0: must be 1 to 1200"),
        ({"first_due_on": AGREED_ON}, "first_due_on 2024-03-10: must be after 2024-03-10"),
        ({"interest": "forget"}, "interest 'forget': is unknown"),
        ({"settle_for_minor": 0}, "settle_for_minor 0: must be above zero"),
        ({"carry_over_instalments": 0}, "carry_over_instalments 0: must be at least 1"),
        ({"carry_over_instalments": 3}, "carry_over_instalments 3: is more than the 2 instalments"),
        ({"principal_grace_instalments": -1}, "principal_grace_instalments -1: must not be below zero"),
        ({"principal_grace_instalments": 2}, "principal_grace_instalments 2: must be fewer than the 2 instalments"),
        ({"principal_parts": PARTS[:1]}, "number_of_instalments 2: differs from the 1 principal_parts"),
        ({"principal_parts": ()}, "number_of_instalments 2: differs from the 0 principal_parts"),
        ({"principal_parts": PARTS, "principal_grace_instalments": 1},
         "principal_grace_instalments 1: cannot be combined with principal_parts"),
        ({"principal_parts": PARTS, "every": (2, "weeks")},
         r"every \(2, 'weeks'\): cannot be combined with principal_parts"),
        ({"principal_parts": PARTS, "first_due_on": MAY},
         "first_due_on 2024-05-10: differs from the first of principal_parts, 2024-04-10"),
        ({"principal_parts": (PARTS[0], PARTS[0])}, "principal_parts 2024-04-10: does not follow 2024-04-10"),
        ({"principal_parts": (PARTS[0], PrincipalPart(MAY, -1))}, "principal_parts -1: must not be below zero"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_by_field_and_value(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidTerms, match=f"^{message}$"):
        agreed(**changes)


def test_parts_alone_are_an_agreement() -> None:
    assert agreed(principal_parts=PARTS).principal_parts == PARTS
