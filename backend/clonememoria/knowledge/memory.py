"""A clone's memory as a whole: prepared in the background, and brought up to date.

It only decides which documents are read; reading one is `ingest`'s. What the memory's status is
follows from what is stored (`lifecycle.refresh_rag_status`), so that nothing here can leave it
wrong. Whatever concerns all documents of a clone is done by one at a time.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database
from clonememoria.core.errors import AppError, CloneNotFound, Conflict
from clonememoria.knowledge.documents import REFUSED
from clonememoria.knowledge.lifecycle import hold_clone, refresh_rag_status
from clonememoria.knowledge.queue import InitializeJob, enqueue_documents, enqueue_once
from clonememoria.models import Clone

log = structlog.get_logger()


class AlreadyInitializing(Conflict):
    code, title = (
        "already_initializing",
        "This clone's memory is being prepared now; its status says when that is done",
    )


class RagNotInitialized(AppError):
    status, code, title = (
        400,
        "rag_not_initialized",
        "This clone has no memory yet; initialize it first",
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """What a memory is about, for the model that answers from it."""

    expert_name: str | None
    domain: str
    context: str


async def start(session: AsyncSession, clone: Clone) -> None:
    """In the transaction that made the clone, or enabled its memory, which must not fail of it."""
    try:
        async with session.begin_nested():
            await enqueue_once(session, _job(clone))
    except (DBAPIError, asyncpg.PostgresError) as error:
        # The sweep finds every clone that has neither an initialization nor a job for one.
        log.warning("initialization_not_queued", clone_id=str(clone.id), exc_info=error)
    await refresh_rag_status(session, clone.id)
    await session.refresh(clone)


async def take_turn(session: AsyncSession, clone_id: UUID) -> Clone:
    """The clone as it is now, when nobody else is at its whole memory until the commit.

    A lock beside the rows: who waits for one of these documents must not hold the clone.
    """
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"memory {clone_id}", 0))
    await session.execute(select(lock))
    await hold_clone(session, clone_id)
    query = select(Clone).where(Clone.id == clone_id)
    clone: Clone | None = await session.scalar(query, execution_options={"populate_existing": True})
    if clone is None:
        raise CloneNotFound
    return clone


def check_idle(clone: Clone) -> None:
    """Raise AlreadyInitializing. One that nobody asked for is joined, and refuses nobody."""
    if clone.rag_domain is not None and clone.rag_status == "initializing":
        raise AlreadyInitializing


async def ask_for(session: AsyncSession, clone: Clone, subject: Subject) -> None:
    """Have the memory initialized in the background, also where it was before."""
    await session.execute(
        update(Clone)
        .where(Clone.id == clone.id)
        .values(
            rag_enabled=True,
            rag_initialized_at=None,
            expert_name=subject.expert_name,
            rag_domain=subject.domain,
            rag_context=subject.context,
            updated_at=func.clock_timestamp(),
        )
    )
    await enqueue_once(session, _job(clone))
    await refresh_rag_status(session, clone.id)
    await session.refresh(clone)


async def initialize(job: InitializeJob, database: Database) -> None:
    """The background part: all that is not indexed gets a job, and the memory is initialized."""
    async with database.as_user(job.owner_id) as session:
        try:
            clone = await take_turn(session, job.subject_id)
        except CloneNotFound:
            return
        if not clone.rag_enabled or clone.rag_initialized_at:
            return
        # What failed, or was cancelled, meanwhile begins anew only where somebody asked for it.
        is_asked_for = clone.rag_domain is not None
        count = await _queue_unindexed(session, clone, with_failures=is_asked_for)
        await session.execute(
            update(Clone)
            .where(Clone.id == clone.id)
            .values(rag_initialized_at=func.clock_timestamp())
        )
        await refresh_rag_status(session, clone.id)
    log.info("memory_initialized", clone_id=str(job.subject_id), queued=count)


async def process(session: AsyncSession, clone_id: UUID) -> int:
    """Queue what is not indexed, failures included; return how many documents that is."""
    clone = await take_turn(session, clone_id)
    if not clone.rag_enabled:
        raise RagNotInitialized("This clone's memory is off; initialize it first")
    if clone.rag_status == "pending":
        raise RagNotInitialized
    count = await _queue_unindexed(session, clone, with_failures=True)
    await refresh_rag_status(session, clone.id)
    return count


# What is refused is not kept, and what has a job is on its way.
_REQUEUE: Final = text("""
    with chosen as (
        select id from documents
        where clone_id = :clone_id and case status
            when 'completed' then not exists (
                select from chunks where chunks.build_id = documents.build_id)
            when 'failed' then :with_failures and not starts_with(content_hash, :refused)
            when 'skipped' then true
            else not exists (
                select from pgqueuer where entrypoint in ('ingest', 'ingest_first', 'refresh')
                and payload = convert_to(documents.id || ' ' || documents.owner_id, 'UTF8'))
        end
        order by id
        for update)
    update documents
    set status = 'pending', stage = 'queued', progress_percentage = 0, attempts = 0,
        error_message = null, seconds_left = null, updated_at = clock_timestamp()
    from chosen where documents.id = chosen.id
    returning documents.id""")


async def _queue_unindexed(session: AsyncSession, clone: Clone, *, with_failures: bool) -> int:
    chosen = {"clone_id": clone.id, "refused": REFUSED, "with_failures": with_failures}
    ids = (await session.scalars(_REQUEUE, chosen)).all()
    await enqueue_documents(session, ids, owner_id=clone.creator_id)
    return len(ids)


def _job(clone: Clone) -> InitializeJob:
    return InitializeJob(clone.id, clone.creator_id)
