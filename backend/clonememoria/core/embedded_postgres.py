"""The bundled Postgres of one data folder: started once, shared by processes, stopped by the last.

Every process that uses the server holds a shared file lock, so a killed one is never counted; the
server is judged by its socket, never by the pid in a file. ADR 0001 says why not `get_server`.
"""

import fcntl
import os
import shlex
import shutil
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import psutil
import structlog

from clonememoria.core.postgres_runtime import (
    DATA_DIR_ARGUMENT,
    Account,
    DatabaseStartError,
    account_for,
    exclusive_lock,
    give,
    programs_for,
    run,
    try_lock,
)

log = structlog.get_logger()

SUPERUSER = "postgres"
PORT = 5432  # Only names the socket: the server listens on no network address.
START_LIMIT_S = 55.0
STOP_LIMIT_S = 30.0
MAX_LOG_BYTES = 10_000_000
MAX_SOCKET_DIR_BYTES = 80  # sun_path holds 104 bytes on macOS, of which ".s.PGSQL.5432.lock" is 18.

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_directories": ".",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
    # Parameters and the DETAIL of an error hold what users wrote.
    "log_parameter_max_length": "0",
    "log_error_verbosity": "terse",
}

INITDB_ARGUMENTS = (
    f"--username={SUPERUSER}",
    "--auth=trust",  # The socket is in a folder that only the server's account may enter.
    "--encoding=UTF8",
    "--locale=C",
    # With the ctype C, full-text search takes “quotes” and dashes for letters of the word.
    f"--lc-ctype={'en_US.UTF-8' if sys.platform == 'darwin' else 'C.UTF-8'}",
    "--locale-provider=builtin",
    "--builtin-locale=PG_UNICODE_FAST",
    "--no-instructions",
)


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A running server, and this process's share in it until `stop`."""

    socket_dir: Path
    port: int
    superuser: str
    cluster: "Cluster"
    share: TextIO


def start(data_dir: Path) -> EmbeddedPostgres:
    """Start or join the server of `data_dir`; it accepts queries when this returns."""
    deadline = time.monotonic() + START_LIMIT_S
    data_dir = data_dir.resolve()
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    account = account_for(data_dir, deadline=deadline)
    cluster = Cluster(
        data_dir=data_dir,
        socket_dir=_short_path(data_dir),
        account=account,
        programs=programs_for(account, deadline=deadline),
    )
    with exclusive_lock(cluster.lock_path, deadline=deadline):
        cluster.create()
        cluster.launch(deadline)
        share = data_dir.with_name(f"{data_dir.name}.users").open("a")
        fcntl.flock(share, fcntl.LOCK_SH)
    return EmbeddedPostgres(cluster.socket_dir, PORT, SUPERUSER, cluster, share)


def ensure_running(server: EmbeddedPostgres) -> None:
    """Start the server again if it died; a look at its socket when it did not."""
    cluster = server.cluster
    if not cluster.is_ready():
        deadline = time.monotonic() + START_LIMIT_S
        with exclusive_lock(cluster.lock_path, deadline=deadline):
            cluster.launch(deadline)


def stop(server: EmbeddedPostgres) -> None:
    """Give up this process's share; the last one to do so stops the server."""
    cluster, share = server.cluster, server.share
    if share.closed:
        return
    with exclusive_lock(cluster.lock_path, deadline=time.monotonic() + STOP_LIMIT_S):
        # Unlocked by name: a forked child that still has the file would keep it locked.
        fcntl.flock(share, fcntl.LOCK_UN)
        if try_lock(share.fileno(), fcntl.LOCK_EX):
            cluster.shut_down()
        share.close()
    if cluster.socket_dir != cluster.data_dir:
        shutil.rmtree(cluster.socket_dir.parent)


@dataclass(frozen=True)
class Cluster:
    """The files and the server process of one data folder; its methods expect the lock held."""

    data_dir: Path
    socket_dir: Path
    account: Account | None
    programs: Path

    @property
    def lock_path(self) -> Path:
        return self.data_dir.with_name(f"{self.data_dir.name}.lock")

    @property
    def pid_path(self) -> Path:
        return self.data_dir / "postmaster.pid"

    def create(self) -> None:
        """Run initdb in a folder beside, so that an interrupted one leaves nothing half-made."""
        if (self.data_dir / "PG_VERSION").exists():
            return
        staging = self.data_dir.with_name(f"{self.data_dir.name}.new")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        give(staging, self.account)
        run(self.programs / "initdb", *INITDB_ARGUMENTS, folder=staging, account=self.account)
        try:
            staging.rename(self.data_dir)
        except OSError as error:
            raise DatabaseStartError(
                f"{self.data_dir} holds something that is not a database: move it away."
            ) from error

    def launch(self, deadline: float) -> None:
        """Return when the server accepts queries: as found, or started, after a crash too."""
        while self._is_listening() and not self.is_ready():  # It is starting up or shutting down.
            if time.monotonic() > deadline:
                raise DatabaseStartError(f"Postgres did not get ready. {self._last_log_lines()}")
            time.sleep(0.02)
        if self.is_ready():
            return
        self._clear_leftovers()
        self._keep_log_small()
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        limit_s = max(1, round(deadline - time.monotonic()))
        arguments = ["--wait", f"--timeout={limit_s}", f"--log={DATA_DIR_ARGUMENT}/log"]
        arguments += ["--options", shlex.join(options), "start"]
        program = self.programs / "pg_ctl"
        try:
            run(program, *arguments, folder=self.data_dir, account=self.account)
        except DatabaseStartError as error:
            raise DatabaseStartError(f"{error} {self._last_log_lines()}") from error
        log.info("database_started", data_dir=str(self.data_dir))

    def shut_down(self) -> None:
        postmaster = self._postmaster()
        if postmaster is None:
            return
        for farewell in (signal.SIGINT, signal.SIGQUIT):  # "fast", then "immediate"
            postmaster.send_signal(farewell)
            deadline = time.monotonic() + STOP_LIMIT_S
            while time.monotonic() < deadline:
                if not self._belongs_here(postmaster):
                    log.info("database_stopped", data_dir=str(self.data_dir))
                    return
                time.sleep(0.01)

    def is_ready(self) -> bool:
        return self._is_listening() and self._pid_file_lines()[7:8] == ["ready"]

    def _is_listening(self) -> bool:
        """Whether a live server holds the socket, even one in another container."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_dir / f".s.PGSQL.{PORT}"))
            except (FileNotFoundError, ConnectionRefusedError):
                return False
        return True

    def _pid_file_lines(self) -> list[str]:
        try:
            return [line.strip() for line in self.pid_path.read_text().splitlines()]
        except FileNotFoundError:
            return []

    def _postmaster(self) -> psutil.Process | None:
        named = self._pid_file_lines()[:1]
        return next((found for found in self._processes() if [str(found.pid)] == named), None)

    def _processes(self) -> list[psutil.Process]:
        return [found for found in psutil.process_iter() if self._belongs_here(found)]

    def _belongs_here(self, process: psutil.Process) -> bool:
        try:
            return process.name() == "postgres" and process.cwd() == str(self.data_dir)
        except psutil.Error:  # Gone, a zombie, or not ours to look at.
            return False

    def _clear_leftovers(self) -> None:
        """Remove what a killed server left: its backends, and files that name a reused pid."""
        leftovers = self._processes()
        for process in leftovers:
            process.kill()
        psutil.wait_procs(leftovers, timeout=5)
        for name in ("postmaster.pid", f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.data_dir / name).unlink(missing_ok=True)
        if self.account is not None and self.data_dir.stat().st_uid == 0:
            give(self.data_dir, self.account)

    def _keep_log_small(self) -> None:
        path = self.data_dir / "log"
        if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
            path.rename(path.with_name("log.old"))

    def _last_log_lines(self) -> str:
        path = self.data_dir / "log"
        lines = path.read_text(errors="replace").splitlines() if path.exists() else []
        return "\n".join(["Its log ends with:", *lines[-8:]])


def _short_path(data_dir: Path) -> Path:
    """Return `data_dir`, or a link to it in a private folder if a socket path cannot hold it."""
    if len(os.fsencode(data_dir)) <= MAX_SOCKET_DIR_BYTES:
        return data_dir
    link = Path(tempfile.mkdtemp(prefix="clonememoria-")) / "postgres"
    link.symlink_to(data_dir)
    return link
