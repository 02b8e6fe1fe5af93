"""What can be wrong with words; each error carries its facts, and none carries a borrower's data."""


class WordsError(ValueError):
    """A message cannot be worded."""


class UnknownTemplate(WordsError):
    """No template has this name."""

    def __init__(self, template: str) -> None:
        """`template` is the name that was asked for."""
        super().__init__(f"no template is called {template!r}")
        self.template = template


class UnknownLanguage(WordsError):
    """There are no words in this language."""

    def __init__(self, language: str) -> None:
        """`language` is the tag that was asked for."""
        super().__init__(f"there are no templates in language {language!r}")
        self.language = language


class UnknownMedium(WordsError):
    """Messages are not worded for this medium."""

    def __init__(self, medium: str) -> None:
        """`medium` is the name that was asked for."""
        super().__init__(f"there are no words for medium {medium!r}")
        self.medium = medium


class FactRefused(WordsError):
    """A fact is missing, or cannot be told truthfully; the text names the fact and never its value."""

    def __init__(self, fact: str, reason: str) -> None:
        """`fact` is the field's name, `reason` what is wrong with it."""
        super().__init__(f"{fact} {reason}")
        self.fact = fact
        self.reason = reason


class NotDigestible(WordsError):
    """A message of this kind stands alone: it is not joined with others."""

    def __init__(self, template: str) -> None:
        """`template` is the kind of message."""
        super().__init__(f"a message of kind {template!r} cannot be joined with others")
        self.template = template
