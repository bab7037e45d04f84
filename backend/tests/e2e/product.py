"""The product as `make run` has it: a process with its own folder of data and a free port."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from clonememoria.app import FRONTEND

COMMAND = Path(sys.executable).with_name("clonememoria")
READY = "CloneMemoria is ready: "
# The first start makes a database, beside whatever else the machine is doing.
START_LIMIT_S = 120
STOP_LIMIT_S = 40
POLL_S = 0.05
# Nothing else is inherited: a key of the developer's would be sent to a vendor.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONDONTWRITEBYTECODE")


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[str]:
    """Yield the address; the data and the log stay in `folder`."""
    if not (FRONTEND / "index.html").is_file():
        raise FileNotFoundError(
            f"There is no web UI in {FRONTEND}: build it with `cd frontend && npm run build`, "
            "or run `make test`, which does so itself."
        )
    with (
        (folder / "stdout").open("w") as stdout,
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [COMMAND, "serve", "--port", "0"],
            cwd=folder,
            env=_environment(folder, settings),
            stdout=stdout,
            stderr=log,
        ) as process,
    ):
        try:
            yield _address(process, folder)
        finally:
            process.terminate()
            process.wait(STOP_LIMIT_S)


def errors_logged(folder: Path) -> list[str]:
    """What the product itself calls an error, and what it did not even log as JSON."""
    lines = (folder / "log").read_text().splitlines()
    return [line for line in lines if not _is_fine(line)]


def _is_fine(line: str) -> bool:
    try:
        return json.loads(line)["level"] not in {"error", "critical"}
    except (ValueError, KeyError):
        return False


def _environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, "CLONEMEMORIA_DATA_DIR": str(folder / "data"), **settings}


def _address(process: subprocess.Popen[bytes], folder: Path) -> str:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        for line in (folder / "stdout").read_text().splitlines():
            if line.startswith(READY):
                return line.removeprefix(READY).replace("localhost", "127.0.0.1")
        time.sleep(POLL_S)
    raise RuntimeError(f"The product did not start: {(folder / 'log').read_text()}")
