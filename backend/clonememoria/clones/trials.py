"""One tiny real call to a provider of each kind, for whoever is about to choose it."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from clonememoria.clones.provider_schemas import ProviderKind, ProviderTrial
from clonememoria.core.db import Database
from clonememoria.core.errors import InvalidInput, UnknownProvider
from clonememoria.core.text import without_unstorable
from clonememoria.providers.catalog import Providers
from clonememoria.providers.llm.base import ChatMessage, Completion, Finish
from clonememoria.providers.tts.base import TextToSpeech

VECTOR_STORE: Final = "pgvector"
QUESTION: Final = "Answer with the word yes."
SENTENCE: Final = "Yes."
# Enough of a reply to recognise the model by; more would only cost.
MAX_TOKENS: Final = 16
MAX_REPLY_CHARACTERS: Final = 200
# Whoever has pressed a button wants to hear "later" now, not later.
PATIENCE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Answered:
    """What was really asked, and what came back; times are milliseconds."""

    latency_ms: float
    model: str | None = None
    voice: str | None = None
    first_token_ms: float | None = None
    reply: str | None = None


class _Clock:
    def __init__(self) -> None:
        self._started = time.perf_counter()

    @property
    def ms(self) -> float:
        return round((time.perf_counter() - self._started) * 1000, 1)


async def try_provider(
    kind: ProviderKind,
    name: str,
    wanted: ProviderTrial,
    *,
    providers: Providers,
    database: Database,
) -> Answered:
    """Raise what a chat would have met: a ProviderError, or UnknownProvider."""
    if kind == "vector_store":
        return await _try_vectors(name, database)
    return await _TRIALS[kind](name, wanted, providers)


async def _try_llm(name: str, wanted: ProviderTrial, providers: Providers) -> Answered:
    llm = providers.llm(name)
    asked = Completion(
        (ChatMessage("user", wanted.text or QUESTION),),
        model=wanted.model or llm.default_model,
        temperature=0,
        max_tokens=MAX_TOKENS,
        patience_s=PATIENCE_S,
    )
    clock, first_token_ms, reply = _Clock(), None, ""
    async for item in llm.stream(asked):
        if not isinstance(item, Finish):
            first_token_ms = first_token_ms or clock.ms
            reply = (reply + item)[:MAX_REPLY_CHARACTERS]
    return Answered(
        clock.ms,
        model=asked.model,
        first_token_ms=first_token_ms,
        reply=without_unstorable(reply).strip(),
    )


async def _try_embeddings(name: str, wanted: ProviderTrial, providers: Providers) -> Answered:
    embeddings = providers.embeddings(name)
    model = wanted.model or embeddings.default_model
    clock = _Clock()
    await embeddings.embed([wanted.text or SENTENCE], model=model)
    return Answered(clock.ms, model=model)


async def _try_tts(name: str, wanted: ProviderTrial, providers: Providers) -> Answered:
    tts = providers.tts(name)
    voice = wanted.voice or tts.default_voice
    await _check_voice(tts, voice)
    clock = _Clock()
    await tts.synthesize(wanted.text or SENTENCE, voice=voice)
    return Answered(clock.ms, voice=voice)


async def _check_voice(tts: TextToSpeech, voice: str) -> None:
    if tts.has_open_voices or voice == tts.default_voice:
        return
    voices = await tts.voices()
    if voice not in voices:
        raise InvalidInput(
            f"The provider {tts.name!r} has no voice {voice[:50]!r}; "
            f"choose one of: {', '.join(voices)}",
            field=("body", "voice"),
        )


async def _try_vectors(name: str, database: Database) -> Answered:
    if name != VECTOR_STORE:
        raise UnknownProvider(f"The only vector store is {VECTOR_STORE}")
    clock = _Clock()
    async with database.as_system() as session:
        await session.execute(text("select '[1,2]'::vector <=> '[2,1]'::vector"))
    return Answered(clock.ms)


_Trial = Callable[[str, ProviderTrial, Providers], Awaitable[Answered]]
_TRIALS: Final[Mapping[str, _Trial]] = {
    "llm": _try_llm,
    "embedding": _try_embeddings,
    "tts": _try_tts,
}
