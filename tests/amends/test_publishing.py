"""What `amends publish` takes, and how it refuses a line."""

import json

import pytest

from amends.publishing import InvalidLine, read_lines, wire_value

PAYMENT = {
    "borrower_id": "B-1",
    "loan_id": "L-1",
    "payment_id": "P-1",
    "amount_minor": 100,
    "currency": "USD",
    "value_date": "2018-02-01",
}


def line(**changes: object) -> str:
    """A line with a valid payment, changed."""
    document = {"type": "payments.payment-captured", "subject": "P-1", "data": PAYMENT, **changes}
    return json.dumps({name: value for name, value in document.items() if value is not None})


def test_a_line_becomes_an_event_with_the_borrower_as_key() -> None:
    (publication,) = read_lines([line()])
    assert (publication.data.event_type, publication.data.key, publication.data.subject) == (
        "amends.payments.payment-captured.v1",
        "B-1",
        "P-1",
    )


def test_the_publishers_own_id_is_kept() -> None:
    (publication,) = read_lines([line(id="bank-77")])
    assert publication.event_id == "bank-77"


def test_what_is_not_given_is_not_told() -> None:
    registration = line(type="lending.borrower-registered", subject="B-1", data={"borrower_id": "B-1", "name": "Ada"})
    (publication,) = read_lines([registration])
    assert json.loads(wire_value(publication.data)) == {"borrower_id": "B-1", "name": "Ada"}


def test_blank_lines_are_skipped() -> None:
    assert len(list(read_lines(["\n", line(), "  \n"]))) == 1


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "not JSON"),
        ("[]", "type: a string is required"),
        (line(type="payments.payment-lost"), "'payments.payment-lost' is not an event type"),
        (line(subject="P-2"), "subject: 'P-2' is not payment_id 'P-1'"),
        (line(data={**PAYMENT, "amount_minor": "100"}), "data.amount_minor"),
        (line(data={**PAYMENT, "currency": "usd"}), "data.currency"),
        (line(data=None), "data"),
        (line(sequence=-1), "sequence: -1 is not a count"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_field(bad: str, message: str) -> None:
    with pytest.raises(InvalidLine, match="line 2: ") as refused:
        list(read_lines([line(), bad]))
    assert message in str(refused.value)


def test_what_stands_before_a_bad_line_has_been_read() -> None:
    read = read_lines([line(), "{"])
    assert next(read).data.subject == "P-1"
