"""`amends risk`: train, measure, describe and use the risk score."""

import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from schemas.hardship import RiskAssessed
from services.dunning.risk.artefact import DEFAULT_NAME, ArtefactRefused, RiskModel, load_model, shipped_model
from services.dunning.risk.behaviour_rows import MONTHS, BehaviourRow, RowRefused, read_behaviour_rows
from services.dunning.risk.drift import drifts, figures_by_name
from services.dunning.risk.evaluation import measured, measured_by_group
from services.dunning.risk.features import feature_matrix, feature_names
from services.dunning.risk.labelled_portfolio import (
    LabelledPortfolio,
    PortfolioTooSmall,
    check_trainable,
    read_labelled_portfolio,
)
from services.dunning.risk.measures import GroupMetrics, ScoreMetrics
from services.dunning.risk.model_card import model_card
from services.dunning.risk.monthly_figures import monthly_figures
from services.dunning.risk.scoring import in_millionths, probabilities_of_default, scores_of

risk_app = typer.Typer(no_args_is_help=True, help="The risk score: how likely a borrower is to default or to cure.")

DATA_PATH: Final = Path(__file__).parents[1] / "demo" / "data" / "uci_credit_card.csv.gz"
"""The portfolio that the shipped model is trained on."""

_UNUSABLE: Final = 2

ModelOption = Annotated[Path | None, typer.Option("--model", help="A trained model; by default the one shipped.")]


@risk_app.command("train")
def train(
    out: Annotated[Path, typer.Option(help="The file to write, such as model.npz.")],
    data: Annotated[Path, typer.Option(help="A labelled portfolio, .csv or .csv.gz.")] = DATA_PATH,
    name: Annotated[str, typer.Option(help="Name and version of the model.")] = DEFAULT_NAME,
) -> None:
    """Train both models on a labelled portfolio, measure them and write the artefact; takes some minutes."""
    with _faults_told():
        text = _text_of(data)
        portfolio = read_labelled_portfolio(text.splitlines(keepends=True))
        if not out.parent.is_dir():
            raise _ended(f"{out}: the folder does not exist")
        from services.dunning.risk.training_run import train as trained

        digest = hashlib.sha256(text.encode()).hexdigest()
        content = trained(portfolio, name=name, data_name=data.name, data_sha256=digest)
        out.write_bytes(content)
        measures = load_model(out).manifest.probability_of_default.metrics
    typer.echo(f"{out}: {len(content):,} bytes, AUC {measures.auc.mean:.4f}, Brier {measures.brier.mean:.5f}")


@risk_app.command("evaluate")
def evaluate(
    data: Annotated[Path, typer.Option(help="A labelled portfolio, .csv or .csv.gz.")] = DATA_PATH,
    model: ModelOption = None,
) -> None:
    """Measure on a labelled portfolio: a trained model as it is, or without --model the recipe by cross-validation.

    A model measured on the customers that it was trained on looks better than it is; cross-validation does not.
    """
    with _faults_told():
        portfolio = read_labelled_portfolio(_text_of(data).splitlines(keepends=True))
        if model is None:
            check_trainable("who defaulted", "who did not default", portfolio.defaulted)
            _tell_cross_validated(portfolio)
            return
        _tell_measured(portfolio, load_model(model))


@risk_app.command("card")
def card(model: ModelOption = None) -> None:
    """Print the model card as Markdown."""
    with _faults_told():
        typer.echo(model_card(_model(model)), nl=False)


@risk_app.command("score")
def score(
    model: ModelOption = None,
    details: Annotated[
        bool, typer.Option("--details", help="JSON instead, with self-cure, risk band and reasons.")
    ] = False,
    assessed_on: Annotated[
        datetime | None,
        typer.Option(
            "--events", formats=["%Y-%m-%d"], metavar="ASSESSED-ON", help="Events instead, for `amends publish`."
        ),
    ] = None,
) -> None:
    """Read customers as CSV from standard input and print `id,probability_of_default`.

    The columns are those of the portfolio's file, in any order; sex, education, marriage, age and the outcome may be
    there and are not read. Input that cannot be scored ends with a message and exit code 2, and nothing is printed.
    """
    with _faults_told():
        trained = _model(model)
        rows = _rows_on_standard_input()
        if assessed_on is not None:
            text = _events(rows, trained, assessed_on.date())
        else:
            text = _details(rows, trained) if details else _probabilities(rows, trained)
    typer.echo(text)


@risk_app.command("drift")
def drift(
    data: Annotated[Path, typer.Option(help="Customers of today, .csv or .csv.gz.")],
    model: ModelOption = None,
) -> None:
    """Print how far customers are from the training data, by figure, worst first: `figure,stability_index,verdict`."""
    with _faults_told():
        trained = _model(model)
        rows = read_behaviour_rows(_text_of(data).splitlines(keepends=True))
        features = feature_matrix(monthly_figures(rows))
        figures = figures_by_name(feature_names(MONTHS), features, trained.default.probabilities(features))
        found = drifts(trained.manifest.distributions, figures)
    lines = [f"{one.figure},{one.stability_index:.4f},{one.verdict}" for one in found]
    typer.echo("\n".join(["figure,stability_index,verdict", *lines]))


def _probabilities(rows: tuple[BehaviourRow, ...], model: RiskModel) -> str:
    found = probabilities_of_default(rows, model)
    lines = [f"{row.customer_id},{in_millionths(one)}" for row, one in zip(rows, found, strict=True)]
    return "\n".join(["id,probability_of_default", *lines])


def _events(rows: tuple[BehaviourRow, ...], model: RiskModel, on: date) -> str:
    """One line of `lending.risk-assessed` a customer: the ladder and the offers go by it."""
    lines = []
    for row, probability in zip(rows, probabilities_of_default(rows, model), strict=True):
        data = RiskAssessed(
            borrower_id=row.customer_id, probability_of_default=in_millionths(probability),
            model_version=model.manifest.name, assessed_on=on,
        )  # fmt: skip
        lines.append(json.dumps({"type": "lending.risk-assessed", "data": data.model_dump(mode="json")}))
    return "\n".join(lines)


def _details(rows: tuple[BehaviourRow, ...], model: RiskModel) -> str:
    return json.dumps([asdict(one) for one in scores_of(rows, model)], indent=1, default=str, ensure_ascii=False)


def _tell_measured(portfolio: LabelledPortfolio, model: RiskModel) -> None:
    import numpy as np

    outcomes = np.array(portfolio.defaulted, dtype=np.int64)
    probability = probabilities_of_default(portfolio.rows, model)
    _tell(measured(probability, outcomes), measured_by_group(probability, outcomes, portfolio.attributes))


def _tell_cross_validated(portfolio: LabelledPortfolio) -> None:
    import numpy as np

    from services.dunning.risk.cross_validation import cross_validated
    from services.dunning.risk.training import DEFAULT_RECIPE

    outcomes = np.array(portfolio.defaulted, dtype=np.int64)
    features = feature_matrix(monthly_figures(portfolio.rows))
    found, _ = cross_validated(features, outcomes, np.arange(len(outcomes)), DEFAULT_RECIPE, portfolio.attributes)
    typer.echo(f"{found.folds}-fold cross-validation, {found.repetitions} times")
    typer.echo(f"AUC   {found.auc.mean:.4f} +- {found.auc.standard_deviation:.4f} over the folds")
    typer.echo(f"Brier {found.brier.mean:.5f} +- {found.brier.standard_deviation:.5f} over the folds")
    _tell(found.together, found.groups)


def _tell(metrics: ScoreMetrics, groups: tuple[GroupMetrics, ...]) -> None:
    auc, brier = metrics.auc_interval, metrics.brier_interval
    typer.echo(f"customers {metrics.customers}, observed {metrics.observed:.4f}, predicted {metrics.predicted:.4f}")
    typer.echo(f"AUC   {metrics.auc:.4f}  (95 %: {auc.low:.4f} to {auc.high:.4f})")
    typer.echo(f"Brier {metrics.brier:.5f} (95 %: {brier.low:.5f} to {brier.high:.5f})")
    typer.echo(f"KS    {metrics.ks:.4f}")
    typer.echo("tenth  predicted  observed")
    for number, tenth in enumerate(metrics.calibration, start=1):
        typer.echo(f"{number:>5}  {tenth.predicted:9.4f}  {tenth.observed:8.4f}")
    for group in groups:
        typer.echo(
            f"{group.attribute} {group.group}: {group.customers} customers, observed {group.observed:.4f}, "
            f"predicted {group.predicted:.4f}, AUC {group.auc:.4f}, Brier {group.brier:.4f}"
        )


def _model(path: Path | None) -> RiskModel:
    return shipped_model() if path is None else load_model(path)


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")


def _rows_on_standard_input() -> tuple[BehaviourRow, ...]:
    return read_behaviour_rows(sys.stdin)


@contextmanager
def _faults_told() -> Iterator[None]:
    """End the program with a message and exit code 2 if the input or the model cannot be used."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise _ended(f"training needs the dependency group risk-training: {error.name} is not installed") from None
    except OSError as error:
        raise _ended(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None
    except (RowRefused, PortfolioTooSmall, ArtefactRefused, EOFError, UnicodeDecodeError) as error:
        raise _ended(str(error)) from None


def _ended(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(_UNUSABLE)
