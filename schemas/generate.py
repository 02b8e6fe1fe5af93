"""Writes the contract's files: `python -m schemas.generate`; with `--check`, only tells which are stale."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.asyncapi import asyncapi_document, example_message, json_schema
from schemas.registry import EVENTS

GENERATED = Path(__file__).parent / "generated"


def render(document: Mapping[str, Any]) -> str:
    """A document as text: the same for the same content."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def generated_files() -> dict[str, str]:
    """Every generated file's content, by its path under the folder of generated files."""
    schemas = {f"json-schema/{event.event_type}.json": render(json_schema(event)) for event in EVENTS}
    examples = {f"examples/{event.event_type}.json": render(example_message(event)) for event in EVENTS}
    return {"asyncapi.json": render(asyncapi_document()), **schemas, **examples}


def stale_files(folder: Path, expected: Mapping[str, str]) -> list[str]:
    """The paths under `folder` that are missing, differ from what is expected, or are not expected at all."""
    present = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.json")}
    return sorted(path for path in present.keys() | expected.keys() if present.get(path) != expected.get(path))


def write_files(folder: Path, expected: Mapping[str, str]) -> list[str]:
    """Make `folder` hold what is expected; returns the paths that changed."""
    changed = stale_files(folder, expected)
    for path in changed:
        target = folder / path
        if path in expected:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(expected[path], "utf-8", newline="\n")
        else:
            target.unlink()
    return changed


def main(arguments: Sequence[str] | None = None, folder: Path = GENERATED) -> int:
    """Write the files, or check them; the exit status is 1 when a check finds stale ones."""
    parser = argparse.ArgumentParser(prog="python -m schemas.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    check: bool = parser.parse_args(arguments).check
    expected = generated_files()
    names = stale_files(folder, expected) if check else write_files(folder, expected)
    for name in names:
        sys.stdout.write(f"{'stale' if check else 'written'}: {name}\n")
    return 1 if check and names else 0


if __name__ == "__main__":
    sys.exit(main())
