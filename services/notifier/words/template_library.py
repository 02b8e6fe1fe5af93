"""The template files: those shipped, and a lender's own in place of them, compiled once in a sandbox.

A lender's directory has the shipped one's shape, `<language>/<kind>.jinja` and the layouts beside it. A file there
takes the place of the shipped one of that name; all other files stay as they are.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, Template, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from services.notifier.words.errors import FactRefused

SHIPPED_DIRECTORY: Final = Path(__file__).parent.parent / "templates"

TEMPLATE_FACTS: Final = frozenset({
    "borrower_name", "loan_id", "due_on", "days_past_due", "penalty", "fee", "interest", "principal", "total",
    "lender_name", "help_phone", "pay_url", "help_url", "opt_out_url", "offer_url", "promised", "promised_on",
    "plan_instalments", "plan_instalment", "plan_first_due_on", "debt_advice", "opt_out_keyword", "is_vulnerable",
    "totals", "loans", "sentence", "oldest_due_on",
})  # fmt: skip
"""The names that a template may use. Amounts and dates are written out already.

`totals` has the amounts by name for each currency. In a digest `loans` has, for each loan, its `sentence`, `loan_id`
and amounts by name; a message about one loan has no `loans`.
"""


class MissingFact(StrictUndefined):
    """A fact that is not known: `{% if fact %}` may ask for it, and whoever prints it is refused by its name."""

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: Callable[[str], Exception] = UndefinedError,
    ) -> None:
        """As jinja makes it when a template uses a name that it was not given."""
        is_fact = name in TEMPLATE_FACTS
        super().__init__(hint, obj, name, partial(_refusal, name) if is_fact else exc)  # type: ignore[arg-type]

    def __bool__(self) -> bool:  # type: ignore[override]  # StrictUndefined refuses to be asked at all
        """False for a fact; a name that is none is refused here too."""
        if self._undefined_name in TEMPLATE_FACTS:
            return False
        return super().__bool__()


class TemplateLibrary:
    """The words of one lender. `templates_dir` holds the files that take the place of shipped ones."""

    def __init__(self, templates_dir: Path | None = None) -> None:
        self.directories = (SHIPPED_DIRECTORY,) if templates_dir is None else (templates_dir, SHIPPED_DIRECTORY)
        loader = ChoiceLoader([FileSystemLoader(directory) for directory in self.directories])
        self._environments = {html: _environment(loader, html) for html in (False, True)}
        self._templates: dict[tuple[str, bool], Template] = {}
        self._subjects: dict[str, str] = {}

    def template(self, path: str, *, html: bool = False) -> Template:
        """One compiled file, `<language>/<name>`; with `html` every value in it is escaped."""
        found = self._templates.get((path, html))
        if found is None:
            found = self._templates[path, html] = self._environments[html].get_template(path)
        return found

    def environment(self, *, html: bool = False) -> ImmutableSandboxedEnvironment:
        """What compiles the files."""
        return self._environments[html]

    def subject(self, path: str) -> str:
        """The subject line. It sees no facts, so it cannot tell any to whoever looks over a shoulder."""
        found = self._subjects.get(path)
        if found is None:
            words = self.template(path)
            found = self._subjects[path] = " ".join("".join(words.blocks["subject"](words.new_context())).split())
        return found


def _refusal(fact: str, _message: str) -> FactRefused:
    return FactRefused(fact, "is missing")


def _environment(loader: BaseLoader, html: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=loader,
        undefined=MissingFact,
        autoescape=html,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


SHIPPED: Final = TemplateLibrary()
"""The words as shipped."""
