"""Makes the sample clone for the first account, and has it ready when that person arrives."""

import asyncio
from typing import Final

import structlog
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.accounts.registration import Welcome
from clonememoria.clones.access import is_own
from clonememoria.clones.editing import create_clone, profile_columns
from clonememoria.clones.settings import columns_for_new
from clonememoria.core.db import Database
from clonememoria.first_run.florence import DOCUMENTS, FLORENCE
from clonememoria.knowledge import memory
from clonememoria.knowledge.documents import add_document, pasted
from clonememoria.knowledge.lifecycle import UNFINISHED
from clonememoria.models import Clone, Document, User
from clonememoria.providers.catalog import Providers

log = structlog.get_logger()

# Who registers waits this long at most: a worker elsewhere may be slow, or not there.
PATIENCE_S: Final = 5.0
POLL_S: Final = 0.05


def sample_welcome(database: Database, providers: Providers, *, is_wanted: bool) -> Welcome:
    """The first account is the admin's; nobody else gets a sample."""

    async def welcome(user: User) -> None:
        if not is_wanted or user.role != "admin":
            return
        texts = await asyncio.to_thread(_read_texts)
        async with database.as_user(user.id) as session:
            if await session.scalar(select(exists().where(is_own()))):
                return
            clone = await _make(session, user, texts, providers=providers)
        await _until_read(database, clone)
        log.info("sample_clone_made", clone_id=str(clone.id))

    return welcome


def _read_texts() -> dict[str, str]:
    return {title: path.read_text(encoding="utf-8") for title, path in DOCUMENTS.items()}


async def _make(
    session: AsyncSession, user: User, texts: dict[str, str], *, providers: Providers
) -> Clone:
    columns = profile_columns(FLORENCE) | columns_for_new(FLORENCE, providers)
    clone = await create_clone(session, user.id, columns)
    for title, text in texts.items():
        await add_document(session, clone, await pasted(text), title=title)
    await memory.start(session, clone)
    return clone


async def _until_read(database: Database, clone: Clone) -> None:
    unread = exists().where(Document.clone_id == clone.id, Document.status.in_(UNFINISHED))
    for _ in range(round(PATIENCE_S / POLL_S)):
        async with database.as_user(clone.creator_id) as session:
            if not await session.scalar(select(unread)):
                return
        await asyncio.sleep(POLL_S)
