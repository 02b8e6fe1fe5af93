"""Words at rest: what was said to a borrower, and what must be said again unchanged, sealed for them."""

import json
import zlib
from dataclasses import asdict
from typing import Final

from services.notifier.channels.channel import OutboundMessage
from services.notifier.sealing.key_ring import KeyRing
from services.notifier.sending.wording import Worded

_FASTEST: Final = 1


def sealed_archive(keys: KeyRing, worded: Worded) -> bytes:
    """JSON of subject and text, sealed for the borrower."""
    plain = json.dumps({"subject": worded.subject, "text": worded.text}, ensure_ascii=False)
    return keys.seal(worded.dispatch.borrower_id, plain.encode())


def sealed_outbound(keys: KeyRing, outbound: OutboundMessage) -> bytes:
    """A whole outbound message, compressed and sealed for the borrower."""
    plain = json.dumps(asdict(outbound), ensure_ascii=False)
    return keys.seal(outbound.borrower_id, zlib.compress(plain.encode(), _FASTEST))


def opened_outbound(keys: KeyRing, borrower_id: str, sealed: bytes) -> OutboundMessage:
    """What `sealed_outbound` sealed. Raises SealBroken."""
    return OutboundMessage(**json.loads(zlib.decompress(keys.open(borrower_id, sealed))))
