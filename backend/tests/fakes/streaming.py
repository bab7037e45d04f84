"""One streamed chat completion of the fake server, with the faults that strike inside it."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tests.fakes.bodies import CREATED, WORD_JSON, dumps, error_body, stamp
from tests.fakes.knobs import Fault, Knobs

_ODD_SIZES = (1, 2, 7, 40, 90)
_ODD_TOKENS = {
    "malformed": b'"delta":{"content":"unfin',
    "nul": b'"delta":{"content":"a\\u0000b"},"logprobs":null,"finish_reason":null}]}',
}
_STRIKING = frozenset({"drop", "reset", "stall", "malformed", "nul", "errevent"})
_LAST_CHUNK = b"0\r\n\r\n"


class Reader(Protocol):
    """The connection that a stream is written to."""

    loop: asyncio.AbstractEventLoop
    closed: bool
    paused: bool
    resume: Callable[[], None] | None

    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...
    def reset(self) -> None: ...
    def next_request(self) -> None: ...


@dataclass
class Streams:
    """How many streams are open; `counts` says how they ended."""

    counts: Counter[str]
    open: int = 0
    peak: int = 0


@dataclass(frozen=True)
class Asked:
    model: str
    knobs: Knobs
    fault: Fault
    tokens: list[str] | None = None
    with_usage: bool = False

    @property
    def limit(self) -> int:
        if self.fault.name == "empty":
            return 0
        return self.knobs.n if self.tokens is None else len(self.tokens)


class Stream:
    """Writes a chunk each step, on an absolute timetable so that delays do not add up."""

    def __init__(self, reader: Reader, asked: Asked, streams: Streams) -> None:
        self._reader, self._asked, self._streams = reader, asked, streams
        self._fault = asked.fault.name
        self._sent = 0
        self._is_over = False
        self._odd = random.Random(1)
        self._head = (
            b'{"id":"chatcmpl-fake","object":"chat.completion.chunk","created":%d,"model":%s,'
            b'"system_fingerprint":"fp_fake","choices":[{"index":0,' % (CREATED, dumps(asked.model))
        )
        streams.open += 1
        streams.peak = max(streams.peak, streams.open)
        self._start = reader.loop.time() + asked.knobs.ttft / 1000
        self._handle: asyncio.Handle = reader.loop.call_at(self._start, self._first)

    def end(self, outcome: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._streams.open -= 1
            self._streams.counts[outcome] += 1
            self._streams.counts["tokens"] += self._sent
            self._handle.cancel()

    def _event(self, payload: bytes) -> bytes:
        if self._fault == "crlf":
            return b": keep-alive\r\n\r\nevent: message\r\ndata: " + payload + b"\r\n\r\n"
        return b"data: " + payload + b"\n\n"

    def _delta(self, delta: bytes, finish_reason: bytes = b"null") -> bytes:
        end = b'"delta":{%b},"logprobs":null,"finish_reason":%b}]}' % (delta, finish_reason)
        return self._event(self._head + end)

    def _write(self, data: bytes) -> None:
        """As one HTTP chunk; with the fault `split` as many, cut inside JSON and UTF-8."""
        position = 0
        while position < len(data):
            size = self._odd.choice(_ODD_SIZES) if self._fault == "split" else len(data)
            part = data[position : position + size]
            self._reader.write(b"%x\r\n%b\r\n" % (len(part), part))
            position += size

    def _first(self) -> None:
        self._write(self._delta(b'"role":"assistant","content":""'))
        self._step()

    def _step(self) -> None:
        if self._is_over:
            return
        if self._reader.paused:
            self._reader.resume = self._step
            return
        events: list[bytes] = []
        for _ in range(min(self._asked.knobs.burst, self._asked.limit - self._sent)):
            if self._strikes_now() and self._misbehave(events):
                return
            events.append(self._delta(b'"content":' + self._next_token()))
            self._sent += 1
        if events:
            self._write(b"".join(events))
        if self._sent >= self._asked.limit:
            self._finish()
        else:
            due = self._start + self._sent * self._asked.knobs.gap / 1000
            self._handle = self._reader.loop.call_at(due, self._step)

    def _next_token(self) -> bytes:
        if self._asked.tokens is not None:
            return dumps(self._asked.tokens[self._sent])
        if self._asked.knobs.text == "stamp":
            return dumps(stamp(self._sent))
        return WORD_JSON[self._sent % len(WORD_JSON)]

    def _strikes_now(self) -> bool:
        return self._fault in _STRIKING and self._sent == self._asked.fault.at

    def _misbehave(self, events: list[bytes]) -> bool:
        """Does what the fault says at its token. True where the stream is over by it."""
        if self._fault in _ODD_TOKENS:
            events.append(self._event(self._head + _ODD_TOKENS[self._fault]))
            self._fault = ""
            return False
        self._write(b"".join(events))
        fault = self._fault
        self.end("fault")
        if fault == "errevent":
            self._write(self._event(error_body(500, "The server had an error: sk-canary-key")))
            self._reader.write(_LAST_CHUNK)
            self._reader.next_request()
        elif fault == "reset":
            self._reader.reset()
        elif fault == "drop":
            self._reader.close()
        return True

    def _finish(self) -> None:
        tail = b""
        if self._fault != "nofinish":
            tail += self._delta(b"", b'"stop"')
        if self._asked.with_usage:
            tail += self._event(self._usage())
        if self._fault != "nodone":
            tail += self._event(b"[DONE]")
        self._write(tail)
        self._reader.write(_LAST_CHUNK)
        self.end("streams_done")
        self._reader.next_request()

    def _usage(self) -> bytes:
        return (
            b'{"id":"chatcmpl-fake","object":"chat.completion.chunk","created":%d,"model":%s,'
            b'"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":%d,"total_tokens":%d}}'
            % (CREATED, dumps(self._asked.model), self._sent, self._sent + 10)
        )
