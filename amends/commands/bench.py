"""`amends bench`: placeholder."""


def bench() -> None:
    """Measure the path."""
