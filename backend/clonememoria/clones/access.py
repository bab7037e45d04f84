"""Whose clone it is, and who may see it: the check before anything is done with a clone."""

from typing import Annotated, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.errors import CloneNotFound, Forbidden
from clonememoria.core.text import storable
from clonememoria.models import Clone

# In a path: an id, or a slug.
CloneKey: TypeAlias = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]


def is_own() -> ColumnElement[bool]:
    """The session's user made it. Row security says so too: a query may forget this filter."""
    return Clone.creator_id == func.app_user()


def is_visible() -> ColumnElement[bool]:
    return or_(is_own(), Clone.is_published)


async def visible_clone(session: AsyncSession, key: UUID | str) -> Clone:
    """One's own clone, or a published one; raise CloneNotFound for all else."""
    clone: Clone | None = await session.scalar(select(Clone).where(_named(key), is_visible()))
    if clone is None:
        raise CloneNotFound
    return clone


async def owned_clone(session: AsyncSession, key: UUID | str) -> Clone:
    """Raise Forbidden for somebody else's published clone, CloneNotFound for a private one."""
    query = select(Clone, is_own()).where(_named(key), is_visible())
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise CloneNotFound
    clone, is_mine = found
    if not is_mine:
        raise Forbidden("Only the owner of this clone may do this")
    return clone


async def clone_to_change(session: AsyncSession, key: UUID | str) -> Clone:
    """One's own, locked: of two changes at once the second sees what the first one made."""
    owned = await owned_clone(session, key)
    query = select(Clone).where(Clone.id == owned.id).with_for_update(key_share=True)
    clone: Clone | None = await session.scalar(query.execution_options(populate_existing=True))
    if clone is None:
        raise CloneNotFound
    return clone


def _named(key: UUID | str) -> ColumnElement[bool]:
    if isinstance(key, UUID):
        return Clone.id == key
    try:
        return Clone.id == UUID(key)
    except ValueError:
        return Clone.slug == key
