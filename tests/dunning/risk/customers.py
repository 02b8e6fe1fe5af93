"""Customers for the tests of the risk score: one by default, any month otherwise by keyword."""

import gzip
from collections.abc import Mapping
from functools import cache

from amends.commands.risk import DATA_PATH
from services.dunning.risk.behaviour_rows import BEHAVIOUR_COLUMNS, BehaviourRow
from services.dunning.risk.labelled_portfolio import LabelledPortfolio, read_labelled_portfolio


def customer(
    *,
    customer_id: str = "c-1",
    credit_limit: int = 50_000,
    payment_statuses: tuple[int, ...] = (0, 0, 0, 0, 0, 0),
    bills: tuple[int, ...] = (20_000, 21_000, 22_000, 23_000, 24_000, 25_000),
    payments: tuple[int, ...] = (1_500, 1_500, 1_500, 1_500, 1_500, 1_500),
) -> BehaviourRow:
    """A customer who revolves 40 % of the limit and pays every month."""
    return BehaviourRow(customer_id, credit_limit, payment_statuses, bills, payments)


def values_of(row: BehaviourRow) -> dict[str, str]:
    """The customer as a line of the portfolio's file, by column."""
    figures = (row.customer_id, row.credit_limit, *row.payment_statuses, *row.bills, *row.payments)
    return dict(zip(BEHAVIOUR_COLUMNS, map(str, figures), strict=True))


def csv_of(*lines: Mapping[str, str]) -> str:
    """A CSV file with the columns of its first line."""
    header = list(lines[0])
    return "\n".join([",".join(header), *(",".join(line[name] for name in header) for line in lines)]) + "\n"


@cache
def portfolio_text() -> str:
    """The real portfolio's file."""
    return gzip.decompress(DATA_PATH.read_bytes()).decode()


@cache
def portfolio() -> LabelledPortfolio:
    """The real portfolio: 20,000 customers."""
    return read_labelled_portfolio(portfolio_text().splitlines(keepends=True))


@cache
def part_of_portfolio(customers: int) -> LabelledPortfolio:
    """The real portfolio's first customers."""
    return read_labelled_portfolio(portfolio_text().splitlines(keepends=True)[: customers + 1])
