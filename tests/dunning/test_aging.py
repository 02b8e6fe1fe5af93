"""Days past due and buckets."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dunning.aging.days_past_due import DEFAULT_BUCKETS, Bucket, BucketTable, BucketTableError, days_past_due

DUE = date(2024, 2, 28)
TABLE = BucketTable(DEFAULT_BUCKETS)


@pytest.mark.parametrize(
    ("on", "tolerance", "expected"),
    [
        (date(2024, 2, 27), 0, 0),
        (date(2024, 2, 28), 0, 0),
        (date(2024, 2, 29), 0, 1),
        (date(2024, 3, 1), 0, 2),
        (date(2024, 3, 2), 3, 0),
        (date(2024, 3, 3), 3, 4),
        (date(2024, 2, 28), -5, 0),
    ],
)
def test_days_past_due(on: date, tolerance: int, expected: int) -> None:
    assert days_past_due(DUE, on, tolerance) == expected


def test_nothing_unpaid_is_not_past_due() -> None:
    assert days_past_due(None, DUE) == 0
    assert TABLE.next_boundary_on(None, DUE) is None


@pytest.mark.parametrize(
    ("days", "name"),
    [
        *((-7, "current"), (0, "current"), (1, "grace"), (3, "grace"), (4, "M1"), (30, "M1"), (31, "M2"), (60, "M2")),
        *((61, "M3"), (90, "M3"), (91, "M4-plus"), (5000, "M4-plus")),
    ],
)
def test_default_buckets(days: int, name: str) -> None:
    assert TABLE.bucket_of(days).name == name


def test_next_boundary_is_none_in_the_last_bucket() -> None:
    assert TABLE.next_boundary_on(DUE, DUE + timedelta(days=90)) == DUE + timedelta(days=91)
    assert TABLE.next_boundary_on(DUE, DUE + timedelta(days=91)) is None


@pytest.mark.parametrize(
    ("rows", "index", "field", "reason"),
    [
        ([], 0, "from_day", "at least one"),
        ([("a", 1, None)], 0, "from_day", "gap"),
        ([("a", 0, 3), ("b", 5, None)], 1, "from_day", "gap"),
        ([("a", 0, 3), ("b", 3, None)], 1, "from_day", "overlap"),
        ([("a", 0, None), ("b", 3, None)], 0, "to_day", "only the last"),
        ([("a", 0, 3)], 0, "to_day", "without end"),
        ([("a", 0, 3), ("b", 4, 2), ("c", 3, None)], 1, "to_day", "before from_day"),
        ([("a", 0, 3), ("a", 4, None)], 1, "name", "earlier bucket"),
    ],
)
def test_bad_tables_are_refused(rows: list[tuple[str, int, int | None]], index: int, field: str, reason: str) -> None:
    buckets = tuple(Bucket(name=name, from_day=first, to_day=last) for name, first, last in rows)
    with pytest.raises(BucketTableError, match=reason) as caught:
        BucketTable(buckets)
    assert (caught.value.index, caught.value.field) == (index, field)


@st.composite
def tables(draw: st.DrawFn) -> BucketTable:
    ends = sorted(draw(st.sets(st.integers(0, 120), max_size=6)))
    starts = [0, *(end + 1 for end in ends)]
    return BucketTable(
        tuple(
            Bucket(name=f"b{index}", from_day=first, to_day=last)
            for index, (first, last) in enumerate(zip(starts, [*ends, None], strict=True))
        )
    )


@given(tables(), st.integers(0, 400))
def test_every_day_is_in_the_one_bucket_that_contains_it(table: BucketTable, days: int) -> None:
    holders = [b for b in table.buckets if b.from_day <= days and (b.to_day is None or days <= b.to_day)]
    assert holders == [table.bucket_of(days)]


@given(tables(), st.integers(-60, 200))
def test_next_boundary_is_the_first_date_with_another_bucket(table: BucketTable, offset: int) -> None:
    on = DUE + timedelta(days=offset)
    now = table.bucket_of(days_past_due(DUE, on))
    later = (on + timedelta(days=ahead) for ahead in range(1, 400))
    expected = next((day for day in later if table.bucket_of(days_past_due(DUE, day)) != now), None)
    assert table.next_boundary_on(DUE, on) == expected
