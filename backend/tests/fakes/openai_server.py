"""The fake OpenAI server: its endpoints, its memory of requests, and how faults are chosen."""

import asyncio
import dataclasses
import json
import random
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

from tests.fakes.bodies import (
    AUDIO_TYPES,
    audio_bytes,
    completion_body,
    dumps,
    embeddings_body,
    error_body,
    models_body,
    spoken_tokens,
    words_of,
)
from tests.fakes.http import Connection, Request
from tests.fakes.knobs import NAMES, Fault, Knobs, as_json, knobs_in_header, knobs_in_model
from tests.fakes.streaming import Asked, Stream, Streams

_HTML = b"<html><body>Welcome</body></html>"
_ERROR_TYPES = {401: "authentication_error", 429: "rate_limit_error"}
_MAX_INPUTS = 2048
_AUDIO_CHUNK = 4096
_LARGEST_REMEMBERED = 65_536

Json = Mapping[str, object]


class State:
    def __init__(self, base: Knobs, seed: int = 0) -> None:
        self._base, self._seed = base, seed
        self.reset()

    def reset(self) -> None:
        self.knobs = dataclasses.replace(self._base)
        self.scripts: defaultdict[str, deque[str]] = defaultdict(deque)
        self.random = random.Random(self._seed)
        self.counts: Counter[str] = Counter()
        self.recent: deque[Json] = deque(maxlen=20)
        self.streams = Streams(self.counts)

    def plan_faults(self, faults: Sequence[str], *, path: str = "/v1/chat/completions") -> None:
        """One for each of the next requests, in order; then all is well again."""
        self.scripts[path].extend(faults)

    def fault_for(self, path: str, knobs: Knobs) -> Fault:
        by_knob = knobs.fault if knobs.fault and self.random.random() < knobs.rate else ""
        script = self.scripts[path]
        fault = Fault.parsed(script.popleft() if script else by_knob)
        self.counts["faults"] += bool(fault.name)
        return fault

    def stats(self) -> Json:
        return {
            "counts": dict(self.counts),
            "open_streams": self.streams.open,
            "peak_streams": self.streams.peak,
            "recent": list(self.recent),
            "knobs": as_json(self.knobs),
        }


@dataclasses.dataclass(frozen=True)
class _Call:
    """One request to an endpoint of the API."""

    body: dict[str, object]
    knobs: Knobs
    fault: Fault

    @property
    def model(self) -> str:
        return str(self.body.get("model", "fake"))


class OpenAIConnection(Connection):
    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state
        self._stream: Stream | None = None
        state.counts["connections"] += 1

    def client_left(self) -> None:
        if self._stream:
            self._stream.end("client_gone")

    def answer_request(self, request: Request) -> None:
        self._state.counts[request.path] += 1
        try:
            if request.path.startswith("/_fake/"):
                self._admin(request)
            elif request.path.startswith("/v1/models"):
                self._listed(request)
            else:
                self._api(request)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._refuse(f"{type(error).__name__}: {error}")

    def _refuse(self, why: str, status: int = 400) -> None:
        self.respond(status, error_body(status, why, "invalid_request_error"))

    def _listed(self, request: Request) -> None:
        fault = self._state.fault_for("/v1/models", self._state.knobs)
        if not self._failed(fault):
            self.respond(200, models_body(self._state.knobs.listed_models))

    def _api(self, request: Request) -> None:
        endpoints: dict[str, Callable[[_Call], None]] = {
            "/v1/chat/completions": self._chat,
            "/v1/embeddings": self._embeddings,
            "/v1/audio/speech": self._speech,
        }
        endpoint = endpoints.get(request.path)
        if endpoint is None:
            return self._refuse(f"Unknown path {request.path}", 404)
        if request.method != "POST":
            return self._refuse("Not allowed", 405)
        call = self._call(request)
        if call.fault.name == "slow":
            return self._later(float(call.fault.argument or 1000), lambda: endpoint(call))
        if not self._failed(call.fault):
            endpoint(call)
        return None

    def _call(self, request: Request) -> _Call:
        body = cast(dict[str, object], json.loads(request.body))
        if len(request.body) < _LARGEST_REMEMBERED:
            auth = request.headers.get("authorization", "")[:12]
            encodings = request.headers.get("accept-encoding", "")
            self._state.recent.append(
                {"path": request.path, "auth": auth, "accept_encoding": encodings, "body": body}
            )
        knobs = self._state.knobs.updated(knobs_in_model(str(body.get("model", ""))))
        knobs = knobs.updated(knobs_in_header(request.headers.get("x-fake", "")))
        return _Call(body, knobs, self._state.fault_for(request.path, knobs))

    def _failed(self, fault: Fault) -> bool:
        """Whether the fault was answered with here, before any endpoint."""
        if fault.name.isdigit():
            status = int(fault.name)
            wait = f"retry-after: {fault.argument or 1}\r\n" if status == 429 else ""
            body = error_body(
                status,
                f"Injected {status} for sk-canary-key",
                _ERROR_TYPES.get(status, "server_error"),
            )
            location = "location: http://127.0.0.1:9/\r\n" if 300 <= status < 400 else ""
            self.respond(status, body, extra=wait + location)
        elif fault.name == "refuse":
            self.close()
        elif fault.name == "notjson":
            self.respond(200, _HTML, kind="text/html")
        elif fault.name == "gzip":
            self.respond(200, b"\x1f\x8b", extra="content-encoding: gzip\r\n")
        elif fault.name != "hang":
            return False
        return True

    def _later(self, ms: float, act: Callable[[], None]) -> None:
        self.loop.call_later(ms / 1000, act)

    def _chat(self, call: _Call) -> None:
        limit = cast(int, call.body.get("max_completion_tokens") or call.body.get("max_tokens"))
        tokens = self._echoed(call)[:limit] if call.knobs.text == "echo" else None
        knobs = call.knobs
        if limit and limit < knobs.n:
            knobs = dataclasses.replace(knobs, n=limit)
        if call.body.get("stream"):
            options = cast(Json, call.body.get("stream_options") or {})
            with_usage = bool(options.get("include_usage"))
            self.start_chunks("text/event-stream; charset=utf-8")
            asked = Asked(call.model, knobs, call.fault, tokens, with_usage)
            self._stream = Stream(self, asked, self._state.streams)
            return
        if tokens is None:
            tokens = spoken_tokens(knobs.n, stamped=knobs.text == "stamp")
        reason = "length" if limit == len(tokens) else "stop"
        body = completion_body(call.model, tokens, finish_reason=reason)
        self._state.counts["tokens"] += len(tokens)
        self._later(knobs.ttft + knobs.gap * len(tokens), lambda: self.respond(200, body))

    def _echoed(self, call: _Call) -> list[str]:
        messages = cast(list[dict[str, object]], call.body["messages"])
        last = next((m["content"] for m in reversed(messages) if m["role"] == "user"), "")
        return words_of(str(last))

    def _embeddings(self, call: _Call) -> None:
        given = call.body["input"]
        texts = [given] if isinstance(given, str) else cast(list[str], given)
        if not texts or "" in texts:
            return self._refuse("'input' is empty")
        if len(texts) > _MAX_INPUTS:
            return self._refuse(f"'input' has over {_MAX_INPUTS} entries")
        body = embeddings_body(
            texts,
            model=call.model,
            dimensions=cast(int, call.body.get("dimensions") or call.knobs.dim),
            how=call.knobs.embed,
            as_base64=call.body.get("encoding_format") == "base64",
        )
        self._state.counts["embedded"] += len(texts)
        delay = call.knobs.elat + call.knobs.eitem * len(texts)
        return self._later(delay, lambda: self.respond(200, body))

    def _speech(self, call: _Call) -> None:
        text, container = str(call.body["input"]), str(call.body.get("response_format", "mp3"))
        if container not in AUDIO_TYPES or not text:
            return self._refuse("bad response_format or empty input")
        seconds = len(text) * call.knobs.apc / float(str(call.body.get("speed", 1.0)))
        audio = audio_bytes(container, round(max(0.2, seconds), 1))
        parts = [audio[i : i + _AUDIO_CHUNK] for i in range(0, len(audio), _AUDIO_CHUNK)]

        def start() -> None:
            self.start_chunks(AUDIO_TYPES[container].decode())
            self._send_audio(parts, call, 0)

        return self._later(call.knobs.alat, start)

    def _send_audio(self, parts: Sequence[bytes], call: _Call, position: int) -> None:
        if self.closed:
            return
        fault = call.fault.name if position == call.fault.at else ""
        if fault == "drop":
            self.close()
        elif fault == "reset":
            self.reset()
        elif position == len(parts):
            self.write(b"0\r\n\r\n")
            self.next_request()
        elif fault != "stall":
            self.write(b"%x\r\n%b\r\n" % (len(parts[position]), parts[position]))
            self._later(call.knobs.agap, lambda: self._send_audio(parts, call, position + 1))

    def _admin(self, request: Request) -> None:
        state, given = self._state, json.loads(request.body or b"{}")
        if request.path == "/_fake/stats":
            return self.respond(200, dumps(state.stats()))
        if request.path == "/_fake/reset":
            state.reset()
        elif request.path == "/_fake/config":
            if unknown := set(given) - NAMES:
                return self._refuse(f"no such knob: {sorted(unknown)}")
            state.knobs = state.knobs.updated(given.items())
        elif request.path == "/_fake/faults":
            state.plan_faults(given["faults"], path=given.get("path", "/v1/chat/completions"))
        else:
            return self._refuse("no such path", 404)
        return self.respond(200, b"{}")


@dataclasses.dataclass(frozen=True)
class FakeOpenAI:
    """A running server; `base_url` is what a client is given, `state` what a test looks at."""

    base_url: str
    state: State
    server: asyncio.Server


@asynccontextmanager
async def running(
    knobs: Knobs | None = None, *, host: str = "127.0.0.1", port: int = 0, seed: int = 0
) -> AsyncIterator[FakeOpenAI]:
    state = State(knobs or Knobs(), seed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: OpenAIConnection(state), host, port, backlog=4096)
    try:
        bound = server.sockets[0].getsockname()[1]
        yield FakeOpenAI(f"http://{host}:{bound}/v1", state, server)
    finally:
        server.close()
