"""The routes under /api/chat/tts: a text, spoken in the voice of a clone."""

import asyncio
from typing import Final

from fastapi import APIRouter
from sse_starlette import EventSourceResponse
from starlette.responses import Response

from clonememoria.clones.access import CloneKey
from clonememoria.core.openapi import Responses, problems
from clonememoria.speech.schemas import SpeechRequest, SpokenText
from clonememoria.speech.speaking import CurrentListener, prepare
from clonememoria.speech.streaming import (
    STREAM_HEADERS,
    WavStream,
    sentence_events,
    spoken_sentence,
)

router = APIRouter(responses=problems(401, 403, 404, 422, 429, 503))

PING_S: Final = 15
WAV_RESPONSE: Final[Responses] = {
    200: {
        "description": "WAV of 16 bit and one channel, whose header does not know its length",
        "content": {
            "audio/wav": {"schema": {"type": "string", "format": "binary"}, "example": "RIFF…"}
        },
    }
}
EVENTS_EXAMPLE: Final = (
    'data: {"index": 0, "total": 2, "text": "The harbour was closed in 1923.", '
    '"audio_base64": "UklGR…", "format": "wav", "sample_rate": 24000, "duration_seconds": 2.1, '
    '"provider": "dummy", "voice_id": "calm", "cached": false}\n\n'
    'data: {"done": true, "sentences": 2, "duration_seconds": 5.4, "characters": 81, '
    '"new_characters": 81, "provider": "dummy", "voice_id": "calm", "speed": 1.0}\n\n'
)
EVENTS_RESPONSE: Final[Responses] = {
    200: {"description": "Events", "content": {"text/event-stream": {"example": EVENTS_EXAMPLE}}}
}


@router.post("/{clone_id}")
async def speak(
    clone_id: CloneKey, wanted: SpeechRequest, *, listener: CurrentListener
) -> SpokenText:
    """Speak a text in the voice of a clone.

    Marks of Markdown, code, addresses, citations and emoji are left out.
    """
    speaking = await prepare(listener, clone_id, wanted, in_sentences=False)
    [recording] = [recording async for recording in speaking.recordings()]
    spoken = await asyncio.to_thread(spoken_sentence, recording, speaking, 0)
    return SpokenText.model_validate(spoken.model_dump(exclude={"index", "total", "text"}))


@router.post("/{clone_id}/stream", response_class=Response, responses=WAV_RESPONSE)
async def speak_streaming(
    clone_id: CloneKey, wanted: SpeechRequest, *, listener: CurrentListener
) -> WavStream:
    """Speak a text while it is synthesized: the first sentence is heard before the last is made.

    Where the voice fails on the way, the connection is cut: what ends in order is whole.
    """
    return WavStream(await prepare(listener, clone_id, wanted))


@router.post("/{clone_id}/sentences", response_class=EventSourceResponse, responses=EVENTS_RESPONSE)
async def speak_sentences(
    clone_id: CloneKey, wanted: SpeechRequest, *, listener: CurrentListener
) -> EventSourceResponse:
    """Speak a text sentence by sentence, as server-sent events with the words and their sound.

    The last event has `done`. A failure is `event: error` with `code`, `detail`, `retryable`.
    """
    speaking = await prepare(listener, clone_id, wanted)
    return EventSourceResponse(sentence_events(speaking), ping=PING_S, headers=STREAM_HEADERS)
