"""Features of payment: what share of each bill was paid, and how much was paid at all."""

import numpy as np

from services.dunning.risk.feature import Feature, Theme, by_month
from services.dunning.risk.monthly_figures import FloatArray, MonthlyFigures, signed_log

_SHARE: Theme = "share of bills paid"
_AMOUNTS: Theme = "amounts paid"
_IN_FULL = 0.99
_ABOUT_THE_MINIMUM = 0.06


def payment_features(months: int) -> list[Feature]:
    """Features of both themes for histories of `months` months."""
    return [*_shares(months), *_amounts(months)]


def _shares(months: int) -> list[Feature]:
    return [
        *by_month(
            "paid_share_of_bill",
            _SHARE,
            "payment over the bill of the month before, 0 to 1.5",
            months - 1,
            lambda figures: figures.paid_share_of_bill,
        ),
        *by_month(
            "left_unpaid",
            _SHARE,
            "bill of the month before less the payment, as a share of the limit",
            months - 1,
            lambda figures: figures.left_unpaid,
        ),
        Feature("total_paid_share", _SHARE, "all payments over all bills they go against, 0 to 1.5", _total_paid_share),
        Feature(
            "lowest_paid_share",
            _SHARE,
            "lowest share of a bill paid",
            lambda figures: figures.paid_share_of_bill.min(axis=1),
        ),
        Feature(
            "mean_paid_share",
            _SHARE,
            "mean share of the bills paid",
            lambda figures: figures.paid_share_of_bill.mean(axis=1),
        ),
        Feature(
            "bills_paid_in_full",
            _SHARE,
            "number of bills paid to 99 % or more",
            lambda figures: (figures.paid_share_of_bill >= _IN_FULL).sum(axis=1).astype(np.float64),
        ),
        Feature(
            "bills_barely_paid",
            _SHARE,
            "number of bills paid to less than 6 %, about the minimum",
            lambda figures: (figures.paid_share_of_bill < _ABOUT_THE_MINIMUM).sum(axis=1).astype(np.float64),
        ),
        Feature(
            "bills_unpaid",
            _SHARE,
            "number of bills with nothing paid",
            lambda figures: figures.is_unpaid.sum(axis=1).astype(np.float64),
        ),
        *by_month(
            "bill_unpaid",
            _SHARE,
            "1 if there was a bill and nothing was paid",
            2,
            lambda figures: figures.is_unpaid.astype(np.float64),
        ),
        Feature(
            "two_payments_against_bill",
            _SHARE,
            "the two newest payments over the bill before the newest, 0 to 3",
            _two_payments_against_bill,
        ),
    ]


def _amounts(months: int) -> list[Feature]:
    return [
        *by_month(
            "payment_log", _AMOUNTS, "logarithm of the payment", months, lambda figures: np.log1p(figures.payment)
        ),
        *by_month(
            "payment_share_of_limit",
            _AMOUNTS,
            "payment as a share of the limit",
            months,
            lambda figures: np.clip(figures.payment / figures.credit_limit[:, None], 0.0, 2.0),
        ),
        Feature(
            "months_without_payment",
            _AMOUNTS,
            "number of months with nothing paid",
            lambda figures: (figures.payment == 0).sum(axis=1).astype(np.float64),
        ),
        Feature(
            "total_payment_log",
            _AMOUNTS,
            "logarithm of all payments",
            lambda figures: np.log1p(figures.payment.sum(axis=1)),
        ),
        Feature(
            "smallest_payment_log",
            _AMOUNTS,
            "logarithm of the smallest payment",
            lambda figures: np.log1p(figures.payment.min(axis=1)),
        ),
        Feature(
            "largest_payment_log",
            _AMOUNTS,
            "logarithm of the largest payment",
            lambda figures: np.log1p(figures.payment.max(axis=1)),
        ),
        Feature(
            "median_payment_log",
            _AMOUNTS,
            "logarithm of the median payment",
            lambda figures: np.log1p(np.median(figures.payment, axis=1)),
        ),
        Feature(
            "mean_payment_share_of_limit",
            _AMOUNTS,
            "mean payment as a share of the limit, at most 2",
            lambda figures: np.clip(figures.payment.mean(axis=1) / figures.credit_limit, 0.0, 2.0),
        ),
        Feature(
            "variation_of_payments",
            _AMOUNTS,
            "standard deviation of the payments over their mean",
            lambda figures: figures.payment.std(axis=1) / np.maximum(figures.payment.mean(axis=1), 1.0),
        ),
        Feature(
            "change_of_payment_log",
            _AMOUNTS,
            "logarithm of newest payment less the one before, with sign",
            lambda figures: signed_log(figures.payment[:, 0] - figures.payment[:, 1]),
        ),
        Feature(
            "payment_against_mean",
            _AMOUNTS,
            "newest payment over the mean payment, at most 6",
            lambda figures: np.clip(figures.payment[:, 0] / np.maximum(figures.payment.mean(axis=1), 1.0), 0.0, 6.0),
        ),
    ]


def _total_paid_share(figures: MonthlyFigures) -> FloatArray:
    billed = np.maximum(figures.previous_bill.sum(axis=1), 0.0)
    share = np.clip(figures.payment_against_bill.sum(axis=1) / np.maximum(billed, 1.0), 0.0, 1.5)
    return np.where(billed > 0, share, 1.5)


def _two_payments_against_bill(figures: MonthlyFigures) -> FloatArray:
    paid = figures.payment[:, :2].sum(axis=1)
    share: FloatArray = np.clip(paid / np.maximum(figures.bill[:, 1], 1000.0), 0.0, 3.0)
    return share
