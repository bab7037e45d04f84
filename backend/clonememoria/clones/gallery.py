"""Clones as they are shown: found, sorted, counted, and without what is not a reader's to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, cast
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, StringConstraints
from sqlalchemy import Row, Select, SQLColumnExpression, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.clones import schemas
from clonememoria.clones.access import is_own, is_visible
from clonememoria.clones.categories import CATEGORIES, DOMAINS, Category, Domain
from clonememoria.clones.settings import effective_settings
from clonememoria.core.text import storable
from clonememoria.core.web import Page
from clonememoria.models import Clone, Document
from clonememoria.providers.catalog import Providers

Scope = Literal["mine", "published", "all"]
Sort = Literal["newest", "oldest", "name", "updated"]

SORTS: Final = {
    "newest": Clone.created_at.desc(),
    "oldest": Clone.created_at.asc(),
    "name": func.lower(Clone.name).asc(),
    "updated": Clone.updated_at.desc(),
}
SEARCHED: Final = (Clone.name, Clone.professional_title, Clone.bio)
# Of the settings.
OWNERS_ONLY: Final = {"retrieval", "inherited", "reembedding"}
SearchText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(storable)
]


@dataclass(frozen=True, slots=True)
class Filter:
    """The query parameters of the list."""

    scope: Annotated[Scope, Query(description="`all`: one's own and the published ones.")] = "mine"
    search: Annotated[SearchText, Query(description="Each word must be in name, title or bio.")] = (
        ""
    )
    category: Category | None = None
    domain: Domain | None = None
    sort: Sort = "newest"


async def count_clones(session: AsyncSession, wanted: Filter) -> int:
    return (await session.scalar(select(func.count(Clone.id)).where(*_conditions(wanted)))) or 0


async def list_clones(
    session: AsyncSession, wanted: Filter, page: Page, *, providers: Providers
) -> list[schemas.Clone]:
    query = (
        _shown()
        .where(*_conditions(wanted))
        .order_by(SORTS[wanted.sort], Clone.id)
        .limit(page.limit)
        .offset(page.offset)
    )
    rows = await session.execute(query)
    return [_view(row, providers) for row in rows]


async def show_clone(
    session: AsyncSession, clone_id: UUID, *, providers: Providers
) -> schemas.Clone:
    """Of a clone that has been found visible."""
    row = (await session.execute(_shown().where(Clone.id == clone_id))).one()
    return _view(row, providers)


def _shown() -> Select[Clone, int, int, bool]:
    # Row security has a reader count none.
    failed = (
        select(func.count(Document.id))
        .where(Document.clone_id == Clone.id, Document.status == "failed")
        .scalar_subquery()
    )
    return select(Clone, func.clone_document_count(Clone.id), failed, is_own())


def _conditions(wanted: Filter) -> Sequence[SQLColumnExpression[bool]]:
    conditions: list[SQLColumnExpression[bool]] = [
        {"mine": is_own(), "published": Clone.is_published, "all": is_visible()}[wanted.scope]
    ]
    if wanted.category:
        conditions.append(Clone.category == wanted.category)
    if wanted.domain:
        conditions.append(Clone.category == CATEGORIES[wanted.domain])
    text = func.concat_ws(" ", *SEARCHED)
    conditions += [text.icontains(word, autoescape=True) for word in wanted.search.split()]
    return conditions


def _view(row: Row[Clone, int, int, bool], providers: Providers) -> schemas.Clone:
    clone, document_count, failed_document_count, is_mine = row
    stored = {
        name: getattr(clone, name) for name in schemas.Clone.model_fields if hasattr(clone, name)
    }
    return schemas.Clone.model_validate(
        {
            **stored,
            **effective_settings(clone, providers).model_dump(exclude=OWNERS_ONLY),
            "domain": DOMAINS[cast(Category, clone.category)],
            "document_count": document_count,
            "failed_document_count": failed_document_count,
            "system_prompt": clone.system_prompt if is_mine else None,
        }
    )
