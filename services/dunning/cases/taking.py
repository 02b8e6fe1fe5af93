"""How what is told of a borrower is taken into their case."""

from collections.abc import Callable
from datetime import date

from schemas.values import EventData
from services.dunning.cases.case_file import CaseFile
from services.dunning.ladder.policy import LadderPolicy

Change = Callable[[CaseFile, EventData, LadderPolicy, date], bool]
"""Takes an event's data on a business date; False when it changes nothing. Raises NotTaken."""
