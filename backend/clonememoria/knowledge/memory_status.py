"""How a clone's memory does, in figures and plain words; changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.knowledge.lifecycle import UNFINISHED
from clonememoria.models import Clone, Document, Reembedding

NAMED_FAILURES: Final = 3


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """`processing` counts those that wait, too."""

    total: int
    completed: int
    failed: int
    processing: int


@dataclass(frozen=True, slots=True)
class Failure:
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class MemoryState:
    documents: DocumentCounts
    progress_percentage: int
    last_processed_at: datetime | None
    error_message: str | None


async def state_of(session: AsyncSession, clone: Clone) -> MemoryState:
    counts, progress, last_processed_at = await _documents(session, clone.id)
    reembedding = await session.get(Reembedding, clone.id)
    failures = await _failures(session, clone.id) if counts.failed else []
    problems = [explained(counts, failures)]
    if reembedding and reembedding.error_message:
        problems.append(
            f"The new embedding was given up, the one before serves: {reembedding.error_message}"
        )
    match clone.rag_status:
        case "ready":
            progress = 100
        case "maintenance" if reembedding:
            progress = reembedding.progress_percentage
        case "pending" | "disabled":
            progress = 0
    return MemoryState(
        documents=counts,
        progress_percentage=progress,
        last_processed_at=last_processed_at,
        error_message=" ".join(filter(None, problems)) or None,
    )


async def _documents(
    session: AsyncSession, clone_id: UUID
) -> tuple[DocumentCounts, int, datetime | None]:
    """Counts, the mean of the progress of each, and when the last one was completed."""
    count = func.count()
    completed = Document.status == "completed"
    query = select(
        count,
        count.filter(completed),
        count.filter(Document.status == "failed"),
        count.filter(Document.status.in_(UNFINISHED)),
        func.coalesce(func.avg(Document.progress_percentage), 0),
        func.max(Document.updated_at).filter(completed),
    ).where(Document.clone_id == clone_id)
    total, done, failed, processing, progress, last = (await session.execute(query)).one()
    return DocumentCounts(total, done, failed, processing), int(progress), last


async def _failures(session: AsyncSession, clone_id: UUID) -> list[Failure]:
    newest = (
        select(Document.title, func.coalesce(Document.error_message, ""))
        .where(Document.clone_id == clone_id, Document.status == "failed")
        .order_by(Document.updated_at.desc(), Document.id)
        .limit(NAMED_FAILURES)
    )
    return [Failure(title, reason) for title, reason in await session.execute(newest)]


def explained(counts: DocumentCounts, failures: list[Failure]) -> str | None:
    """Which documents failed, the newest first, and why; None where none did."""
    if not counts.failed:
        return None
    if counts.failed < counts.total:
        head = f"{counts.failed} of {counts.total} documents failed"
    elif counts.total == 1:
        head = "The only document failed"
    else:
        head = f"All {counts.total} documents failed"
    named = [f"“{failure.title}”: {failure.reason.rstrip('.')}." for failure in failures]
    more = counts.failed - len(failures)
    rest = [f"{more} more."] if more else []
    return " ".join([f"{head}.", *named, *rest])
