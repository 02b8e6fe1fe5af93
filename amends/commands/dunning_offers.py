"""`amends dunning offers`: repayment plans for JSON cases from standard input, without a database."""

from amends.commands.case_answers import answer_cases
from services.dunning.offers.offer_cases import with_offers


def offers() -> None:
    """Find repayment plans for each case's loan, up to three, with their schedules and the reasons for them.

    Reads a JSON list of cases with `loan`, `income_monthly` (or `observed_payments`), `other_obligations_monthly`,
    `relief` and `policy`, and prints it with `offers` and `rejected`. A case that cannot be has `error` instead, and
    the exit code is 1; input that is no list ends with exit code 2.
    """
    answer_cases(with_offers)
