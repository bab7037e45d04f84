"""Workers as processes that can be killed, and what is stored when they are done."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg

from clonememoria.app import create_app
from clonememoria.core.config import Settings
from clonememoria.knowledge.worker import Timing, running_worker

BACKEND = Path(__file__).parents[2]
WORKER = "from clonememoria.cli import app; app()"
# The same worker, which a dead one's documents are handed to in seconds.
QUICK_WORKER = "from tests.torture.workers import work_quickly; work_quickly()"
QUICK = Timing(heartbeat_s=1.6, poll_s=0.4)
# What a worker needs to know: nothing but where the database is.
NOTHING = {"PATH": os.environ["PATH"], "PYTHONPATH": str(BACKEND)}
STARTED = "worker_started"


class WorkerProcess:
    """Runs in a folder of its own; `environment` is all that it inherits."""

    def __init__(self, folder: Path, **environment: str) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._environment = {**NOTHING, **environment}
        self._process: Process | None = None

    async def start(self, program: str = WORKER) -> None:
        arguments = ["worker"] if program == WORKER else []
        starts = self._count(STARTED)
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", program, *arguments),
                env=self._environment,
                cwd=self._folder,
                stdout=DEVNULL,
                stderr=log,
            )
        async with asyncio.timeout(60):
            while self._count(STARTED) == starts:
                assert self._process.returncode is None, self._log()
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    async def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            return await self._process.wait()

    def documents_done(self) -> list[str]:
        """Their ids, once for each time that it said so."""
        lines = map(json.loads, self._log().splitlines())
        return [line["document_id"] for line in lines if line["event"] == "document_ready"]

    def _count(self, event: str) -> int:
        return self._log().count(event)

    def _log(self) -> str:
        path = self._folder / "log"
        return path.read_text() if path.exists() else ""


@asynccontextmanager
async def workers_in(
    folder: Path, **environment: str
) -> AsyncIterator[Callable[[], WorkerProcess]]:
    """Make as many as you like: none outlives the test."""
    made: list[WorkerProcess] = []

    def make() -> WorkerProcess:
        made.append(WorkerProcess(folder / f"worker{len(made)}", **environment))
        return made[-1]

    try:
        yield make
    finally:
        for worker in made:
            await worker.kill()


def work_quickly() -> None:
    asyncio.run(_work_quickly())


async def _work_quickly() -> None:
    settings = Settings(worker_inline=False, sample_clone=False)
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        running_worker(
            database=app.state.database,
            providers=app.state.providers,
            settings=settings,
            metrics=app.state.metrics,
            timing=QUICK,
        ),
    ):
        print(STARTED, file=sys.stderr, flush=True)
        await asyncio.Event().wait()


async def count_tries(superuser: asyncpg.Connection) -> None:
    """From here on a table keeps each start of each document."""
    await superuser.execute("""
        create table tries (document_id uuid, attempt int, at timestamptz);
        create function note_try() returns trigger security definer language plpgsql as $$
            begin
                insert into tries values (new.id, new.attempts, clock_timestamp());
                return new;
            end $$;
        create trigger note_try after update on documents for each row
            when (new.attempts > old.attempts) execute function note_try()""")


async def hashes_of(superuser: asyncpg.Connection, owner_id: UUID) -> dict[str, str]:
    """Of all that is indexed of each of the owner's documents, by title."""
    rows = await superuser.fetch(
        """
        select title, encode(sha256(string_agg(
            convert_to(concat_ws(chr(31), chunk_index, content, heading_path, page_number,
                                 char_start, char_end, token_count, length, lexemes), 'UTF8'),
            '\\x1e' order by chunk_index)), 'hex') as hash
        from documents
        join chunks on chunks.build_id = documents.build_id
        join chunk_lexemes on chunk_id = chunks.id
        where documents.owner_id = $1 group by title""",
        owner_id,
    )
    return {row["title"]: row["hash"] for row in rows}
