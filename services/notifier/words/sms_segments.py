"""How many parts an SMS is sent and billed in: 3GPP TS 23.038 (alphabets) and TS 23.040, 9.2.3.24.1 (parts).

A text in the GSM 7-bit default alphabet has 160 septets in one part, or 153 in each of several, as the header that
joins them takes 7. A character of the extension table takes two septets, the escape and itself, and both stay in one
part. Any other text is UCS-2: 70 units of 16 bits in one part, or 67 in each of several. A character outside the basic
plane takes two units (a surrogate pair), which stay in one part.
"""

from dataclasses import dataclass
from typing import Final, Literal

_DEFAULT_ALPHABET: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION_TABLE: Final = frozenset("\f^{}\\[~]|€")


@dataclass(frozen=True, slots=True)
class Segments:
    """`count` parts of a text of `characters` characters (code points); `units` septets or 16-bit units in all.

    `units_left` is how many more fit into the last part before another is needed.
    """

    encoding: Literal["GSM-7", "UCS-2"]
    characters: int
    units: int
    count: int
    units_left: int


def sms_segments(text: str) -> Segments:
    """Count the parts of `text`. An empty text is one empty part, as a gateway sends it."""
    if _DEFAULT_ALPHABET.issuperset(text):
        return _plain_segments("GSM-7", len(text), 160, 153)
    widths = _gsm_widths(text)
    if widths is not None:
        return _packed_segments("GSM-7", widths, 160, 153)
    if text.isascii() or max(text) <= "\uffff":
        return _plain_segments("UCS-2", len(text), 70, 67)
    return _packed_segments("UCS-2", [1 if character <= "\uffff" else 2 for character in text], 70, 67)


def _gsm_widths(text: str) -> list[int] | None:
    """Septets of each character, or None where one is in neither table."""
    if not (_DEFAULT_ALPHABET | _EXTENSION_TABLE).issuperset(text):
        return None
    return [2 if character in _EXTENSION_TABLE else 1 for character in text]


def _plain_segments(encoding: Literal["GSM-7", "UCS-2"], units: int, alone: int, joined: int) -> Segments:
    """Parts of a text whose characters are one unit each."""
    if units <= alone:
        return Segments(encoding, units, units, 1, alone - units)
    count = -(-units // joined)
    return Segments(encoding, units, units, count, count * joined - units)


def _packed_segments(encoding: Literal["GSM-7", "UCS-2"], widths: list[int], alone: int, joined: int) -> Segments:
    """Parts of a text with characters of two units, which are never cut apart."""
    units = sum(widths)
    if units <= alone:
        return Segments(encoding, len(widths), units, 1, alone - units)
    count, filled = 1, 0
    for width in widths:
        if filled + width > joined:
            count, filled = count + 1, 0
        filled += width
    return Segments(encoding, len(widths), units, count, joined - filled)
