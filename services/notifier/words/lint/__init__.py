"""Checks of templates, shipped or a lender's own, before any message is worded with them."""

from services.notifier.words.lint.check import checked_library, lint
from services.notifier.words.lint.finding import BrokenTemplates, Finding

__all__ = ["BrokenTemplates", "Finding", "checked_library", "lint"]
