"""Specimens: what the preview shows of a kind of message in one language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.notifier.words.digest import render_digest
from services.notifier.words.languages import Language, Medium
from services.notifier.words.lint import Finding
from services.notifier.words.rendering import Rendered, render
from services.notifier.words.sample_facts import SampleName, samples
from services.notifier.words.sms_segments import Segments, sms_segments
from services.notifier.words.template_library import TemplateLibrary

DIGEST: Final = "digest"
_PREHEADER: Final = re.compile(r'<div style="display:none[^>]*>([^<&]*)')

# What is worth seeing: each medium as it mostly is, and what changes with the borrower or with what is known.
_SHOWN: Final[Sequence[tuple[Medium, SampleName, str]]] = (
    ("email", "all-known", "E-mail"),
    ("email", "vulnerable", "E-mail to a vulnerable borrower"),
    ("sms", "plain", "SMS that tells the debt"),
    ("sms", "discreet", "SMS that tells no debt"),
    ("sms", "vulnerable", "SMS to a vulnerable borrower"),
    ("app", "plain", "App message"),
    ("call", "all-known", "Call: the agent's script"),
    ("call", "vulnerable", "Call to a vulnerable borrower"),
)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One rendered message. `preheader` is what a mailbox shows beside the subject; `segments` are an SMS's."""

    id: str
    title: str
    medium: Medium
    rendered: Rendered
    preheader: str
    segments: Segments | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message in one language, with what the lint says of its file."""

    id: str
    name: str
    language: Language
    specimens: tuple[Specimen, ...]
    findings: tuple[Finding, ...]


def kind_of(name: str, language: Language, library: TemplateLibrary, findings: Sequence[Finding]) -> Kind:
    """The specimens of one kind; `digest` is the message over several loans."""
    identity = f"{name}-{language}"
    own = tuple(one for one in findings if one.path.parent.name == language and one.path.stem == name)
    shown = tuple(
        _specimen(f"{identity}-{number}", name, language, medium, sample, title, library)
        for number, (medium, sample, title) in enumerate(_SHOWN)
    )
    return Kind(identity, name, language, shown, own)


def _specimen(
    identity: str,
    name: str,
    language: Language,
    medium: Medium,
    sample_name: SampleName,
    title: str,
    library: TemplateLibrary,
) -> Specimen:
    sample = samples(language)[sample_name]
    if name == DIGEST:
        rendered = render_digest(language, medium, sample.items, library)
    else:
        rendered = render(name, language, medium, sample.facts, library)
    preheader = _PREHEADER.search(rendered.html or "")
    return Specimen(
        id=identity,
        title=title,
        medium=medium,
        rendered=rendered,
        preheader=preheader[1].strip() if preheader else "",
        segments=sms_segments(rendered.text) if medium == "sms" else None,
    )
