"""Runs `langchain_side` in its own environment, which `make bench` installs where it can."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg
from sqlalchemy import URL

from bench.processes import ROOT
from bench.stage import Ingested

ENVIRONMENT: Final = ROOT / ".venv" / ".bench"
DATABASE: Final = "langchain"


@dataclass(frozen=True, slots=True)
class Langchain:
    url: URL
    files: tuple[Path, ...]

    async def ingest(self, provider: str) -> Ingested:
        url = self.url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        program = ("-m", "bench.langchain_side", url, provider)
        process = await asyncio.create_subprocess_exec(
            str(ENVIRONMENT / "bin" / "python"),
            *program,
            *map(str, self.files),
            env={"PYTHONPATH": str(ROOT / "backend")},
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await process.communicate()
        chunks, seconds = printed.split()
        return Ingested(int(chunks), float(seconds))


@asynccontextmanager
async def langchain(
    url: URL, connection: asyncpg.Connection, files: Mapping[str, bytes]
) -> AsyncIterator[Langchain | None]:
    """None where it is not installed. `connection` is one to the same server as `url`."""
    if not (ENVIRONMENT / "installed").exists():
        yield None
        return
    await connection.execute(f"create database {DATABASE}")
    with TemporaryDirectory(prefix="bench-") as folder:
        paths = tuple(Path(folder, name) for name in files)
        for path, data in zip(paths, files.values(), strict=True):
            path.write_bytes(data)
        yield Langchain(url.set(database=DATABASE), paths)
    await connection.execute(f"drop database {DATABASE}")
