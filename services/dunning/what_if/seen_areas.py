"""What holds for many borrowers at a time, as one evaluation saw it: kept with the evaluation, read by replays.

Such a hold is one row that is lifted in place, so its row does not tell what an earlier evaluation saw of it.
"""

from typing import Final

from pydantic import TypeAdapter

from services.dunning.cases.case_file import NO_AREAS, Areas, CaseFile

_AREAS: Final = TypeAdapter(Areas)


def seen_areas_text(case: CaseFile, areas: Areas) -> str | None:
    """Those of `areas` that concern a borrower, as JSON text; None when none does."""
    if not areas.holds and not areas.reliefs:
        return None
    seen = concerning(case, areas)
    return None if seen == NO_AREAS else _AREAS.dump_json(seen, exclude_defaults=True).decode()


def seen_areas_of(text: str | None) -> Areas:
    """What `seen_areas_text` wrote."""
    return NO_AREAS if text is None else _AREAS.validate_json(text)


def concerning(case: CaseFile, areas: Areas) -> Areas:
    """Those of `areas` that concern a borrower: of their region, or of a product of one of their loans."""
    region = case.facts.region
    products = {key: file.facts.product for key, file in case.loans.items() if file.facts.product is not None}
    return Areas(
        tuple(hold for hold in areas.holds if hold.for_case(region, products)),
        tuple(relief for relief in areas.reliefs if relief.region == region),
    )
