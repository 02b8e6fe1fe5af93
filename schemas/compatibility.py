"""Whether a JSON Schema still honours a released one.

A change is incompatible if it takes a field away, or refuses data that the released schema accepted. Adding optional
fields and accepting more is compatible. Annotations (titles, descriptions, defaults) do not count; a changed keyword
that this module does not know counts as incompatible, since its effect is unknown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

Schema = dict[str, Any]

_ANNOTATIONS = frozenset(
    {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples", "deprecated"}
)
_LOWER_SIZES = ("minLength", "minItems", "minProperties")
_UPPER_SIZES = ("maxLength", "maxItems", "maxProperties")
_BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
_STRUCTURE = ("properties", "required", "additionalProperties", "items", "type", "enum", "const", "anyOf", "oneOf")
_COMPARED = _ANNOTATIONS | {*_LOWER_SIZES, *_UPPER_SIZES, *_BOUNDS, *_STRUCTURE}


@dataclass(frozen=True)
class Incompatibility:
    """One incompatible change: where (`$` is the whole data, `[]` an array's item), and what."""

    path: str
    change: str


class UnresolvedReferenceError(LookupError):
    """A `$ref` leads nowhere within its schema."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"$ref: {reference!r} does not lead to a definition of the schema")
        self.reference = reference


@dataclass(frozen=True)
class _Comparison:
    """The two whole schemas, in which references are resolved, and the pairs of places being compared."""

    released: Schema
    current: Schema
    open_pairs: frozenset[tuple[str, str]] = frozenset()

    def entering(self, released: Schema | bool, current: Schema | bool) -> "_Comparison | None":
        """The comparison inside these two places; None if it is already under way, as in a recursive schema."""
        pair = (repr(released), repr(current))
        return None if pair in self.open_pairs else replace(self, open_pairs=self.open_pairs | {pair})


def incompatible_changes(released: Schema, current: Schema) -> list[Incompatibility]:
    """Every way in which `current` breaks who relies on `released`.

    Raises UnresolvedReferenceError.
    """
    return list(_node_changes(_Comparison(released, current), "$", released, current))


def _resolve(node: Schema | bool, root: Schema) -> Schema:
    """The node with its reference followed; keywords beside the reference count too.

    Raises UnresolvedReferenceError.
    """
    if isinstance(node, bool):
        return {} if node else {"not": {}}
    if "$ref" not in node:
        return node
    target: Any = root
    for part in str(node["$ref"]).removeprefix("#").strip("/").split("/"):
        if part:
            target = target.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(target, dict) else None
    if target is None or not str(node["$ref"]).startswith("#"):
        raise UnresolvedReferenceError(str(node["$ref"]))
    beside = {name: value for name, value in node.items() if name != "$ref"}
    return {**_resolve(target, root), **beside}


def _alternatives(node: Schema, root: Schema) -> list[Schema]:
    """The node as a list of schemas of one type each, any of which the data may satisfy."""
    for keyword in ("anyOf", "oneOf"):
        if keyword in node:
            around = {name: value for name, value in node.items() if name != keyword and name not in _ANNOTATIONS}
            inside = (_resolve(choice, root) for choice in node[keyword])
            return [each for choice in inside for each in _alternatives({**around, **choice}, root)]
    if isinstance(node.get("type"), list):
        return [{**node, "type": name} for name in node["type"]]
    return [node]


def _node_changes(
    comparison: _Comparison, path: str, released: Schema | bool, current: Schema | bool
) -> Iterator[Incompatibility]:
    """Changes at one place: each alternative of old must be accepted by one of now."""
    inner = comparison.entering(released, current)
    if inner is None:
        return
    choices = _alternatives(_resolve(current, inner.current), inner.current)
    for old in _alternatives(_resolve(released, inner.released), inner.released):
        fitting = [now for now in choices if _type_fits(old, now)]
        if not fitting:
            yield Incompatibility(path, f"type narrowed: {old.get('type', 'any type')} is no longer accepted")
            continue
        yield from min((list(_choice_changes(inner, path, old, now)) for now in fitting), key=len)


def _type_fits(released: Schema, current: Schema) -> bool:
    """Whether the current alternative takes the type of the released one."""
    old, now = released.get("type"), current.get("type")
    return now is None or now == old or (old == "integer" and now == "number")


def _choice_changes(comparison: _Comparison, path: str, old: Schema, now: Schema) -> Iterator[Incompatibility]:
    """Changes between two alternatives of one type."""
    own = (*_value_changes(old, now), *_bound_changes(old, now), *_size_changes(old, now), *_other_changes(old, now))
    yield from (Incompatibility(path, change) for change in own)
    yield from _field_changes(comparison, path, old, now)
    yield from _content_changes(comparison, path, old, now)


def _allowed(schema: Schema) -> list[Any] | None:
    """The values that `enum` or `const` allows; None if neither restricts them."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _value_changes(old: Schema, now: Schema) -> Iterator[str]:
    """Values that `enum` or `const` no longer allows."""
    before, after = _allowed(old), _allowed(now)
    if after is None:
        return
    if before is None:
        yield f"values restricted to {after!r}"
        return
    yield from (f"value {value!r} is no longer allowed" for value in before if value not in after)


def _limit(schema: Schema, inclusive: str, exclusive: str, sign: int) -> tuple[float, bool]:
    """The tighter of an inclusive and an exclusive bound; with `sign` -1 for upper ones, greater means tighter."""
    return max(
        (sign * schema[inclusive], False) if inclusive in schema else (float("-inf"), False),
        (sign * schema[exclusive], True) if exclusive in schema else (float("-inf"), False),
    )


def _bound_changes(old: Schema, now: Schema) -> Iterator[str]:
    """Numbers that a bound no longer lets through."""
    if _limit(now, "minimum", "exclusiveMinimum", 1) > _limit(old, "minimum", "exclusiveMinimum", 1):
        yield "minimum raised"
    if _limit(now, "maximum", "exclusiveMaximum", -1) > _limit(old, "maximum", "exclusiveMaximum", -1):
        yield "maximum lowered"


def _size_changes(old: Schema, now: Schema) -> Iterator[str]:
    """Lengths that a limit no longer lets through."""
    yield from (f"{name} raised" for name in _LOWER_SIZES if now.get(name, 0) > old.get(name, 0))
    unlimited = float("inf")
    yield from (f"{name} lowered" for name in _UPPER_SIZES if now.get(name, unlimited) < old.get(name, unlimited))


def _other_changes(old: Schema, now: Schema) -> Iterator[str]:
    """Keywords compared only for equality, such as `pattern` and `format`: removal widens, all else may narrow."""
    for name in sorted(now.keys() - _COMPARED):
        if name not in old:
            yield f"{name} added"
        elif now[name] != old[name]:
            yield f"{name} changed"


def _field_changes(comparison: _Comparison, path: str, old: Schema, now: Schema) -> Iterator[Incompatibility]:
    """Fields removed, newly required, or changed."""
    before: Schema = old.get("properties", {})
    after: Schema = now.get("properties", {})
    newly_required: Iterable[str] = sorted(set(now.get("required", ())) - set(old.get("required", ())))
    yield from (Incompatibility(f"{path}.{name}", "field newly required") for name in newly_required)
    for name, field in before.items():
        if name in after:
            yield from _node_changes(comparison, f"{path}.{name}", field, after[name])
        else:
            yield Incompatibility(f"{path}.{name}", "field removed")


def _content_changes(comparison: _Comparison, path: str, old: Schema, now: Schema) -> Iterator[Incompatibility]:
    """Changes to what an array's items, or an object's further fields, may be."""
    for keyword, place in (("items", f"{path}[]"), ("additionalProperties", f"{path}.*")):
        if now.get(keyword, True) is True:
            continue
        if old.get(keyword, True) is True:
            yield Incompatibility(place, f"{keyword} restricted")
        else:
            yield from _node_changes(comparison, place, old[keyword], now[keyword])
