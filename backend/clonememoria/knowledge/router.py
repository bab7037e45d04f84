"""The routes under /api/clones/{clone_id}/documents: give a clone knowledge, watch it, take it."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse
from sse_starlette import EventSourceResponse

from clonememoria.accounts.identity import UserSession
from clonememoria.core.openapi import Responses, json_body, problems
from clonememoria.core.web import AppDatabase, Page
from clonememoria.knowledge import documents, schemas, webpages
from clonememoria.knowledge.dependencies import (
    AppAddressPolicy,
    AppFeed,
    AppUpload,
    ChangedText,
    DetachedClone,
    DocumentToChange,
    NewPage,
    NewText,
    OwnClone,
    OwnDocument,
    WithinBudget,
)
from clonememoria.knowledge.events import EVENTS_EXAMPLE, document_events
from clonememoria.knowledge.file_names import attachment
from clonememoria.knowledge.files import parts_of
from clonememoria.knowledge.listing import Filter, count_documents, list_documents

router = APIRouter(responses=problems(401, 403, 404, 422, 503))

PING_S: Final = 15
STREAM_HEADERS: Final = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
# A page of somebody's, opened in the browser, would run in this origin.
SERVED_AS: Final = {"text/html": "application/octet-stream"}

EVENT_STREAM: Final[Responses] = {
    200: {"description": "Events", "content": {"text/event-stream": {"example": EVENTS_EXAMPLE}}}
}
FILE: Final[Responses] = {
    200: {
        "description": "The bytes as they were uploaded",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_FILES_FORM: Final = {
    "schema": {
        "type": "object",
        "required": ["files"],
        "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
        "example": {"files": ["Handbook.pdf", "Prices.docx"]},
    }
}
UPLOAD_BODY: Final = {
    "requestBody": {"required": True, "content": {"multipart/form-data": _FILES_FORM}}
}
REPLACEMENT_BODY: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": _FILES_FORM,
            **json_body(schemas.ContentReplacement)["requestBody"]["content"],
        },
    }
}


@router.get("")
async def find_documents(
    response: Response,
    clone: OwnClone,
    wanted: Annotated[Filter, Depends()],
    *,
    page: Annotated[Page, Depends()],
    session: UserSession,
) -> list[schemas.Document]:
    """List the documents of a clone, the newest first.

    The total is in `X-Total-Count`.
    """
    response.headers["X-Total-Count"] = str(await count_documents(session, clone.id, wanted))
    found = await list_documents(session, clone.id, wanted, page=page)
    return [schemas.Document.model_validate(document) for document in found]


@router.post(
    "",
    status_code=201,
    dependencies=[WithinBudget],
    responses=problems(409, 413, 429),
    openapi_extra=json_body(schemas.DocumentCreate),
)
async def paste_document(
    document: NewText, clone: OwnClone, session: UserSession
) -> schemas.Document:
    """Add a text.

    It is read in the background: `events` tells when it answers.
    """
    added = await documents.add_document(
        session,
        clone,
        await documents.pasted(document.content),
        title=document.title,
        visibility=document.visibility,
    )
    return schemas.Document.model_validate(added)


@router.post(
    "/upload",
    status_code=201,
    dependencies=[WithinBudget],
    responses=problems(409, 413, 415, 429, 507),
    openapi_extra=UPLOAD_BODY,
)
async def upload_documents(request: Request, upload: AppUpload) -> list[schemas.Document]:
    """Upload files: PDF, Office, OpenDocument, EPUB, web pages, e-mail, tables or texts.

    Of several files each has its own outcome: a refused one is in the list as `failed` with the
    reason, one that the clone has already is answered as `skipped` and not stored again. A file
    that comes alone is refused by the status of the answer.
    """
    return await upload.receive(request)


@router.post(
    "/url",
    status_code=201,
    dependencies=[WithinBudget],
    responses=problems(409, 413, 429),
    openapi_extra=json_body(schemas.PageCreate),
)
async def add_web_page(
    page: NewPage, clone: OwnClone, policy: AppAddressPolicy, *, session: UserSession
) -> schemas.Document:
    """Add a web page by its address, to be fetched in the background.

    Pages are fetched from the public internet alone. With `refresh_interval_hours` they are
    fetched again by themselves; what is on them meanwhile answers until the new is complete.
    """
    added = await webpages.add_page(session, clone, page, policy=policy)
    return schemas.Document.model_validate(added)


@router.get("/events", response_class=EventSourceResponse, responses=EVENT_STREAM)
async def follow_documents(
    clone: DetachedClone, feed: AppFeed, database: AppDatabase
) -> EventSourceResponse:
    """Watch the documents of a clone: an event for each change of state or progress.

    First comes what is unfinished now. `document` events carry a Document, `deleted` ones its id.
    """
    return EventSourceResponse(
        document_events(clone, feed=feed, database=database),
        ping=PING_S,
        headers=STREAM_HEADERS,
        # As in the streams of the chat: some readers take "\r\n" for two ends of a line.
        sep="\n",
    )


@router.get("/{doc_id}", response_model=schemas.DocumentWithContent)
async def read_document(document: OwnDocument, session: UserSession) -> StreamingResponse:
    """Read a document with the text that was found in it."""
    shown = schemas.Document.model_validate(document)
    text = await documents.text_of(session, document)
    return StreamingResponse(schemas.with_content(shown, text), media_type="application/json")


@router.patch(
    "/{doc_id}",
    responses=problems(409, 413, 429),
    openapi_extra=json_body(schemas.DocumentPatch),
)
async def patch_document(
    patch: ChangedText, document: DocumentToChange, session: UserSession
) -> schemas.Document:
    """Change a document: only what is sent.

    A new title or content is indexed anew; until then the old passages answer.
    """
    if patch.visibility:
        document.visibility = patch.visibility
    source = await documents.pasted(patch.content) if patch.content else None
    if "refresh_interval_hours" in patch.model_fields_set:
        webpages.set_refresh_interval(document, patch.refresh_interval_hours)
    await documents.change(session, document, title=patch.title, source=source)
    await session.flush()
    return schemas.Document.model_validate(document)


@router.put(
    "/{doc_id}/content",
    dependencies=[WithinBudget],
    responses=problems(409, 413, 415, 429, 507),
    openapi_extra=REPLACEMENT_BODY,
)
async def replace_content(doc_id: UUID, request: Request, upload: AppUpload) -> schemas.Document:
    """Replace a document by a new version of it: one file, or a text.

    The passages of the old version answer until those of the new one are complete.
    """
    return await upload.replace(doc_id, request)


@router.delete("/{doc_id}", status_code=204)
async def remove_document(document: DocumentToChange, session: UserSession) -> None:
    """Delete a document with its passages, vectors and original file, at once."""
    await documents.delete_document(session, document)


@router.get("/{doc_id}/chunks")
async def read_chunks(
    response: Response,
    document: OwnDocument,
    session: UserSession,
    *,
    page: Annotated[Page, Depends()],
) -> list[schemas.Chunk]:
    """List the passages that a document was cut into, in order.

    The total is in `X-Total-Count`.
    """
    response.headers["X-Total-Count"] = str(document.chunk_count)
    chunks = await documents.chunks_of(session, document, limit=page.limit, offset=page.offset)
    return [schemas.Chunk.model_validate(chunk) for chunk in chunks]


@router.get("/{doc_id}/file", response_class=StreamingResponse, responses=FILE)
async def download_file(
    doc_id: UUID, clone: DetachedClone, database: AppDatabase
) -> StreamingResponse:
    """Download the original file, or the text that was pasted."""
    async with database.as_user(clone.creator_id) as session:
        document = await documents.find_document(session, clone, doc_id)
        await documents.check_file_kept(session, document)
    mime_type = document.mime_type
    return StreamingResponse(
        parts_of(database, document.owner_id, document.id),
        media_type=SERVED_AS.get(mime_type, mime_type),
        headers={
            "Content-Disposition": attachment(document.title, mime_type),
            "Content-Length": str(document.size_bytes),
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.post("/{doc_id}/reprocess", dependencies=[WithinBudget], responses=problems(409, 429))
async def reprocess_document(document: DocumentToChange, session: UserSession) -> schemas.Document:
    """Read a document once more, such as after a failure; a web page is fetched anew."""
    await documents.reprocess(session, document)
    return schemas.Document.model_validate(document)


@router.post("/{doc_id}/cancel", responses=problems(409))
async def cancel_document(document: DocumentToChange, session: UserSession) -> schemas.Document:
    """Stop the processing of a document."""
    await documents.cancel(session, document)
    return schemas.Document.model_validate(document)
