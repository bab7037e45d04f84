"""Web pages as documents: added by address, fetched when it is their turn, compared, named.

What is fetched takes the place of the document's file; the reading of it is `ingest`'s.
"""

import asyncio
import codecs
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import PurePosixPath
from typing import Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from yarl import URL

from clonememoria.core.addresses import AddressPolicy, web_address
from clonememoria.core.db import Database
from clonememoria.core.errors import AppError, DuplicateDocument, InvalidInput
from clonememoria.knowledge import filetype, lifecycle
from clonememoria.knowledge.documents import (
    Source,
    in_memory,
    replace_source,
    requeue,
    uploaded,
)
from clonememoria.knowledge.fetching import Fetched, Validators, Web, fetch
from clonememoria.knowledge.lifecycle import Claim, ClaimLost, hold_clone, lock_clone
from clonememoria.knowledge.parsers.encoding import decode
from clonememoria.knowledge.readout import Reading
from clonememoria.knowledge.schemas import PageCreate
from clonememoria.knowledge.upload import ReceivedFile
from clonememoria.models import Clone, Document

log = structlog.get_logger()

# Instead of a hash, until there is something to hash.
UNFETCHED: Final = "url:"

# What a site says of a page counts where its content does not tell: a part of a page from text.
_NAMES: Final[Mapping[str, str]] = {
    "text/html": "page.html",
    "application/xhtml+xml": "page.html",
    "text/markdown": "page.md",
    "text/csv": "page.csv",
    "application/json": "page.json",
}
# The encoding of the others is their own affair.
_TEXTS: Final = frozenset({"txt", "md", "html", "csv"})
# A page may name any address as its own: it is shown, and never called.
_ANYWHERE: Final = AddressPolicy((ip_network("0.0.0.0/0"), ip_network("::/0")))


async def add_page(
    session: AsyncSession, clone: Clone, page: PageCreate, *, policy: AddressPolicy
) -> Document:
    """Raise DuplicateDocument where the clone has a page of this address, fetched or not."""
    try:
        address = str(web_address(page.url, policy))
    except InvalidInput as error:
        raise type(error)(error.detail, field=("body", "url")) from error
    # Two at once: the second one waits here, and then sees the first.
    await lock_clone(session, clone.id)
    await _check_new(session, clone, address)
    document = Document(
        clone_id=clone.id,
        owner_id=clone.creator_id,
        title=page.title or address,
        source_type="url",
        type="webpage",
        mime_type=filetype.HTML.mime_type,
        url=address,
        size_bytes=0,
        content_hash=f"{UNFETCHED}{address}",
        visibility=page.visibility,
        refresh_interval_hours=page.refresh_interval_hours,
    )
    session.add(document)
    await session.flush()
    await requeue(session, document)
    await session.refresh(document)
    return document


async def _check_new(session: AsyncSession, clone: Clone, address: str) -> None:
    query = select(Document.id, Document.title).where(
        Document.clone_id == clone.id, Document.url == address, Document.source_type == "url"
    )
    first = (await session.execute(query)).first()
    if first:
        raise DuplicateDocument(
            f"This clone already has this page, as “{first.title}”",
            extra={"document_id": str(first.id), "document_title": first.title},
        )


def set_refresh_interval(document: Document, hours: int | None) -> None:
    if document.source_type != "url":
        raise InvalidInput(
            "Only web pages are refreshed by themselves; replace this document instead",
            field=("body", "refresh_interval_hours"),
        )
    document.refresh_interval_hours = hours


async def fetch_into(claim: Claim, *, database: Database, web: Web) -> Claim | None:
    """Bring the file of a page up to date; return what is to be read, None where nothing is.

    Raise ClaimLost, or an AppError whose text is for the owner. No transaction is open meanwhile.
    """
    async with database.as_user(claim.owner_id) as session:
        known = await _claimed(session, claim)
    page = ReceivedFile("page", folder=web.folder)
    try:
        fetched = await fetch(
            known.url or "",
            into=page,
            web=web,
            known=Validators(known.etag, known.last_modified),
        )
        source = await _source_of(page, fetched) if fetched else None
        async with database.as_user(claim.owner_id) as session:
            return await _take(session, claim, fetched=fetched, source=source)
    finally:
        await page.close()


async def _claimed(session: AsyncSession, claim: Claim) -> Document:
    """Raise ClaimLost; locks the row: a cancel, a delete or a new version waits, and then wins."""
    await hold_clone(session, claim.clone_id)
    query = select(Document).where(claim.still_stands).with_for_update()
    document: Document | None = await session.scalar(query)
    if document is None:
        raise ClaimLost
    return document


async def _source_of(page: ReceivedFile, fetched: Fetched) -> Source:
    """Raise UnsupportedType or a DocumentUnreadable for what is known to be hopeless."""
    name = _NAMES.get(fetched.media_type) or PurePosixPath(URL(fetched.url).path).name
    source = await uploaded(
        page.file, name, size_bytes=page.size_bytes, content_hash=page.content_hash
    )
    source = replace(source, source_type="url")
    is_text = filetype.BY_MIME_TYPE[source.mime_type].kind in _TEXTS
    if is_text and fetched.charset and not _is_utf8(fetched.charset):
        return await asyncio.to_thread(_in_utf8, source, fetched.charset)
    return source


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        return False


def _in_utf8(source: Source, charset: str) -> Source:
    """The encoding came beside the page, and would be lost: no file says it for itself."""
    source.file.seek(0)
    text = decode(source.file.read(), charset)
    return in_memory(text.encode(), source.mime_type, source.source_type)


async def _take(
    session: AsyncSession, claim: Claim, *, fetched: Fetched | None, source: Source | None
) -> Claim | None:
    document = await _claimed(session, claim)
    if fetched and source and source.content_hash != document.content_hash:
        await replace_source(session, document, source)
        document.canonical_url = fetched.url if fetched.url != document.url else None
    if fetched:
        document.etag = fetched.validators.etag
        document.last_modified = fetched.validators.last_modified
    document.checked_at = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    await session.flush()
    if _is_answering(document):
        log.info("page_unchanged", document_id=str(document.id))
        await lifecycle.complete(session, claim)
        return None
    return replace(claim, mime_type=document.mime_type, title=_given_title(document))


def _is_answering(document: Document) -> bool:
    """Whether what answers was made of this content, under this title."""
    title = _given_title(document)
    indexed = document.indexed_title or ""
    is_title_indexed = not title or indexed == title or indexed.startswith(f"{title}: ")
    is_content_indexed = document.indexed_hash == document.content_hash
    return is_content_indexed and is_title_indexed and document.chunk_count > 0


def _given_title(document: Document) -> str:
    """Empty for a page that nobody named: its address would be a poor thing to be found by."""
    return "" if document.title == document.url else document.title


async def name_page(session: AsyncSession, claim: Claim, reading: Reading) -> None:
    """After `complete`, in its transaction: what the page calls itself, and where."""
    document = await session.get_one(Document, claim.document_id, populate_existing=True)
    if document.title == document.url and reading.found_title:
        document.title = reading.found_title
    if reading.canonical_url:
        document.canonical_url = _canonical(reading.canonical_url, document)
    if reading.warnings:
        # They belong to the reading: at the next visit it is read again, changed or not.
        document.indexed_hash = None
    await session.flush()


def _canonical(address: str, document: Document) -> str | None:
    base = URL(document.canonical_url or document.url or "")
    try:
        return str(web_address(str(base.join(URL(address))), _ANYWHERE))
    except (InvalidInput, ValueError):
        return document.canonical_url


async def keep_serving(session: AsyncSession, claim: Claim, error: AppError) -> bool:
    """Leave a page that could not be refreshed as it was, and say so; False where nothing was."""
    try:
        document = await _claimed(session, claim)
    except ClaimLost:
        return False
    if document.source_type != "url" or not document.chunk_count:
        return False
    is_checked = document.checked_at and document.indexed_hash == document.content_hash
    version = f"The version of {_told(document.checked_at)}" if is_checked else "An earlier version"
    await lifecycle.complete(
        session,
        claim,
        error_message=(
            f"Could not be refreshed on {_told(datetime.now(UTC))}: {error.detail.rstrip('.')}. "
            f"{version} answers."
        ),
    )
    return True


def _told(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC" if instant else ""
