"""Template files as the lint reads them: their literal words and the facts they use, block by block."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from services.notifier.words.languages import LANGUAGES, Language
from services.notifier.words.lint.finding import Finding
from services.notifier.words.template_library import SHIPPED_DIRECTORY, TemplateLibrary

LAYOUTS: Final = ("email.txt", "email.html", "sms.txt", "app.txt", "discreet.txt", "call.txt")
_FRAMES: Final = ("page.html", "parts.html")


@dataclass(frozen=True, slots=True)
class Piece:
    """Literal text of a file. `block` is the innermost block around it, empty outside of all."""

    block: str
    line: int
    text: str

    def line_at(self, position: int) -> int:
        """The line of a position in the text."""
        return self.line + self.text.count("\n", 0, position)


@dataclass(frozen=True, slots=True)
class FactUsed:
    """A name that a file reads, in which block and line."""

    block: str
    line: int
    name: str


@dataclass(frozen=True)
class Source:
    """One parsed file. `name` is its path below the directory, `kind` the kind of message, empty for a layout."""

    path: Path
    name: str
    tree: nodes.Template

    @property
    def kind(self) -> str:
        """`overdue_soft` for `en/overdue_soft.jinja`."""
        return Path(self.name).stem if self.name.endswith(".jinja") else ""

    @property
    def is_shipped(self) -> bool:
        """Whether it is no lender's own."""
        return self.path.is_relative_to(SHIPPED_DIRECTORY)

    def languages(self) -> tuple[Language, ...]:
        """The language whose words it has; both for a file that has none of its own."""
        return tuple(language for language in LANGUAGES if self.name.startswith(f"{language}/")) or LANGUAGES

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """All literal text, with that in expressions."""
        return tuple(
            Piece(block, node.lineno, text)
            for block, node in _nodes_by_block(self.tree, "")
            if isinstance(text := _literal(node), str) and text.strip()
        )

    @cached_property
    def facts(self) -> tuple[FactUsed, ...]:
        """All names that are read and that the file does not set itself."""
        own = {node.name for node in self.tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
        own |= {node.name for node in self.tree.find_all(nodes.Macro)} | set(_imported(self.tree))
        return tuple(
            FactUsed(block, node.lineno, node.name)
            for block, node in _nodes_by_block(self.tree, "")
            if isinstance(node, nodes.Name) and node.ctx == "load" and node.name not in own
        )

    @cached_property
    def blocks(self) -> dict[str, int]:
        """Each block's name and line."""
        return {node.name: node.lineno for node in self.tree.find_all(nodes.Block)}

    def line_of(self, text: str) -> int:
        """The first line that has the text; the first of the file when none has."""
        return next((piece.line_at(at) for piece in self.pieces if (at := piece.text.find(text)) >= 0), 1)


def read_sources(library: TemplateLibrary) -> tuple[dict[str, Source], list[Finding]]:
    """Every file that the library uses, by name, and those that cannot be read or parsed."""
    sources: dict[str, Source] = {}
    findings: list[Finding] = []
    shipped_names = {str(path.relative_to(SHIPPED_DIRECTORY)) for path in SHIPPED_DIRECTORY.rglob("*.*")}
    for directory in library.directories:
        if not directory.is_dir():
            findings.append(Finding(directory, 1, "no-directory", "is no directory"))
        for path in sorted(path for path in directory.rglob("*") if path.is_file() and not path.name.startswith(".")):
            name = path.relative_to(directory).as_posix()
            if name not in shipped_names:
                findings.append(
                    Finding(path, 1, "unknown-file", "takes the place of no shipped file: it is never used")
                )
            elif name not in sources:
                parsed = _parse(path, name, library.environment())
                if isinstance(parsed, Finding):
                    findings.append(parsed)
                else:
                    sources[name] = parsed
    return sources, findings


def layouts_of(language: Language) -> tuple[str, ...]:
    """The names of the files whose blocks a kind of message may fill."""
    return (*(f"{language}/{layout}" for layout in LAYOUTS), *_FRAMES)


def _parse(path: Path, name: str, environment: Environment) -> Source | Finding:
    try:
        return Source(path, name, environment.parse(path.read_text(encoding="utf-8"), name, str(path)))
    except TemplateSyntaxError as error:
        return Finding(path, error.lineno, "syntax", error.message or "cannot be parsed")
    except (OSError, UnicodeDecodeError) as error:
        return Finding(path, 1, "unreadable", f"cannot be read as UTF-8: {error}")


def _nodes_by_block(node: nodes.Node, block: str) -> Iterator[tuple[str, nodes.Node]]:
    for child in node.iter_child_nodes():
        inside = child.name if isinstance(child, nodes.Block) else block
        yield inside, child
        yield from _nodes_by_block(child, inside)


def _literal(node: nodes.Node) -> object:
    if isinstance(node, nodes.TemplateData):
        return node.data
    return node.value if isinstance(node, nodes.Const) else None


def _imported(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all(nodes.FromImport):
        for name in node.names:
            yield name[1] if isinstance(name, tuple) else name
