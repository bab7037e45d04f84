"""The command as an operator meets it: how it starts, why it does not, how it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

SERVE = (sys.executable, "-c", "from clonememoria.cli import app; app()", "serve")
READY = "CloneMemoria is ready: "
PATIENCE_S = 90


@contextmanager
def _serving(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Yield the process and its address, once it says that it is ready."""
    environment = {**os.environ, "CLONEMEMORIA_DATA_DIR": str(folder / "data"), "PORT": "0"}
    with subprocess.Popen(
        SERVE,
        cwd=folder,
        env=environment | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith(READY)
        try:
            yield process, line.removeprefix(READY).strip().replace("localhost", "127.0.0.1")
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def _refused_start(folder: Path, **settings: str) -> str:
    """What it says on its one line of stderr, beside the log."""
    data = {"CLONEMEMORIA_DATA_DIR": str(folder / "data"), "PORT": "0"}
    ended = subprocess.run(
        SERVE,
        cwd=folder,
        env={**os.environ, **data, **settings},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Traceback" not in ended.stderr
    return ended.stderr.strip()


def test_what_cannot_start_says_so_in_one_line_and_leaves_no_trace(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    inside = tmp_path / "file" / "data"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = {
            "a taken port": _refused_start(tmp_path, PORT=port),
            "a bad address": _refused_start(tmp_path, HOST="999.1.1.1"),
            "a folder below a file": _refused_start(tmp_path, CLONEMEMORIA_DATA_DIR=str(inside)),
            "an unknown provider": _refused_start(tmp_path, LLM_DEFAULT_PROVIDER="nope"),
            "a provider without a key": _refused_start(tmp_path, TTS_DEFAULT_PROVIDER="openai"),
        }
    assert said == {
        "a taken port": f"Cannot listen on HOST=127.0.0.1, PORT={port}: Address already in use",
        "a bad address": "HOST=999.1.1.1 is no address and no name of one",
        "a folder below a file": f"CLONEMEMORIA_DATA_DIR={inside} cannot be used: Not a directory",
        "an unknown provider": (
            "LLM_DEFAULT_PROVIDER=nope does not exist; choose one of: dummy, openai, anthropic"
        ),
        "a provider without a key": (
            "TTS_DEFAULT_PROVIDER=openai is not configured: "
            "set TTS_API_KEY or TTS_API_BASE_URL or OPENAI_API_KEY"
        ),
    }
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_signal_ends_it_cleanly_and_its_streams_too(tmp_path: Path) -> None:
    with _serving(tmp_path) as (process, address), httpx2.Client(base_url=address) as client:
        account = {"email": "ada@example.org", "password": "correct horse battery staple"}
        signed_in = client.post("/api/auth/register", json=account).json()
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        (clone,) = client.get("/api/clones").json()
        with client.stream("GET", f"/api/clones/{clone['id']}/documents/events") as events:
            process.send_signal(signal.SIGTERM)
            events.read()
        assert process.wait(PATIENCE_S) == 0


def test_half_a_request_is_closed_in_time_and_starves_nobody(tmp_path: Path) -> None:
    with _serving(tmp_path) as (_, address):
        url = httpx2.URL(address)
        assert url.port
        halves = [b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: ", b"POST /api/auth/login HTTP/1.1\r\n"]
        halves.append(halves[1] + b"Content-Length: 100\r\nContent-Type: application/json\r\n\r\n{")
        began = time.monotonic()
        with ExitStack() as stack:
            sockets = []
            for half in [b"", *halves]:
                connection = socket.create_connection((url.host, url.port), timeout=21)
                sockets.append(stack.enter_context(connection))
                connection.sendall(half)
            assert httpx2.get(f"{address}/health/live").status_code == 200
            answers = [_read_to_the_end(connection) for connection in sockets]
        assert answers == [b"", b"", b"", b"HTTP/1.1 408"]
        assert 10 < time.monotonic() - began < 20


def _read_to_the_end(connection: socket.socket) -> bytes:
    try:
        first = connection.recv(12)
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        return b""
    return first


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_of_its_own_ends_cleanly(tmp_path: Path, signum: signal.Signals) -> None:
    environment = {**os.environ, "CLONEMEMORIA_DATA_DIR": str(tmp_path / "data")}
    with subprocess.Popen(
        [*SERVE[:-1], "worker"], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        while "worker_started" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signum)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
