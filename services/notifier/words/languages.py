"""The languages and media that messages are worded for."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from babel import Locale

Language = Literal["zh-CN", "en"]
Medium = Literal["email", "sms", "app", "call"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
MEDIA: Final[tuple[Medium, ...]] = get_args(Medium)

LOCALES: Final[Mapping[str, Locale]] = {"en": Locale("en"), "zh-CN": Locale.parse("zh_Hans_CN")}
