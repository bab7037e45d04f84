"""How much the clones of one person remember, by domain and in all."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from itertools import groupby
from typing import Self, cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.clones.access import is_own
from clonememoria.clones.categories import DOMAINS, Category, Domain
from clonememoria.models import Clone, Document


@dataclass(frozen=True, slots=True)
class MemorySums:
    """`storage_bytes` are those of the documents as they came, `passages` what answers now."""

    clones: int = 0
    ready_clones: int = 0
    documents: int = 0
    completed_documents: int = 0
    failed_documents: int = 0
    passages: int = 0
    storage_bytes: int = 0

    @classmethod
    def of(cls, parts: Iterable[Self]) -> Self:
        return cls(*map(sum, zip(*map(astuple, parts), strict=True)))

    @property
    def ready_share(self) -> float:
        """Of the clones, 0 to 1."""
        return round(self.ready_clones / self.clones, 4) if self.clones else 0.0


async def sums_by_domain(session: AsyncSession) -> dict[Domain, MemorySums]:
    """Of the session's user's own clones, by name of the domain; only those that there are."""
    of_clone = (
        select(
            Document.clone_id,
            func.count().label("documents"),
            func.count().filter(Document.status == "completed").label("completed"),
            func.count().filter(Document.status == "failed").label("failed"),
            func.sum(Document.chunk_count).label("passages"),
            func.sum(Document.size_bytes).label("size"),
        )
        .group_by(Document.clone_id)
        .subquery()
    )
    counts = of_clone.c
    query = (
        select(
            Clone.rag_domain,
            Clone.category,
            func.count(),
            # In maintenance the vectors before serve.
            func.count().filter(Clone.rag_status.in_(("ready", "maintenance"))),
            *(
                func.coalesce(func.sum(column), 0)
                for column in (
                    counts.documents,
                    counts.completed,
                    counts.failed,
                    counts.passages,
                    counts.size,
                )
            ),
        )
        .outerjoin(of_clone, counts.clone_id == Clone.id)
        .where(is_own())
        .group_by(Clone.rag_domain, Clone.category)
    )
    rows = [
        (_domain(named, category), MemorySums(*map(int, sums)))
        for named, category, *sums in await session.execute(query)
    ]
    rows.sort(key=lambda row: row[0])
    return {
        domain: MemorySums.of(sums for _, sums in group)
        for domain, group in groupby(rows, key=lambda row: row[0])
    }


def _domain(named: str | None, category: str) -> Domain:
    return cast(Domain, named) if named else DOMAINS[cast(Category, category)]
