"""Every message that the notifier can send, on one page, for those who write its words."""

from services.notifier.words.preview.page import preview_page

__all__ = ["preview_page"]
