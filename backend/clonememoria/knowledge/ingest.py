"""One document from its bytes to its index: read, embed, store; knows no queue and no HTTP.

All of it flows: while the document is still read, the first chunks are embedded and stored, out of
sight. No transaction is open while a file is read or a provider is asked, and no part of the work
holds the whole document.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from tempfile import TemporaryFile
from typing import BinaryIO, Final, TypeVar

import structlog
from sqlalchemy import insert, select

from clonememoria.core.db import Database
from clonememoria.core.errors import AppError
from clonememoria.knowledge import builds, filetype, lifecycle
from clonememoria.knowledge.context import in_context
from clonememoria.knowledge.embedding import Embedder, embed, embedder_for, pay_and_keep
from clonememoria.knowledge.fetching import Web
from clonememoria.knowledge.files import copy_file
from clonememoria.knowledge.indexing import IndexedBatch, store
from clonememoria.knowledge.lifecycle import Claim, ClaimLost
from clonememoria.knowledge.parsing import Frames, Reader, Subject
from clonememoria.knowledge.progress import Progress
from clonememoria.knowledge.queue import FillTiersJob
from clonememoria.knowledge.readout import Batch, Frame, Reading, TextPart
from clonememoria.knowledge.spaces import serving_now
from clonememoria.knowledge.tiers import request_filling
from clonememoria.knowledge.webpages import fetch_into, name_page
from clonememoria.models import Document, DocumentText
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

T = TypeVar("T")

# Enough for smooth bars; more would be work for every listener.
REPORT_INTERVAL_S: Final = 0.25
# Batches of one document at work at once: one is embedded while another is stored.
CONCURRENCY: Final = 2


class SpaceMoved(Exception):
    """Another space serves by now: vectors in the one before would never be searched."""


@dataclass(frozen=True, slots=True)
class Work:
    claim: Claim
    progress: Progress
    database: Database
    providers: Providers
    reader: Reader
    reporting: asyncio.Lock = field(default_factory=asyncio.Lock)


async def ingest(
    claim: Claim, *, database: Database, providers: Providers, reader: Reader, web: Web
) -> None:
    """Raise ClaimLost, or an AppError whose text is for the document's owner."""
    work = Work(claim, Progress(), database, providers, reader)
    if claim.source_type == "url":
        fetched = await _reported(fetch_into(claim, database=database, web=web), work)
        if fetched is None:
            return
        claim, work = fetched, replace(work, claim=fetched)
    with TemporaryFile(dir=reader.folder) as file:
        await _reported(copy_file(database, claim.owner_id, claim.document_id, into=file), work)
        while True:
            try:
                reading = await _reported(_build(work, file), work)
                break
            except SpaceMoved:
                log.info("space_moved", document_id=str(claim.document_id))
    log.info("document_ready", document_id=str(claim.document_id), chunks=reading.chunk_count)
    await builds.remove_hidden(database, claim.document_id, claim.owner_id)


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
    # Of two at once the earlier may be written last: a bar that goes back.
    async with work.reporting, work.database.as_user(work.claim.owner_id) as session:
        stands = await lifecycle.report(session, work.claim, work.progress)
    # Completing ends the claim, maybe this moment, and looks by itself whether it stands.
    if not stands and work.progress.stage != "indexing":
        raise ClaimLost


async def _build(work: Work, file: BinaryIO) -> Reading:
    """Raise SpaceMoved, and show nothing, where another space serves by then."""
    work.progress.begin()
    claim = work.claim
    async with work.database.as_user(claim.owner_id) as session:
        # One that is being filled gets these chunks from its filler.
        embedding = await serving_now(session, claim.clone_id)
        build_id = await builds.begin(session, claim)
    embedder = await embedder_for(
        embedding,
        clone_id=claim.clone_id,
        owner_id=claim.owner_id,
        providers=work.providers,
        database=work.database,
    )
    growing = _Growing(work, build_id, embedder)
    async with _abandoned_on_failure(work, build_id), _frames(work, file) as frames:
        reading = await growing.take_all(frames)
        work.progress.reach("indexing")
        await _report(work)
        await _complete(work, growing, reading)
    return reading


@asynccontextmanager
async def _frames(work: Work, file: BinaryIO) -> AsyncIterator[Frames]:
    claim = work.claim
    kind = filetype.BY_MIME_TYPE[claim.mime_type].kind
    async with work.reader.reading(Subject(file, file.tell(), kind, claim.title)) as frames:
        yield frames


@asynccontextmanager
async def _abandoned_on_failure(work: Work, build_id: int) -> AsyncIterator[None]:
    """What comes of it is removed by whoever succeeds, or by the sweep."""
    try:
        yield
    except (AppError, SpaceMoved):
        async with work.database.as_user(work.claim.owner_id) as session:
            await builds.abandon(session, work.claim, build_id)
        raise


class _Growing:
    """One build while its pieces come in."""

    def __init__(self, work: Work, build_id: int, embedder: Embedder) -> None:
        self.build_id = build_id
        self.embedder = embedder
        self._work = work
        self._taking = asyncio.Lock()
        self._parts = 0
        self._reading: Reading | None = None
        self._failure: AppError | None = None

    async def take_all(self, frames: Frames) -> Reading:
        """Raise what failed first; what a provider refuses does not keep the text from us."""
        coming = aiter(frames)
        takers = [asyncio.create_task(self._take(frames, coming)) for _ in range(CONCURRENCY)]
        try:
            await asyncio.gather(*takers)
        finally:
            for taker in takers:
                taker.cancel()
            await asyncio.wait(takers)
        if self._reading is None:
            raise RuntimeError("a document was read without an end")
        if self._failure:
            await self._keep_text(self._reading)
            raise self._failure
        return self._reading

    async def _take(self, frames: Frames, coming: AsyncIterator[Frame]) -> None:
        while True:
            async with self._taking:
                frame = await anext(coming, None)
                if isinstance(frame, TextPart):
                    await self._store_text(frame)
            match frame:
                case None:
                    return
                case Reading():
                    self._reading = frame
                case Batch() if self._failure is None:
                    await self._index(frame, frames)

    async def _store_text(self, part: TextPart) -> None:
        claim = self._work.claim
        async with self._work.database.as_user(claim.owner_id) as session:
            await builds.check_writable(session, claim, self.build_id)
            row = {
                "build_id": self.build_id,
                "part": self._parts,
                "document_id": claim.document_id,
                "owner_id": claim.owner_id,
                "text": part.text,
            }
            await session.execute(insert(DocumentText).values(row))
        self._parts += 1

    async def _index(self, batch: Batch, frames: Frames) -> None:
        claim, progress = self._work.claim, self._work.progress

        def advance(count: int) -> None:
            progress.embedded += count
            # Known long before the last batch is taken.
            progress.total = frames.chunk_count

        progress.reach("embedding")
        texts = [in_context(*row) for row in zip(batch.contexts, batch.contents, strict=True)]
        try:
            embedded = await embed(texts, self.embedder, on_progress=advance)
        except AppError as error:
            self._failure = self._failure or error
            return
        async with self._work.database.as_user(claim.owner_id) as session:
            space_id = await pay_and_keep(session, embedded, self.embedder)
            await builds.check_writable(session, claim, self.build_id)
            rows = IndexedBatch(batch, embedded.vectors, space_id, self.build_id)
            await store(session, claim, rows)

    async def _keep_text(self, reading: Reading) -> None:
        claim = self._work.claim
        async with self._work.database.as_user(claim.owner_id) as session:
            await builds.keep_text(session, claim, self.build_id, page_count=reading.page_count)


async def _complete(work: Work, growing: _Growing, reading: Reading) -> None:
    """Show the build in place of the one before, and say so, in one short transaction."""
    claim = work.claim
    async with work.database.as_user(claim.owner_id) as session:
        await lifecycle.hold_clone(session, claim.clone_id)
        # Locks the row: a cancel, a delete or a new version waits, and then wins.
        standing = select(Document.id).where(claim.still_stands).with_for_update()
        if await session.scalar(standing) is None:
            raise ClaimLost
        # From here to the commit no switch can come between.
        await lifecycle.lock_clone(session, claim.clone_id)
        embedding = growing.embedder.embedding
        if await serving_now(session, claim.clone_id) != embedding:
            raise SpaceMoved
        await builds.show(session, claim, growing.build_id)
        await lifecycle.complete(
            session,
            claim,
            build_id=growing.build_id,
            indexed_title=reading.title,
            page_count=reading.page_count,
            chunk_count=reading.chunk_count,
            indexed_hash=Document.content_hash,
            error_message=" ".join(reading.warnings) or None,
        )
        if claim.source_type == "url":
            await name_page(session, claim, reading)
        await request_filling(
            session,
            FillTiersJob(claim.clone_id, claim.owner_id),
            embedding=embedding,
            providers=work.providers,
        )
