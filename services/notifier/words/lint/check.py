"""The lint: refuses words that threaten, hide a right, tell a debt where others may read it, or cannot be rendered."""

import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from jinja2 import TemplateSyntaxError

from schemas.templates import TEMPLATES
from services.notifier.words.digest import DIGESTIBLE, DigestItem, render_digest
from services.notifier.words.languages import LANGUAGES, MEDIA, Language, Medium
from services.notifier.words.lint.finding import BrokenTemplates, Finding
from services.notifier.words.lint.rendered_rules import Fault, Message, message_faults
from services.notifier.words.lint.source_rules import source_findings
from services.notifier.words.lint.sources import Source, read_sources
from services.notifier.words.rendering import LAYOUT_BY_MEDIUM, Rendered, render
from services.notifier.words.sample_facts import Sample, samples
from services.notifier.words.template_library import SHIPPED, TemplateLibrary

_DIGEST: Final = "digest"
KINDS: Final[tuple[str, ...]] = (*TEMPLATES, _DIGEST)
"""All that a borrower can be sent; `digest` is the message over several loans."""


def checked_library(templates_dir: Path | None, *, most_segments: int = 3) -> TemplateLibrary:
    """The shipped words with a lender's own in place of them. Raises BrokenTemplates."""
    if templates_dir is None:
        return SHIPPED
    library = TemplateLibrary(templates_dir)
    findings = lint(library, most_segments=most_segments)
    if findings:
        raise BrokenTemplates(findings)
    return library


def lint(library: TemplateLibrary, *, most_segments: int = 3, kinds: Sequence[str] = KINDS) -> tuple[Finding, ...]:
    """All faults of the files that the library uses, in order of file and line.

    An SMS may have `most_segments` parts; one over several loans as many as it needs. Of all files what is written is
    looked at, and of `kinds` what a reader gets. Files that cannot be parsed are told alone: nothing can be rendered
    with them.
    """
    sources, unusable = read_sources(library)
    if any(finding.rule != "unknown-file" for finding in unusable):
        return tuple(sorted(unusable))
    found = set(unusable)
    for source in sources.values():
        found.update(source_findings(source, sources))
    for language in LANGUAGES:
        for name in kinds:
            for medium in MEDIA:
                found.update(_rendered_findings(name, language, medium, library, sources, most_segments))
    return tuple(sorted(found))


def _rendered_findings(
    name: str,
    language: Language,
    medium: Medium,
    library: TemplateLibrary,
    sources: Mapping[str, Source],
    most_segments: int,
) -> Iterator[Finding]:
    """What is wrong with one kind of message, worded from each sample."""
    kind = sources[f"{language}/{name}.jinja"]
    for sample_name, sample in samples(language).items():
        items = _every_item(sample) if name == _DIGEST else ((name, sample.facts),)
        try:
            rendered = _render(items, language, medium, library)
        except TemplateSyntaxError as error:
            yield Finding(Path(error.filename or kind.path), error.lineno, "syntax", error.message or "is no template")
            return
        except Exception as error:  # a template may do anything that its sandbox allows
            path, line = _place_of(error, kind, library.directories)
            yield Finding(path, line, "not-rendered", f"{error} ({medium}, sample {sample_name!r})")
            continue
        message = Message(language, medium, tuple(facts for _, facts in items), rendered)
        for fault in message_faults(message, most_segments):
            blamed = _blamed(fault, [kind, *_layouts(message, fault, sources)])
            line = blamed.line_of(fault.text) if fault.text else 1
            yield Finding(blamed.path, line, fault.rule, f"{fault.message} ({medium})")


def _layouts(message: Message, fault: Fault, sources: Mapping[str, Source]) -> list[Source]:
    """The files around the kind's own words where the fault is."""
    if fault.is_in_html:
        return [sources[f"{message.language}/email.html"], sources["page.html"]]
    layout = "discreet.txt" if message.is_discreet else LAYOUT_BY_MEDIUM[message.medium]
    return [sources[f"{message.language}/{layout}"]]


def _every_item(sample: Sample) -> tuple[DigestItem, ...]:
    """The loans of the sample, and one of each kind that may be told together with others."""
    return (*sample.items, *((kind, sample.facts) for kind in sorted(DIGESTIBLE)))


def _render(items: Sequence[DigestItem], language: Language, medium: Medium, library: TemplateLibrary) -> Rendered:
    if len(items) > 1:
        return render_digest(language, medium, items, library)
    ((kind, facts),) = items
    return render(kind, language, medium, facts, library)


def _blamed(fault: Fault, files: Sequence[Source]) -> Source:
    """The file to mend, out of a kind's own and its layouts: a lender's own rather than one that was shipped.

    Of several it is the one that has the words, or else the outermost that leaves the fact out.
    """
    candidates = [file for file in files if not file.is_shipped] or files
    for file in candidates:
        if fault.text and any(fault.text in piece.text for piece in file.pieces):
            return file
    for file in reversed(candidates):
        if fault.fact and all(used.name != fault.fact for used in file.facts):
            return file
    return candidates[0]


def _place_of(error: Exception, kind: Source, directories: Sequence[Path]) -> tuple[Path, int]:
    """The template line that raised the error: jinja puts the files of templates into tracebacks."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if frame.lineno is not None and any(path.is_relative_to(directory) for directory in directories):
            return path, frame.lineno
    return kind.path, 1
