"""All vendors of one running process, by kind and name: what the application talks to."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, cast

from clonememoria.core.config import Settings
from clonememoria.core.errors import CannotStart, ProviderError
from clonememoria.providers.embeddings.base import Embeddings
from clonememoria.providers.llm.base import LanguageModel
from clonememoria.providers.llm.timeouts import TimedLanguageModel
from clonememoria.providers.registry import KINDS, Kind, Registry, installed_vendors
from clonememoria.providers.tts.base import TextToSpeech

CATALOG_AGE_S: Final = 60.0
CATALOG_PATIENCE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """`choices` are model names, for speech voice ids, the default first.

    `is_healthy` is None where nobody knows: not configured, or no answer in time.
    """

    name: str
    is_configured: bool
    is_default: bool
    is_healthy: bool | None
    choices: tuple[str, ...]


class Providers:
    """Built once for a process; hands out each vendor by name, built at first use."""

    def __init__(self, settings: Settings) -> None:
        def timed(model: LanguageModel) -> LanguageModel:
            return TimedLanguageModel(
                model,
                first_token_s=settings.llm_first_token_timeout_s,
                idle_s=settings.llm_idle_timeout_s,
                total_s=settings.llm_total_timeout_s,
            )

        self._llm: Registry[LanguageModel] = Registry(
            installed_vendors("llm"), settings, wrap=timed
        )
        self._embeddings: Registry[Embeddings] = Registry(installed_vendors("embeddings"), settings)
        self._tts: Registry[TextToSpeech] = Registry(installed_vendors("tts"), settings)
        self._catalogs: dict[Kind, tuple[float, list[ProviderInfo]]] = {}
        self._defaults: dict[Kind, str] = {
            "llm": settings.llm_default_provider,
            "embeddings": settings.embeddings_default_provider,
            "tts": settings.tts_default_provider,
        }

    def llm(self, name: str) -> LanguageModel:
        return self._llm.get(name)

    def embeddings(self, name: str) -> Embeddings:
        return self._embeddings.get(name)

    def tts(self, name: str) -> TextToSpeech:
        return self._tts.get(name)

    def default(self, kind: Kind) -> str:
        return self._defaults[kind]

    def check_defaults(self) -> None:
        """Raise CannotStart where what clones use by default could not answer."""
        for kind in KINDS:
            if problem := self._registry(kind).problem_of(self._defaults[kind]):
                raise CannotStart(f"{kind.upper()}_DEFAULT_PROVIDER={problem}")

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
            self._catalogs[kind] = (time.monotonic(), infos)
        return infos

    async def _info(self, kind: Kind, name: str) -> ProviderInfo:
        is_configured = name in self.configured(kind)
        choices: tuple[str, ...] = ()
        is_healthy: bool | None = None
        if is_configured:
            choices = (self._default_choice(kind, name),)
            try:
                async with asyncio.timeout(CATALOG_PATIENCE_S):
                    choices = tuple(await self._offers(kind, name)())
                is_healthy = True
            except TimeoutError:
                is_healthy = None
            except ProviderError:
                is_healthy = False
        return ProviderInfo(
            name=name,
            is_configured=is_configured,
            is_default=name == self._defaults[kind],
            is_healthy=is_healthy,
            choices=choices,
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
