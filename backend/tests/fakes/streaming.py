"""One streamed answer of a fake server, with the faults that strike inside it; knows no API."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tests.fakes.bodies import WORD_JSON, dumps, stamp
from tests.fakes.knobs import Fault, Knobs
from tests.fakes.wires import Wire

_ODD_SIZES = (1, 2, 7, 40, 90)
_ODD_TOKENS = {
    "malformed": b'"unfin',
    "nul": b'"a\\u0000b"',
    "surrogate": b'"a\\ud800b"',
}
_HUGE_BYTES = 10_000_000
_STRIKING = frozenset({"drop", "reset", "stall", "errevent", "huge", *_ODD_TOKENS})
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
    wire: Wire
    knobs: Knobs
    fault: Fault
    tokens: list[str] | None = None
    reason: str = "stop"

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
        self._wire = asked.wire
        self._wire.with_crlf = self._fault == "crlf"
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

    def _write(self, data: bytes) -> None:
        """As one HTTP chunk; with the fault `split` as many, cut inside JSON and UTF-8."""
        position = 0
        while position < len(data):
            size = self._odd.choice(_ODD_SIZES) if self._fault == "split" else len(data)
            part = data[position : position + size]
            self._reader.write(b"%x\r\n%b\r\n" % (len(part), part))
            position += size

    def _first(self) -> None:
        self._write(self._wire.start())
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
            events.append(self._wire.token(self._next_token()))
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
        if odd := self._odd_token():
            events.append(self._wire.token(odd))
            self._fault = ""
            return False
        self._write(b"".join(events))
        fault = self._fault
        self.end("fault")
        if fault == "errevent":
            self._write(self._wire.error())
            self._reader.write(_LAST_CHUNK)
            self._reader.next_request()
        elif fault == "reset":
            self._reader.reset()
        elif fault == "drop":
            self._reader.close()
        return True

    def _odd_token(self) -> bytes | None:
        if self._fault == "huge":
            return b'"%b"' % (b"x" * _HUGE_BYTES)
        return _ODD_TOKENS.get(self._fault)

    def _finish(self) -> None:
        self._write(self._wire.end(self._sent, reason=self._asked.reason, fault=self._fault))
        self._reader.write(_LAST_CHUNK)
        self.end("streams_done")
        self._reader.next_request()
