"""The list of a clone's documents, filtered and paged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, StringConstraints
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.text import storable
from clonememoria.core.web import Page
from clonememoria.knowledge.schemas import Status, Type
from clonememoria.models import Document

SearchText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)
]


@dataclass(frozen=True, slots=True)
class Filter:
    """The query parameters of the list."""

    status: Annotated[list[Status] | None, Query(description="One, or any of several.")] = None
    search: Annotated[SearchText, Query(description="A part of the title.")] = ""
    type: Type | None = None


async def count_documents(session: AsyncSession, clone_id: UUID, wanted: Filter) -> int:
    query = select(func.count(Document.id)).where(*_conditions(clone_id, wanted))
    return await session.scalar(query) or 0


async def list_documents(
    session: AsyncSession, clone_id: UUID, wanted: Filter, *, page: Page
) -> Sequence[Document]:
    """The newest first."""
    query = (
        select(Document)
        .where(*_conditions(clone_id, wanted))
        .order_by(Document.id.desc())
        .limit(page.limit)
        .offset(page.offset)
    )
    return (await session.scalars(query)).all()


def _conditions(clone_id: UUID, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions = [Document.clone_id == clone_id]
    if wanted.status:
        conditions.append(Document.status.in_(wanted.status))
    if wanted.search:
        conditions.append(Document.title.icontains(wanted.search, autoescape=True))
    if wanted.type:
        conditions.append(Document.type == wanted.type)
    return conditions
