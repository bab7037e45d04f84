"""The fake Anthropic server: the Messages API, streamed, and the list of models."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

from tests.fakes.api_server import ApiConnection, Call, FakeServer, State, serving
from tests.fakes.bodies import dumps
from tests.fakes.knobs import Knobs
from tests.fakes.wires import AnthropicWire

_ERROR_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
# What the API answers with 400 since version 2026-10-21.
_REMOVED = frozenset({"temperature", "top_p", "top_k"})


class AnthropicConnection(ApiConnection):
    def endpoints(self) -> Mapping[str, Callable[[Call], None]]:
        return {"/v1/messages": self._messages}

    def error_body(self, status: int, message: str) -> bytes:
        kind = _ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
        error = {"type": kind, "message": message}
        return dumps({"type": "error", "error": error, "request_id": "req_fake"})

    def models_body(self, models: Sequence[str]) -> bytes:
        data = [
            {
                "type": "model",
                "id": model,
                "display_name": model,
                "created_at": "2026-01-01T00:00:00Z",
            }
            for model in models
        ]
        page = {"data": data, "has_more": False, "first_id": None, "last_id": None}
        return dumps(page)

    def _messages(self, call: Call) -> None:
        if why := _problem_of(call.body):
            return self.refuse(why)
        return self.start_stream(
            call, AnthropicWire(call.model), limit=cast(int, call.body["max_tokens"])
        )


def _problem_of(body: Mapping[str, object]) -> str | None:
    """As strict as the real one, and as the strictest of those that speak its API."""
    messages = cast(list[dict[str, str]], body["messages"])
    if removed := _REMOVED & body.keys():
        return f"{min(removed)}: Extra inputs are not permitted"
    if [m["role"] for m in messages] != (["user", "assistant"] * len(messages))[: len(messages)]:
        return 'messages: roles must alternate between "user" and "assistant"'
    if not all(m["content"].strip() for m in messages):
        return "messages: text content blocks must be non-empty"
    return None if body.get("stream") else "this server only streams"


@asynccontextmanager
async def running(
    knobs: Knobs | None = None, *, host: str = "127.0.0.1", port: int = 0, seed: int = 0
) -> AsyncIterator[FakeServer]:
    state = State(knobs or Knobs(), main_path="/v1/messages", seed=seed)
    async with serving(
        lambda: AnthropicConnection(state), state, address=(host, port), base_path=""
    ) as fake:
        yield fake
