"""What a borrower means by what they wrote back."""

import pytest

from services.notifier.receipts.reply_meaning import meaning_of


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop.", " Stop ", "STOP please", "Stop texting me!", "StopAll", "UNSUBSCRIBE", "cancel", "End", "QUIT",
     "opt-out", "Please stop", "Unsubscribe me now, thanks", "取消订阅",
     "T", "td", "TD退订", "ＴＤ", "退订", "请退订", "拒收", "停止"],
)  # fmt: skip
def test_no_more_messages(text: str) -> None:
    assert meaning_of(text) == "stop"


@pytest.mark.parametrize("text", ["START", "unstop", "恢复订阅", "取消退订"])
def test_messages_may_come_again(text: str) -> None:
    assert meaning_of(text) == "start"


@pytest.mark.parametrize(
    "text",
    ["", "?", "I paid yesterday", "Don't stop", "When does it end?", "cancel my card please", "我下周还款", "Thanks",
     "starting on Monday", "I want to stop paying", "退款"],
)  # fmt: skip
def test_anything_else_is_a_talk(text: str) -> None:
    assert meaning_of(text) == "talk"
