"""A setting that cannot be is told by the name of its variable; secrets stay secret."""

import pytest

from amends.command_line import main


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("AMENDS_TOPIC_PARTITIONS", "0", "AMENDS_TOPIC_PARTITIONS '0': Input should be greater than or equal to 1"),
        ("AMENDS_DATABASE_URL", "user:secret@host", "AMENDS_DATABASE_URL: URL scheme should be"),
        ("AMENDS_DUNNING_LADDER_FILE", "/none.yaml", "AMENDS_DUNNING_LADDER_FILE '/none.yaml': Path does not point"),
    ],
)
def test_a_wrong_setting_is_named(
    variable: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr("sys.argv", ["amends", "service", "dunning"])
    with pytest.raises(SystemExit, match="2"):
        main()
    error = capsys.readouterr().err
    assert error.startswith(told)
    assert "secret" not in error


def test_a_list_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AMENDS_NOTIFIER_DEFAULT_TIME_ZONES", "[Asia/Shanghai]")
    monkeypatch.setattr("sys.argv", ["amends", "service", "notifier"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert capsys.readouterr().err.startswith("AMENDS_NOTIFIER_DEFAULT_TIME_ZONES: must be JSON")


def test_of_a_missing_setting_no_other_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AMENDS_NOTIFIER_CONTACT_KEYS", "only:secret")
    monkeypatch.delenv("AMENDS_NOTIFIER_CONTACT_INDEX_KEY")
    monkeypatch.setattr("sys.argv", ["amends", "service", "notifier"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert capsys.readouterr().err == "AMENDS_NOTIFIER_CONTACT_INDEX_KEY: Field required\n"
