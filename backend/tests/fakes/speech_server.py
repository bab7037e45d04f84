"""A speech server as somebody has it at home: JSON in, a sound out, and faults on demand."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.fakes.bodies import audio_bytes, dumps
from tests.fakes.http import Connection, Request

SECONDS_PER_CHARACTER = 0.06
_HTML = b"<html><body>sk-canary-key</body></html>"


@dataclass(frozen=True)
class Answer:
    body: bytes
    kind: str = "application/octet-stream"
    status: int = 200
    extra: str = ""


@dataclass
class SpeechServer:
    """`answers` are given instead of speech, one for each of the next requests.

    A fault by name is "hang", "refuse" or "cut"; `voices` is what GET /voices says.
    """

    url: str = ""
    answers: deque[Answer | str] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)
    voices: Answer | str = field(default_factory=lambda: Answer(b"", status=404))

    def reset(self) -> None:
        self.answers.clear()
        self.requests.clear()
        self.voices = Answer(b"", status=404)

    def plan(self, answers: Sequence[Answer | str]) -> None:
        self.answers.extend(answers)

    @property
    def bodies(self) -> list[object]:
        return [json.loads(request.body) for request in self.requests if request.body]


def failure(status: int, *, extra: str = "") -> Answer:
    return Answer(dumps({"error": "sk-canary-key"}), "application/json", status, extra)


HTML = Answer(_HTML, "text/html")
GZIP = Answer(b"\x1f\x8b", "audio/wav", extra="content-encoding: gzip\r\n")
REDIRECT = failure(307, extra="location: http://127.0.0.1:9/\r\n")


class _Connection(Connection):
    def __init__(self, server: SpeechServer) -> None:
        super().__init__()
        self._server = server

    def client_left(self) -> None:
        return None

    def answer_request(self, request: Request) -> None:
        self._server.requests.append(request)
        if request.method == "GET":
            answer = self._server.voices
        elif self._server.answers:
            answer = self._server.answers.popleft()
        else:
            answer = _spoken(request)
        self._give(answer)

    def _give(self, answer: Answer | str) -> None:
        if isinstance(answer, Answer):
            self.respond(answer.status, answer.body, kind=answer.kind, extra=answer.extra)
        elif answer == "refuse":
            self.close()
        elif answer == "cut":
            self.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\ncontent-length: 9999\r\n\r\n"
            )
            self.write(audio_bytes("wav", 0.1))
            self.close()


def _spoken(request: Request) -> Answer:
    wanted = json.loads(request.body)
    seconds = max(0.3, len(wanted["text"]) * SECONDS_PER_CHARACTER / wanted["speed"])
    return Answer(audio_bytes("wav", round(seconds, 1)), "audio/wav")


@asynccontextmanager
async def running() -> AsyncIterator[SpeechServer]:
    state = SpeechServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(state), "127.0.0.1", 0)
    state.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/speak"
    yield state
    server.close()
