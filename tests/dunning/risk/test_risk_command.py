"""`amends risk`: scores from standard input, and what is said of input that cannot be scored."""

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from amends.commands.risk import risk_app
from services.dunning.risk.artefact import shipped_model
from services.dunning.risk.model_card import model_card
from tests.dunning.risk.customers import csv_of, customer, portfolio_text, values_of

FIRST_LINES = "".join(portfolio_text().splitlines(keepends=True)[:201])
CARD = Path(__file__).parents[3] / "docs" / "risk-score.md"


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(risk_app, list(arguments), input=given)


def columns_changed(change: Mapping[str, str]) -> str:
    """The first customers of the portfolio with whole columns set to a value."""
    header, *lines = [line.split(",") for line in FIRST_LINES.splitlines()]
    return csv_of(*({**dict(zip(header, line, strict=True)), **change} for line in lines))


def test_every_customer_gets_a_line_with_six_decimals_in_the_order_given() -> None:
    result = run("score", given=FIRST_LINES)

    header, *lines = result.stdout.splitlines()
    assert (result.exit_code, header) == (0, "id,probability_of_default")
    assert [line.split(",")[0] for line in lines] == [line.split(",")[0] for line in FIRST_LINES.splitlines()[1:]]
    assert all(len(line.split(".")[1]) == 6 and 0 <= float(line.split(",")[1]) <= 1 for line in lines)


@pytest.mark.parametrize(
    "change",
    [{"sex": "1"}, {"education": "9"}, {"marriage": "2"}, {"age": "99"}, {"age": "?"}, {"default_next_month": "1"}],
)
def test_the_person_and_the_outcome_never_change_a_score(change: dict[str, str]) -> None:
    assert run("score", given=columns_changed(change)).stdout == run("score", given=FIRST_LINES).stdout


def test_the_order_of_columns_and_those_about_the_person_do_not_matter() -> None:
    row = values_of(customer())
    names = list(row)
    random.Random(4).shuffle(names)

    assert (
        run("score", given=csv_of({name: row[name] for name in names})).stdout == run("score", given=csv_of(row)).stdout
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "line 1: the input is empty"),
        (csv_of({**values_of(customer()), "limit_bal": "-5"}), "line 2, column limit_bal: '-5' must be at least 1"),
        (csv_of({**values_of(customer()), "paid_2005_04": "x"}), "line 2, column paid_2005_04: 'x' is not a number"),
        (csv_of({"id": "1"}), "line 1, column limit_bal: is missing; missing are limit_bal, pay_status_2005_09, "),
    ],
)
def test_input_that_cannot_be_scored_prints_a_message_and_nothing_else(given: str, message: str) -> None:
    result = run("score", given=given)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_one_bad_line_keeps_the_good_ones_from_being_printed() -> None:
    good = values_of(customer())

    assert run("score", given=csv_of(good, {**good, "bill_2005_05": ""})).stdout == ""


def test_details_tell_band_and_reasons() -> None:
    (told,) = json.loads(run("score", "--details", given=csv_of(values_of(customer()))).stdout)

    assert told["customer_id"] == "c-1"
    assert told["risk_band"] in ("low", "medium", "high", "very-high")
    assert {"theme", "direction", "log_odds", "features", "text"} == set(told["reasons"][0])


def test_a_model_that_is_none_ends_with_a_message(tmp_path: Path) -> None:
    model = tmp_path / "model.npz"
    model.write_text("no")

    result = run("score", "--model", str(model), given=FIRST_LINES)

    assert result.exit_code == 2
    assert "is no risk model" in result.stderr


def test_the_documented_card_is_that_of_the_shipped_model() -> None:
    assert run("card").stdout == model_card(shipped_model()) == CARD.read_text(encoding="utf-8")


def test_drift_of_a_file_is_told_by_figure(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(FIRST_LINES)

    header, *lines = run("drift", "--data", str(rows)).stdout.splitlines()

    assert header == "figure,stability_index,verdict"
    assert any(line.startswith("probability_of_default,") for line in lines)


def test_a_model_is_measured_on_a_labelled_file(tmp_path: Path) -> None:
    labelled = tmp_path / "rows.csv"
    labelled.write_text(FIRST_LINES)
    shipped = Path(__file__).parents[3] / "services" / "dunning" / "risk" / "models" / "uci-2005-1.npz"

    result = run("evaluate", "--data", str(labelled), "--model", str(shipped))

    assert result.exit_code == 0
    assert "customers 200" in result.stdout


def test_training_into_a_folder_that_is_not_there_ends_before_it_begins(tmp_path: Path) -> None:
    labelled = tmp_path / "rows.csv"
    labelled.write_text(FIRST_LINES)

    result = run("train", "--data", str(labelled), "--out", str(tmp_path / "nowhere" / "model.npz"))

    assert result.exit_code == 2
    assert "the folder does not exist" in result.stderr


def test_scoring_needs_no_scikit_learn() -> None:
    program = (
        "import sys; sys.modules['sklearn'] = None; sys.modules['scipy'] = None;"
        "from amends.commands.risk import risk_app; risk_app(['score'])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], input=FIRST_LINES, capture_output=True, text=True, check=True
    )

    assert done.stdout == run("score", given=FIRST_LINES).stdout
