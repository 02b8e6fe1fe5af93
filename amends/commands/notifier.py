"""`amends notifier`: its rules on JSON from standard input, its words, and the personal data that it keeps."""

from pathlib import Path
from typing import Annotated

import typer

from amends.commands.case_answers import answer_cases
from amends.commands.notifier_privacy import erase, export, keys, new_key, retention
from amends.commands.notifier_words import lint_words, preview
from services.notifier.contact_rules.cases import with_decision
from services.notifier.contact_rules.rule_sets import RuleSets, rule_sets_with
from services.yaml_documents import DocumentError

_UNUSABLE = 2

notifier_app = typer.Typer(no_args_is_help=True, help="The notifier: its rules, its words, its data.")


@notifier_app.callback()
def notifier() -> None:
    """The notifier: its rules, its words, its data."""


notifier_app.command("lint")(lint_words)
notifier_app.command("preview")(preview)
notifier_app.command("new-key")(new_key)
notifier_app.command("keys")(keys)
notifier_app.command("retention")(retention)
notifier_app.command("export")(export)
notifier_app.command("erase")(erase)


@notifier_app.command("decide")
def decide(
    rules: Annotated[list[Path] | None, typer.Option(help="A document of contact rules beside the presets.")] = None,
) -> None:
    """Decide whether each case's contact may be made: send, defer until a moment, or suppress.

    Reads a JSON list of cases with `preset`, `channel`, `purpose`, `at`, `zones`, `debt`, and what is known:
    `history`, `consents`, `opted_out`, `holds`, `holidays`. Prints it with `decision`, `rule`, `clause`, and `until` if
    the contact is deferred. A case that cannot be has `error` instead, and the exit code is 1; input that is no list,
    and rules that cannot be used, end with exit code 2.
    """
    rule_sets = _rule_sets(rules or [])
    answer_cases(lambda case: with_decision(case, rule_sets))


def _rule_sets(files: list[Path]) -> RuleSets:
    try:
        return rule_sets_with(files)
    except (DocumentError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_UNUSABLE) from None
