"""Words: what a message says, from facts alone.

The words live in `templates/<language>/`. One file a kind of message holds its own sentences as blocks; the layouts
beside it (`email.txt`, `email.html`, `sms.txt`, `app.txt`, `discreet.txt`, `call.txt`) hold what every message must
say: the amounts by component, how to pay, how to ask for help, how to object and how to opt out. So no template can
forget one of them. Amounts and how to pay are left out together where there is nothing to pay, or where the message is
not about an amount.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schemas.templates import TEMPLATES
from services.notifier.words.errors import FactRefused, UnknownLanguage, UnknownMedium, UnknownTemplate
from services.notifier.words.facts import MessageFacts
from services.notifier.words.languages import LANGUAGES, MEDIA, Language, Medium
from services.notifier.words.template_facts import template_facts
from services.notifier.words.template_library import SHIPPED, TemplateLibrary

# What these say is not about an amount, and one beside it would read as a demand.
TELL_NO_AMOUNTS: Final = frozenset({"cured", "hardship_answer", "regional_relief"})

TELL_A_PROMISE: Final = frozenset({"promise_reminder", "promise_broken"})

# Without a way to the plans an offer would lead nowhere.
_NEED_A_PAGE: Final = frozenset({"offer", "offer_reminder"})

_EMPTY_LINES: Final = re.compile(r"\n(?:[ \t]*\n){2,}")

LAYOUT_BY_MEDIUM: Final[Mapping[Medium, str]] = {
    "email": "email.txt", "sms": "sms.txt", "app": "app.txt", "call": "call.txt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in words.

    `subject` is an e-mail's subject line, an app message's title, the name of an agent's task, and empty for an SMS.
    Only an e-mail has `html`.
    """

    subject: str
    text: str
    html: str | None


def render(
    template: str, language: Language, medium: Medium, facts: MessageFacts, library: TemplateLibrary = SHIPPED
) -> Rendered:
    """Word one message.

    `facts.wording` counts for SMS and app messages: an e-mail tells nothing outside its body, and an agent's script
    nothing before the person called has proved who they are. Raises UnknownTemplate, UnknownLanguage, UnknownMedium,
    and FactRefused where the template needs a fact that is None.
    """
    if template not in TEMPLATES:
        raise UnknownTemplate(template)
    check_language_and_medium(language, medium)
    if template in _NEED_A_PAGE and facts.offer_url is None:
        raise FactRefused("offer_url", "is missing")
    told = template_facts(
        language, facts, tells_amounts=template not in TELL_NO_AMOUNTS, tells_promise=template in TELL_A_PROMISE
    )
    return word(template, language, medium, told, library, is_discreet=facts.wording == "discreet")


def check_language_and_medium(language: str, medium: str) -> None:
    """Raises UnknownLanguage or UnknownMedium."""
    if language not in LANGUAGES:
        raise UnknownLanguage(language)
    if medium not in MEDIA:
        raise UnknownMedium(medium)


def word(
    name: str,
    language: Language,
    medium: Medium,
    told: Mapping[str, object],
    library: TemplateLibrary,
    *,
    is_discreet: bool,
) -> Rendered:
    """Put the blocks of `<name>.jinja` into the medium's layouts."""
    path = f"{language}/{name}.jinja"
    text = library.template(path)
    if medium == "email":
        return Rendered(
            subject=library.subject(path),
            text=_in_paragraphs(text.render(told, layout=library.template(f"{language}/{LAYOUT_BY_MEDIUM[medium]}"))),
            html=library.template(path, html=True).render(
                told, layout=library.template(f"{language}/email.html", html=True)
            ),
        )
    hides_debt = is_discreet and medium != "call"
    layout = library.template(f"{language}/{'discreet.txt' if hides_debt else LAYOUT_BY_MEDIUM[medium]}")
    words = text.render(told, layout=layout)
    if medium == "sms":
        # A no-break space, as some amounts have, is not in the GSM alphabet: split() makes it a plain one.
        return Rendered(subject="", text=" ".join(words.split()), html=None)
    return Rendered(subject=library.subject(path), text=_in_paragraphs(words), html=None)


def _in_paragraphs(text: str) -> str:
    """One empty line between paragraphs, however many the files left where blocks are empty."""
    return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"
