"""What the routes of documents are given: the caller's own clone, its documents, the feed."""

from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Request

from clonememoria.accounts.budgets import Budgets
from clonememoria.accounts.identity import CurrentUser, UserSession
from clonememoria.clones.access import CloneKey, owned_clone
from clonememoria.clones.dependencies import AppProviders
from clonememoria.core.addresses import AddressPolicy
from clonememoria.core.db import Database
from clonememoria.core.web import AppDatabase, AppSettings
from clonememoria.knowledge import schemas
from clonememoria.knowledge.charging import check_affordable
from clonememoria.knowledge.documents import find_document
from clonememoria.knowledge.feed import DocumentFeed
from clonememoria.knowledge.pasting import received_body
from clonememoria.knowledge.spaces import serving
from clonememoria.knowledge.upload import Intake
from clonememoria.knowledge.uploading import Upload
from clonememoria.models import Clone, Document
from clonememoria.providers.prices import Prices


async def own_clone(clone_id: CloneKey, session: UserSession) -> Clone:
    return await owned_clone(session, clone_id)


OwnClone = Annotated[Clone, Depends(own_clone)]


async def own_document(doc_id: UUID, clone: OwnClone, session: UserSession) -> Document:
    return await find_document(session, clone, doc_id)


async def document_to_change(doc_id: UUID, clone: OwnClone, session: UserSession) -> Document:
    """Locked: two changes at once come one after the other."""
    return await find_document(session, clone, doc_id, to_change=True)


OwnDocument = Annotated[Document, Depends(own_document)]
DocumentToChange = Annotated[Document, Depends(document_to_change)]


async def detached_clone(clone_id: CloneKey, user: CurrentUser, database: AppDatabase) -> Clone:
    """In a transaction of its own: none is open while a body arrives or a stream runs."""
    async with database.as_user(user.id) as session:
        return await owned_clone(session, clone_id)


DetachedClone = Annotated[Clone, Depends(detached_clone)]


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays for the vectors of a clone: its maker, unless they cost nothing."""

    clone: Clone
    database: Database
    prices: Prices
    budgets: Budgets

    async def check_budget(self) -> None:
        owner_id = self.clone.creator_id
        async with self.database.as_user(owner_id) as session:
            await check_affordable(
                session,
                serving(self.clone),
                owner_id=owner_id,
                prices=self.prices,
                budgets=self.budgets,
            )


def payer(
    clone: DetachedClone, *, database: AppDatabase, providers: AppProviders, settings: AppSettings
) -> Payer:
    return Payer(clone, database, providers.prices, Budgets.in_dollars(settings))


ClonePayer = Annotated[Payer, Depends(payer)]


async def within_budget(payer: ClonePayer) -> None:
    await payer.check_budget()


WithinBudget = Depends(within_budget)


async def new_text(request: Request, _clone: DetachedClone) -> schemas.DocumentCreate:
    """Read after the clone was found to be the sender's: a long text costs memory and time."""
    return await received_body(request, schemas.DocumentCreate)


async def changed_text(request: Request, payer: ClonePayer) -> schemas.DocumentPatch:
    """Whom others may see it needs no vectors."""
    patch = await received_body(request, schemas.DocumentPatch)
    if patch.title or patch.content:
        await payer.check_budget()
    return patch


async def new_page(request: Request, _clone: DetachedClone) -> schemas.PageCreate:
    return await received_body(request, schemas.PageCreate)


def address_policy(settings: AppSettings) -> AddressPolicy:
    return AddressPolicy(tuple(settings.url_allowed_networks))


NewText = Annotated[schemas.DocumentCreate, Depends(new_text)]
NewPage = Annotated[schemas.PageCreate, Depends(new_page)]
AppAddressPolicy = Annotated[AddressPolicy, Depends(address_policy)]
ChangedText = Annotated[schemas.DocumentPatch, Depends(changed_text)]


def upload_into(clone: DetachedClone, database: AppDatabase, request: Request) -> Upload:
    return Upload(database, clone, cast(Intake, request.app.state.intake))


AppUpload = Annotated[Upload, Depends(upload_into)]


def feed_of(request: Request) -> DocumentFeed:
    return cast(DocumentFeed, request.app.state.document_feed)


AppFeed = Annotated[DocumentFeed, Depends(feed_of)]
