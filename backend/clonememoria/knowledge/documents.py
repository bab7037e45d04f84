"""Documents and their original bytes in the database: added, changed, queued, deleted.

Every function runs in the owner's session; row and job are one transaction, the caller's.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.core.db import Database
from clonememoria.core.errors import (
    AppError,
    Conflict,
    DocumentHasNoText,
    DocumentNotFound,
    DuplicateDocument,
)
from clonememoria.knowledge import filetype
from clonememoria.knowledge.headings import find_headings
from clonememoria.knowledge.lifecycle import UNFINISHED, hold_clone, refresh_rag_status
from clonememoria.knowledge.parsers.document import clean
from clonememoria.knowledge.queue import IngestJob, enqueue
from clonememoria.models import Chunk, Clone, Document, DocumentFilePart

PART_BYTES: Final = 1024 * 1024
CANCELLED: Final = "Cancelled before it was finished. Retry when you want it read."
# Instead of a hash: nothing of a refused file is kept that another could be a duplicate of.
REFUSED: Final = "refused:"


@dataclass(frozen=True, slots=True)
class Source:
    """What a document is made from: the bytes as they came, and what they are."""

    data: bytes
    mime_type: str
    source_type: str
    content_hash: str

    @property
    def text(self) -> str | None:
        """Known before it is read, where somebody typed it."""
        return self.data.decode() if self.source_type == "manual" else None


def pasted(content: str) -> Source:
    text = clean(content)
    has_headings = next(find_headings(text), None) is not None
    type_ = filetype.MD if has_headings else filetype.TXT
    return _source(text.encode(), type_.mime_type, "manual")


async def uploaded(data: bytes, file_name: str) -> Source:
    """Raise UnsupportedType or a DocumentUnreadable for what is known to be hopeless."""
    if not data:
        raise DocumentHasNoText("This file is empty")
    type_ = await asyncio.to_thread(filetype.detect, data, file_name)
    return await asyncio.to_thread(_source, data, type_.mime_type, "file")


def _source(data: bytes, mime_type: str, source_type: str) -> Source:
    return Source(data, mime_type, source_type, hashlib.sha256(data).hexdigest())


async def add_document(
    session: AsyncSession, clone: Clone, source: Source, *, title: str, visibility: str = "public"
) -> Document:
    """Raise DuplicateDocument where the clone has this content already."""
    document: Document | None = await session.scalar(
        insert(Document)
        .values(
            clone_id=clone.id,
            owner_id=clone.creator_id,
            title=title,
            visibility=visibility,
            content=source.text,
            **_described(source),
        )
        .on_conflict_do_nothing(index_elements=["clone_id", "content_hash"])
        .returning(Document)
    )
    if document is None:
        raise await _duplicate(session, clone.id, source.content_hash)
    await _keep_file(session, document, source.data)
    await _queue(session, document)
    return document


async def keep_refusal(
    session: AsyncSession, clone: Clone, *, title: str, size_bytes: int, reason: AppError
) -> Document:
    """One file of several: its owner sees in the list why it is not there."""
    document_id = uuid7()
    document = Document(
        id=document_id,
        clone_id=clone.id,
        owner_id=clone.creator_id,
        title=title,
        source_type="file",
        mime_type="application/octet-stream",
        size_bytes=size_bytes,
        content_hash=f"{REFUSED}{document_id}",
        status="failed",
        error_message=reason.detail,
    )
    session.add(document)
    await session.flush()
    await session.refresh(document)
    await refresh_rag_status(session, clone.id)
    return document


async def find_document(
    session: AsyncSession, clone: Clone, document_id: UUID, *, to_change: bool = False
) -> Document:
    query = select(Document).where(Document.id == document_id, Document.clone_id == clone.id)
    if to_change:
        await hold_clone(session, clone.id)
        query = query.with_for_update()
    document: Document | None = await session.scalar(query)
    if document is None:
        raise DocumentNotFound
    return document


async def text_of(session: AsyncSession, document: Document) -> str | None:
    """What somebody typed, from the moment they did; of a file, what was read last."""
    if document.source_type == "manual" and document.status != "completed":
        return (await file_of(session, document.id)).decode()
    return await session.scalar(select(Document.content).where(Document.id == document.id))


async def file_of(session: AsyncSession, document_id: UUID) -> bytes:
    parts = (
        select(DocumentFilePart.data)
        .where(DocumentFilePart.document_id == document_id)
        .order_by(DocumentFilePart.part)
    )
    return b"".join((await session.scalars(parts)).all())


async def stream_file(database: Database, document: Document) -> AsyncIterator[bytes]:
    """Part by part, each in a transaction of its own: the reader may be slow."""
    for part in range(-(-document.size_bytes // PART_BYTES)):
        async with database.as_user(document.owner_id) as session:
            row = await session.get(DocumentFilePart, (document.id, part))
        if row is None:
            return
        yield row.data


async def change(
    session: AsyncSession, document: Document, *, title: str | None, source: Source | None
) -> None:
    """What is new is indexed anew, the title too: a document is found by it.

    The chunks of the version before serve until those of this one are complete.
    """
    is_new_title = title is not None and title != document.title
    is_new_source = source is not None and source.content_hash != document.content_hash
    if is_new_source and source:
        await _replace_source(session, document, source)
    if is_new_title and title:
        document.title = title
    if is_new_source or (is_new_title and not is_refused(document)):
        await requeue(session, document)


def is_refused(document: Document) -> bool:
    return document.content_hash.startswith(REFUSED)


async def _replace_source(session: AsyncSession, document: Document, source: Source) -> None:
    clone_id = document.clone_id
    try:
        async with session.begin_nested():
            for name, value in _described(source).items():
                setattr(document, name, value)
            await session.flush()
    except IntegrityError as error:
        raise await _duplicate(session, clone_id, source.content_hash) from error
    await _keep_file(session, document, source.data)


async def requeue(session: AsyncSession, document: Document) -> None:
    document.status, document.stage = "pending", "queued"
    document.progress_percentage = document.attempts = 0
    document.error_message = None
    await _touch(session, document)
    await _queue(session, document)


async def reprocess(session: AsyncSession, document: Document) -> None:
    """Once is enough: what waits or runs already is left alone."""
    if is_refused(document):
        raise Conflict("This file was refused and not kept; upload a readable version of it")
    if document.status not in UNFINISHED:
        await requeue(session, document)


async def cancel(session: AsyncSession, document: Document) -> None:
    if document.status not in UNFINISHED:
        raise Conflict("This document is not being processed")
    document.status, document.error_message = "failed", CANCELLED
    await _touch(session, document)
    await refresh_rag_status(session, document.clone_id)


async def delete_document(session: AsyncSession, document: Document) -> None:
    await session.execute(delete(Document).where(Document.id == document.id))
    await refresh_rag_status(session, document.clone_id)


async def chunks_of(
    session: AsyncSession, document: Document, *, limit: int, offset: int
) -> Sequence[Chunk]:
    query = (
        select(Chunk)
        .where(Chunk.document_id == document.id)
        .order_by(Chunk.chunk_index)
        .limit(limit)
        .offset(offset)
    )
    return (await session.scalars(query)).all()


def _described(source: Source) -> dict[str, str | int]:
    return {
        "source_type": source.source_type,
        "mime_type": source.mime_type,
        "size_bytes": len(source.data),
        "content_hash": source.content_hash,
    }


async def _duplicate(session: AsyncSession, clone_id: UUID, content_hash: str) -> DuplicateDocument:
    query = select(Document.id, Document.title).where(
        Document.clone_id == clone_id, Document.content_hash == content_hash
    )
    first_id, title = (await session.execute(query)).one()
    return DuplicateDocument(
        f"This clone already has this content, as “{title}”", extra={"document_id": str(first_id)}
    )


async def _keep_file(session: AsyncSession, document: Document, data: bytes) -> None:
    parts = DocumentFilePart.document_id == document.id
    await session.execute(delete(DocumentFilePart).where(parts))
    for part, start in enumerate(range(0, len(data), PART_BYTES)):
        row = {"document_id": document.id, "part": part, "owner_id": document.owner_id}
        row["data"] = data[start : start + PART_BYTES]
        await session.execute(plain_insert(DocumentFilePart).values(row))


async def _queue(session: AsyncSession, document: Document) -> None:
    await enqueue(session, IngestJob(document.id, document.owner_id))
    await refresh_rag_status(session, document.clone_id)


async def _touch(session: AsyncSession, document: Document) -> None:
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    document.updated_at = now
    await session.flush()
