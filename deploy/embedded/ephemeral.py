"""A stack for tests: in a temporary folder, gone with all its data afterwards."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.embedded.errors import StackError
from deploy.embedded.stack import Stack, StackAddresses
from deploy.embedded.state import load_state

PREFIX = "amends-ephemeral-"


@dataclass(frozen=True)
class EphemeralStack:
    """A running stack and its folder (which `deploy.embedded.faults` takes)."""

    data_dir: Path
    addresses: StackAddresses


@contextmanager
def ephemeral_stack() -> Iterator[EphemeralStack]:
    """A fresh stack for the time of the block; takes away stacks that killed runs left behind."""
    remove_abandoned()
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    folder.chmod(0o711)
    try:
        yield EphemeralStack(folder, Stack(folder).up())
    finally:
        remove(folder)


def remove_abandoned() -> None:
    """Stop and remove the ephemeral stacks whose owner, named in the folder's name, no longer runs."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        mine = folder.stat().st_uid == os.geteuid()
        if mine and owner.isdigit() and not psutil.pid_exists(int(owner)):
            remove(folder)


def remove(folder: Path) -> None:
    """Stop a stack and remove all its data."""
    try:
        Stack(folder).down()
        state = load_state(folder)
    except StackError:
        state = None
    if state is not None:
        shutil.rmtree(state.postgres_folder, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
