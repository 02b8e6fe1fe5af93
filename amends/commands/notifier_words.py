"""`amends notifier lint` and `preview`: a lender's words, checked and shown before they are sent."""

from pathlib import Path
from typing import Annotated

import typer

from services.notifier.words.languages import LANGUAGES, Language
from services.notifier.words.lint import lint
from services.notifier.words.preview import preview_page
from services.notifier.words.template_library import TemplateLibrary
from services.notifier.words.word_settings import WordSettings

_REFUSED = 1
_UNUSABLE = 2

TemplatesOption = Annotated[
    Path | None, typer.Option(help="A lender's own words: files that take the place of those shipped.")
]


def lint_words(templates: TemplatesOption = None) -> None:
    """Refuse words that threaten, hide a right, tell a debt where others may read it, or cannot be rendered.

    Prints each fault as `file:line: rule: message` and ends with exit code 1; without faults it prints nothing.
    """
    findings = lint(TemplateLibrary(templates), most_segments=WordSettings().sms_most_segments)
    for finding in findings:
        typer.echo(str(finding))
    if findings:
        raise typer.Exit(_REFUSED)


def preview(
    out: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("messages.html"),
    templates: TemplatesOption = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language (en, zh-CN); may be repeated.")] = None,
) -> None:
    """Write every message in every language and medium, from made-up facts, to one HTML page.

    What the lint finds stands beside each message. Words that cannot be rendered are told as by `lint`, exit code 1.
    """
    library = TemplateLibrary(templates)
    findings = lint(library, most_segments=WordSettings().sms_most_segments)
    unusable = [
        finding for finding in findings if finding.rule in ("syntax", "unreadable", "no-directory", "not-rendered")
    ]
    for finding in unusable:
        typer.echo(str(finding), err=True)
    if unusable:
        raise typer.Exit(_REFUSED)
    page = preview_page(library, findings, _languages(language))
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        typer.echo(f"{out} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(_UNUSABLE) from None
    typer.echo(f"{out}: open it in a browser; the lint finds {len(findings)} faults")


def _languages(asked: list[str] | None) -> tuple[Language, ...]:
    for language in asked or []:
        if language not in LANGUAGES:
            typer.echo(f"--language {language!r}: there are {', '.join(LANGUAGES)}", err=True)
            raise typer.Exit(_UNUSABLE)
    return tuple(language for language in LANGUAGES if not asked or language in asked)
