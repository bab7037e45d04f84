"""Clones come, change and go: each statement writes what was sent, and nothing else."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.clones import schemas
from clonememoria.clones.slugs import free_slug_candidates
from clonememoria.models import Clone

# Called in the transaction that made the clone or enabled its memory, with the clone as it is then.
StartMemory = Callable[[AsyncSession, Clone], Awaitable[None]]

PROFILE = frozenset({"name", *schemas.ProfileFields.model_fields})


def profile_columns(fields: schemas.CloneCreate | schemas.ClonePatch) -> dict[str, object]:
    return {name: getattr(fields, name) for name in PROFILE & fields.model_fields_set}


def rag_columns(*, is_enabled: bool) -> dict[str, object]:
    """An enabled memory is to be initialized, also where it was before: what is missing is read."""
    if not is_enabled:
        return {"rag_enabled": False, "rag_status": "disabled"}
    return {"rag_enabled": True, "rag_status": "pending", "rag_initialized_at": None}


async def create_clone(
    session: AsyncSession, creator_id: UUID, columns: dict[str, object]
) -> Clone:
    for slug in free_slug_candidates(str(columns["name"])):
        clone: Clone | None = await session.scalar(
            insert(Clone)
            .values(creator_id=creator_id, slug=slug, **columns)
            # Taken, perhaps by a clone that this user cannot see, perhaps this very moment.
            .on_conflict_do_nothing(index_elements=[Clone.slug])
            .returning(Clone)
        )
        if clone:
            return clone
    raise AssertionError("the candidates for a slug never end")


async def change_clone(session: AsyncSession, clone: Clone, columns: dict[str, object]) -> Clone:
    """Only these columns: two parallel changes of different fields lose nothing."""
    if not columns:
        return clone
    changed = await session.scalars(
        update(Clone)
        .where(Clone.id == clone.id)
        .values(updated_at=func.clock_timestamp(), **columns)
        .returning(Clone),
        execution_options={"populate_existing": True},
    )
    return changed.one()


async def delete_clone(session: AsyncSession, clone: Clone) -> None:
    """Documents, chunks, vectors, conversations and messages go with it, by their foreign keys."""
    await session.execute(delete(Clone).where(Clone.id == clone.id))
