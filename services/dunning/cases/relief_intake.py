"""Hardships of a borrower, taken into their case and ended. Pure."""

from dataclasses import replace
from datetime import date

from services.dunning.cases.case_file import CaseFile
from services.dunning.cases.refusals import NotTaken, same_or_refused
from services.dunning.cases.relief import Relief


def take_relief(case: CaseFile, relief: Relief) -> bool:
    """Take a hardship; False when it is known. Raises NotTaken when its id is another's."""
    known = next((one for one in case.facts.reliefs if one.relief_id == relief.relief_id), None)
    if known is not None:
        return same_or_refused(replace(known, ended_on=None), relief, "hardship_id", relief.relief_id)
    case.facts = replace(case.facts, reliefs=(*case.facts.reliefs, relief))
    return True


def end_relief(case: CaseFile, relief: Relief | None, relief_id: str, ended_on: date) -> bool:
    """End a relief of the borrower, or for them one of their region, given as `relief`. Raises NotTaken."""
    known = next((one for one in case.facts.reliefs if one.relief_id == relief_id), relief)
    if known is None:
        raise NotTaken("unknown-hardship", "hardship_id", relief_id, "is not a hardship of the borrower")
    if known.ended_on is not None and known.ended_on <= ended_on:
        return False
    others = [one for one in case.facts.reliefs if one.relief_id != relief_id]
    case.facts = replace(case.facts, reliefs=(*others, replace(known, ended_on=ended_on)))
    return True
