"""The routes under /api/clones: make a clone, find it, change it, publish it, delete it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from clonememoria.accounts.identity import CurrentUser, UserSession
from clonememoria.clones import schemas
from clonememoria.clones.access import CloneKey, clone_to_change, owned_clone, visible_clone
from clonememoria.clones.dependencies import AppProviders, AppReembed, AppStartMemory
from clonememoria.clones.editing import (
    change_clone,
    create_clone,
    delete_clone,
    profile_columns,
    rag_columns,
)
from clonememoria.clones.gallery import Filter, count_clones, list_clones, show_clone
from clonememoria.clones.settings import (
    Reembed,
    columns_for_change,
    columns_for_new,
    effective_settings,
    is_about_embedding,
)
from clonememoria.core.openapi import problems
from clonememoria.core.web import Page
from clonememoria.models import Clone, Reembedding
from clonememoria.providers.catalog import Providers

router = APIRouter(responses=problems(401, 422, 503))


@router.post("", status_code=201)
async def make_clone(
    clone: schemas.CloneCreate,
    user: CurrentUser,
    session: UserSession,
    *,
    providers: AppProviders,
    start_memory: AppStartMemory,
) -> schemas.Clone:
    """Create a clone.

    With `enable_rag` its memory is prepared in the background, whatever becomes of that.
    """
    columns = profile_columns(clone) | columns_for_new(clone, providers)
    columns |= rag_columns(is_enabled=clone.enable_rag)
    made = await create_clone(session, user.id, columns)
    if made.rag_enabled:
        await start_memory(session, made)
    return await show_clone(session, made.id, providers=providers)


@router.get("")
async def find_clones(
    response: Response,
    wanted: Annotated[Filter, Depends()],
    page: Annotated[Page, Depends()],
    *,
    session: UserSession,
    providers: AppProviders,
) -> list[schemas.Clone]:
    """List clones: one's own, the published ones, or both.

    The total is in `X-Total-Count`.
    """
    response.headers["X-Total-Count"] = str(await count_clones(session, wanted))
    return await list_clones(session, wanted, page, providers=providers)


@router.get("/{clone_id}", responses=problems(404))
async def read_clone(
    clone_id: CloneKey, session: UserSession, providers: AppProviders
) -> schemas.Clone:
    """Read a clone, by its id or its slug."""
    clone = await visible_clone(session, clone_id)
    return await show_clone(session, clone.id, providers=providers)


@router.patch("/{clone_id}", responses=problems(403, 404, 429))
async def patch_clone(
    clone_id: CloneKey,
    patch: schemas.ClonePatch,
    session: UserSession,
    *,
    providers: AppProviders,
    reembed: AppReembed,
    start_memory: AppStartMemory,
) -> schemas.Clone:
    """Change a clone: only what is sent. Its slug stays.

    A memory that is enabled again is prepared in the background.
    """
    clone = await clone_to_change(session, clone_id)
    columns = profile_columns(patch) | columns_for_change(patch, clone, providers)
    if "rag_enabled" in patch.model_fields_set and patch.rag_enabled != clone.rag_enabled:
        columns |= rag_columns(is_enabled=patch.rag_enabled)
    changed = await _change(session, clone, columns, reembed=reembed)
    if columns.get("rag_enabled"):
        await start_memory(session, changed)
    return await show_clone(session, changed.id, providers=providers)


@router.delete("/{clone_id}", status_code=204, responses=problems(403, 404))
async def remove_clone(clone_id: CloneKey, session: UserSession) -> None:
    """Delete a clone with its documents, passages, vectors and conversations."""
    await delete_clone(session, await owned_clone(session, clone_id))


@router.get("/{clone_id}/settings", responses=problems(403, 404))
async def read_settings(
    clone_id: CloneKey, session: UserSession, providers: AppProviders
) -> schemas.CloneSettings:
    """Read what the clone's next message will use."""
    return await _settings(session, await owned_clone(session, clone_id), providers)


@router.patch("/{clone_id}/settings", responses=problems(403, 404, 429))
async def patch_settings(
    clone_id: CloneKey,
    patch: schemas.CloneSettingsPatch,
    session: UserSession,
    *,
    providers: AppProviders,
    reembed: AppReembed,
) -> schemas.CloneSettings:
    """Change settings: only what is sent.

    The next message uses them. A new embedding re-embeds the documents in the background, within
    your budget.
    """
    clone = await clone_to_change(session, clone_id)
    columns = columns_for_change(patch, clone, providers)
    changed = await _change(session, clone, columns, reembed=reembed)
    return await _settings(session, changed, providers)


@router.post("/{clone_id}/publish", responses=problems(403, 404))
async def publish_clone(
    clone_id: CloneKey, session: UserSession, providers: AppProviders
) -> schemas.Clone:
    """Let everybody who is logged in find the clone and chat with it."""
    return await _set_published(session, clone_id, providers, is_published=True)


@router.post("/{clone_id}/unpublish", responses=problems(403, 404))
async def unpublish_clone(
    clone_id: CloneKey, session: UserSession, providers: AppProviders
) -> schemas.Clone:
    """Make the clone private again."""
    return await _set_published(session, clone_id, providers, is_published=False)


async def _set_published(
    session: AsyncSession, key: str, providers: Providers, *, is_published: bool
) -> schemas.Clone:
    clone = await owned_clone(session, key)
    changed = await change_clone(session, clone, {"is_published": is_published})
    return await show_clone(session, changed.id, providers=providers)


async def _change(
    session: AsyncSession, clone: Clone, columns: dict[str, object], *, reembed: Reembed
) -> Clone:
    changed = await change_clone(session, clone, columns)
    if is_about_embedding(columns):
        await reembed(session, changed)
    return changed


async def _settings(
    session: AsyncSession, clone: Clone, providers: Providers
) -> schemas.CloneSettings:
    return effective_settings(clone, providers, await session.get(Reembedding, clone.id))
