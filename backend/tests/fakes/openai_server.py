"""The fake OpenAI server: chat completions, embeddings and speech."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

from tests.fakes.api_server import ApiConnection, Call, FakeServer, Json, State, serving
from tests.fakes.bodies import (
    AUDIO_TYPES,
    audio_bytes,
    completion_body,
    embeddings_body,
    error_body,
    models_body,
    spoken_tokens,
)
from tests.fakes.knobs import Knobs
from tests.fakes.wires import OpenAIWire

FakeOpenAI = FakeServer

_ERROR_TYPES = {400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error"}
_MAX_INPUTS = 2048
_AUDIO_CHUNK = 4096


class OpenAIConnection(ApiConnection):
    def endpoints(self) -> Mapping[str, Callable[[Call], None]]:
        return {
            "/v1/chat/completions": self._chat,
            "/v1/embeddings": self._embeddings,
            "/v1/audio/speech": self._speech,
        }

    def error_body(self, status: int, message: str) -> bytes:
        return error_body(status, message, _ERROR_TYPES.get(status, "server_error"))

    def models_body(self, models: Sequence[str]) -> bytes:
        return models_body(models)

    def _chat(self, call: Call) -> None:
        body = call.body
        limit = cast(int | None, body.get("max_completion_tokens") or body.get("max_tokens"))
        if body.get("stream"):
            options = cast(Json, body.get("stream_options") or {})
            wire = OpenAIWire(call.model, with_usage=bool(options.get("include_usage")))
            return self.start_stream(call, wire, limit=limit)
        knobs, tokens, reason = call.cut_at(limit)
        if tokens is None:
            tokens = spoken_tokens(knobs.n, stamped=knobs.text == "stamp")
        whole = completion_body(call.model, tokens, finish_reason=reason)
        self.state.counts["tokens"] += len(tokens)
        return self.later(knobs.ttft + knobs.gap * len(tokens), lambda: self.respond(200, whole))

    def _embeddings(self, call: Call) -> None:
        given = call.body["input"]
        texts = [given] if isinstance(given, str) else cast(list[str], given)
        if not texts or "" in texts:
            return self.refuse("'input' is empty")
        if len(texts) > _MAX_INPUTS:
            return self.refuse(f"'input' has over {_MAX_INPUTS} entries")
        body = embeddings_body(
            texts,
            model=call.model,
            dimensions=cast(int, call.body.get("dimensions") or call.knobs.dim),
            how=call.knobs.embed,
            as_base64=call.body.get("encoding_format") == "base64",
        )
        self.state.counts["embedded"] += len(texts)
        delay = call.knobs.elat + call.knobs.eitem * len(texts)
        return self.later(delay, lambda: self.respond(200, body))

    def _speech(self, call: Call) -> None:
        # A clone's external voice speaks with it too, in its own terms.
        text = str(call.body.get("input") or call.body["text"])
        container = str(call.body.get("response_format") or call.body.get("format", "mp3"))
        if container not in AUDIO_TYPES or not text:
            return self.refuse("bad response_format or empty input")
        seconds = len(text) * call.knobs.apc / float(str(call.body.get("speed", 1.0)))
        audio = audio_bytes(container, round(max(0.2, seconds), 1))
        parts = [audio[i : i + _AUDIO_CHUNK] for i in range(0, len(audio), _AUDIO_CHUNK)]

        def start() -> None:
            self.start_chunks(AUDIO_TYPES[container].decode())
            self._send_audio(parts, call, 0)

        return self.later(call.knobs.alat, start)

    def _send_audio(self, parts: Sequence[bytes], call: Call, position: int) -> None:
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
            self.later(call.knobs.agap, lambda: self._send_audio(parts, call, position + 1))


@asynccontextmanager
async def running(
    knobs: Knobs | None = None, *, host: str = "127.0.0.1", port: int = 0, seed: int = 0
) -> AsyncIterator[FakeOpenAI]:
    state = State(knobs or Knobs(), main_path="/v1/chat/completions", seed=seed)
    async with serving(
        lambda: OpenAIConnection(state), state, address=(host, port), base_path="/v1"
    ) as fake:
        yield fake
