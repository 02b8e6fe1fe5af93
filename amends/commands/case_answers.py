"""Answers to JSON cases from standard input: what commands over cases have in common."""

import json
import sys
from collections.abc import Callable
from typing import Any

import typer

from services.json_cases import CaseRefused

_REFUSED = 1
_UNUSABLE = 2


def answer_cases(answer: Callable[[object], dict[str, Any]]) -> None:
    """Print the answer to each case on standard input, and end the program."""
    answers = []
    refused = False
    for case in _read_cases():
        try:
            answers.append(answer(case))
        except CaseRefused as error:
            refused = True
            answers.append({**(case if isinstance(case, dict) else {"case": case}), "error": str(error)})
    typer.echo(json.dumps(answers, indent=1, ensure_ascii=False))
    raise typer.Exit(_REFUSED if refused else 0)


def _read_cases() -> list[Any]:
    """The JSON list on standard input; anything else ends the program with a message."""
    try:
        cases = json.load(sys.stdin)
    except ValueError as error:
        raise unusable(f"the input is not JSON: {error}") from None
    if not isinstance(cases, list):
        kind = "an object" if isinstance(cases, dict) else json.dumps(cases)
        raise unusable(f"the input must be a JSON list of cases, not {kind}")
    return cases


def unusable(message: str) -> typer.Exit:
    """Says why the input cannot be used at all, with code 2."""
    typer.echo(message, err=True)
    return typer.Exit(_UNUSABLE)
