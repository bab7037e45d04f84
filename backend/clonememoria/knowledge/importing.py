"""Brings the files of a folder into a clone, as uploads are, and follows them; prints nothing."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import Final, Literal, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.core.errors import (
    AppError,
    DatabaseUnavailable,
    DocumentUnreadable,
    DuplicateDocument,
)
from clonememoria.knowledge.dependencies import Payer
from clonememoria.knowledge.documents import (
    Source,
    add_document,
    duplicate_of,
    uploaded,
)
from clonememoria.knowledge.file_names import title_from
from clonememoria.knowledge.lifecycle import UNFINISHED
from clonememoria.knowledge.queue import is_stalled
from clonememoria.knowledge.schemas import Visibility
from clonememoria.knowledge.upload import file_too_large
from clonememoria.models import Clone, Document, User

# Added at the same time: each takes a connection, and a few MB.
MAX_AT_ONCE: Final = 4
POLL_S: Final = 0.5
# Without a sign of a worker.
PATIENCE_S: Final = 5.0
MAX_NAMED: Final = 50
MAX_ASKED_FOR: Final = 1000
OWN_WORKER: Final = "No worker is heard from: the files are processed here."
DELETED: Final = "It was deleted meanwhile."

Fate = Literal["added", "completed", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one file: `added` is followed by `completed` or `failed` when it was processed."""

    path: Path
    fate: Fate
    reason: str = ""


class Listener(Protocol):
    def hear(self, outcome: Outcome) -> None: ...

    def note(self, sentence: str) -> None: ...


class UnknownClone(LookupError):
    """Its text names the clones that there are."""


async def named_clone(database: Database, key: str) -> Clone:
    """By its id, its slug, or its name where no other has it."""
    has_key = (cast(Clone.id, String) == key.lower()) | (Clone.slug == key)
    has_name = func.lower(Clone.name) == key.lower()
    async with database.as_system() as session:
        found = await _clones(session, has_key) or await _clones(session, has_name)
        if len(found) == 1:
            return found[0][0]
        known = found or await _clones(session, true())
    names = [f"  {clone.slug}  ({clone.name}, of {email})" for clone, email in known]
    raise UnknownClone("\n".join([f"Which clone is {key!r}? There are:", *(names or ["  none"])]))


async def _clones(
    session: AsyncSession, condition: ColumnElement[bool]
) -> Sequence[tuple[Clone, str]]:
    """With the e-mail of their owners."""
    query = (
        select(Clone, User.email)
        .join(User, User.id == Clone.creator_id)
        .where(condition)
        .order_by(Clone.slug)
        .limit(MAX_NAMED)
    )
    return [(clone, email) for clone, email in await session.execute(query)]


@dataclass(frozen=True, slots=True)
class Destination:
    """Whose documents the files become, and how."""

    payer: Payer
    visibility: Visibility
    max_file_bytes: int


class FolderImport:
    """`hire` opens a worker; one of our own is run when there is no other."""

    def __init__(
        self,
        folder: Path,
        destination: Destination,
        *,
        listener: Listener,
        hire: Callable[[], AbstractAsyncContextManager[object]],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._folder = folder
        self._destination = destination
        self._clone = destination.payer.clone
        self._listener = listener
        self._hire = hire
        self._patience_s = patience_s
        self._unfinished: dict[UUID, Path] = {}
        self._is_adding = True

    async def run(self, files: Sequence[Path]) -> None:
        """Raise DatabaseUnavailable where it goes away."""
        errors: ExceptionGroup[Exception] | None = None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                await self._each(files, self._store)
                self._is_adding = False
        except* UNREACHABLE as lost:
            errors = lost
        if errors:
            raise DatabaseUnavailable from errors

    async def rehearse(self, files: Sequence[Path]) -> None:
        """Find out what would become of each file, and store nothing."""
        seen: set[str] = set()
        await self._each(files, partial(self._look_at, seen=seen))

    async def _each(self, files: Sequence[Path], do: Callable[[Path], Awaitable[None]]) -> None:
        rest = iter(files)

        async def do_rest() -> None:
            for path in rest:
                try:
                    await do(path)
                except DuplicateDocument as error:
                    self._listener.hear(Outcome(path, "skipped", error.detail))
                except AppError as error:
                    self._listener.hear(Outcome(path, "failed", error.detail))

        async with asyncio.TaskGroup() as group:
            for _ in range(MAX_AT_ONCE):
                group.create_task(do_rest())

    async def _store(self, path: Path) -> None:
        await self._destination.payer.check_budget()
        async with self._source(path) as source, self._session() as session:
            document = await add_document(
                session,
                self._clone,
                source,
                title=title_from(path.name),
                visibility=self._destination.visibility,
            )
        self._unfinished[document.id] = path
        self._listener.hear(Outcome(path, "added"))

    async def _look_at(self, path: Path, *, seen: set[str]) -> None:
        async with self._source(path) as source, self._session() as session:
            duplicate = await duplicate_of(session, self._clone.id, source.content_hash)
        if duplicate or source.content_hash in seen:
            raise duplicate or DuplicateDocument
        seen.add(source.content_hash)
        self._listener.hear(Outcome(path, "added"))

    @asynccontextmanager
    async def _source(self, path: Path) -> AsyncIterator[Source]:
        file = await asyncio.to_thread(_opened, self._folder / path)
        try:
            size_bytes, content_hash = await asyncio.to_thread(
                _measured, file, self._destination.max_file_bytes
            )
            yield await uploaded(file, path.name, size_bytes=size_bytes, content_hash=content_hash)
        finally:
            await asyncio.to_thread(file.close)

    def _session(self) -> AbstractAsyncContextManager[AsyncSession]:
        return self._destination.payer.database.as_user(self._clone.creator_id)

    async def _follow(self) -> None:
        async with AsyncExitStack() as stack:
            is_hired = False
            while self._is_adding or self._unfinished:
                await asyncio.sleep(POLL_S)
                for outcome in await self._ended():
                    self._listener.hear(outcome)
                if not is_hired and await self._is_alone():
                    self._listener.note(OWN_WORKER)
                    await stack.enter_async_context(self._hire())
                    is_hired = True

    async def _ended(self) -> list[Outcome]:
        """What was ours and is unfinished no more, the deleted included."""
        ours = set(self._unfinished)
        is_of_clone = Document.clone_id == self._clone.id
        unfinished = select(Document.id).where(is_of_clone, Document.status.in_(UNFINISHED))
        async with self._session() as session:
            ended = list(ours.difference(await session.scalars(unfinished)))[:MAX_ASKED_FOR]
            results = select(Document.id, Document.status, Document.error_message).where(
                Document.id.in_(ended)
            )
            found = {id_: rest for id_, *rest in await session.execute(results)} if ended else {}
        return [
            _outcome(self._unfinished.pop(id_), *found.get(id_, ("failed", DELETED)))
            for id_ in ended
        ]

    async def _is_alone(self) -> bool:
        async with self._destination.payer.database.as_system() as session:
            return await is_stalled(session, patience_s=self._patience_s)


def _outcome(path: Path, status: str, reason: str | None) -> Outcome:
    return Outcome(path, "completed" if status == "completed" else "failed", reason or "")


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise DocumentUnreadable(f"This file cannot be opened: {error.strerror}") from error


def _measured(file: BufferedReader, max_bytes: int) -> tuple[int, str]:
    """Return size and hash; raise TooLarge without reading it all."""
    try:
        if os.fstat(file.fileno()).st_size > max_bytes:
            raise file_too_large(max_bytes)
        content_hash = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DocumentUnreadable(f"This file cannot be read: {error.strerror}") from error
    return file.tell(), content_hash
