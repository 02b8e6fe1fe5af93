"""Reasons for a plan in the words that a borrower reads: plain and respectful, in English and Chinese."""

from collections.abc import Mapping
from typing import Final, Literal

Language = Literal["en", "zh-CN"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh-CN")

_WORDS: Final[Mapping[str, Mapping[Language, str]]] = {
    "arrears-spread": {
        "en": "What is overdue, {arrears}, is spread over the next {instalments} instalments. Later instalments stay "
        "as they were agreed.",
        "zh-CN": "逾期的 {arrears} 将分摊到接下来的 {instalments} 期，之后各期仍按原约定。",
    },
    "term-extended": {
        "en": "You get {months} more months to pay back, so each instalment is smaller.",
        "zh-CN": "还款期限延长 {months} 个月，每期还款额相应减少。",
    },
    "scheduled-anew": {
        "en": "All that you owe is paid back in {instalments} instalments from now on.",
        "zh-CN": "全部欠款从现在起分 {instalments} 期偿还。",
    },
    "holiday": {
        "en": "You pay nothing until {first_due_on}. After that you pay {instalments} instalments.",
        "zh-CN": "{first_due_on} 之前无需还款，之后分 {instalments} 期偿还。",
    },
    "rate-lowered": {
        "en": "From now on the interest rate is {rate} % a year instead of {earlier_rate} %.",
        "zh-CN": "从现在起，年利率由 {earlier_rate}% 降至 {rate}%。",
    },
    "penalty-waived": {
        "en": "If you keep to this plan, you need not pay the penalties of {penalty}.",
        "zh-CN": "只要按此计划还款，{penalty} 的罚息予以免除。",
    },
    "seasonal": {
        "en": "You pay back principal in months {season} of the year only, and just interest in the others.",
        "zh-CN": "每年只在 {season} 月偿还本金，其余各期只付利息。",
    },
    "settlement": {
        "en": "If you pay {settlement} in {instalments} instalments, the rest of what you owe, {waived}, is forgiven.",
        "zh-CN": "分 {instalments} 期付清 {settlement} 后，其余欠款 {waived} 予以免除。",
    },
    "within-income": {
        "en": "The largest instalment is {largest}. With your other obligations that is {percent} % of the income you "
        "told us.",
        "zh-CN": "最高一期还款 {largest}，连同您的其他债务，每月约占您所告知收入的 {percent}%。",
    },
    "within-usual-payments": {
        "en": "The largest instalment is {largest}. That is no more than what you were usually able to pay.",
        "zh-CN": "最高一期还款 {largest}，不超过您以往通常的还款额。",
    },
    "income-unknown": {
        "en": "The largest instalment is {largest}. We do not know your income: if this is too much, tell us what you "
        "can pay.",
        "zh-CN": "最高一期还款 {largest}。我们尚不了解您的收入，如有困难，请告诉我们您能承担的金额。",
    },
    "for-illness": {
        "en": "You told us about an illness. This plan leaves you room while you recover.",
        "zh-CN": "您告知我们身体抱恙，此计划为您的康复留出余地。",
    },
    "for-job-loss": {
        "en": "You told us that you lost your job. This plan gives you time to find a new one.",
        "zh-CN": "您告知我们目前失业，此计划为您重新就业留出时间。",
    },
    "for-disaster": {
        "en": "You are affected by a disaster. This plan helps you while you get back on your feet.",
        "zh-CN": "您受到灾害影响，此计划帮助您渡过难关。",
    },
    "for-family": {
        "en": "Your family needs your support right now. This plan asks less of you each month.",
        "zh-CN": "您的家庭目前需要您的支持，此计划减轻您每月的负担。",
    },
    "costs-more": {
        "en": "In all you pay {total} until {ends_on}. That is {extra} more than if you paid what is overdue now and "
        "the rest as agreed.",
        "zh-CN": "至 {ends_on} 共需还款 {total}，比立即补足逾期并按原约定还款多 {extra}。",
    },
    "costs-less": {
        "en": "In all you pay {total} until {ends_on}. That is {saved} less than if you paid what is overdue now and "
        "the rest as agreed.",
        "zh-CN": "至 {ends_on} 共需还款 {total}，比立即补足逾期并按原约定还款少 {saved}。",
    },
    "costs-the-same": {
        "en": "In all you pay {total} until {ends_on}, as much as was agreed before.",
        "zh-CN": "至 {ends_on} 共需还款 {total}，与原约定相同。",
    },
    "as-you-wished": {
        "en": "No instalment is above {wished}, as you asked.",
        "zh-CN": "按您的要求，每期还款不超过 {wished}。",
    },
    "on-your-day": {
        "en": "Instalments fall due on day {day} of the month, as you asked.",
        "zh-CN": "按您的要求，还款日为每月 {day} 日。",
    },
}  # fmt: skip

REASON_CODES: Final = frozenset(_WORDS)
"""Every code of a reason."""


def sentence(code: str, language: Language, parameters: Mapping[str, str]) -> str:
    """The reason in words. Raises KeyError for an unknown code, or a parameter that is missing."""
    return _WORDS[code][language].format_map(parameters)
