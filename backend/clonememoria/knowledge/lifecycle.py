"""The states of a document while it is processed, and who may write them; does none of the work.

A claim is one try of one worker. Whatever it writes is written only while the claim still stands,
so that a worker which was believed dead cannot overwrite its successor, nor a deleted, cancelled
or replaced document.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.knowledge.progress import Progress
from clonememoria.models import Clone, Document, Reembedding

MAX_ATTEMPTS: Final = 3
UNFINISHED: Final = ("pending", "processing")
GAVE_UP: Final = (
    f"Processing this document failed {MAX_ATTEMPTS} times without a result. "
    "Try again, or upload it in another format."
)


class ClaimLost(Exception):
    """Somebody cancelled, deleted, changed or took over what is worked on: drop the work."""


@dataclass(frozen=True, slots=True)
class Claim:
    claim_id: UUID
    document_id: UUID
    clone_id: UUID
    owner_id: UUID
    title: str
    source_type: str
    mime_type: str
    attempt: int

    @property
    def still_stands(self) -> ColumnElement[bool]:
        return (
            (Document.id == self.document_id)
            & (Document.status == "processing")
            & (Document.claim_id == self.claim_id)
        )


async def hold_clone(session: AsyncSession, clone_id: UUID) -> None:
    """Before a document of it is locked: deleting the clone locks in this order too."""
    await session.execute(
        select(Clone.id).where(Clone.id == clone_id).with_for_update(read=True, key_share=True)
    )


async def lock_clone(session: AsyncSession, clone_id: UUID) -> None:
    """Whoever would change the clone waits; whoever only refers to it does not."""
    await session.execute(
        select(Clone.id).where(Clone.id == clone_id).with_for_update(key_share=True)
    )


async def was_broken_off(session: AsyncSession, document_id: UUID) -> bool:
    """Whether a worker began with it, and neither ended nor gave back: it may have died of it."""
    tries = await session.scalar(select(Document.attempts).where(Document.id == document_id))
    return bool(tries)


async def claim(session: AsyncSession, document_id: UUID) -> Claim | None:
    """Start one more try; None when there is nothing (left) to do, as after a delete."""
    clone_id = await session.scalar(select(Document.clone_id).where(Document.id == document_id))
    if clone_id is None:
        return None
    await hold_clone(session, clone_id)
    claim_id = uuid7()
    started = await session.execute(
        update(Document)
        .where(Document.id == document_id, Document.status.in_(UNFINISHED))
        .values(
            attempts=Document.attempts + 1,
            claim_id=claim_id,
            status="processing",
            stage="parsing",
            progress_percentage=0,
            error_message=None,
            updated_at=func.clock_timestamp(),
        )
        .returning(Document)
    )
    document = started.scalar_one_or_none()
    if document is None:
        return None
    if document.attempts > MAX_ATTEMPTS:
        document.status, document.error_message = "failed", GAVE_UP
        await session.flush()
        await refresh_rag_status(session, document.clone_id)
        return None
    return Claim(
        claim_id=claim_id,
        document_id=document.id,
        clone_id=document.clone_id,
        owner_id=document.owner_id,
        title=document.title,
        source_type=document.source_type,
        mime_type=document.mime_type,
        attempt=document.attempts,
    )


async def report(session: AsyncSession, claimed: Claim, progress: Progress) -> bool:
    """Return whether the claim still stands; when it does not, the work is for nobody."""
    return await _write(
        session,
        claimed,
        stage=progress.stage,
        progress_percentage=progress.percentage,
        seconds_left=progress.seconds_left,
    )


async def fail(session: AsyncSession, claimed: Claim, reason: str) -> None:
    """The stage stays where it broke off; the chunks of an earlier version go on serving."""
    await hold_clone(session, claimed.clone_id)
    await _write(session, claimed, status="failed", error_message=reason, seconds_left=None)
    await refresh_rag_status(session, claimed.clone_id)


async def give_back(session: AsyncSession, claimed: Claim, *, reason: str | None = None) -> None:
    """Put it back in line through no fault of the document: the try does not count."""
    await _write(
        session,
        claimed,
        status="pending",
        stage="queued",
        progress_percentage=0,
        seconds_left=None,
        error_message=reason,
        attempts=claimed.attempt - 1,
    )


async def complete(session: AsyncSession, claimed: Claim, **values: object) -> None:
    """The caller holds the clone and has seen that the claim stands."""
    done = {"status": "completed", "stage": "done", "progress_percentage": 100, "attempts": 0}
    done |= {"seconds_left": None}
    await _write(session, claimed, **done, **values)
    await refresh_rag_status(session, claimed.clone_id)


async def _write(session: AsyncSession, claimed: Claim, **values: object) -> bool:
    written = await session.scalar(
        update(Document)
        .where(claimed.still_stands)
        .values(updated_at=func.clock_timestamp(), **values)
        .returning(Document.id)
        .execution_options(synchronize_session=False)
    )
    return written is not None


async def refresh_rag_status(session: AsyncSession, clone_id: UUID) -> None:
    """Say of the clone what is true of its documents now."""
    # Two documents that finish together would else each count without the other.
    await lock_clone(session, clone_id)
    truth = _true_rag_status(clone_id)
    await session.execute(
        update(Clone)
        .where(Clone.id == clone_id, Clone.rag_status.is_distinct_from(truth))
        .values(rag_status=truth)
        .execution_options(synchronize_session=False)
    )


def _true_rag_status(clone_id: UUID) -> ScalarSelect[str]:
    """From what is stored of the clone and its documents, never from an earlier status."""
    can_answer = (Document.chunk_count > 0) | (Document.status == "completed")
    is_ready = func.coalesce(func.bool_or(can_answer), False)
    is_unfinished = func.coalesce(func.bool_or(Document.status.in_(UNFINISHED)), False)
    changes = select(Reembedding.clone_id).where(
        Reembedding.clone_id == clone_id, Reembedding.error_message.is_(None)
    )
    is_uninitialized = Clone.rag_initialized_at.is_(None)
    # Only somebody who asks for it names the domain: nobody waits for what begins by itself.
    is_asked_for = Clone.rag_domain.is_not(None)
    status = case(
        (~Clone.rag_enabled, "disabled"),
        (and_(is_uninitialized, is_asked_for), "initializing"),
        (and_(is_ready, changes.exists()), "maintenance"),
        (is_ready, "ready"),
        (is_unfinished, "initializing"),
        (is_uninitialized, "pending"),
        (func.count() > 0, "error"),
        else_="ready",
    )
    query = select(status).where(Document.clone_id == clone_id)
    return query.correlate(Clone).scalar_subquery()
