"""The questions that a clone offers to be asked: made from its documents, and tried out on them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import Database
from clonememoria.knowledge.questions import Candidate, Excerpt, candidates
from clonememoria.knowledge.retrieval import Query, search
from clonememoria.models import Chunk, Clone, Document
from clonememoria.providers.catalog import Providers

WANTED: Final = 4
# Each costs a search, once per state of the documents.
MAX_TRIED: Final = 12
MAX_DOCUMENTS: Final = 12
MAX_CHUNKS_OF_ONE: Final = 20
MAX_REMEMBERED: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Key:
    clone_id: UUID
    reader_is_owner: bool


@dataclass(frozen=True, slots=True)
class _Version:
    """What the documents were when the questions were made."""

    documents: int
    changed_at: datetime | None


class Suggestions:
    """Remembers what it suggested until a document of the clone comes, changes or goes."""

    def __init__(self, database: Database, providers: Providers) -> None:
        self._database = database
        self._providers = providers
        self._known: dict[_Key, tuple[_Version, tuple[str, ...]]] = {}

    async def of(self, clone: Clone, *, reader_is_owner: bool) -> tuple[str, ...]:
        """Empty where nothing would be found; private documents are for their owner only."""
        if not clone.rag_enabled:
            return ()
        key = _Key(clone.id, reader_is_owner)
        readable = _readable(key)
        async with self._database.as_user(clone.creator_id) as session:
            version = await _version(session, readable)
            known = self._known.get(key)
            if known and known[0] == version:
                return known[1]
            excerpts = await _excerpts(session, readable)
        questions = await self._questions(clone, excerpts, reader_is_owner=reader_is_owner)
        self._remember(key, version, questions)
        return questions

    async def _questions(
        self, clone: Clone, excerpts: Sequence[Excerpt], *, reader_is_owner: bool
    ) -> tuple[str, ...]:
        kept: list[str] = []
        for candidate in islice(await asyncio.to_thread(candidates, excerpts), MAX_TRIED):
            if await self._finds_itself(candidate, clone, reader_is_owner=reader_is_owner):
                kept.append(candidate.text)
            if len(kept) == WANTED:
                break
        return tuple(kept)

    async def _finds_itself(
        self, candidate: Candidate, clone: Clone, *, reader_is_owner: bool
    ) -> bool:
        # By words alone: no provider is asked, so that this works without a network too.
        query = Query(candidate.text, limit=1, mode="lexical", reader_is_owner=reader_is_owner)
        found = await search(query, clone=clone, database=self._database, providers=self._providers)
        return any(passage.chunk_id in candidate.chunk_ids for passage in found.passages)

    def _remember(self, key: _Key, version: _Version, questions: tuple[str, ...]) -> None:
        if len(self._known) >= MAX_REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[key] = (version, questions)


def _readable(key: _Key) -> ColumnElement[bool]:
    may_read = true() if key.reader_is_owner else Document.visibility == "public"
    return and_(Document.clone_id == key.clone_id, Document.status == "completed", may_read)


async def _version(session: AsyncSession, readable: ColumnElement[bool]) -> _Version:
    query = select(func.count(Document.id), func.max(Document.updated_at)).where(readable)
    count, changed_at = (await session.execute(query)).one()
    return _Version(count, changed_at)


async def _excerpts(session: AsyncSession, readable: ColumnElement[bool]) -> list[Excerpt]:
    """The beginnings of the oldest documents: what a clone is about, as a rule."""
    oldest = select(Document.id).where(readable).order_by(Document.id).limit(MAX_DOCUMENTS)
    query = (
        select(Chunk.id, Chunk.document_id, Chunk.heading_path, Chunk.content)
        .join(Document, Document.build_id == Chunk.build_id)
        .where(Document.id.in_(oldest), Chunk.chunk_index < MAX_CHUNKS_OF_ONE)
        .order_by(Chunk.document_id, Chunk.chunk_index)
    )
    return [Excerpt(*row) for row in await session.execute(query)]
