"""The states of a document while it is processed, and who may write them; does none of the work.

A claim is one try of one worker. Whatever it writes is written only while the claim still stands,
so that a worker which was believed dead cannot overwrite its successor, nor a deleted, cancelled
or replaced document.
"""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.models import Clone, Document

Stage = Literal["queued", "parsing", "chunking", "embedding", "indexing", "done"]

MAX_ATTEMPTS: Final = 3
UNFINISHED: Final = ("pending", "processing")
GAVE_UP: Final = (
    f"Processing this document failed {MAX_ATTEMPTS} times without a result. "
    "Try again, or upload it in another format."
)


@dataclass(frozen=True, slots=True)
class Claim:
    document_id: UUID
    clone_id: UUID
    owner_id: UUID
    title: str
    mime_type: str
    content_hash: str
    attempt: int
    embedding_provider: str
    embedding_model: str

    @property
    def still_stands(self) -> ColumnElement[bool]:
        return (
            (Document.id == self.document_id)
            & (Document.status == "processing")
            & (Document.attempts == self.attempt)
            & (Document.content_hash == self.content_hash)
            & (Document.title == self.title)
        )


async def hold_clone(session: AsyncSession, clone_id: UUID) -> None:
    """Before a document of it is locked: deleting the clone locks in this order too."""
    await session.execute(
        select(Clone.id).where(Clone.id == clone_id).with_for_update(read=True, key_share=True)
    )


async def claim(session: AsyncSession, document_id: UUID) -> Claim | None:
    """Start one more try; None when there is nothing (left) to do, as after a delete."""
    clone_id = await session.scalar(select(Document.clone_id).where(Document.id == document_id))
    if clone_id is None:
        return None
    await hold_clone(session, clone_id)
    started = await session.execute(
        update(Document)
        .where(Document.id == document_id, Document.status.in_(UNFINISHED))
        .values(
            attempts=Document.attempts + 1,
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
    return await _claim_on(session, document)


async def _claim_on(session: AsyncSession, document: Document) -> Claim:
    await refresh_rag_status(session, document.clone_id)
    clone = await session.get_one(Clone, document.clone_id)
    return Claim(
        document_id=document.id,
        clone_id=document.clone_id,
        owner_id=document.owner_id,
        title=document.title,
        mime_type=document.mime_type,
        content_hash=document.content_hash,
        attempt=document.attempts,
        embedding_provider=clone.embedding_provider,
        embedding_model=clone.embedding_model,
    )


async def report(session: AsyncSession, claimed: Claim, *, stage: Stage, percentage: int) -> bool:
    """Return whether the claim still stands; when it does not, the work is for nobody."""
    return await _write(session, claimed, stage=stage, progress_percentage=percentage)


async def fail(session: AsyncSession, claimed: Claim, reason: str) -> None:
    """The stage stays where it broke off; the chunks of an earlier version go on serving."""
    await hold_clone(session, claimed.clone_id)
    await _write(session, claimed, status="failed", error_message=reason)
    await refresh_rag_status(session, claimed.clone_id)


async def give_back(session: AsyncSession, claimed: Claim, *, reason: str | None = None) -> None:
    """Put it back in line through no fault of the document: the try does not count."""
    await _write(
        session,
        claimed,
        status="pending",
        stage="queued",
        progress_percentage=0,
        error_message=reason,
        attempts=claimed.attempt - 1,
    )


async def complete(session: AsyncSession, claimed: Claim, **values: object) -> None:
    """The caller holds the clone and has seen that the claim stands."""
    done = {"status": "completed", "stage": "done", "progress_percentage": 100, "attempts": 0}
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
    await session.execute(
        select(Clone.id).where(Clone.id == clone_id).with_for_update(key_share=True)
    )
    can_answer = (Document.chunk_count > 0) | (Document.status == "completed")
    unfinished = Document.status.in_(UNFINISHED)
    truth = (
        select(
            case(
                (func.coalesce(func.bool_or(can_answer), False), "ready"),
                (func.coalesce(func.bool_or(unfinished), False), "initializing"),
                (func.count() > 0, "error"),
                else_="pending",
            )
        )
        .where(Document.clone_id == clone_id)
        .scalar_subquery()
    )
    await session.execute(
        update(Clone)
        .where(
            Clone.id == clone_id,
            Clone.rag_status.not_in(("disabled", "maintenance")),
            Clone.rag_status.is_distinct_from(truth),
        )
        .values(rag_status=truth)
        .execution_options(synchronize_session=False)
    )
