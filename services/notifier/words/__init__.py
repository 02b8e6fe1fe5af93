"""What messages say: words from facts, in each language and medium."""

from services.notifier.words.digest import DIGESTIBLE, render_digest
from services.notifier.words.errors import FactRefused, UnknownLanguage, UnknownTemplate, WordsError
from services.notifier.words.facts import AcceptedPlan, MessageFacts, Wording
from services.notifier.words.languages import LANGUAGES, Language, Medium
from services.notifier.words.money import format_day, format_money
from services.notifier.words.rendering import Rendered, render
from services.notifier.words.sms_segments import Segments, sms_segments
from services.notifier.words.template_library import SHIPPED, TemplateLibrary

__all__ = [
    "DIGESTIBLE", "LANGUAGES", "SHIPPED", "AcceptedPlan", "FactRefused", "Language", "Medium", "MessageFacts",
    "Rendered", "Segments", "TemplateLibrary", "UnknownLanguage", "UnknownTemplate", "Wording", "WordsError",
    "format_day", "format_money", "render", "render_digest", "sms_segments",
]  # fmt: skip
