"""What becomes of each file of one upload: stored, refused or skipped, each on its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from clonememoria.core.db import Database
from clonememoria.core.errors import AppError, DuplicateDocument, InvalidInput
from clonememoria.knowledge import schemas
from clonememoria.knowledge.documents import (
    Source,
    add_document,
    change,
    find_document,
    keep_refusal,
    pasted,
    uploaded,
)
from clonememoria.knowledge.file_names import title_from
from clonememoria.knowledge.pasting import received_body
from clonememoria.knowledge.upload import (
    Intake,
    ReceivedFile,
    file_too_large,
    is_form,
    received_files,
)
from clonememoria.models import Clone


@dataclass(frozen=True, slots=True)
class Upload:
    """Whose files these are, and where they go."""

    database: Database
    clone: Clone
    intake: Intake

    async def receive(self, request: Request) -> list[schemas.Document]:
        """Raise what refuses a file that comes alone."""
        async with received_files(request, self.intake) as files:
            if len(files) == 1:
                return [await self._add(files[0])]
            return [await self._outcome(file) for file in files]

    async def replace(self, document_id: UUID, request: Request) -> schemas.Document:
        """By the one file of a form, or by the text of a JSON body."""
        if not is_form(request):
            body = await received_body(request, schemas.ContentReplacement)
            return await self._replace(document_id, await pasted(body.content))
        async with received_files(request, self.intake) as files:
            if len(files) > 1:
                raise InvalidInput("Choose one file: it replaces one document")
            return await self._replace(document_id, await self._source_of(files[0]))

    async def _replace(self, document_id: UUID, source: Source) -> schemas.Document:
        async with self._turn(source) as session:
            document = await find_document(session, self.clone, document_id, to_change=True)
            await change(session, document, title=None, source=source)
            return schemas.Document.model_validate(document)

    @asynccontextmanager
    async def _turn(self, source: Source) -> AsyncIterator[AsyncSession]:
        owner_id = self.clone.creator_id
        async with self.intake.turn(source.size_bytes), self.database.as_user(owner_id) as session:
            yield session

    async def _source_of(self, file: ReceivedFile) -> Source:
        if file.is_too_large:
            raise file_too_large(self.intake.max_file_bytes)
        return await uploaded(
            file.file, file.name, size_bytes=file.size_bytes, content_hash=file.content_hash
        )

    async def _outcome(self, file: ReceivedFile) -> schemas.Document:
        try:
            return await self._add(file)
        except DuplicateDocument as error:
            return await self._skipped(file, error)
        except AppError as error:
            return await self._refused(file, error)

    async def _add(self, file: ReceivedFile) -> schemas.Document:
        source = await self._source_of(file)
        async with self._turn(source) as session:
            document = await add_document(session, self.clone, source, title=title_from(file.name))
        return schemas.Document.model_validate(document)

    async def _refused(self, file: ReceivedFile, reason: AppError) -> schemas.Document:
        async with self.database.as_user(self.clone.creator_id) as session:
            document = await keep_refusal(
                session,
                self.clone,
                title=title_from(file.name),
                size_bytes=file.size_bytes,
                reason=reason,
            )
        return schemas.Document.model_validate(document)

    async def _skipped(self, file: ReceivedFile, reason: DuplicateDocument) -> schemas.Document:
        """Not stored: the first one is there. The list names what the clone knows, once."""
        first_id = UUID(str(reason.extra["document_id"]))
        async with self.database.as_user(self.clone.creator_id) as session:
            first = await find_document(session, self.clone, first_id)
        skipped = {
            "id": uuid7(),
            "title": title_from(file.name),
            "source_type": "file",
            "status": "skipped",
            "error_message": reason.detail,
            "duplicate_of": first_id,
            "chunk_count": 0,
        }
        return schemas.Document.model_validate(first).model_copy(update=skipped)
