"""What all fake servers share: their memory of requests, the choice of faults, the steering."""

import asyncio
import dataclasses
import json
import random
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import cast

from tests.fakes.bodies import dumps, words_of
from tests.fakes.http import Connection, Request
from tests.fakes.knobs import NAMES, Fault, Knobs, as_json, knobs_in_header, knobs_in_model
from tests.fakes.streaming import Asked, Stream, Streams
from tests.fakes.wires import Wire

_HTML = b"<html><body>Welcome</body></html>"
_LARGEST_REMEMBERED = 65_536
_BOMB_MB = 300

Json = Mapping[str, object]


class State:
    """`main_path` is where faults strike that are planned for no other path."""

    def __init__(self, base: Knobs, *, main_path: str, seed: int = 0) -> None:
        self.main_path = main_path
        self._base, self._seed = base, seed
        self.reset()

    def reset(self) -> None:
        self.knobs = dataclasses.replace(self._base)
        self.scripts: defaultdict[str, deque[str]] = defaultdict(deque)
        self.random = random.Random(self._seed)
        self.counts: Counter[str] = Counter()
        self.recent: deque[Json] = deque(maxlen=20)
        self.streams = Streams(self.counts)

    def plan_faults(self, faults: Sequence[str], *, path: str | None = None) -> None:
        """One for each of the next requests, in order; then all is well again."""
        self.scripts[path or self.main_path].extend(faults)

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
class Call:
    """One request to an endpoint of the API."""

    body: dict[str, object]
    knobs: Knobs
    fault: Fault

    @property
    def model(self) -> str:
        return str(self.body.get("model", "fake"))

    def cut_at(self, limit: int | None) -> tuple[Knobs, list[str] | None, str]:
        """The knobs for an answer of at most so many tokens, its words, and why it ends."""
        words = self._echoed() if self.knobs.text == "echo" else None
        count = self.knobs.n if words is None else len(words)
        if not limit or count <= limit:
            return self.knobs, words, "stop"
        return dataclasses.replace(self.knobs, n=limit), words and words[:limit], "length"

    def _echoed(self) -> list[str]:
        messages = cast(list[dict[str, object]], self.body["messages"])
        last = next((m["content"] for m in reversed(messages) if m["role"] == "user"), "")
        return words_of(str(last))


class ApiConnection(Connection):
    def __init__(self, state: State) -> None:
        super().__init__()
        self.state = state
        self._stream: Stream | None = None
        state.counts["connections"] += 1

    def endpoints(self) -> Mapping[str, Callable[[Call], None]]:
        raise NotImplementedError

    def error_body(self, status: int, message: str) -> bytes:
        raise NotImplementedError

    def models_body(self, models: Sequence[str]) -> bytes:
        raise NotImplementedError

    def client_left(self) -> None:
        if self._stream:
            self._stream.end("client_gone")

    def answer_request(self, request: Request) -> None:
        self.state.counts[request.path] += 1
        try:
            if request.path.startswith("/_fake/"):
                self._admin(request)
            elif request.path.startswith("/v1/models"):
                self._listed()
            else:
                self._api(request)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.refuse(f"{type(error).__name__}: {error}")

    def refuse(self, why: str, status: int = 400) -> None:
        self.respond(status, self.error_body(status, why))

    def later(self, ms: float, act: Callable[[], None]) -> None:
        self.loop.call_later(ms / 1000, act)

    def start_stream(self, call: Call, wire: Wire, *, limit: int | None) -> None:
        knobs, words, reason = call.cut_at(limit)
        self.start_chunks("text/event-stream; charset=utf-8")
        asked = Asked(wire, knobs, call.fault, words, reason)
        self._stream = Stream(self, asked, self.state.streams)

    def _listed(self) -> None:
        fault = self.state.fault_for("/v1/models", self.state.knobs)
        if not self._failed(fault):
            self.respond(200, self.models_body(self.state.knobs.listed_models))

    def _api(self, request: Request) -> None:
        endpoint = self.endpoints().get(request.path)
        if endpoint is None:
            return self.refuse(f"Unknown path {request.path}", 404)
        if request.method != "POST":
            return self.refuse("Not allowed", 405)
        call = self._call(request)
        if call.fault.name == "slow":
            return self.later(float(call.fault.argument or 1000), lambda: endpoint(call))
        if not self._failed(call.fault):
            endpoint(call)
        return None

    def _call(self, request: Request) -> Call:
        body = cast(dict[str, object], json.loads(request.body))
        if len(request.body) < _LARGEST_REMEMBERED:
            auth = request.headers.get("authorization", "")[:12]
            encodings = request.headers.get("accept-encoding", "")
            self.state.recent.append(
                {"path": request.path, "auth": auth, "accept_encoding": encodings, "body": body}
            )
        knobs = self.state.knobs.updated(knobs_in_model(str(body.get("model", ""))))
        knobs = knobs.updated(knobs_in_header(request.headers.get("x-fake", "")))
        return Call(body, knobs, self.state.fault_for(request.path, knobs))

    def _failed(self, fault: Fault) -> bool:
        """Whether the fault was answered with here, before any endpoint."""
        if fault.name.isdigit():
            self._fail(int(fault.name), fault.argument)
        elif fault.name == "refuse":
            self.close()
        elif fault.name == "notjson":
            self.respond(200, _HTML, kind="text/html")
        elif fault.name in {"gzip", "bomb"}:
            body = b"\x1f\x8b" if fault.name == "gzip" else gzip_bomb()
            self.respond(200, body, kind="text/event-stream", extra="content-encoding: gzip\r\n")
        elif fault.name != "hang":
            return False
        return True

    def _fail(self, status: int, argument: str) -> None:
        extra = ""
        if 300 <= status < 400:
            extra = f"location: {argument or 'http://127.0.0.1:9/'}\r\n"
        elif argument.isdigit() or (status == 429 and not argument):
            extra = f"retry-after: {argument or 1}\r\n"
        body = self.error_body(status, f"Injected {status} for sk-canary-key: {argument}")
        self.respond(status, body, extra=extra)

    def _admin(self, request: Request) -> None:
        state, given = self.state, json.loads(request.body or b"{}")
        if request.path == "/_fake/stats":
            return self.respond(200, dumps(state.stats()))
        if request.path == "/_fake/reset":
            state.reset()
        elif request.path == "/_fake/config":
            if unknown := set(given) - NAMES:
                return self.refuse(f"no such knob: {sorted(unknown)}")
            state.knobs = state.knobs.updated(given.items())
        elif request.path == "/_fake/faults":
            state.plan_faults(given["faults"], path=given.get("path"))
        else:
            return self.refuse("no such path", 404)
        return self.respond(200, b"{}")


@lru_cache(1)
def gzip_bomb() -> bytes:
    """0.3 MB that unpack to 300."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    megabyte = bytes(1_000_000)
    return b"".join(packer.compress(megabyte) for _ in range(_BOMB_MB)) + packer.flush()


@dataclasses.dataclass(frozen=True)
class FakeServer:
    """A running server; `base_url` is what a client is given, `state` what a test looks at."""

    base_url: str
    state: State
    server: asyncio.Server


@asynccontextmanager
async def serving(
    connection: Callable[[], Connection], state: State, *, address: tuple[str, int], base_path: str
) -> AsyncIterator[FakeServer]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, *address, backlog=4096)
    try:
        host, port = server.sockets[0].getsockname()[:2]
        yield FakeServer(f"http://{host}:{port}{base_path}", state, server)
    finally:
        server.close()
