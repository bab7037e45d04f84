"""The stream of a clone's documents while they are processed, as server-sent events."""

from collections.abc import AsyncIterator, Iterable
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import select
from sse_starlette import ServerSentEvent

from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.knowledge import schemas
from clonememoria.knowledge.feed import DocumentFeed
from clonememoria.knowledge.lifecycle import UNFINISHED
from clonememoria.models import Clone, Document

log = structlog.get_logger()

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
            for event in await stream.unfinished():
                yield event
            async for change in changes:
                for event in await stream.changed(
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

    async def unfinished(self) -> list[ServerSentEvent]:
        query = select(Document).where(
            Document.clone_id == self._clone.id, Document.status.in_(UNFINISHED)
        )
        async with self._database.as_user(self._clone.creator_id) as session:
            return self._tell((await session.scalars(query.order_by(Document.id))).all())

    async def changed(self, ids: Iterable[UUID], *, all_open: bool) -> list[ServerSentEvent]:
        asked = {*ids, *self._open} if all_open else set(ids)
        events = await self.unfinished() if all_open else []
        query = select(Document).where(Document.clone_id == self._clone.id, Document.id.in_(asked))
        async with self._database.as_user(self._clone.creator_id) as session:
            found = (await session.scalars(query.order_by(Document.id))).all()
        gone = asked - {document.id for document in found}
        self._open -= gone
        return [*events, *self._tell(found), *map(_deleted, sorted(gone))]

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
