"""What every message says of the lender."""

from dataclasses import dataclass
from typing import Self

from services.notifier.settings import NotifierSettings
from services.notifier.words import Wording
from services.notifier.words.word_settings import WordSettings


@dataclass(frozen=True, slots=True)
class Lender:
    """The lender's name, how to pay and where to ask.

    `short_wording` is that of messages which others may read on a locked screen, `debt_advice` where independent advice
    is free, `opt_out_keyword` what to reply to an SMS in order to opt out.
    """

    name: str
    help_phone: str
    pay_url: str
    help_url: str
    short_wording: Wording
    debt_advice: str | None = None
    opt_out_keyword: str | None = None

    @classmethod
    def of(cls, settings: NotifierSettings, words: WordSettings) -> Self:
        """The lender that the settings describe."""
        return cls(
            settings.lender_name,
            settings.help_phone,
            settings.pay_url,
            settings.help_url,
            "plain" if settings.sms_tells_debt else "discreet",
            words.debt_advice,
            words.sms_opt_out_keyword,
        )
