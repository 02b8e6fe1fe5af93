"""Ladders from files: one for everybody, or a folder of them with a choice."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from services.dunning.ladder.choice import Ladders, parse_choice
from services.dunning.ladder.policy import LadderPolicy, parse_ladder
from services.yaml_documents import DocumentError, DocumentProblem

CHOICE_FILE: Final = "choice.yaml"


@dataclass(frozen=True, slots=True)
class LoadedLadders:
    """Ladders, and the documents they were read from, by version."""

    ladders: Ladders
    documents: dict[str, str]


def load_ladders(file: Path | None = None, folder: Path | None = None) -> LoadedLadders:
    """The ladders of a folder with its choice, or one ladder for everybody: that of a file, or the default.

    Raises DocumentError, and UnknownLadder when the choice names a version that no document has.
    """
    if folder is not None:
        return _of_folder(folder)
    if file is not None:
        text, name = file.read_text(encoding="utf-8"), str(file)
    else:
        text, name = default_ladder_text(), "default.yaml"
    policy = parse_ladder(text, name)
    return LoadedLadders(Ladders.of_one(policy), {policy.version: text})


def default_ladder_text() -> str:
    """The YAML of the ladder that is shipped."""
    return (resources.files("services.dunning") / "policies" / "default.yaml").read_text(encoding="utf-8")


def load_policy(file: Path | None) -> LadderPolicy:
    """The ladder of a file, or the default. Raises DocumentError."""
    return load_ladders(file).ladders.first


def _of_folder(folder: Path) -> LoadedLadders:
    policies: dict[str, LadderPolicy] = {}
    documents: dict[str, str] = {}
    for file in sorted(folder.glob("*.yaml")):
        if file.name == CHOICE_FILE:
            continue
        text = file.read_text(encoding="utf-8")
        policy = parse_ladder(text, str(file))
        if policy.version in policies:
            problem = DocumentProblem(str(file), 1, "version", f"{policy.version!r} is the version of another document")
            raise DocumentError((problem,))
        policies[policy.version], documents[policy.version] = policy, text
    choice_file = folder / CHOICE_FILE
    choice = parse_choice(choice_file.read_text(encoding="utf-8"), str(choice_file))
    return LoadedLadders(Ladders(policies, choice), documents)
