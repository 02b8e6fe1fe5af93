"""Features of lateness: how far behind, how often, how lately, and whether it grows."""

from collections.abc import Callable

import numpy as np

from services.dunning.risk.feature import Feature, by_month
from services.dunning.risk.monthly_figures import BoolArray, FloatArray, MonthlyFigures

_FADING_A_MONTH = 0.6
"""Weight of a month's lateness against that of the month after it."""


def lateness_features(months: int) -> list[Feature]:
    """Features of the theme for histories of `months` months."""
    return [
        *by_month(
            "payment_status",
            "lateness",
            "-2 no use, -1 paid in full, 0 revolving, or months behind",
            months,
            lambda figures: figures.payment_status,
        ),
        *by_month(
            "months_behind", "lateness", "months behind, 0 when not late", months, lambda figures: figures.months_behind
        ),
        _of("months_late", "number of months late", lambda figures: _count(figures.payment_status >= 1)),
        _of(
            "months_two_behind",
            "number of months two or more behind",
            lambda figures: _count(figures.payment_status >= 2),
        ),
        _of(
            "months_three_behind",
            "number of months three or more behind",
            lambda figures: _count(figures.payment_status >= 3),
        ),
        _of("most_months_behind", "most months behind at any time", lambda figures: figures.months_behind.max(axis=1)),
        _of(
            "highest_payment_status",
            "highest payment status of all months",
            lambda figures: figures.payment_status.max(axis=1),
        ),
        _of(
            "total_months_behind",
            "months behind, summed over the months",
            lambda figures: figures.months_behind.sum(axis=1),
        ),
        _of("total_payment_status", "payment statuses, summed", lambda figures: figures.payment_status.sum(axis=1)),
        _of(
            "fading_months_behind",
            "months behind, each month weighing 0.6 of the one after it",
            lambda figures: (figures.months_behind * _FADING_A_MONTH ** np.arange(figures.months)).sum(axis=1),
        ),
        _of(
            "weighted_months_behind",
            "months behind, averaged with weights that fall evenly with age",
            lambda figures: np.average(figures.months_behind, axis=1, weights=np.arange(figures.months, 0, -1)),
        ),
        _of(
            "months_since_late",
            "months since the newest late month; the number of months if never late",
            _months_since_late,
        ),
        _of("months_late_in_a_row", "late months in a row up to the newest", _late_in_a_row),
        _of("longest_late_run", "most late months in a row", _longest_late_run),
        _of(
            "change_in_months_behind",
            "months behind, newest less one month before",
            lambda figures: figures.months_behind[:, 0] - figures.months_behind[:, 1],
        ),
        _of(
            "trend_of_months_behind",
            "mean months behind, newer half less older half",
            lambda figures: newer_less_older(figures.months_behind),
        ),
        _of(
            "late_share_of_limit",
            "months behind times use of the limit, newest month",
            lambda figures: figures.months_behind[:, 0] * figures.use_of_limit[:, 0],
        ),
        _of("months_without_use", "number of months without use", lambda figures: _count(figures.payment_status == -2)),
        _of(
            "months_status_paid_in_full",
            "number of months with status paid in full",
            lambda figures: _count(figures.payment_status == -1),
        ),
        _of("months_revolving", "number of months revolving", lambda figures: _count(figures.payment_status == 0)),
    ]


def newer_less_older(figure: FloatArray) -> FloatArray:
    """Mean of the newer half of the months less mean of the older half; shape (customers,)."""
    half = figure.shape[1] // 2
    difference: FloatArray = figure[:, :half].mean(axis=1) - figure[:, -half:].mean(axis=1)
    return difference


def _of(name: str, meaning: str, values: Callable[[MonthlyFigures], FloatArray]) -> Feature:
    return Feature(name, "lateness", meaning, values)


def _count(marks: BoolArray) -> FloatArray:
    counts: FloatArray = marks.sum(axis=1).astype(np.float64)
    return counts


def _months_since_late(figures: MonthlyFigures) -> FloatArray:
    late = figures.is_late
    return np.where(late.any(axis=1), late.argmax(axis=1), figures.months).astype(np.float64)


def _late_in_a_row(figures: MonthlyFigures) -> FloatArray:
    late = figures.is_late
    return np.where(late.all(axis=1), figures.months, (~late).argmax(axis=1)).astype(np.float64)


def _longest_late_run(figures: MonthlyFigures) -> FloatArray:
    run: FloatArray = np.zeros(len(figures.credit_limit))
    longest: FloatArray = run
    for month in range(figures.months):
        run = np.where(figures.is_late[:, month], run + 1, 0.0)
        longest = np.maximum(longest, run)
    return longest
