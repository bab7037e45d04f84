"""What becomes of each file of one upload: stored, refused or skipped, each on its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
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
    max_file_bytes: int

    async def store(self, files: Sequence[ReceivedFile]) -> list[schemas.Document]:
        """A file that came alone raises what refuses it."""
        if len(files) == 1:
            return [await self._add(files[0])]
        return [await self._outcome(file) for file in files]

    async def replace(self, document_id: UUID, request: Request) -> schemas.Document:
        """By the one file of a form, or by the text of a JSON body."""
        source = await self._new_source(request)
        async with self.database.as_user(self.clone.creator_id) as session:
            document = await find_document(session, self.clone, document_id, to_change=True)
            await change(session, document, title=None, source=source)
            return schemas.Document.model_validate(document)

    async def _new_source(self, request: Request) -> Source:
        if not is_form(request):
            return pasted((await received_body(request, schemas.ContentReplacement)).content)
        async with received_files(request, max_file_bytes=self.max_file_bytes) as files:
            if len(files) > 1:
                raise InvalidInput("Choose one file: it replaces one document")
            return await uploaded(await files[0].read(), files[0].name)

    async def _outcome(self, file: ReceivedFile) -> schemas.Document:
        try:
            return await self._add(file)
        except DuplicateDocument as error:
            return await self._skipped(file, error)
        except AppError as error:
            return await self._refused(file, error)

    async def _add(self, file: ReceivedFile) -> schemas.Document:
        if file.is_too_large:
            raise file_too_large(self.max_file_bytes)
        source = await uploaded(await file.read(), file.name)
        async with self.database.as_user(self.clone.creator_id) as session:
            document = await add_document(session, self.clone, source, title=title_from(file.name))
        return schemas.Document.model_validate(document)

    async def _refused(self, file: ReceivedFile, reason: AppError) -> schemas.Document:
        async with self.database.as_user(self.clone.creator_id) as session:
            document = await keep_refusal(
                session,
                self.clone,
                title=title_from(file.name),
                size_bytes=file.upload.size or 0,
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
