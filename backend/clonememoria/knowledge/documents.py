"""Documents and their original bytes in the database: added, changed, queued, deleted.

Every function runs in the owner's session; row and job are one transaction, the caller's.
"""

import asyncio
import hashlib
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import BinaryIO, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.core.errors import (
    AppError,
    CloneNotFound,
    Conflict,
    DocumentHasNoText,
    DocumentNotFound,
    DuplicateDocument,
    FileNotKept,
)
from clonememoria.knowledge import filetype
from clonememoria.knowledge.builds import text_of_build
from clonememoria.knowledge.files import PART_BYTES
from clonememoria.knowledge.headings import find_headings
from clonememoria.knowledge.lifecycle import UNFINISHED, hold_clone, refresh_rag_status
from clonememoria.knowledge.parsers.document import clean
from clonememoria.knowledge.queue import enqueue_documents
from clonememoria.knowledge.visibility import is_shown
from clonememoria.models import Chunk, Clone, Document, DocumentFilePart

# Of a text that is worked on at once; also where a heading makes it Markdown.
PIECE_CHARS: Final = 500_000
CANCELLED: Final = "Cancelled before it was finished. Retry when you want it read."
# Instead of a hash: nothing of a refused file is kept that another could be a duplicate of.
REFUSED: Final = "refused:"

# Where no pair of characters is cut that belong together.
_GAP: Final = re.compile("[ \n]")


@dataclass(frozen=True, slots=True)
class Source:
    """What a document is made from. `file` is read from its start, and closed by who opened it."""

    file: BinaryIO
    size_bytes: int
    content_hash: str
    mime_type: str
    source_type: str


async def pasted(content: str) -> Source:
    return await asyncio.to_thread(_pasted, content)


def _pasted(content: str) -> Source:
    text = "".join(clean(piece) for piece in _pieces(content))
    has_headings = next(find_headings(text[:PIECE_CHARS]), None) is not None
    type_ = filetype.MD if has_headings else filetype.TXT
    return in_memory(text.encode(), type_.mime_type, "manual")


def _pieces(text: str) -> Iterator[str]:
    """A pattern holds all other threads up until it is through with its text."""
    start = 0
    while start < len(text):
        gap = _GAP.search(text, start + PIECE_CHARS, start + 2 * PIECE_CHARS)
        end = gap.end() if gap else start + 2 * PIECE_CHARS
        yield text[start:end]
        start = end


def in_memory(data: bytes, mime_type: str, source_type: str) -> Source:
    content_hash = hashlib.sha256(data).hexdigest()
    return Source(io.BytesIO(data), len(data), content_hash, mime_type, source_type)


async def uploaded(file: BinaryIO, file_name: str, *, size_bytes: int, content_hash: str) -> Source:
    """Raise UnsupportedType or a DocumentUnreadable for what is known to be hopeless."""
    if not size_bytes:
        raise DocumentHasNoText("This file is empty")
    type_ = await asyncio.to_thread(filetype.detect, file, file_name)
    return Source(file, size_bytes, content_hash, type_.mime_type, "file")


async def add_document(
    session: AsyncSession, clone: Clone, source: Source, *, title: str, visibility: str = "public"
) -> Document:
    """Raise DuplicateDocument where the clone has this content already, or CloneNotFound."""
    document = await _insert(session, clone, source, title=title, visibility=visibility)
    if document is None:
        raise await _refusal(session, clone.id, source)
    await _keep_file(session, document, source)
    await _queue(session, document)
    return document


async def _insert(
    session: AsyncSession, clone: Clone, source: Source, *, title: str, visibility: str
) -> Document | None:
    """None is for what is there already."""
    insertion = (
        insert(Document)
        .values(
            clone_id=clone.id,
            owner_id=clone.creator_id,
            title=title,
            visibility=visibility,
            **_described(source),
        )
        .on_conflict_do_nothing(index_elements=["clone_id", "content_hash"])
        .returning(Document)
    )
    try:
        document: Document | None = await session.scalar(insertion)
    except IntegrityError as error:
        # It was there when the upload began.
        raise CloneNotFound from error
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


async def text_of(session: AsyncSession, document: Document) -> Sequence[str]:
    """In parts: what somebody typed, from the moment they did; of a file, what was read last."""
    if document.source_type == "manual" and document.status != "completed":
        return [(await file_of(session, document.id)).decode()]
    return await text_of_build(session, document.build_id)


async def file_of(session: AsyncSession, document_id: UUID) -> bytes:
    parts = (
        select(DocumentFilePart.data)
        .where(DocumentFilePart.document_id == document_id)
        .order_by(DocumentFilePart.part)
    )
    return b"".join((await session.scalars(parts)).all())


async def check_file_kept(session: AsyncSession, document: Document) -> None:
    """Raise FileNotKept for what was refused, and for a page that was never fetched."""
    if await session.get(DocumentFilePart, (document.id, 0)) is None:
        raise FileNotKept


async def change(
    session: AsyncSession, document: Document, *, title: str | None, source: Source | None
) -> None:
    """What is new is indexed anew, the title too: a document is found by it.

    The chunks of the version before serve until those of this one are complete.
    """
    is_new_title = title is not None and title != document.title
    is_new_source = source is not None and source.content_hash != document.content_hash
    if is_new_source and source:
        await replace_source(session, document, source)
    if is_new_title and title:
        document.title = title
    if is_new_source or (is_new_title and not is_refused(document)):
        await requeue(session, document)


def is_refused(document: Document) -> bool:
    return document.content_hash.startswith(REFUSED)


async def replace_source(session: AsyncSession, document: Document, source: Source) -> None:
    clone_id = document.clone_id
    try:
        async with session.begin_nested():
            for name, value in _described(source).items():
                setattr(document, name, value)
            await session.flush()
    except IntegrityError as error:
        raise await _refusal(session, clone_id, source) from error
    await _keep_file(session, document, source)


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
        # Also where its content turns out to be the same: that is what was asked for.
        document.indexed_hash = None
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
        .where(Chunk.build_id == document.build_id, is_shown(document.clone_id))
        .order_by(Chunk.chunk_index)
        .limit(limit)
        .offset(offset)
    )
    return (await session.scalars(query)).all()


def _described(source: Source) -> dict[str, str | int]:
    return {
        "source_type": source.source_type,
        "mime_type": source.mime_type,
        "size_bytes": source.size_bytes,
        "content_hash": source.content_hash,
    }


async def duplicate_of(
    session: AsyncSession, clone_id: UUID, content_hash: str
) -> DuplicateDocument | None:
    query = select(Document.id, Document.title).where(
        Document.clone_id == clone_id, Document.content_hash == content_hash
    )
    first = (await session.execute(query)).one_or_none()
    if first is None:
        return None
    return DuplicateDocument(
        f"This clone already has this content, as “{first.title}”",
        extra={"document_id": str(first.id), "document_title": first.title},
    )


async def _refusal(session: AsyncSession, clone_id: UUID, source: Source) -> Conflict:
    gone = Conflict("A document with this content was deleted this moment; send it again")
    return await duplicate_of(session, clone_id, source.content_hash) or gone


async def _keep_file(session: AsyncSession, document: Document, source: Source) -> None:
    """No more than a part of it is in memory."""
    of_document = DocumentFilePart.document_id == document.id
    await session.execute(delete(DocumentFilePart).where(of_document))
    row = {"document_id": document.id, "owner_id": document.owner_id}
    source.file.seek(0)
    kept_bytes = 0
    for part in count():
        data = await asyncio.to_thread(source.file.read, PART_BYTES)
        if not data:
            break
        kept_bytes += len(data)
        await session.execute(plain_insert(DocumentFilePart).values(**row, part=part, data=data))
    if kept_bytes != source.size_bytes:
        raise Conflict("This file changed while it was read; send it again")


async def _queue(session: AsyncSession, document: Document) -> None:
    await enqueue_documents(session, [document.id], owner_id=document.owner_id)
    await refresh_rag_status(session, document.clone_id)


async def _touch(session: AsyncSession, document: Document) -> None:
    now: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    document.updated_at = now
    await session.flush()
