"""A text on its way to a listener: who may hear it, in which voice, sentence after sentence."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

import anyio
import structlog
from fastapi import Depends

from clonememoria.accounts.budgets import Budgets, check_budget
from clonememoria.accounts.identity import CurrentUser
from clonememoria.accounts.spending import Spending, record
from clonememoria.clones.access import visible_clone
from clonememoria.clones.dependencies import AppProviders
from clonememoria.clones.settings import check_voice
from clonememoria.core.db import UNREACHABLE, Database
from clonememoria.core.errors import Forbidden, InvalidInput
from clonememoria.core.limits import AppLimits
from clonememoria.core.metrics import AppMetrics, Metrics
from clonememoria.core.web import AppDatabase, AppSettings
from clonememoria.models import Clone
from clonememoria.providers.catalog import Providers
from clonememoria.speech.recordings import AppRecordings, Recording, Recordings, Voice
from clonememoria.speech.schemas import SpeechRequest
from clonememoria.speech.sentences import split_sentences
from clonememoria.speech.spoken_text import spoken_text

log = structlog.get_logger()


@dataclass(frozen=True)
class Listener:
    """Somebody who may listen within their limit; keeps no connection."""

    user_id: UUID
    database: Database
    providers: Providers
    recordings: Recordings
    budgets: Budgets
    metrics: Metrics


async def listener(
    *,
    user: CurrentUser,
    database: AppDatabase,
    providers: AppProviders,
    recordings: AppRecordings,
    limits: AppLimits,
    settings: AppSettings,
    metrics: AppMetrics,
) -> Listener:
    await limits.count(f"speech:{user.id}", per_minute=settings.rate_limit_chat_per_minute)
    budgets = Budgets.in_dollars(settings)
    return Listener(user.id, database, providers, recordings, budgets, metrics)


CurrentListener = Annotated[Listener, Depends(listener)]


@dataclass
class Speaking:
    """`new_characters` counts those that had to be synthesized: they cost, what was kept does not.

    To be listened to once.
    """

    clone: Clone
    voice: Voice
    sentences: Sequence[str]
    listener: Listener
    new_characters: int = field(default=0, init=False)

    async def recordings(self) -> AsyncGenerator[Recording]:
        """One for each sentence; the next one is in the making while this one is heard."""
        first, *others = self.sentences
        ahead = self._begin(first)
        try:
            for following in (*others, None):
                recording = await ahead
                if following:
                    ahead = self._begin(following)
                yield recording
        finally:
            # Also where the listener has gone, and whoever runs this is being cancelled.
            with anyio.CancelScope(shield=True):
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)
                await self._note()

    def _begin(self, sentence: str) -> asyncio.Task[Recording]:
        return asyncio.create_task(self._record(sentence))

    async def _record(self, sentence: str) -> Recording:
        recording = await self.listener.recordings.record(sentence, self.voice)
        # Also if nobody hears it any more: it is kept, and the next one gets it for nothing.
        self.new_characters += len(sentence) * recording.is_new
        return recording

    async def _note(self) -> None:
        """The listener pays, whoever's clone it is."""
        if not self.new_characters:
            return
        tts, listener = self.voice.tts, self.listener
        cost_usd = listener.providers.prices.cost_usd(
            tts.name, tts.model, characters=self.new_characters
        )
        listener.metrics.provider_cost_usd.labels(tts.name).inc(cost_usd)
        spending = Spending(
            owner_id=listener.user_id,
            clone_id=self.clone.id,
            creator_id=self.clone.creator_id,
            kind="tts",
            provider=tts.name,
            model=tts.model,
            characters=self.new_characters,
            cost_usd=cost_usd,
        )
        try:
            async with listener.database.as_user(listener.user_id) as session:
                await record(session, spending)
        except UNREACHABLE as error:
            # It was heard all the same.
            log.warning("spending_not_noted", kind=type(error).__name__)


async def prepare(
    listener: Listener, clone_key: str, wanted: SpeechRequest, *, in_sentences: bool = True
) -> Speaking:
    """Raise what is wrong with the request, before anything is spoken."""
    async with listener.database.as_user(listener.user_id) as session:
        clone = await visible_clone(session, clone_key)
        await check_budget(session, listener.user_id, listener.budgets)
    if wanted.provider and clone.creator_id != listener.user_id:
        raise Forbidden("Only the owner of this clone may choose its provider")
    voice = await _voice(clone, wanted, listener.providers)
    sentences = await asyncio.to_thread(_sentences, wanted.text, in_sentences=in_sentences)
    return Speaking(clone, voice, sentences, listener)


def _sentences(markdown: str, *, in_sentences: bool) -> Sequence[str]:
    text = spoken_text(markdown)
    if not text:
        raise InvalidInput("There is nothing to say in this text", field=("body", "text"))
    return split_sentences(text) if in_sentences else [text]


async def _voice(clone: Clone, wanted: SpeechRequest, providers: Providers) -> Voice:
    """That of the request, else the clone's, else the provider's."""
    chosen = clone.tts_provider or providers.default("tts")
    provider = wanted.provider or chosen
    tts = providers.tts(provider)
    own = clone.tts_voice_id if provider == chosen else None
    voice_id = wanted.voice_id or own or tts.default_voice
    await check_voice(tts, voice_id, field=("body", "voice_id"))
    return Voice(tts, voice_id, wanted.speed or clone.tts_speed)
