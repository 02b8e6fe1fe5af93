"""`amends dunning`: dunning's rules on JSON from standard input, without a database."""

import typer

from amends.commands.case_answers import answer_cases
from amends.commands.dunning_credit_file import credit_file
from amends.commands.dunning_figures import figures_app
from amends.commands.dunning_offers import offers
from amends.commands.dunning_policies import policy_check, policy_schema_command
from amends.commands.dunning_what_if import what_if
from services.dunning.aging.age_cases import with_states

dunning_app = typer.Typer(no_args_is_help=True, help="Dunning: its rules on JSON.")


@dunning_app.callback()
def dunning() -> None:
    """Dunning: its rules on JSON."""


@dunning_app.command("age")
def age() -> None:
    """Work out how late each case's loan is on the days asked for, and when to look next.

    Reads a JSON list of cases with `instalments`, `payments`, `holds`, `tolerance`, `buckets` and `as_of`, and prints
    it with `states` and `next_look_on`. A case that cannot be has `error` instead, and the exit code is 1; input that
    is no list ends with exit code 2.
    """
    answer_cases(with_states)


dunning_app.command("offers")(offers)
dunning_app.command("policy-check")(policy_check)
dunning_app.command("policy-schema")(policy_schema_command)
dunning_app.command("credit-file")(credit_file)
dunning_app.command("what-if")(what_if)
dunning_app.add_typer(figures_app, name="figures")
