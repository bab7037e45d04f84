"""The routes under /api/chat/tts: a text, spoken in the voice of a clone."""

import asyncio
from base64 import b64encode

from fastapi import APIRouter

from clonememoria.accounts.identity import CurrentUser
from clonememoria.clones.access import CloneKey, visible_clone
from clonememoria.clones.dependencies import AppProviders
from clonememoria.core.errors import InvalidInput
from clonememoria.core.limits import AppLimits
from clonememoria.core.openapi import problems
from clonememoria.core.web import AppDatabase, AppSettings
from clonememoria.providers.tts.base import TextToSpeech
from clonememoria.speech.schemas import SpeechRequest, SpokenText
from clonememoria.speech.spoken_text import spoken_text

router = APIRouter(responses=problems(401, 404, 422, 429, 503))


@router.post("/{clone_id}")
async def speak(
    clone_id: CloneKey,
    wanted: SpeechRequest,
    user: CurrentUser,
    *,
    database: AppDatabase,
    providers: AppProviders,
    limits: AppLimits,
    settings: AppSettings,
) -> SpokenText:
    """Speak a text in the voice of a clone.

    Marks of Markdown, code, addresses, citations and emoji are left out.
    """
    await limits.count(f"speech:{user.id}", per_minute=settings.rate_limit_chat_per_minute)
    async with database.as_user(user.id) as session:
        clone = await visible_clone(session, clone_id)
    text = await asyncio.to_thread(spoken_text, wanted.text)
    if not text:
        raise InvalidInput("There is nothing to say in this text", field=("body", "text"))
    provider = clone.tts_provider or providers.default("tts")
    tts = providers.tts(provider)
    voice = await _voice(tts, wanted.voice_id or clone.tts_voice_id or tts.default_voice)
    speech = await tts.synthesize(text, voice=voice)
    return SpokenText(
        audio_base64=(await asyncio.to_thread(b64encode, speech.audio)).decode(),
        format=wanted.format,
        sample_rate=speech.sample_rate,
        duration_seconds=round(speech.duration_s, 3),
        provider=provider,
    )


async def _voice(tts: TextToSpeech, voice: str) -> str:
    voices = await tts.voices()
    if voice not in voices:
        raise InvalidInput(
            f"The provider {tts.name!r} has no voice {voice[:50]!r}; "
            f"choose one of: {', '.join(voices)}",
            field=("body", "voice_id"),
        )
    return voice
