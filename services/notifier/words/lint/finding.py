"""What the lint finds."""

from dataclasses import dataclass
from pathlib import Path

from services.notifier.words.errors import WordsError


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault in a template file; `line` counts from 1, `rule` is the rule's name."""

    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


class BrokenTemplates(WordsError):
    """Templates that must not be used; `findings` are all faults, in order of file and line."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings
