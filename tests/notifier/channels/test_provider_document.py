"""Documents of providers are refused with line and path, and never hold a secret."""

import pytest

from services.notifier.channels.provider_document import parse_provider
from services.yaml_documents import DocumentError

GOOD = """\
name: example
channel: sms
honours_key: true
request:
  url: https://sms.example/v1
  headers:
    X-Id: "{idempotency_key}"
  encoding: json
  authentication: {kind: bearer, secret: token}
  signature:
    secret: signing
    header: X-Signature
    timestamp_header: X-Time
    signs: "{timestamp}.{body}"
  body:
    to: "{to}"
    text: "{text}"
    parts: [{kind: "{template}"}]
answer:
  message_id: id
  refused: [400]
  unknown: [502]
prices:
  currency: CNY
  per_segment: {"+86": 0.045}
receipts:
  signature: {kind: standard-webhooks, secret: receipts}
  message_id: data.id
  status: data.status
  statuses: {DELIVRD: delivered}
replies:
  signature: {kind: hmac, secret: receipts, header: X-Signature}
  reply_id: id
  sender: from
  text: text
"""


def test_a_whole_document_is_taken() -> None:
    provider = parse_provider(GOOD, "p.yaml")
    assert provider.secret_names == {
        "request.authentication.secret": "token",
        "request.signature.secret": "signing",
        "receipts.signature.secret": "receipts",
        "replies.signature.secret": "receipts",
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("url: https://sms.example/v1", "url: sms.example/v1", "p.yaml:5 request.url: 'sms.example/v1' is no URL"),
        ("https://sms", "https://me:secret@sms", "p.yaml:5 request.url: has a user in it"),
        ("X-Id: ", "Authorization: ", "p.yaml:7 request.headers.Authorization: use `authentication`"),
        ('"{idempotency_key}"', '"{key}"', "p.yaml:7 request.headers.X-Id: '{key}': {key} is none of"),
        ('"{idempotency_key}"', '"a"', "p.yaml:3 honours_key: is told, but {idempotency_key} stands nowhere"),
        ('"{idempotency_key}"', '"a\\nb: c"', "p.yaml:7 request.headers.X-Id"),
        ("X-Id:", "X Id:", "p.yaml:7 request.headers.X Id"),
        ("kind: bearer", "kind: magic", "p.yaml:9 request.authentication"),
        ("secret: token", "secret: s3cr3t T0ken", "p.yaml:9 request.authentication.secret"),
        ("secret: token", "token: abc", "p.yaml:9 request.authentication.secret: missing"),
        ('signs: "{timestamp}.{body}"', 'signs: "{body}"', "p.yaml:14 request.signature.signs: {timestamp} and"),
        ('signs: "{timestamp}.{body}"', 'signs: "{timestamp}"', "p.yaml:14 request.signature.signs: must have {body}"),
        ('to: "{to}"', 'to: "{too}"', "p.yaml:16 request.body.to: '{too}': {too} is none of"),
        ('to: "{to}"', 'to: "{to!r}"', "p.yaml:16 request.body.to: '{to!r}'"),
        ('to: "{to}"', 'to: "{to"', "p.yaml:16 request.body.to: '{to'"),
        ('to: "{to}"', "to: x", "p.yaml:15 request.body: has neither {to} nor {to_digits}"),
        ('text: "{text}"', "text: x", "p.yaml:15 request.body: has {text} nowhere"),
        ("encoding: json", "encoding: form", "p.yaml:18 request.body.parts: a form has texts only"),
        ('"{template}"', '"{tamplate}"', "p.yaml:18 request.body.parts[0].kind"),
        ("unknown: [502]", "unknown: [400]", "p.yaml:22 answer.unknown: 400 is among `refused` too"),
        ("unknown: [502]", "unknown: [99]", "p.yaml:22 answer.unknown[0]"),
        ("message_id: id", "message_id: a..b", "p.yaml:20 answer.message_id"),
        ("currency: CNY", "currency: yuan", "p.yaml:24 prices.currency"),
        ('"+86": 0.045', '"86": 0.045', "p.yaml:25 prices.per_segment.86"),
        ('"+86": 0.045', '"+86": -1', "p.yaml:25 prices.per_segment.+86"),
        ("DELIVRD: delivered", "DELIVRD: arrived", "p.yaml:30 receipts.statuses.DELIVRD"),
        ("channel: sms", "channel: email", "p.yaml:4 request: is for `channel: sms` only"),
        ("name: example", "name: a/b", "p.yaml:1 name"),
        ("honours_key: true", "honors_key: true", "p.yaml:3 honors_key: unknown key"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_path(old: str, new: str, told: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(DocumentError) as refused:
        parse_provider(GOOD.replace(old, new, 1), "p.yaml")
    assert told in str(refused.value)


def test_a_document_that_says_nothing_is_refused() -> None:
    with pytest.raises(DocumentError, match="none of `request`, `receipts` and `replies`"):
        parse_provider("name: example\nchannel: sms\n", "p.yaml")
