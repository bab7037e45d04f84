"""Speech on the wire while it is made: as one WAV without an end, or as events, one a sentence."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Final

import structlog
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from clonememoria.core.errors import AppError, ProviderMalformed
from clonememoria.providers.tts.wav import open_wav_header, wav_file
from clonememoria.speech.recordings import Recording
from clonememoria.speech.schemas import SpeechFailed, SpokenSentence, SpokenToTheEnd
from clonememoria.speech.speaking import Speaking

log = structlog.get_logger()

STREAM_HEADERS: Final = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


class WavStream(Response):
    """Begins when there is something to hear: what fails before that is answered as any failure."""

    media_type = "audio/wav"

    def __init__(self, speaking: Speaking) -> None:
        super().__init__(headers=STREAM_HEADERS)
        del self.headers["Content-Length"]
        self._speaking = speaking

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        speaking = asyncio.create_task(self._speak(send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({speaking, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (speaking, leaving):
                task.cancel()
            await asyncio.wait({speaking, leaving})
        if not speaking.cancelled():
            speaking.result()

    async def _speak(self, send: Send) -> None:
        async with aclosing(self._speaking.recordings()) as recordings:
            first = await anext(recordings)
            await self._begin(first, send)
            try:
                async for recording in recordings:
                    if recording.sound.sample_rate != first.sound.sample_rate:
                        raise ProviderMalformed
                    await _send_part(recording.sound.pcm, send)
            except AppError as error:
                # Without its last chunk no client takes the file for a whole one.
                log.warning("speech_broke_off", code=error.code)
                return
        await send({"type": "http.response.body", "body": b""})

    async def _begin(self, first: Recording, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        header = open_wav_header(sample_rate=first.sound.sample_rate)
        await _send_part(header + first.sound.pcm, send)


async def _send_part(part: bytes, send: Send) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def sentence_events(speaking: Speaking) -> AsyncIterator[bytes]:
    """An event for each sentence, then `done`; or `event: error` where the voice failed."""
    durations: list[float] = []
    try:
        async with aclosing(speaking.recordings()) as recordings:
            async for recording in recordings:
                yield _event(spoken_sentence(recording, speaking, len(durations)))
                durations.append(recording.duration_s)
    except AppError as error:
        log.warning("speech_broke_off", code=error.code)
        failed = SpeechFailed(code=error.code, detail=error.detail, retryable=error.retryable)
        yield b"event: error\n" + _event(failed)
    else:
        yield _event(_end_of(speaking, durations))


def spoken_sentence(recording: Recording, speaking: Speaking, index: int) -> SpokenSentence:
    file = wav_file(recording.sound.pcm, sample_rate=recording.sound.sample_rate)
    return SpokenSentence(
        index=index,
        total=len(speaking.sentences),
        text=speaking.sentences[index],
        audio_base64=b64encode(file).decode(),
        sample_rate=recording.sound.sample_rate,
        duration_seconds=round(recording.duration_s, 3),
        provider=speaking.voice.tts.name,
        voice_id=speaking.voice.id,
        cached=not recording.is_new,
    )


def _end_of(speaking: Speaking, durations: Sequence[float]) -> SpokenToTheEnd:
    return SpokenToTheEnd(
        sentences=len(durations),
        duration_seconds=round(sum(durations), 3),
        characters=sum(map(len, speaking.sentences)),
        new_characters=speaking.new_characters,
        provider=speaking.voice.tts.name,
        voice_id=speaking.voice.id,
        speed=speaking.voice.speed,
    )


def _event(said: BaseModel) -> bytes:
    return b"data: %b\n\n" % said.model_dump_json().encode()
