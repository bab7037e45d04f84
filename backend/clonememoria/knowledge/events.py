"""The stream of a clone's documents while they are processed, as server-sent events."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select
from sse_starlette import ServerSentEvent

from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.knowledge import schemas
from clonememoria.knowledge.feed import DocumentFeed
from clonememoria.knowledge.lifecycle import UNFINISHED
from clonememoria.models import Clone, Document

log = structlog.get_logger()

# Ten thousand at once hold up everybody else for 2.8 s.
READ_AT_ONCE: Final = 100
EVENTS_EXAMPLE: Final = (
    'event: document\\ndata: {"id": "…", "status": "processing", "stage": "embedding", …}\\n\\n'
    'event: deleted\\ndata: {"id": "…"}\\n\\n'
)


async def document_events(
    clone: Clone, *, feed: DocumentFeed, database: Database
) -> AsyncIterator[ServerSentEvent]:
    """First what is unfinished now, then each change; ends with the server."""
    stream = _Stream(clone, database)
    with feed.subscribe(clone.id) as changes:
        try:
            async for event in stream.unfinished():
                yield event
            async for change in changes:
                async for event in stream.changed(
                    change.document_ids, all_open=change.may_be_incomplete
                ):
                    yield event
        except UNREACHABLE:
            # The page connects again by itself, and is then told what is unfinished.
            log.warning("document_events_broke_off", exc_info=True)


class _Stream:
    """Remembers what its reader was last told to be unfinished."""

    def __init__(self, clone: Clone, database: Database) -> None:
        self._clone = clone
        self._database = database
        self._open: set[UUID] = set()

    async def unfinished(self) -> AsyncIterator[ServerSentEvent]:
        last = UUID(int=0)
        while found := await self._find(Document.status.in_(UNFINISHED), Document.id > last):
            for event in self._tell(found):
                yield event
            last = found[-1].id

    async def changed(
        self, ids: Iterable[UUID], *, all_open: bool
    ) -> AsyncIterator[ServerSentEvent]:
        asked = sorted({*ids, *self._open} if all_open else ids)
        if all_open:
            async for event in self.unfinished():
                yield event
        for start in range(0, len(asked), READ_AT_ONCE):
            part = asked[start : start + READ_AT_ONCE]
            found = await self._find(Document.id.in_(part))
            gone = sorted({*part} - {document.id for document in found})
            self._open.difference_update(gone)
            for event in (*self._tell(found), *map(_deleted, gone)):
                yield event

    async def _find(self, *conditions: ColumnElement[bool]) -> Sequence[Document]:
        """The first of them, by their ids."""
        query = (
            select(Document)
            .where(Document.clone_id == self._clone.id, *conditions)
            .order_by(Document.id)
            .limit(READ_AT_ONCE)
        )
        async with self._database.as_user(self._clone.creator_id) as session:
            return (await session.scalars(query)).all()

    def _tell(self, documents: Iterable[Document]) -> list[ServerSentEvent]:
        events = []
        for document in documents:
            if document.status in UNFINISHED:
                self._open.add(document.id)
            else:
                self._open.discard(document.id)
            shown = schemas.Document.model_validate(document)
            events.append(ServerSentEvent(shown.model_dump_json(), event="document"))
        return events


def _deleted(document_id: UUID) -> ServerSentEvent:
    return ServerSentEvent(f'{{"id":"{document_id}"}}', event="deleted")
