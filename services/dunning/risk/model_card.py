"""The model card: what a trained score is for, made of, good at and not good at, as Markdown from its manifest.

After Mitchell et al., "Model Cards for Model Reporting" (2019).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from services.dunning.ladder.risk_bands import DEFAULT_THRESHOLDS
from services.dunning.risk.artefact import Manifest, ModelPart, RiskModel
from services.dunning.risk.behaviour_rows import MONTHS
from services.dunning.risk.features import features_of
from services.dunning.risk.measures import AttributeCost, CalibrationTenth, GroupMetrics, Interval

_PURPOSE: Final = """\
The probability that a borrower defaults next month, for the order and tone of dunning: it becomes a risk band, which
ladders and offer policies may name in their conditions. Of borrowers who are late, also the probability that they
cure by themselves, so that those who would pay anyway are left in peace.

Not for granting or refusing credit, setting a price, or choosing what is lawful to do: contact rules, holds and relief
never depend on it."""

_EXCLUDED: Final = """\
Sex, marital status, age and education are in the file and no model reads them: the first three are protected in many
countries; education, which stands near them, is left out too, because it gains as little. What that costs, by the same
cross-validation with and without them:"""

_SELF_CURE: Final = """\
The file tells defaults, not cures, so the label is made of neighbouring months: a customer who is one or more months
behind in a month *cures* when the next month finds them not late. The model sees that month and the three before it.
Every customer is looked at twice, one and two months before the newest, and both looks stay on the same side of every
split. The file does not tell of help by the lender; whatever there was counts as a cure by oneself. "One month
behind" is almost absent before the newest month, so for those customers the model speaks from those two months behind
and may be too low."""

_LIMITS: Final = """\
- One bank, one country, six months of 2005 in a card crisis. Elsewhere the order may hold; the probabilities will not.
  Train it on your own book before a decision leans on it: `amends risk train --data your.csv --out your.npz`.
- Amounts are in New Taiwan dollars, in whole units. Convert amounts of another currency, or train the model on them.
- It needs six months of history. A shorter history is no row of this model.
- The newest month's "one month behind" behaves unlike the others in the file (a third of them default, of those two
  behind two thirds), and the file does not say why.
- More months behind is not forced to give a higher score: constraining it cost 0.0005 of AUC. Over customers it does.
- Reasons tell what the model used, not what caused a default.
- Groups below 100 customers are not measured. Probabilities by group are not adjusted to each other."""

_DRIFT: Final = """\
`amends risk drift --data rows.csv` compares the rows with the training data: the population stability index of the
score and of every feature, by tenths of the training data. Below 0.10 is stable, from 0.10 watch, from 0.25 shifted:
measure again with outcomes (`amends risk evaluate --data labelled.csv --model model.npz`) and train anew."""


def model_card(model: RiskModel) -> str:
    """The card as Markdown, the same text for the same artefact."""
    manifest = model.manifest
    sections = [
        f"# Risk score {manifest.name}",
        _PURPOSE,
        "## Data",
        _data(manifest),
        "## How well it does on customers it has not seen",
        _performance(manifest.probability_of_default),
        "### Calibration",
        _calibration(manifest.probability_of_default.metrics.together.calibration),
        "## Left out: sex, marital status, age, education",
        _EXCLUDED,
        _costs(manifest.attribute_costs),
        "### Groups",
        "The score of each group, although no model sees the group. *Predicted* above *observed* is too harsh.",
        _groups(manifest.probability_of_default.metrics.groups),
        "## Probability of self-cure",
        _SELF_CURE,
        _performance(manifest.probability_of_self_cure),
        _calibration(manifest.probability_of_self_cure.metrics.together.calibration),
        "## Risk bands",
        _bands(),
        "## Features",
        "Month 1 is the newest. Limit, bills and payments are from the file; a payment goes against the bill of the "
        "month before.",
        _features(),
        "## Reasons",
        "Every step through a tree moves the expected log-odds, and the move belongs to the feature asked about "
        "(Saabas 2014). The moves are summed by theme; the two themes that raise and the two that lower a score most "
        "are told, in words about the customer. They add up to the whole score.",
        "## Limits",
        _LIMITS,
        "## Drift",
        _DRIFT,
        "## Version",
        _version(manifest),
    ]
    return "\n\n".join(sections) + "\n"


def _data(manifest: Manifest) -> str:
    return (
        f"{manifest.training_rows:,} customers of `{manifest.training_data}` (SHA-256 of its text "
        f"`{manifest.training_data_sha256}`): credit-card customers of a bank in Taiwan, bills and payments of April "
        "to September 2005, default in October 2005. I-C. Yeh, *Default of Credit Card Clients*, UCI Machine Learning "
        "Repository, 2009, CC BY 4.0."
    )


def _performance(part: ModelPart) -> str:
    measures, together = part.metrics, part.metrics.together
    head = (
        f"{measures.folds}-fold stratified cross-validation, drawn {measures.repetitions} times, calibration fitted on "
        f"other folds; {together.customers:,} cases, of which {together.observed:.1%} came true. Intervals are 95 %, "
        "by bootstrap over the cases."
    )
    auc, brier = measures.auc, measures.brier
    rows = [
        ("AUC", f"{auc.mean:.4f}", f"{auc.standard_deviation:.4f}", _interval(together.auc_interval)),
        ("Brier", f"{brier.mean:.5f}", f"{brier.standard_deviation:.5f}", _interval(together.brier_interval)),
        ("KS", f"{together.ks:.4f}", "", ""),
    ]
    return head + "\n\n" + _table(("Measure", "Mean over folds", "Standard deviation", "Interval"), rows)


def _interval(interval: Interval) -> str:
    return f"{interval.low:.4f} to {interval.high:.4f}"


def _calibration(tenths: Sequence[CalibrationTenth]) -> str:
    rows = (
        (str(number), f"{tenth.customers:,}", f"{tenth.predicted:.4f}", f"{tenth.observed:.4f}")
        for number, tenth in enumerate(tenths, start=1)
    )
    return _table(("Tenth by score", "Cases", "Predicted", "Observed"), rows)


def _costs(costs: Sequence[AttributeCost]) -> str:
    if not costs:
        return "The training file has none of them, so this is not known."
    rows = (
        (
            ", ".join(cost.attributes),
            f"{cost.auc:.4f}",
            f"{cost.auc_gained:+.4f}",
            f"{cost.brier:.5f}",
            f"{cost.brier_saved:+.5f}",
        )
        for cost in costs
    )
    return _table(("With", "AUC", "AUC lost by leaving out", "Brier", "Brier lost by leaving out"), rows)


def _groups(groups: Sequence[GroupMetrics]) -> str:
    if not groups:
        return "The training file has no such attributes."
    rows = (
        (
            group.attribute,
            group.group,
            f"{group.customers:,}",
            f"{group.observed:.4f}",
            f"{group.predicted:.4f}",
            f"{group.auc:.4f}",
            f"{group.brier:.4f}",
        )
        for group in groups
    )
    return _table(("Attribute", "Group", "Customers", "Observed", "Predicted", "AUC", "Brier"), rows)


def _bands() -> str:
    edges = DEFAULT_THRESHOLDS
    rows = [
        ("low", f"below {edges.medium}"),
        ("medium", f"from {edges.medium}"),
        ("high", f"from {edges.high}"),
        ("very-high", f"from {edges.very_high}"),
    ]
    return "Defaults; a ladder may set its own.\n\n" + _table(("Band", "Probability of default"), rows)


def _features() -> str:
    rows = ((f"`{feature.name}`", feature.theme, feature.meaning) for feature in features_of(MONTHS))
    return _table(("Feature", "Theme", "Meaning"), rows)


def _version(manifest: Manifest) -> str:
    libraries = ", ".join(f"{name} {version}" for name, version in sorted(manifest.library_versions.items()))
    rows = [
        ("Name", manifest.name),
        ("Format", str(manifest.format_version)),
        ("Trained with", libraries),
        ("Recipe, default", _recipe(manifest.probability_of_default)),
        ("Recipe, self-cure", _recipe(manifest.probability_of_self_cure)),
    ]
    return (
        "Boosted trees on random parts of rows and features, averaged in log-odds, then Platt scaling. The same data, "
        "recipe and libraries give the same bytes.\n\n" + _table(("", ""), rows)
    )


def _recipe(part: ModelPart) -> str:
    settings = ", ".join(f"{name} {value:g}" for name, value in part.recipe.items() if name != "seed")
    calibration = f"margin x {part.calibration_slope:.4f} {part.calibration_intercept:+.4f}"
    return f"{settings}, seed {part.recipe['seed']:.0f}; {calibration}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
