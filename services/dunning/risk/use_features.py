"""Features of use: the limit, what of it is billed, how that moves, and what is newly spent."""

import numpy as np

from services.dunning.risk.feature import Feature, Theme, by_month
from services.dunning.risk.lateness_features import newer_less_older
from services.dunning.risk.monthly_figures import FloatArray, MonthlyFigures, signed_log

_USE: Theme = "use of the limit"
_SPENDING: Theme = "spending"


def use_features(months: int) -> list[Feature]:
    """Features of both themes for histories of `months` months."""
    return [*_use(months), *_bills(months), *_spending(months)]


def _use(months: int) -> list[Feature]:
    return [
        Feature(
            "credit_limit_log", _USE, "logarithm of the credit limit", lambda figures: np.log(figures.credit_limit)
        ),
        *by_month(
            "use_of_limit", _USE, "bill as a share of the credit limit", months, lambda figures: figures.use_of_limit
        ),
        Feature("mean_use", _USE, "mean use of the limit", lambda figures: figures.use_of_limit.mean(axis=1)),
        Feature("highest_use", _USE, "highest use of the limit", lambda figures: figures.use_of_limit.max(axis=1)),
        Feature("lowest_use", _USE, "lowest use of the limit", lambda figures: figures.use_of_limit.min(axis=1)),
        Feature(
            "spread_of_use",
            _USE,
            "standard deviation of the use of the limit",
            lambda figures: figures.use_of_limit.std(axis=1),
        ),
        Feature(
            "trend_of_use",
            _USE,
            "mean use of the limit, newer half less older half",
            lambda figures: newer_less_older(figures.use_of_limit),
        ),
        Feature(
            "change_of_use",
            _USE,
            "use of the limit, newest month less oldest",
            lambda figures: figures.use_of_limit[:, 0] - figures.use_of_limit[:, -1],
        ),
        Feature(
            "months_over_limit",
            _USE,
            "number of months with a bill above the limit",
            lambda figures: (figures.use_of_limit > 1).sum(axis=1).astype(np.float64),
        ),
        Feature(
            "room_left_log",
            _USE,
            "logarithm of the limit less the newest bill, with sign",
            lambda figures: signed_log(figures.credit_limit - figures.bill[:, 0]),
        ),
        Feature(
            "least_room_left_log",
            _USE,
            "logarithm of the limit less the largest bill, with sign",
            lambda figures: signed_log(figures.credit_limit - figures.bill.max(axis=1)),
        ),
    ]


def _bills(months: int) -> list[Feature]:
    return [
        *by_month(
            "bill_log", _USE, "logarithm of the bill, with sign", months, lambda figures: signed_log(figures.bill)
        ),
        Feature(
            "mean_bill_log",
            _USE,
            "logarithm of the mean bill, with sign",
            lambda figures: signed_log(figures.bill.mean(axis=1)),
        ),
        Feature(
            "largest_bill_log",
            _USE,
            "logarithm of the largest bill, with sign",
            lambda figures: signed_log(figures.bill.max(axis=1)),
        ),
        Feature(
            "smallest_bill_log",
            _USE,
            "logarithm of the smallest bill, with sign",
            lambda figures: signed_log(figures.bill.min(axis=1)),
        ),
        Feature(
            "months_without_bill",
            _USE,
            "number of months with nothing billed",
            lambda figures: (figures.bill <= 0).sum(axis=1).astype(np.float64),
        ),
    ]


def _spending(months: int) -> list[Feature]:
    return [
        *by_month(
            "new_spending",
            _SPENDING,
            "bill less what was left of the bill before, as a share of the limit",
            months - 1,
            lambda figures: figures.new_spending,
        ),
        Feature("bill_against_last", _SPENDING, "newest bill over the bill before, held within -1 and 5", _bill_growth),
        Feature(
            "months_bill_grew",
            _SPENDING,
            "number of months whose bill was larger than the one before",
            lambda figures: (figures.bill[:, :-1] > figures.previous_bill).sum(axis=1).astype(np.float64),
        ),
    ]


def _bill_growth(figures: MonthlyFigures) -> FloatArray:
    return np.clip(figures.bill[:, 0] / np.maximum(figures.bill[:, 1], 1.0), -1.0, 5.0)
