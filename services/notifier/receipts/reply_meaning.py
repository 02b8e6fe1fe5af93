"""What a borrower means by a text message that they wrote back."""

import unicodedata
from typing import Final, Literal

Meaning = Literal["stop", "start", "talk"]

_STOP: Final = frozenset({
    "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "opt out", "optout", "revoke",
    "t", "td", "退订", "退", "拒收", "停止", "取消",
})  # fmt: skip
"""CTIA and 47 CFR 64.1200(a)(10) name the English words, Chinese networks T, TD and 退订."""
_STOP_BEGINS: Final = frozenset({"stop", "stopall", "unsubscribe", "退订", "td"})
_STOP_INSIDE: Final = ("退订", "拒收", "取消订阅")
_COURTESY: Final = frozenset({"please", "pls", "now", "thanks", "thank", "you"})
_START: Final = frozenset({"start", "unstop", "subscribe", "订阅", "恢复", "恢复订阅", "取消退订"})


def meaning_of(text: str) -> Meaning:
    """`stop`: no more text messages. `start`: they may come again. `talk`: anything else.

    Whoever can be taken to want no more is taken so: an opt-out by error is undone by START, a message against the
    borrower's will by nothing.
    """
    words = [word for word in _plain_words(text) if word not in _COURTESY]
    whole = " ".join(words)
    if whole in _START:
        return "start"
    if whole in _STOP or (words and words[0] in _STOP_BEGINS) or any(part in whole for part in _STOP_INSIDE):
        return "stop"
    return "talk"


def _plain_words(text: str) -> list[str]:
    """Words without case, width, punctuation and signs."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in plain).split()
