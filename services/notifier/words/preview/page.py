"""The preview as one self-contained HTML page: nothing is loaded, and it works without a network."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.templates import TEMPLATES
from services.notifier.words.languages import LANGUAGES, Language
from services.notifier.words.lint import Finding
from services.notifier.words.preview.specimens import DIGEST, kind_of
from services.notifier.words.template_library import TemplateLibrary

_LANGUAGE_NAMES: Final[dict[Language, str]] = {"zh-CN": "中文", "en": "English"}


def preview_page(
    library: TemplateLibrary, findings: Sequence[Finding], languages: Sequence[Language] = LANGUAGES
) -> str:
    """The page with every kind of message in the languages, worded from sample facts.

    The `findings` of the lint stand beside the kind that they are about. Raises what rendering raises: templates that
    cannot be rendered are for the lint alone.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    kinds = {
        name: [kind_of(name, language, library, findings) for language in languages] for name in (*TEMPLATES, DIGEST)
    }
    shown_beside = {finding for of_name in kinds.values() for kind in of_name for finding in kind.findings}
    return environment.get_template("page.html.jinja").render(
        kinds=kinds,
        languages=languages,
        language_names=_LANGUAGE_NAMES,
        findings=findings,
        other_findings=[finding for finding in findings if finding not in shown_beside],
    )
