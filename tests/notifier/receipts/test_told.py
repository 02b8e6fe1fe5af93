"""Reading what a provider tells."""

from datetime import UTC, datetime

import pytest

from services.notifier.receipts.told import read_receipts
from tests.notifier.borrowers.telling import NOON
from tests.notifier.receipts.provider_calls import parsed_providers

SMS = parsed_providers().sms
A_MINUTE_AGO = datetime(2026, 3, 6, 3, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "at",
    [
        "2026-03-06T11:59:00+08:00",
        "2026-03-06T03:59:00",
        A_MINUTE_AGO.timestamp(),
        str(int(A_MINUTE_AGO.timestamp())),
        A_MINUTE_AGO.timestamp() * 1000,
    ],
)
def test_times_come_in_several_forms(at: object) -> None:
    assert SMS.receipts is not None
    (receipt,) = read_receipts(SMS.receipts, {"data": {"id": 17, "status": "DELIVRD", "at": at}}, NOON)
    assert receipt.told_at == A_MINUTE_AGO
    assert receipt.provider_message_id == "17"


def test_a_clock_that_is_a_little_ahead_is_put_right() -> None:
    assert SMS.receipts is not None
    told = {"data": {"id": "m-1", "status": "DELIVRD", "at": "2026-03-06T04:02:00Z"}}
    assert [receipt.told_at for receipt in read_receipts(SMS.receipts, told, NOON)] == [NOON]


def test_without_a_time_the_moment_of_the_request_counts() -> None:
    assert SMS.receipts is not None
    told = {"data": {"id": "m-1", "status": "DELIVRD"}}
    assert [receipt.told_at for receipt in read_receipts(SMS.receipts, told, NOON)] == [NOON]
