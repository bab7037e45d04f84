"""The routes under /api/rag about a clone's memory: prepare it, watch it, mend it, empty it."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.accounts.identity import UserSession
from clonememoria.clones.categories import DOMAINS, Category, Domain
from clonememoria.clones.dependencies import AppReembed
from clonememoria.clones.schemas import RagStatus
from clonememoria.core.addresses import AddressPolicy
from clonememoria.core.errors import AppError, DuplicateDocument
from clonememoria.core.openapi import problems
from clonememoria.core.web import AppDatabase
from clonememoria.knowledge import memory
from clonememoria.knowledge import rag_schemas as schemas
from clonememoria.knowledge.dependencies import (
    AppAddressPolicy,
    DetachedClone,
    OwnClone,
    WithinBudget,
)
from clonememoria.knowledge.forgetting import forget
from clonememoria.knowledge.memory_status import state_of
from clonememoria.knowledge.schemas import PageCreate
from clonememoria.knowledge.webpages import add_page
from clonememoria.models import Clone

router = APIRouter(responses=problems(401, 403, 404, 422, 503))


@router.post("/initialize/{clone_id}", dependencies=[WithinBudget], responses=problems(409, 429))
async def initialize_memory(
    body: schemas.InitializeMemory,
    clone: OwnClone,
    session: UserSession,
    *,
    policy: AppAddressPolicy,
) -> schemas.MemoryInitialized:
    """Have a clone's memory prepared in the background: all that is not indexed is read.

    `status` tells how far it is. It may be asked for again once it is over; while one that was
    asked for runs, it is 409 `already_initializing`.
    """
    clone = await memory.take_turn(session, clone.id)
    memory.check_idle(clone)
    taken = [await _take(session, clone, page, policy=policy) for page in body.documents]
    subject = memory.Subject(body.expert_name, body.domain_name, body.context)
    await memory.ask_for(session, clone, subject)
    return schemas.MemoryInitialized(
        message=_told(taken),
        data=schemas.InitializedData(
            clone_id=clone.id, rag_status=cast(RagStatus, clone.rag_status), documents=taken
        ),
    )


async def _take(
    session: AsyncSession, clone: Clone, page: schemas.PageToRead, *, policy: AddressPolicy
) -> schemas.PageTaken:
    """One bad address of several fails none of the others."""
    taken = schemas.PageTaken(name=page.name, url=page.url, outcome="queued")
    try:
        wanted = PageCreate(url=page.url, title=page.name)
        taken.document_id = (await add_page(session, clone, wanted, policy=policy)).id
    except DuplicateDocument as error:
        taken.outcome = "known"
        taken.document_id = UUID(str(error.extra["document_id"]))
    except AppError as error:
        taken.outcome, taken.reason = "refused", error.detail
    return taken


def _told(taken: Sequence[schemas.PageTaken]) -> str:
    refused = [page.name for page in taken if page.outcome == "refused"]
    names = ", ".join(f"“{name}”" for name in refused)
    return "The memory is being prepared in the background." + (
        f" Refused: {names}." if refused else ""
    )


@router.get("/status/{clone_id}")
async def read_status(clone: OwnClone, session: UserSession) -> schemas.MemoryStatus:
    """How the memory of a clone does: its state, its documents, how far the preparation is."""
    state = await state_of(session, clone)
    return schemas.MemoryStatus(
        clone_id=clone.id,
        rag_enabled=clone.rag_enabled,
        rag_status=cast(RagStatus, clone.rag_status),
        expert_name=clone.expert_name or clone.name,
        domain_name=cast(Domain, clone.rag_domain or DOMAINS[cast(Category, clone.category)]),
        documents=schemas.DocumentCounts.model_validate(state.documents),
        progress_percentage=state.progress_percentage,
        last_processed_at=state.last_processed_at,
        error_message=state.error_message,
    )


@router.post(
    "/documents/process/{clone_id}",
    dependencies=[WithinBudget],
    responses=problems(400, 429),
)
async def process_documents(clone: OwnClone, session: UserSession) -> schemas.DocumentsQueued:
    """Queue all that is not indexed: what failed, what was taken out of the memory, what got lost.

    What is on its way is left alone. 400 `rag_not_initialized` where there is no memory yet.
    """
    count = await memory.process(session, clone.id)
    documents = "1 document is queued." if count == 1 else f"{count} documents are queued."
    return schemas.DocumentsQueued(
        message=documents if count else "Everything is indexed, or on its way.",
        data=schemas.ProcessedData(clone_id=clone.id, queued_count=count),
    )


@router.delete("/cleanup/{clone_id}")
async def forget_documents(
    clone: DetachedClone, database: AppDatabase, reembed: AppReembed
) -> schemas.MemoryForgotten:
    """Empty a clone's memory: passages, words and vectors go, and it is off.

    The documents stay, with their files and texts: `initialize` has them read again.
    """
    forgotten = await forget(database, clone.id, clone.creator_id, reembed=reembed)
    return schemas.MemoryForgotten(
        message="The memory is empty and off; the documents are kept.",
        data=schemas.ForgottenData(
            clone_id=clone.id, documents=forgotten.documents, passages=forgotten.passages
        ),
    )
