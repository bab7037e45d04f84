"""A document's index while it grows, when it is shown, and when it goes; knows no parser.

A build is one reading of a document: its text, its chunks, their words and vectors, all with its
number. While `hidden_builds` has a row of it no search sees it, so it can grow in many short
transactions. Which build is a document's own changes in one. See docs/adr/0017-builds.md.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database
from clonememoria.knowledge.lifecycle import Claim, ClaimLost
from clonememoria.models import BUILDS, Chunk, Document, DocumentText, HiddenBuild

# Each with its words and vectors: a second or two, and a delete beside it waits for no more.
REMOVED_AT_ONCE: Final = 5_000
# Builds of all tenants; those of the next sweep are half a minute away.
SWEPT_AT_ONCE: Final = 1_000


async def begin(session: AsyncSession, claim: Claim) -> int:
    """Return the number of a new build, which only this claim may write."""
    build_id: int = (await session.execute(select(BUILDS.next_value()))).scalar_one()
    await session.execute(
        insert(HiddenBuild).values(
            id=build_id,
            document_id=claim.document_id,
            clone_id=claim.clone_id,
            owner_id=claim.owner_id,
            claim_id=claim.claim_id,
        )
    )
    return build_id


async def check_writable(session: AsyncSession, claim: Claim, build_id: int) -> None:
    """Raise ClaimLost; else whoever would remove the build waits for this transaction."""
    query = (
        select(HiddenBuild.id)
        .join(Document, Document.id == HiddenBuild.document_id)
        .where(HiddenBuild.id == build_id, claim.still_stands)
        .with_for_update(read=True, key_share=True, of=HiddenBuild)
    )
    if await session.scalar(query) is None:
        raise ClaimLost


async def show(session: AsyncSession, claim: Claim, build_id: int) -> None:
    """In the transaction that makes the build the document's own: the one before is hidden."""
    await session.execute(delete(HiddenBuild).where(HiddenBuild.id == build_id))
    before = await session.scalar(select(Document.build_id).where(Document.id == claim.document_id))
    if before is not None:
        await _hide(session, claim, before)


async def _hide(session: AsyncSession, claim: Claim, before: int) -> None:
    """Nobody writes it any more. It is hidden already where its text alone was kept."""
    await session.execute(delete(HiddenBuild).where(HiddenBuild.id == before))
    await session.execute(
        insert(HiddenBuild).values(
            id=before,
            document_id=claim.document_id,
            clone_id=claim.clone_id,
            owner_id=claim.owner_id,
        )
    )


async def abandon(session: AsyncSession, claim: Claim, build_id: int) -> None:
    """Nobody writes it any more."""
    await session.execute(
        update(HiddenBuild)
        .where(HiddenBuild.id == build_id, HiddenBuild.claim_id == claim.claim_id)
        .values(claim_id=None)
    )


async def remove_hidden(database: Database, document_id: UUID, owner_id: UUID) -> None:
    """What is left of earlier readings of one document."""
    async with database.as_user(owner_id) as session:
        builds = (await session.scalars(_abandoned(HiddenBuild.document_id == document_id))).all()
    await remove(database, builds, owner_id)


async def remove_abandoned_builds(database: Database) -> int:
    """Of all tenants: what killed workers left behind. Return how many."""
    async with database.as_system() as session:
        found = await session.execute(
            _abandoned()
            .add_columns(HiddenBuild.owner_id)
            .order_by(HiddenBuild.owner_id, HiddenBuild.id)
            .limit(SWEPT_AT_ONCE)
        )
        builds = [(owner_id, build_id) for build_id, owner_id in found]
    for owner_id, owned in groupby(builds, key=itemgetter(0)):
        await remove(database, [build_id for _, build_id in owned], owner_id)
    return len(builds)


def _abandoned(*conditions: ColumnElement[bool]) -> Select[int]:
    is_written = exists().where(
        Document.id == HiddenBuild.document_id,
        Document.status == "processing",
        Document.claim_id == HiddenBuild.claim_id,
    )
    return select(HiddenBuild.id).where(~is_written, *conditions)


_REMOVE_CHUNKS = text("""
    delete from chunks where id = any(array(
        select id from chunks where build_id = any(:builds) limit :limit for update skip locked))
    returning 1""")


async def remove(database: Database, builds: Sequence[int], owner_id: UUID) -> int:
    """Of hidden builds of one owner; step by step. Return how many chunks went."""
    removed = 0
    while builds:
        async with database.as_user(owner_id) as session:
            # Whoever still writes to one has ended then, and nobody begins.
            hidden = select(HiddenBuild.id).where(HiddenBuild.id.in_(builds))
            await session.execute(hidden.order_by(HiddenBuild.id).with_for_update())
            step = {"builds": builds, "limit": REMOVED_AT_ONCE}
            count = len((await session.execute(_REMOVE_CHUNKS, step)).all())
            removed += count
            if count < REMOVED_AT_ONCE:
                await _remove_emptied(session, builds)
                break
    return removed


async def _remove_emptied(session: AsyncSession, builds: Sequence[int]) -> None:
    """The row that hides a build goes last, and not before a chunk that somebody holds."""
    # A text that was read before its provider failed stays readable: it is the document's.
    is_own = exists().where(
        Document.id == DocumentText.document_id, Document.build_id == DocumentText.build_id
    )
    await session.execute(delete(DocumentText).where(DocumentText.build_id.in_(builds), ~is_own))
    has_chunks = exists().where(Chunk.build_id == HiddenBuild.id)
    await session.execute(delete(HiddenBuild).where(HiddenBuild.id.in_(builds), ~has_chunks))


async def text_of_build(session: AsyncSession, build_id: int | None) -> Sequence[str]:
    """In parts, of which there are none where nothing was read yet."""
    parts = (
        select(DocumentText.text)
        .where(DocumentText.build_id == build_id)
        .order_by(DocumentText.part)
    )
    return (await session.scalars(parts)).all()


async def keep_text(
    session: AsyncSession, claim: Claim, build_id: int, *, page_count: int | None
) -> None:
    """What was read stays readable while the provider is down, where there is nothing older."""
    query = select(Document).where(claim.still_stands, Document.chunk_count == 0).with_for_update()
    document = await session.scalar(query)
    if document is None:
        return
    if document.build_id is not None:
        await _hide(session, claim, document.build_id)
    document.build_id, document.page_count = build_id, page_count
    document.updated_at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
