"""One document from its bytes to its index: read, cut, embed, store; knows no queue and no HTTP.

No transaction is open while a file is parsed or a provider is asked.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog
from sqlalchemy import select, update

from clonememoria.core.db import Database
from clonememoria.core.errors import AppError, ProviderMalformed
from clonememoria.knowledge import filetype, lifecycle, parsing
from clonememoria.knowledge.chunking import Chunk, chunk
from clonememoria.knowledge.documents import file_of
from clonememoria.knowledge.indexing import Index, replace_index
from clonememoria.knowledge.lexical import lexical_text
from clonememoria.knowledge.lifecycle import Claim, Stage
from clonememoria.knowledge.parsers.document import ParsedDocument
from clonememoria.models import Document
from clonememoria.providers.catalog import Providers
from clonememoria.providers.embeddings.base import Embeddings, Vectors

log = structlog.get_logger()

# Enough for smooth bars; more would be work for every listener.
REPORT_INTERVAL_S: Final = 0.25
# Batches on their way to the embedding provider at the same time.
EMBEDDING_CONCURRENCY: Final = 2
MAX_CONTEXT_CHARS: Final = 200

PERCENT_PARSED: Final = 10
PERCENT_CHUNKED: Final = 15
PERCENT_EMBEDDED: Final = 90


class ClaimLost(Exception):
    """Somebody cancelled, deleted, changed or took over the document: drop the work."""


@dataclass(slots=True)
class Progress:
    """Where the work is; it is written to the database beside the work, not by it."""

    stage: Stage = "parsing"
    percentage: int = 0

    def reach(self, stage: Stage, percentage: int) -> None:
        self.stage, self.percentage = stage, percentage


@dataclass(frozen=True, slots=True)
class Prepared:
    parsed: ParsedDocument
    index: Index


async def ingest(claim: Claim, *, database: Database, providers: Providers) -> None:
    """Raise ClaimLost, or an AppError whose text is for the document's owner."""
    progress = Progress()
    work = _prepare(claim, progress, database=database, providers=providers)
    prepared = await _reported(work, claim, progress, database=database)
    await _report(claim, Progress("indexing", PERCENT_EMBEDDED), database=database)
    await _store(claim, prepared, database=database)
    log.info(
        "document_ready", document_id=str(claim.document_id), chunks=len(prepared.index.chunks)
    )


async def _reported(
    work: Coroutine[None, None, Prepared], claim: Claim, progress: Progress, *, database: Database
) -> Prepared:
    """Also the watch over the claim: what nobody waits for any more is stopped."""
    task = asyncio.create_task(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=REPORT_INTERVAL_S)
            if not task.done():
                await _report(claim, progress, database=database)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


async def _report(claim: Claim, progress: Progress, *, database: Database) -> None:
    async with database.as_user(claim.owner_id) as session:
        if not await lifecycle.report(
            session, claim, stage=progress.stage, percentage=progress.percentage
        ):
            raise ClaimLost


async def _prepare(
    claim: Claim, progress: Progress, *, database: Database, providers: Providers
) -> Prepared:
    async with database.as_user(claim.owner_id) as session:
        data = await file_of(session, claim.document_id)
    kind = filetype.BY_MIME_TYPE[claim.mime_type].kind
    parsed = await parsing.parse(data, kind=kind)
    progress.reach("chunking", PERCENT_PARSED)
    title = f"{claim.title}: {parsed.title}" if parsed.title else claim.title
    chunks, words, texts = await asyncio.to_thread(
        _cut, parsed, title, is_markdown=kind not in ("txt", "pdf")
    )
    progress.reach("embedding", PERCENT_CHUNKED)
    embeddings = await asyncio.to_thread(providers.embeddings, claim.embedding_provider)
    try:
        vectors = await _embed(texts, embeddings, model=claim.embedding_model, progress=progress)
    except AppError:
        await _keep_text(claim, parsed, database)
        raise
    return Prepared(parsed, Index(chunks, words, vectors))


def _cut(
    parsed: ParsedDocument, title: str, *, is_markdown: bool
) -> tuple[list[Chunk], list[str], list[str]]:
    """Return the chunks, the words of each for the lexical index, and the text of each to embed."""
    chunks = chunk(parsed.text, parsed.pages, is_markdown=is_markdown)
    words = [lexical_text(title, piece.heading_path, piece.content) for piece in chunks]
    return chunks, words, [_in_context(title, piece) for piece in chunks]


def _in_context(title: str, piece: Chunk) -> str:
    """A chunk alone does not say what it is about."""
    return f"{' > '.join((title, *piece.heading_path))[:MAX_CONTEXT_CHARS]}\n{piece.content}"


async def _embed(
    texts: Sequence[str], embeddings: Embeddings, *, model: str, progress: Progress
) -> Vectors:
    """Raise a ProviderError; then the batches on their way are cancelled."""
    size = embeddings.batch_size
    batches = [texts[at : at + size] for at in range(0, len(texts), size)]
    free = asyncio.Semaphore(EMBEDDING_CONCURRENCY)
    done = 0

    async def embed(batch: Sequence[str]) -> Vectors:
        nonlocal done
        async with free:
            vectors = await embeddings.embed(batch, model=model)
        done += len(batch)
        share = (PERCENT_EMBEDDED - PERCENT_CHUNKED) * done // len(texts)
        progress.reach("embedding", PERCENT_CHUNKED + share)
        return vectors

    tasks = [asyncio.ensure_future(embed(batch)) for batch in batches]
    try:
        found = await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
    if len({vectors.shape[1] for vectors in found}) != 1:
        raise ProviderMalformed("The embedding provider returned vectors of different lengths")
    return np.concatenate(found)


async def _keep_text(claim: Claim, parsed: ParsedDocument, database: Database) -> None:
    """What was read stays readable while the provider is down, where there is nothing older."""
    async with database.as_user(claim.owner_id) as session:
        await session.execute(
            update(Document)
            .where(claim.still_stands, Document.chunk_count == 0)
            .values(content=parsed.text, page_count=len(parsed.pages) or None)
            .execution_options(synchronize_session=False)
        )


async def _store(claim: Claim, prepared: Prepared, *, database: Database) -> None:
    parsed, index = prepared.parsed, prepared.index
    async with database.as_user(claim.owner_id) as session:
        await lifecycle.hold_clone(session, claim.clone_id)
        # Locks the row: a cancel, a delete or a new version waits, and then wins.
        standing = select(Document.id).where(claim.still_stands).with_for_update()
        if await session.scalar(standing) is None:
            raise ClaimLost
        await replace_index(session, claim, index)
        await lifecycle.complete(
            session,
            claim,
            content=parsed.text,
            page_count=len(parsed.pages) or None,
            chunk_count=len(index.chunks),
            error_message=" ".join(parsed.warnings) or None,
        )
