"""Takes everything out of a clone's memory, and keeps what it was made from.

At once, in one short transaction: no search finds anything, no reading of a document goes on. The
rows themselves go in steps afterwards; what a crash leaves of them, the sweep of builds removes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.clones.settings import Reembed
from clonememoria.core.db import Database
from clonememoria.knowledge.builds import remove
from clonememoria.knowledge.lifecycle import refresh_rag_status
from clonememoria.knowledge.memory import take_turn
from clonememoria.models import Clone, Document, HiddenBuild

FORGOTTEN: Final = "Removed from the memory; process it again to use it."


@dataclass(frozen=True, slots=True)
class Forgotten:
    documents: int
    passages: int


async def forget(
    database: Database, clone_id: UUID, owner_id: UUID, *, reembed: Reembed
) -> Forgotten:
    async with database.as_user(owner_id) as session:
        documents, builds = await _hide_all(session, clone_id, reembed=reembed)
    passages = await remove(database, builds, owner_id)
    return Forgotten(documents, passages)


async def _hide_all(
    session: AsyncSession, clone_id: UUID, *, reembed: Reembed
) -> tuple[int, Sequence[int]]:
    """Return how many documents were touched, and the builds that wait to be removed."""
    clone = await take_turn(session, clone_id)
    # All of them first: whoever stores something of one waits, and finds that nobody wants it.
    documents = (
        select(Document.id)
        .where(Document.clone_id == clone.id)
        .order_by(Document.id)
        .with_for_update()
    )
    count = len((await session.scalars(documents)).all())
    builds = await _hide_builds(session, clone)
    await _skip_documents(session, clone)
    await session.execute(
        update(Clone)
        .where(Clone.id == clone.id)
        .values(rag_enabled=False, rag_initialized_at=None, updated_at=func.clock_timestamp())
    )
    await refresh_rag_status(session, clone.id)
    await session.refresh(clone)
    # Nothing is left to re-embed: what the settings ask for serves from now on.
    await reembed(session, clone)
    return count, builds


async def _hide_builds(session: AsyncSession, clone: Clone) -> Sequence[int]:
    serving = select(Document.build_id, Document.id, Document.clone_id, Document.owner_id).where(
        Document.clone_id == clone.id, Document.build_id.is_not(None)
    )
    hidden = select(HiddenBuild.id).where(HiddenBuild.clone_id == clone.id)
    await session.execute(
        insert(HiddenBuild).from_select(
            ["id", "document_id", "clone_id", "owner_id"],
            serving.where(Document.build_id.not_in(hidden)),
        )
    )
    return (await session.scalars(hidden)).all()


async def _skip_documents(session: AsyncSession, clone: Clone) -> None:
    """A failure keeps its reason."""
    of_clone = Document.clone_id == clone.id
    unindexed = {
        "chunk_count": 0,
        "stage": "queued",
        "progress_percentage": 0,
        "attempts": 0,
        "claim_id": None,
        "seconds_left": None,
        "updated_at": func.clock_timestamp(),
    }
    for changed, values in (
        (Document.status != "failed", {"status": "skipped", "error_message": FORGOTTEN}),
        (Document.status == "failed", {}),
    ):
        await session.execute(
            update(Document)
            .where(of_clone, changed)
            .values({**unindexed, **values})
            .execution_options(synchronize_session=False)
        )
