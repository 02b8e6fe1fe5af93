"""Answers to JSON cases from standard input: what commands over cases have in common."""

import json
from collections.abc import Callable
from typing import Any

import typer

from amends.commands.ledger import read_cases
from services.json_cases import CaseRefused

_REFUSED = 1


def answer_cases(answer: Callable[[object], dict[str, Any]]) -> None:
    """Print the answer to each case on standard input, and end the program."""
    answers = []
    refused = False
    for case in read_cases():
        try:
            answers.append(answer(case))
        except CaseRefused as error:
            refused = True
            answers.append({**(case if isinstance(case, dict) else {"case": case}), "error": str(error)})
    typer.echo(json.dumps(answers, indent=1, ensure_ascii=False))
    raise typer.Exit(_REFUSED if refused else 0)
