"""All vendors of one running process, by kind and name: what the application talks to."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, cast

from clonememoria.core.config import Settings
from clonememoria.core.errors import CannotStart, ProviderError, UnknownProvider
from clonememoria.core.resilience import CircuitState
from clonememoria.providers.embeddings.base import Embeddings
from clonememoria.providers.embeddings.guarded import GuardedEmbeddings
from clonememoria.providers.guard import Guard, Protection, protection_for
from clonememoria.providers.llm.base import LanguageModel
from clonememoria.providers.llm.fallback import Candidate, Candidates, Skip
from clonememoria.providers.llm.guarded import GuardedLanguageModel, Patience
from clonememoria.providers.prices import Prices
from clonememoria.providers.registry import KINDS, Kind, Registry, installed_vendors
from clonememoria.providers.tts.base import TextToSpeech
from clonememoria.providers.tts.guarded import GuardedSpeech

CATALOG_AGE_S: Final = 60.0
CATALOG_PATIENCE_S: Final = 2.0
# More are of no use in a form; the vendor with the most, a reseller, has four hundred.
MAX_CHOICES: Final = 1000


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """`choices` are model names, for speech voice ids, the default first.

    `is_healthy` is None where nobody knows: not configured, or no answer in time; False while the
    circuit is open. `last_error` is the code of the latest call's failure, None where it went
    well; `hint` says what to do where the provider is not configured.
    """

    name: str
    is_configured: bool
    is_default: bool
    is_healthy: bool | None
    choices: tuple[str, ...]
    circuit: CircuitState = "closed"
    last_error: str | None = None
    hint: str | None = None


def parted(choice: str) -> tuple[str, str | None]:
    """`provider:model`, or `provider` alone, as settings have it."""
    provider, _, model = choice.partition(":")
    return provider, model or None


class Providers:
    """Built once for a process; hands out each vendor by name, built and wrapped at first use."""

    def __init__(self, settings: Settings, protection: Protection | None = None) -> None:
        self.prices = Prices.from_settings(settings)
        self._settings = settings
        self._protection = protection or protection_for(settings)
        self._guards: dict[tuple[Kind, str], Guard] = {}
        vendors = installed_vendors()
        self._llm: Registry[LanguageModel] = Registry(
            vendors["llm"], settings, wrap=self._guarded_llm
        )
        self._embeddings: Registry[Embeddings] = Registry(
            vendors["embeddings"], settings, wrap=self._guarded_embeddings
        )
        self._tts: Registry[TextToSpeech] = Registry(
            vendors["tts"], settings, wrap=self._guarded_tts
        )
        self._catalogs: dict[Kind, tuple[float, list[ProviderInfo]]] = {}
        self._defaults: dict[Kind, str] = {
            "llm": settings.llm_default_provider,
            "embeddings": settings.embeddings_default_provider,
            "tts": settings.tts_default_provider,
        }

    def _guarded_llm(self, inner: LanguageModel) -> LanguageModel:
        settings = self._settings
        patience = Patience(
            first_token_s=settings.llm_first_token_timeout_s,
            idle_s=settings.llm_idle_timeout_s,
            total_s=settings.llm_total_timeout_s,
            later_s=settings.provider_retry_after_max_s,
        )
        guard = self._guard("llm", inner, max_calls=settings.llm_max_concurrency)
        return GuardedLanguageModel(inner, guard, patience)

    def _guarded_embeddings(self, inner: Embeddings) -> Embeddings:
        guard = self._guard(
            "embeddings", inner, max_calls=self._settings.embeddings_max_concurrency
        )
        return GuardedEmbeddings(
            inner, guard, retry_after_max_s=self._settings.provider_retry_after_max_s
        )

    def _guarded_tts(self, inner: TextToSpeech) -> TextToSpeech:
        guard = self._guard("tts", inner, max_calls=self._settings.tts_max_concurrency)
        return GuardedSpeech(
            inner,
            guard,
            timeout_s=self._settings.tts_timeout_s,
            retry_after_max_s=self._settings.provider_retry_after_max_s,
        )

    def _guard(
        self, kind: Kind, inner: LanguageModel | Embeddings | TextToSpeech, *, max_calls: int
    ) -> Guard:
        guard = Guard(
            self._protection,
            kind=kind,
            provider=inner.name,
            endpoint=inner.endpoint,
            max_calls=max_calls,
        )
        self._guards[kind, inner.name] = guard
        return guard

    def llm(self, name: str) -> LanguageModel:
        return self._llm.get(name)

    def embeddings(self, name: str) -> Embeddings:
        return self._embeddings.get(name)

    def tts(self, name: str) -> TextToSpeech:
        return self._tts.get(name)

    def llm_candidates(self, name: str, model: str | None) -> Candidates:
        """The named model, then the fallbacks of the settings."""
        ready: list[Candidate] = []
        skipped: list[Skip] = []
        for provider, wanted in ((name, model), *map(parted, self._settings.llm_fallbacks)):
            try:
                llm = self.llm(provider)
            except UnknownProvider as error:
                skipped.append(Skip(provider, wanted or "", error.code, error.detail))
                continue
            candidate = Candidate(llm, wanted or llm.default_model)
            if candidate not in ready:
                ready.append(candidate)
        return Candidates(tuple(ready), tuple(skipped))

    def query_embeddings(self, name: str) -> Embeddings:
        """As `embeddings`, for a question whose asker waits: it gives up soon."""
        guarded = cast(GuardedEmbeddings, self._embeddings.get(name))
        return guarded.within(self._settings.embeddings_query_timeout_s)

    def embeddings_fallbacks(self) -> list[tuple[str, str]]:
        """Providers with their models, in the order of the settings."""
        return [
            (provider, model or self.embeddings(provider).default_model)
            for provider, model in map(parted, self._settings.embeddings_fallbacks)
        ]

    def default(self, kind: Kind) -> str:
        return self._defaults[kind]

    def check_defaults(self) -> None:
        """Raise CannotStart where what clones use by default could not answer."""
        for kind in KINDS:
            if problem := self._registry(kind).problem_of(self._defaults[kind]):
                raise CannotStart(f"{kind.upper()}_DEFAULT_PROVIDER={problem}")
        fallbacks: dict[Kind, list[str]] = {
            "llm": self._settings.llm_fallbacks,
            "embeddings": self._settings.embeddings_fallbacks,
        }
        for kind, choices in fallbacks.items():
            for provider, _ in map(parted, choices):
                if problem := self._registry(kind).problem_of(provider):
                    raise CannotStart(f"{kind.upper()}_FALLBACKS={problem}")

    def configured(self, kind: Kind) -> list[str]:
        """The names that a clone may choose."""
        return self._registry(kind).configured

    async def warm_up(self) -> None:
        """Import and build what is configured, off the loop: an SDK may take a second."""
        for kind in KINDS:
            registry = self._registry(kind)
            for name in registry.configured:
                await asyncio.to_thread(registry.get, name)

    async def catalog(self, kind: Kind) -> list[ProviderInfo]:
        """One entry for each vendor, configured or not; those are asked what they offer.

        At most a minute old, because a settings form must not wait for vendors each time.
        """
        asked_at, infos = self._catalogs.get(kind, (-math.inf, []))
        if time.monotonic() - asked_at > CATALOG_AGE_S:
            infos = await asyncio.gather(*(self._info(kind, n) for n in self._registry(kind).names))
            asked_at = time.monotonic()
            self._catalogs[kind] = (asked_at, infos)
        return [await self._as_now(kind, info, asked_at) for info in infos]

    async def _as_now(self, kind: Kind, info: ProviderInfo, asked_at: float) -> ProviderInfo:
        """With what calls have told since the catalog was asked for."""
        guard = self._guards.get((kind, info.name))
        if guard is None:
            return info
        circuit, last_error = await guard.circuit(), guard.last_error
        has_answered_since = guard.heard_at > asked_at and last_error is None
        return replace(
            info,
            circuit=circuit,
            is_healthy=circuit != "open" and (has_answered_since or info.is_healthy),
            last_error=last_error if has_answered_since else last_error or info.last_error,
        )

    async def _info(self, kind: Kind, name: str) -> ProviderInfo:
        is_configured = name in self.configured(kind)
        choices: tuple[str, ...] = ()
        is_healthy: bool | None = None
        last_error: str | None = None
        if is_configured:
            choices = (self._default_choice(kind, name),)
            try:
                async with asyncio.timeout(CATALOG_PATIENCE_S):
                    choices = tuple((await self._offers(kind, name)())[:MAX_CHOICES])
                is_healthy = True
            except TimeoutError:
                is_healthy = None
            except ProviderError as error:
                is_healthy, last_error = False, error.code
        return ProviderInfo(
            name=name,
            is_configured=is_configured,
            is_default=name == self._defaults[kind],
            is_healthy=is_healthy,
            choices=choices,
            last_error=last_error,
            hint=self._registry(kind).problem_of(name),
        )

    def _offers(self, kind: Kind, name: str) -> Callable[[], Awaitable[list[str]]]:
        if kind == "tts":
            return self.tts(name).voices
        return self.llm(name).models if kind == "llm" else self.embeddings(name).models

    def _default_choice(self, kind: Kind, name: str) -> str:
        if kind == "tts":
            return self.tts(name).default_voice
        model = self.llm(name) if kind == "llm" else self.embeddings(name)
        return model.default_model

    def _registry(self, kind: Kind) -> "Registry[LanguageModel | Embeddings | TextToSpeech]":
        registries = {"llm": self._llm, "embeddings": self._embeddings, "tts": self._tts}
        return cast("Registry[LanguageModel | Embeddings | TextToSpeech]", registries[kind])

    async def aclose(self) -> None:
        for kind in KINDS:
            await self._registry(kind).aclose()
