"""The embedded database keeps what it acknowledged, whoever is killed, and is shared safely."""

import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from clonememoria.core import embedded_postgres
from clonememoria.core.embedded_postgres import EmbeddedPostgres
from clonememoria.core.postgres_runtime import DatabaseStartError

USER_PROGRAM = """
import sys
from pathlib import Path
from clonememoria.core import embedded_postgres

server = embedded_postgres.start(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
embedded_postgres.stop(server)
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "postgres"
    yield path
    for process in _server_processes(path):
        process.kill()


@contextmanager
def _started(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = embedded_postgres.start(data_dir)
    try:
        yield server
    finally:
        embedded_postgres.stop(server)


def _other_process(data_dir: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", USER_PROGRAM, str(data_dir)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def _is_ready(process: subprocess.Popen[str]) -> bool:
    assert process.stdout
    return "ready\n" in iter(process.stdout.readline, "")


def _end(process: subprocess.Popen[str]) -> int:
    process.communicate("\n", timeout=30)
    return process.returncode


def _server_processes(data_dir: Path) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cwd"]) if p.info["cwd"] == str(data_dir)]


def _postmaster_pid(data_dir: Path) -> int:
    return int((data_dir / "postmaster.pid").read_text().splitlines()[0])


def _kill_postmaster(data_dir: Path) -> None:
    postmaster = psutil.Process(_postmaster_pid(data_dir))
    postmaster.kill()
    # Not wait(): where PID 1 reaps nobody, the dead server stays as a zombie.
    while postmaster.is_running() and postmaster.status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.001)


async def _connect(server: EmbeddedPostgres) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=str(server.socket_dir), port=server.port, user=server.superuser, database="postgres"
    )


async def _ask(server: EmbeddedPostgres, query: str) -> object:
    connection = await _connect(server)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_committed_rows_survive_a_killed_postmaster(data_dir: Path) -> None:
    with _started(data_dir) as server:
        connection = await _connect(server)
        await connection.execute("create table note (id int)")
        for number in range(200):
            await connection.execute("insert into note values ($1)", number)
        _kill_postmaster(data_dir)
        connection.terminate()

        embedded_postgres.ensure_running(server)

        assert await _ask(server, "select count(*) from note") == 200


async def test_a_stale_pid_file_may_name_a_live_foreign_process(data_dir: Path) -> None:
    with _started(data_dir):
        pid_file = (data_dir / "postmaster.pid").read_text().splitlines()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        stale = "\n".join([str(stranger.pid), *pid_file[1:]])
        (data_dir / "postmaster.pid").write_text(stale + "\n")
        (data_dir / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")
        with _started(data_dir) as server:
            assert await _ask(server, "select 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_two_starters_at_once_share_one_server(data_dir: Path) -> None:
    first, second = _other_process(data_dir), _other_process(data_dir)
    assert _is_ready(first)
    assert _is_ready(second)
    postmaster = _postmaster_pid(data_dir)

    assert _end(first) == 0
    assert psutil.pid_exists(postmaster)
    assert _end(second) == 0
    assert _server_processes(data_dir) == []


async def test_a_killed_user_leaves_a_server_that_the_next_one_takes_over(data_dir: Path) -> None:
    owner = _other_process(data_dir)
    assert _is_ready(owner)
    postmaster = _postmaster_pid(data_dir)
    owner.kill()
    owner.communicate()

    started_at = time.monotonic()
    with _started(data_dir) as server:
        assert time.monotonic() - started_at < 1
        assert _postmaster_pid(data_dir) == postmaster
        assert await _ask(server, "select 1") == 1

    assert _server_processes(data_dir) == []


async def test_an_interrupted_first_start_is_done_again(data_dir: Path) -> None:
    half_made = data_dir.with_name("postgres.new")
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")

    with _started(data_dir) as server:
        assert await _ask(server, "select 1") == 1

    assert not half_made.exists()


async def test_only_the_owner_can_reach_the_server(data_dir: Path) -> None:
    parents = {folder: folder.stat().st_mode for folder in data_dir.parents}
    with _started(data_dir) as server:
        assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
        assert await _ask(server, "show listen_addresses") == ""
        assert await _ask(server, "show unix_socket_permissions") == "0700"

    assert {folder: folder.stat().st_mode for folder in data_dir.parents} == parents


async def test_a_path_too_long_for_a_socket_still_works(tmp_path: Path) -> None:
    data_dir = tmp_path / ("long " * 20) / "postgres"
    with _started(data_dir) as server:
        assert await _ask(server, "select 1") == 1
        assert stat.S_IMODE(server.socket_dir.parent.stat().st_mode) == 0o700
    assert not server.socket_dir.parent.exists()


async def test_words_are_found_without_the_quotes_and_dashes_around_them(data_dir: Path) -> None:
    with _started(data_dir) as server:
        found = await _ask(
            server,
            "select to_tsvector('simple', '“Été”—naïve') @@ to_tsquery('simple', 'été & naïve')",
        )
    assert found is True


def test_a_folder_with_something_else_in_it_is_refused(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "diary.txt").write_text("mine")
    with pytest.raises(DatabaseStartError, match="not a database"):
        embedded_postgres.start(data_dir)
    assert (data_dir / "diary.txt").read_text() == "mine"


def test_a_server_that_cannot_start_says_why(data_dir: Path) -> None:
    with _started(data_dir):
        pass
    (data_dir / "postgresql.conf").write_text("shared_buffers = nonsense\n")
    with pytest.raises(DatabaseStartError, match="nonsense"):
        embedded_postgres.start(data_dir)
