"""`amends run` takes the real portfolio through everything, and goes on with its data the next time."""

import os
import re
import subprocess
import sys
from pathlib import Path

from deploy.embedded.ephemeral import remove

SAMPLE = 12


def test_a_run_shows_a_balanced_book_and_a_second_one_tells_nothing_again(tmp_path: Path) -> None:
    try:
        first = _run(tmp_path)
        assert re.search(rf"│ loans +│ +{SAMPLE} │", first)
        assert "debits = credits" in first
        second = _run(tmp_path)
        assert _tables(second) == _tables(first)
    finally:
        remove(tmp_path / "data")


def _run(data: Path) -> str:
    """The run's whole output; its stack is down again afterwards."""
    done = subprocess.run(
        [sys.executable, "-m", "amends", "run", "--sample", str(SAMPLE), "--no-stay"],
        env={**os.environ, "AMENDS_DATA": str(data / "data"), "COLUMNS": "200", "TERM": "dumb"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _tables(output: str) -> str:
    """From the first table on, without the addresses below them."""
    return output[output.index("The ledger") : output.index("What arrived")]
