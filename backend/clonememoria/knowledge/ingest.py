"""One document from its bytes to its index: read, cut, embed, store; knows no queue and no HTTP.

No transaction is open while a file is parsed or a provider is asked.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog
from sqlalchemy import select, update

from clonememoria.core.db import Database
from clonememoria.core.errors import AppError
from clonememoria.knowledge import filetype, lifecycle, parsing
from clonememoria.knowledge.charging import charge
from clonememoria.knowledge.chunking import Chunk, chunk
from clonememoria.knowledge.documents import file_of
from clonememoria.knowledge.embedding import embed_texts, in_context
from clonememoria.knowledge.indexing import Index, replace_index
from clonememoria.knowledge.lexical import lexical_text
from clonememoria.knowledge.lifecycle import Claim, ClaimLost, Stage
from clonememoria.knowledge.parsers.document import ParsedDocument
from clonememoria.knowledge.queue import FillTiersJob
from clonememoria.knowledge.spaces import serving_now
from clonememoria.knowledge.tiers import request_filling
from clonememoria.models import Document
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

T = TypeVar("T")

# Enough for smooth bars; more would be work for every listener.
REPORT_INTERVAL_S: Final = 0.25

PERCENT_PARSED: Final = 10
PERCENT_CHUNKED: Final = 15
PERCENT_EMBEDDED: Final = 90


class SpaceMoved(Exception):
    """Another space serves by now: vectors in the one before would never be searched."""


@dataclass(slots=True)
class Progress:
    """Where the work is; it is written to the database beside the work, not by it."""

    stage: Stage = "parsing"
    percentage: int = 0

    def reach(self, stage: Stage, percentage: int) -> None:
        self.stage, self.percentage = stage, percentage


@dataclass(frozen=True, slots=True)
class Cut:
    """What was read; `title`, `words` and `texts` are what it will be found by."""

    parsed: ParsedDocument
    title: str
    chunks: Sequence[Chunk]
    words: Sequence[str]
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Work:
    claim: Claim
    progress: Progress
    database: Database
    providers: Providers


async def ingest(claim: Claim, *, database: Database, providers: Providers) -> None:
    """Raise ClaimLost, or an AppError whose text is for the document's owner."""
    work = Work(claim, Progress(), database, providers)
    cut = await _reported(_read(work), work)
    while True:
        index = await _reported(_embed(work, cut), work)
        work.progress.reach("indexing", PERCENT_EMBEDDED)
        await _report(work)
        try:
            await _store(work, cut, index)
            break
        except SpaceMoved:
            log.info("space_moved", document_id=str(claim.document_id))
    log.info("document_ready", document_id=str(claim.document_id), chunks=len(cut.chunks))


async def _reported(coroutine: Coroutine[None, None, T], work: Work) -> T:
    """Also the watch over the claim: what nobody waits for any more is stopped."""
    task = asyncio.create_task(coroutine)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=REPORT_INTERVAL_S)
            if not task.done():
                await _report(work)
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})


async def _report(work: Work) -> None:
    progress = work.progress
    async with work.database.as_user(work.claim.owner_id) as session:
        if not await lifecycle.report(
            session, work.claim, stage=progress.stage, percentage=progress.percentage
        ):
            raise ClaimLost


async def _read(work: Work) -> Cut:
    claim = work.claim
    async with work.database.as_user(claim.owner_id) as session:
        data = await file_of(session, claim.document_id)
    kind = filetype.BY_MIME_TYPE[claim.mime_type].kind
    parsed = await parsing.parse(data, kind=kind)
    work.progress.reach("chunking", PERCENT_PARSED)
    title = f"{claim.title}: {parsed.title}" if parsed.title else claim.title
    return await asyncio.to_thread(_cut, parsed, title, is_markdown=kind not in ("txt", "pdf"))


def _cut(parsed: ParsedDocument, title: str, *, is_markdown: bool) -> Cut:
    chunks = chunk(parsed.text, parsed.pages, is_markdown=is_markdown)
    words = [lexical_text(title, piece.heading_path, piece.content) for piece in chunks]
    texts = [in_context(title, piece.heading_path, piece.content) for piece in chunks]
    return Cut(parsed, title, chunks, words, texts)


async def _embed(work: Work, cut: Cut) -> Index:
    """In the space that serves now: one that is being filled gets these chunks from its filler."""
    work.progress.reach("embedding", PERCENT_CHUNKED)
    async with work.database.as_user(work.claim.owner_id) as session:
        embedding = await serving_now(session, work.claim.clone_id)

    def show(done: int) -> None:
        share = (PERCENT_EMBEDDED - PERCENT_CHUNKED) * done // len(cut.texts)
        work.progress.reach("embedding", PERCENT_CHUNKED + share)

    try:
        embeddings = await asyncio.to_thread(work.providers.embeddings, embedding.provider)
        vectors = await embed_texts(cut.texts, embeddings, model=embedding.model, on_progress=show)
    except AppError:
        await _keep_text(work, cut.parsed)
        raise
    return Index(cut.chunks, cut.words, vectors, embedding)


async def _keep_text(work: Work, parsed: ParsedDocument) -> None:
    """What was read stays readable while the provider is down, where there is nothing older."""
    async with work.database.as_user(work.claim.owner_id) as session:
        await session.execute(
            update(Document)
            .where(work.claim.still_stands, Document.chunk_count == 0)
            .values(content=parsed.text, page_count=len(parsed.pages) or None)
            .execution_options(synchronize_session=False)
        )


async def _store(work: Work, cut: Cut, index: Index) -> None:
    """Raise SpaceMoved, and store nothing, where another space serves by now."""
    claim, parsed = work.claim, cut.parsed
    async with work.database.as_user(claim.owner_id) as session:
        # First: who deletes an account locks it before all that belongs to it, too.
        await charge(
            session,
            index.embedding,
            cut.texts,
            clone_id=claim.clone_id,
            owner_id=claim.owner_id,
            prices=work.providers.prices,
        )
        await lifecycle.hold_clone(session, claim.clone_id)
        # Locks the row: a cancel, a delete or a new version waits, and then wins.
        standing = select(Document.id).where(claim.still_stands).with_for_update()
        if await session.scalar(standing) is None:
            raise ClaimLost
        await replace_index(session, claim, index)
        # From here to the commit no switch can come between; before, it would have waited long.
        await lifecycle.lock_clone(session, claim.clone_id)
        if await serving_now(session, claim.clone_id) != index.embedding:
            raise SpaceMoved
        await lifecycle.complete(
            session,
            claim,
            content=parsed.text,
            indexed_title=cut.title,
            page_count=len(parsed.pages) or None,
            chunk_count=len(index.chunks),
            error_message=" ".join(parsed.warnings) or None,
        )
        await request_filling(
            session,
            FillTiersJob(claim.clone_id, claim.owner_id),
            embedding=index.embedding,
            providers=work.providers,
        )
