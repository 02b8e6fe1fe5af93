"""`amends dunning policy-check` and `policy-schema`: policies before they are deployed."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.dunning.ladder.choice import UnknownLadder, parse_choice
from services.dunning.ladder.files import load_ladders
from services.dunning.ladder.policy import parse_ladder
from services.dunning.offers.offer_policy import parse_offer_policy
from services.dunning.policy_schemas import policy_schema
from services.yaml_documents import DocumentError

_REFUSED = 1
_PARSERS = {"ladder": parse_ladder, "choice": parse_choice, "offers": parse_offer_policy}


class PolicyKind(StrEnum):
    """Kinds of policy documents."""

    LADDER = "ladder"
    CHOICE = "choice"
    OFFERS = "offers"


def policy_schema_command(
    kind: Annotated[PolicyKind, typer.Argument(help="Which policy.")] = PolicyKind.LADDER,
) -> None:
    """Print the JSON Schema of a policy document."""
    typer.echo(json.dumps(policy_schema(kind.value), indent=2))


def policy_check(
    path: Annotated[Path, typer.Argument(help="A document, or a folder of ladders with choice.yaml.", exists=True)],
    kind: Annotated[PolicyKind, typer.Option(help="What the document is.")] = PolicyKind.LADDER,
) -> None:
    """Check policies as the service does on start: every fault with file, line and path, and exit code 1."""
    try:
        if path.is_dir():
            load_ladders(folder=path)
        else:
            _PARSERS[kind.value](path.read_text(encoding="utf-8"), str(path))
    except (DocumentError, UnknownLadder, OSError, UnicodeDecodeError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_REFUSED) from None
    typer.echo(f"{path}: in order")
