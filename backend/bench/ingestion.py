"""Plain text until it can be asked, against a bare COPY of the same rows and langchain-postgres.

Ours goes through the API, the queue, a reader in a child process and row security. Beside it are
the parts alone, one after another, so that one sees what bounds it.
"""

import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import median
from tempfile import TemporaryFile
from typing import Final

import asyncpg

from bench import copying
from bench.langchain import Langchain, langchain
from bench.plugin import PROVIDER, ByteEmbeddings
from bench.processor_time import ProcessorTime, spent
from bench.result import Result
from bench.stage import Ingested, Stage, texts
from clonememoria.core.config import Settings
from clonememoria.core.postgres import running_postgres
from clonememoria.knowledge import readout
from clonememoria.knowledge.context import in_context
from clonememoria.providers.embeddings.base import Embeddings
from clonememoria.providers.embeddings.dummy import DummyEmbeddings

CHARACTERS: Final = 20_000_000
# What is slow gets a quarter of the files: its rate is the same, and the run is shorter.
SLOW_SHARE: Final = 4
ROUNDS: Final = 3
TARGET_OF_COPY: Final = 0.6
TARGET_OF_LANGCHAIN: Final = 5.0


@dataclass(frozen=True, slots=True)
class Round:
    """`spent` is the processor time of ours, `copied_spent` that of the COPY in Postgres."""

    ours: Ingested
    spent: ProcessorTime
    copied_spent: ProcessorTime
    copied: Ingested
    langchain: Ingested | None


async def measure(stage: Stage) -> AsyncIterator[Result]:
    files = texts(CHARACTERS)
    few = dict(islice(files.items(), len(files) // SLOW_SHARE))
    settings = Settings(_env_file=None, data_dir=stage.data_dir, database_url=None)
    async with (
        running_postgres(settings) as address,
        copying.scratch(address) as connection,
        langchain(address.url, connection, few) as beside,
    ):
        for given, embeddings in ((files, ByteEmbeddings()), (few, DummyEmbeddings())):
            rounds = [
                await _round(stage, given, embeddings.name, connection=connection, beside=beside)
                for _ in range(ROUNDS)
            ]
            for result in _compared(embeddings.name, rounds):
                yield result
            yield _spent(rounds)
            async for result in _parts_alone(given, embeddings):
                yield result


async def _round(
    stage: Stage,
    files: Mapping[str, bytes],
    embedding: str,
    *,
    connection: asyncpg.Connection,
    beside: Langchain | None,
) -> Round:
    clone_id = await stage.new_clone("Bulk", embedding_provider=embedding)
    before = spent(stage)
    ours = await stage.ingest(clone_id, files)
    after = spent(stage)
    rows = await copying.rows_of(connection, clone_id)
    before_copy = spent(stage)
    copied_s = await copying.copy(connection, rows)
    return Round(
        ours=ours,
        spent=after.since(before),
        copied_spent=spent(stage).since(before_copy),
        copied=Ingested(ours.chunks, copied_s),
        langchain=await beside.ingest(embedding) if beside else None,
    )


def _compared(embedding: str, rounds: Sequence[Round]) -> list[Result]:
    ours = _per_s([found.ours for found in rounds])
    copied = _per_s([found.copied for found in rounds])
    theirs = _per_s([found.langchain for found in rounds if found.langchain])
    # The targets are those of an embedding that costs nothing: it bounds the other by itself.
    has_target = embedding == PROVIDER
    return [
        Result(
            what=f"ingestion of text, embedding: {embedding}",
            bare=f"COPY {copied:,.0f}/s",
            ours=f"{ours:,.0f} chunks/s",
            figure=f"{ours / copied:.2f} ×",
            target=f"≥ {TARGET_OF_COPY:.2f} ×" if has_target else "",
            is_met=ours >= TARGET_OF_COPY * copied if has_target else None,
        ),
        Result(
            what="the same, against langchain-postgres",
            bare=f"{theirs:,.0f}/s" if theirs else "not installed",
            ours=f"{ours:,.0f} chunks/s",
            figure=f"{ours / theirs:.1f} ×" if theirs else "",
            target=f"≥ {TARGET_OF_LANGCHAIN:.0f} ×" if has_target else "",
            is_met=ours >= TARGET_OF_LANGCHAIN * theirs if has_target and theirs else None,
        ),
    ]


def _spent(rounds: Sequence[Round]) -> Result:
    """Where it is: on a machine with other work the times of the others tell less."""
    chunks = sum(found.ours.chunks for found in rounds)

    def us(seconds: Iterable[float]) -> float:
        return sum(seconds) / chunks * 1e6

    server = us(found.spent.server_s for found in rounds)
    readers = us(found.spent.readers_s for found in rounds)
    postgres = us(found.spent.postgres_s for found in rounds)
    copied = us(found.copied_spent.postgres_s for found in rounds)
    return Result(
        what="  processor time a chunk",
        bare=f"Postgres {copied:.0f} µs",
        ours=f"server {server:.0f}, reader {readers:.0f}, Postgres {postgres:.0f} µs",
        figure=f"{server + readers + postgres:.0f} µs",
    )


def _per_s(found: Sequence[Ingested]) -> float:
    return median(one.chunks / one.seconds for one in found) if found else 0.0


async def _parts_alone(files: Mapping[str, bytes], embeddings: Embeddings) -> AsyncIterator[Result]:
    started = time.perf_counter()
    batches = [batch for name, data in files.items() for batch in _batches(name, data)]
    cut_s = time.perf_counter() - started
    chunks = sum(len(batch.contents) for batch in batches)
    yield _part("cutting", Ingested(chunks, cut_s))
    started = time.perf_counter()
    for batch in batches:
        embedded = [in_context(*row) for row in zip(batch.contexts, batch.contents, strict=True)]
        await embeddings.embed(embedded, model=embeddings.default_model)
    yield _part(f"embedding {embeddings.name}", Ingested(chunks, time.perf_counter() - started))


def _batches(name: str, data: bytes) -> Sequence[readout.Batch]:
    with TemporaryFile() as file:
        file.write(data)
        frames = readout.read(file, kind="txt", title=name)
        return [frame for frame in frames if isinstance(frame, readout.Batch)]


def _part(what: str, took: Ingested) -> Result:
    return Result(
        what=f"  {what} alone",
        bare="",
        ours=f"{took.chunks:,} in {took.seconds:.1f} s",
        figure=f"{took.chunks / took.seconds:,.0f}/s",
    )
