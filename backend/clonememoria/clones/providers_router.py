"""The routes under /api/providers: what a clone can be built on here, and whether it answers."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Final

from fastapi import APIRouter, Depends

from clonememoria.accounts.budgets import Budgets
from clonememoria.accounts.identity import CurrentUser
from clonememoria.clones import provider_schemas as schemas
from clonememoria.clones.dependencies import AppProviders
from clonememoria.clones.schemas import ProviderName
from clonememoria.clones.trials import VECTOR_STORE, Tester, try_provider
from clonememoria.core.limits import AppLimits
from clonememoria.core.openapi import problems
from clonememoria.core.web import AppDatabase, AppSettings
from clonememoria.providers.catalog import ProviderInfo, Providers
from clonememoria.providers.registry import KINDS

router = APIRouter(responses=problems(401, 503))

TESTS_PER_MINUTE: Final = 10


@router.get("")
async def list_providers(_user: CurrentUser, providers: AppProviders) -> schemas.Providers:
    """List providers: what exists, what is configured, how it does, what it offers.

    Models and voices are at most a minute old; circuits and errors are those of this moment.
    """
    llm, embeddings, tts = await asyncio.gather(*map(providers.catalog, KINDS))
    return schemas.Providers(
        llm=[_provider(info) for info in llm],
        embedding=[_provider(info) for info in embeddings],
        tts=[_tts_provider(info, providers) for info in tts],
        vector_store=[
            schemas.Provider(
                name=VECTOR_STORE,
                configured=True,
                healthy=True,  # Whoever asks was just found in the same database.
                models=[],
                default=None,
                is_default=True,
            )
        ],
    )


def _provider(info: ProviderInfo) -> schemas.Provider:
    return schemas.Provider(
        name=info.name,
        configured=info.is_configured,
        healthy=info.is_healthy,
        models=list(info.choices),
        default=next(iter(info.choices), None),
        is_default=info.is_default,
        circuit=info.circuit,
        last_error=info.last_error,
        hint=info.hint,
    )


def _tts_provider(info: ProviderInfo, providers: Providers) -> schemas.TtsProvider:
    provider = _provider(info).model_copy(update={"models": []})
    return schemas.TtsProvider(
        **provider.model_dump(),
        voices=list(info.choices),
        has_open_voices=info.is_configured and providers.tts(info.name).has_open_voices,
    )


async def tester(
    kind: schemas.ProviderKind,
    user: CurrentUser,
    *,
    database: AppDatabase,
    limits: AppLimits,
    providers: AppProviders,
    settings: AppSettings,
) -> Tester:
    """Somebody who may test within their limit."""
    await limits.count(f"provider test {user.id}", per_minute=TESTS_PER_MINUTE)
    budgets_of = Budgets.from_settings if kind == "llm" else Budgets.in_dollars
    return Tester(user.id, budgets_of(settings), database, providers)


CurrentTester = Annotated[Tester, Depends(tester)]


@router.post("/{kind}/{name}/test", responses=problems(422, 429))
async def check_provider(
    kind: schemas.ProviderKind,
    name: ProviderName,
    tester: CurrentTester,
    *,
    wanted: schemas.ProviderTrial | None = None,
) -> schemas.ProviderTest:
    """Test a provider: make one tiny real call and say how long it took.

    The body may name a model or voice that is not saved anywhere yet, and a text to answer, embed
    or speak. A provider that fails answers with the problem that a chat would have met. What it
    costs is yours to pay, as of a reply.
    """
    answered = await try_provider(kind, name, wanted or schemas.ProviderTrial(), tester=tester)
    return schemas.ProviderTest(kind=kind, name=name, **asdict(answered))
