"""API keys: made once, kept as digests, read again when their file changes."""

import hmac
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
import yaml
from typer.testing import CliRunner

from amends.command_line import app
from amends.commands.api_key import KeyScope
from services.eventing.api_keys import ApiKey, KeyFile, KeyRing, Scope, new_key, read_keys
from services.eventing.clock import FixedClock
from services.yaml_documents import DocumentError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOCK = FixedClock(NOW)


def test_a_token_proves_its_key_and_no_other() -> None:
    (first, first_token), (second, second_token) = new_key("one", ["ledger:read"]), new_key("two", ["ledger:read"])
    ring = KeyRing([first, second], CLOCK)
    assert ring.key_of(first_token) == first
    assert ring.key_of(second_token) == second
    assert ring.key_of(f"amends_{first.id}_{second_token.rpartition('_')[2]}") is None


def test_what_is_no_token_proves_nothing() -> None:
    key, token = new_key("one", ["ledger:read"])
    ring = KeyRing([key], CLOCK)
    for wrong in ("", "amends", token[:-1], token + "0", token.upper(), f" {token}", token.replace("amends", "other"),
                  f"amends_{key.id}_{key.sha256}", "é", "\udcff", "x" * 100_000):  # fmt: skip
        assert ring.key_of(wrong) is None


def test_the_secret_is_not_in_what_is_kept_nor_the_digest_in_what_is_logged() -> None:
    key, token = new_key("one", ["ledger:read"])
    assert token.rpartition("_")[2] not in key.model_dump_json()
    assert key.sha256 not in repr(key)


def test_a_key_is_valid_up_to_its_last_moment() -> None:
    key, token = new_key("one", ["ledger:read"], not_after=NOW)
    clock = FixedClock(NOW)
    ring = KeyRing([key], clock)
    assert ring.key_of(token) == key
    clock.moment = NOW + timedelta(seconds=1)
    assert ring.key_of(token) is None


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The comparisons that are made."""
    seen: list[tuple[str, str]] = []
    real = hmac.compare_digest

    def compare(one: str, other: str) -> bool:
        seen.append((one, other))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    return seen


def test_a_known_and_an_unknown_id_take_the_same_comparison(compared: list[tuple[str, str]]) -> None:
    key, token = new_key("one", ["ledger:read"])
    ring = KeyRing([key], CLOCK)
    secret = token.rpartition("_")[2]
    for given in (token, f"amends_ffffffffffff_{secret}", f"amends_{key.id}_{'0' * 64}", "nothing of the kind"):
        ring.key_of(given)
    assert len(compared) == 4
    assert {len(text) for pair in compared for text in pair} == {64}


def test_a_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    (first, first_token), (second, second_token) = new_key("one", ["ledger:read"]), new_key("two", ["ledger:read"])
    path = write(tmp_path / "keys.yaml", first)
    keys = KeyFile(path, CLOCK)
    assert keys.ring().key_of(first_token) == first
    assert keys.ring() is keys.ring()
    replacement = write(tmp_path / "new.yaml", second)
    os.replace(replacement, path)
    assert keys.ring().key_of(first_token) is None
    assert keys.ring().key_of(second_token) == second


def test_a_file_that_cannot_be_read_any_more_makes_no_key_valid(tmp_path: Path) -> None:
    key, token = new_key("one", ["ledger:read"])
    path = write(tmp_path / "keys.yaml", key)
    keys = KeyFile(path, CLOCK)
    path.write_text("- {id: broken")
    assert keys.ring().key_of(token) is None
    write(path, key)
    assert keys.ring().key_of(token) == key
    path.unlink()
    assert keys.ring().key_of(token) is None
    write(path, key)
    assert keys.ring().key_of(token) == key


def test_without_a_file_there_is_no_key() -> None:
    _, token = new_key("one", ["ledger:read"])
    assert KeyFile(None, CLOCK).ring().key_of(token) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "keys.yaml:1"),
        ("- {name: a, sha256: b}", "[0].id: missing"),
        ("- {id: a, name: one, sha256: 00, scopes: []}", "[0].scopes"),
        ("- {id: a, name: one, sha256: 00, scopes: [ledger:everything]}", "[0].scopes"),
        ("- {id: a, name: one, sha256: 00, scopes: [ledger:read], secret: x}", "[0].secret: unknown key"),
        ("- {id: a, name: one, sha256: 00, scopes: [ledger:read], not_after: 2026-03-01}", "[0].not_after"),
        (f"- &a {{id: a, name: one, sha256: {'a' * 64}, scopes: [ledger:read]}}\n- *a", "the id a is given twice"),
    ],
)
def test_a_wrong_file_is_refused_at_the_start_with_line_and_place(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "keys.yaml"
    path.write_text(text)
    with pytest.raises(DocumentError) as refused:
        KeyFile(path, CLOCK)
    assert told in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_is_refused_at_the_start(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "nowhere.yaml", tmp_path, binary):
        with pytest.raises(DocumentError, match="cannot be read"):
            KeyFile(path, CLOCK)


def test_the_command_prints_a_key_and_the_line_that_makes_it_valid(tmp_path: Path) -> None:
    arguments = ["api-key", "create", "--name", "console", "--scope", "ledger:read", "--scope", "ledger:command",
                 "--valid-days", "90"]  # fmt: skip
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    path = tmp_path / "keys.yaml"
    path.write_text(result.stdout)
    token = result.stderr.splitlines()[1]
    key = KeyFile(path, FixedClock(datetime.now(UTC))).ring().key_of(token)
    assert key is not None
    assert (key.name, sorted(key.scopes)) == ("console", ["ledger:command", "ledger:read"])
    assert token not in result.stdout
    assert KeyRing(read_keys(path), FixedClock(datetime.now(UTC) + timedelta(days=91))).key_of(token) is None


def test_the_command_knows_every_scope() -> None:
    assert {scope.value for scope in KeyScope} == set(get_args(Scope))


def test_the_command_names_what_is_wrong() -> None:
    runner = CliRunner()
    name = runner.invoke(app, ["api-key", "create", "--name", "two words", "--scope", "ledger:read"])
    assert (name.exit_code, "two words" in name.output) == (2, True)
    scope = runner.invoke(app, ["api-key", "create", "--name", "one", "--scope", "ledger:everything"])
    assert (scope.exit_code, "ledger:everything" in scope.output) == (2, True)


def write(path: Path, *keys: ApiKey) -> Path:
    path.write_text(yaml.safe_dump([key.model_dump(mode="json", exclude_none=True) for key in keys]))
    return path
