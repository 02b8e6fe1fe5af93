"""The stack's state and processes: damage, strangers and occupied ports are noticed."""

import os
import socket
import sys
from pathlib import Path

import psutil
import pytest

from deploy.embedded.ephemeral import PREFIX, remove_abandoned
from deploy.embedded.errors import StackBusy, StateUnreadable
from deploy.embedded.kafka import new_cluster_id
from deploy.embedded.processes import RunningProcess, free_ports, is_alive, port_is_free, start_detached, stop_process
from deploy.embedded.state import load_state, locked, new_state, save_state


def test_a_state_is_stored_for_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.embedded.postgres.shared_temporary_folder", lambda: tmp_path)
    state = new_state(tmp_path)
    save_state(tmp_path, state)
    assert load_state(tmp_path) == state
    assert (tmp_path / "stack.json").stat().st_mode & 0o077 == 0


def test_a_damaged_state_is_told(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text("{", encoding="utf-8")
    with pytest.raises(StateUnreadable):
        load_state(tmp_path)


def test_two_commands_do_not_work_at_once(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(StackBusy), locked(tmp_path, seconds=0.2):
        pass


def test_a_reused_pid_is_not_taken_for_our_process() -> None:
    created = psutil.Process().create_time()
    assert is_alive(RunningProcess(pid=os.getpid(), created=created))
    assert not is_alive(RunningProcess(pid=os.getpid(), created=created - 100))


def test_a_detached_process_is_stopped_and_reaped(tmp_path: Path) -> None:
    import signal

    process = start_detached([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log")
    assert is_alive(process)
    stop_process(process, signal.SIGTERM)
    assert not psutil.pid_exists(process.pid)


def test_an_occupied_port_is_not_free() -> None:
    port = free_ports(1)[0]
    with socket.create_server(("127.0.0.1", port)):
        assert not port_is_free(port)


def test_no_cluster_id_looks_like_an_option() -> None:
    assert not any(new_cluster_id().startswith("-") for _ in range(500))


def test_a_killed_runs_folder_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = tmp_path / f"{PREFIX}{2**22 + 1}-x"
    ours = tmp_path / f"{PREFIX}{os.getpid()}-x"
    gone.mkdir()
    ours.mkdir()
    remove_abandoned()
    assert not gone.exists()
    assert ours.exists()
