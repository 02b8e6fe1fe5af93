"""The band that a probability of default falls in, and steps that are for some bands only."""

from decimal import Decimal

import pytest

from services.dunning.cases.case_file import CaseFacts, Risk
from services.dunning.ladder.risk_bands import RiskBandThresholds
from tests.dunning.cases import Story, case, day, ladder, overdue, step

BANDS = RiskBandThresholds(medium=Decimal("0.1"), high=Decimal("0.3"), very_high=Decimal("0.6"))


@pytest.mark.parametrize(
    ("probability", "band"),
    [("0", "low"), ("0.0999", "low"), ("0.1", "medium"), ("0.3", "high"), ("0.59", "high"), ("0.6", "very-high")],
)
def test_a_band_begins_at_its_threshold(probability: str, band: str) -> None:
    assert BANDS.band_of(Decimal(probability)) == band


def test_thresholds_that_do_not_ascend_are_refused() -> None:
    with pytest.raises(ValueError, match="must be medium < high < very_high"):
        RiskBandThresholds(medium=Decimal("0.3"), high=Decimal("0.3"), very_high=Decimal("0.6"))


@pytest.mark.parametrize(("probability", "notices"), [("0.2", []), ("0.4", [(5, "early")]), (None, [])])
def test_a_step_for_a_band_is_for_borrowers_known_to_be_in_it(
    probability: str | None, notices: list[tuple[int, str]]
) -> None:
    policy = ladder(step("early", 5, only_if={"risk_bands": ["high"]}), risk_bands=BANDS)
    risk = None if probability is None else Risk(Decimal(probability), "m1", day(0))
    assert Story(policy, case(policy, overdue(), told=CaseFacts(risk=risk))).daily(1, 9).notices == notices
