"""Scores as events that the publisher takes."""

import gzip
import json
from itertools import islice

from typer.testing import CliRunner

from amends.commands.risk import DATA_PATH, risk_app
from amends.publishing import read_lines


def test_scores_are_lines_that_can_be_published() -> None:
    with gzip.open(DATA_PATH, "rt", encoding="utf-8") as file:
        text = "".join(islice(file, 4))
    answer = CliRunner().invoke(risk_app, ["score", "--events", "2005-10-01"], input=text)
    assert answer.exit_code == 0
    published = [publication.data for publication in read_lines(answer.output.splitlines())]
    assert [data.event_type for data in published] == ["amends.lending.risk-assessed.v1"] * 3
    assert json.loads(answer.output.splitlines()[0])["data"]["assessed_on"] == "2005-10-01"
