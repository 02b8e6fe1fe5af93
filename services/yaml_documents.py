"""Policies as data: YAML documents that a pydantic model validates; faults are told with source, line and path."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

Place = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """One fault of a document. `line` counts from 1; `path` is like `steps[2].channels`, empty for the whole."""

    source: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.source}:{self.line} {self.path}".rstrip()
        return f"{place}: {self.message}"


class DocumentError(ValueError):
    """A document that cannot be used; `problems` are all faults found, in order of line."""

    def __init__(self, problems: tuple[DocumentProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def parse_document(text: str, source_name: str, model: type[Model]) -> Model:
    """What the YAML `text` says; `source_name` (a file name) is used in errors only. Raises DocumentError."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        repeated = list(_repeated_keys(root))
        document: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or error
        problem = DocumentProblem(source_name, mark.line + 1 if mark else 1, "", f"not YAML: {reason}")
        raise DocumentError((problem,)) from error
    if repeated:
        raise DocumentError(
            tuple(DocumentProblem(source_name, line, _path(at), "the key is given twice") for at, line in repeated)
        )
    try:
        return model.model_validate(document)
    except ValidationError as error:
        problems = (_problem(source_name, root, detail) for detail in error.errors(include_url=False))
        raise DocumentError(tuple(sorted(problems, key=lambda problem: problem.line))) from error


def broken_rule(message: str, place: Place = ()) -> PydanticCustomError:
    """A broken rule inside the field under validation, `place` relative to that field."""
    return PydanticCustomError("policy_rule", "{reason}", {"reason": message, "place": place})


def _exact_decimal(value: object) -> object:
    """YAML reads 1.5 as a binary float, whose shortest text is what was written."""
    return Decimal(str(value)) if type(value) in (int, float) else value


ExactDecimal = Annotated[Decimal, BeforeValidator(_exact_decimal)]
"""A number in a document, taken as written."""


def _problem(source: str, root: yaml.Node | None, detail: ErrorDetails) -> DocumentProblem:
    place = _without_tags(root, (*detail["loc"], *detail.get("ctx", {}).get("place", ())))
    message = {"extra_forbidden": "unknown key", "missing": "missing"}.get(detail["type"], detail["msg"])
    return DocumentProblem(source, _line(root, place), _path(place), message)


def _without_tags(node: yaml.Node | None, place: Place) -> Place:
    """Without the tags that pydantic puts in for members of a discriminated union: no keys, but values of one."""
    kept: list[int | str] = []
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == part), None)
            if found is None and any(value.value == part for _, value in node.value):
                continue
            node = found
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        kept.append(part)
    return tuple(kept)


def _path(place: Place) -> str:
    """`("steps", 2, "channels")` as `steps[2].channels`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def _line(node: yaml.Node | None, place: Place) -> int:
    """The line, from 1, of the deepest part of `place` that the document has."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _repeated_keys(node: yaml.Node | None, place: Place = ()) -> Iterator[tuple[Place, int]]:
    """Keys given twice in one mapping, which YAML loaders silently overwrite: their place and line."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield (*place, name), key.start_mark.line + 1
            seen.add(name)
            yield from _repeated_keys(value, (*place, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _repeated_keys(value, (*place, index))
