"""When records may be erased."""

import pytest

from services.notifier.contact_rules.records_kept import RecordsKept
from services.notifier.contact_rules.rule import Citation
from tests.notifier.contact_rules.contacts import moment

CITATION = Citation("records-kept", "section 1", "our rules", True)


@pytest.mark.parametrize(
    ("years", "at", "latest"),
    [
        (3, "2026-03-05T10:00:00+00:00", "2023-03-05T10:00:00+00:00"),
        (5, "2028-02-29T00:00:00+00:00", "2023-02-28T00:00:00+00:00"),
        (100, "0050-03-05T00:00:00+00:00", "0001-03-05T00:00:00+00:00"),
    ],
)
def test_years_are_calendar_years_back_from_the_moment(years: int, at: str, latest: str) -> None:
    assert RecordsKept(years, CITATION).latest_activity_to_erase(moment(at)) == moment(latest)
