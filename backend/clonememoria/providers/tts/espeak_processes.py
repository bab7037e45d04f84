"""The child processes that speak: started when needed, replaced when they die, never shared."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Self

import msgspec

from clonememoria.core.errors import ProviderDown, ProviderMalformed, ProviderTimeout
from clonememoria.providers.child_process import end_child, start_child
from clonememoria.providers.tts import espeak_child
from clonememoria.providers.tts.espeak_child import HEAD, Answer, Ready, Refused, Say, Sound, framed

# A second of sound takes a millisecond: who is silent for so long hangs.
ANSWER_TIMEOUT_S: Final = 10.0

_ANSWER: Final[msgspec.msgpack.Decoder[Answer]] = msgspec.msgpack.Decoder(Answer)


class EspeakProcess:
    """Speaks one text at a time; of no use any more once a method raised or was cancelled."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise ProviderDown
        self._process = process
        self._requests = process.stdin
        self._answers = process.stdout
        self.ready = Ready(sample_rate=0, voices=[])

    @classmethod
    async def start(cls) -> Self:
        started = cls(await start_child(espeak_child.__name__))
        try:
            await started._get_ready()
        except BaseException:
            await started.end()
            raise
        return started

    async def _get_ready(self) -> None:
        answer = await self._next()
        if not isinstance(answer, Ready):
            raise ProviderMalformed
        self.ready = answer

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def say(self, request: Say) -> list[bytes] | Refused:
        """The samples in parts."""
        parts: list[bytes] = []
        try:
            self._requests.write(framed(request))
            await self._requests.drain()
        except ConnectionError:
            raise ProviderDown from None
        while isinstance(answer := await self._next(), Sound):
            parts.append(answer.pcm)
        return answer if isinstance(answer, Refused) else parts

    async def _next(self) -> Answer:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                head = await self._answers.readexactly(HEAD.size)
                return _ANSWER.decode(await self._answers.readexactly(*HEAD.unpack(head)))
        except TimeoutError:
            raise ProviderTimeout from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise ProviderDown from None
        except msgspec.DecodeError:
            raise ProviderMalformed from None

    async def end(self) -> None:
        await end_child(self._process)


class EspeakProcesses:
    def __init__(self, *, most: int) -> None:
        self._turns = asyncio.Semaphore(most)
        self._idle: list[EspeakProcess] = []
        self._busy: set[EspeakProcess] = set()

    @asynccontextmanager
    async def borrowed(self) -> AsyncIterator[EspeakProcess]:
        async with self._turns:
            process = await self._take()
            self._busy.add(process)
            try:
                yield process
            except BaseException:
                # It may hang, or be in the middle of a text that nobody waits for.
                await process.end()
                raise
            else:
                self._idle.append(process)
            finally:
                self._busy.discard(process)

    async def _take(self) -> EspeakProcess:
        while self._idle:
            process = self._idle.pop()
            if process.is_alive:
                return process
        return await EspeakProcess.start()

    async def aclose(self) -> None:
        processes, self._idle = [*self._idle, *self._busy], []
        for process in processes:
            await process.end()
