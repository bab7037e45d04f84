"""Reads the event stream of Anthropic's Messages API: text, stop reason, usage."""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from clonememoria.core.errors import ProviderMalformed, ProviderRejected
from clonememoria.providers.http import REFUSED, error_of_status
from clonememoria.providers.llm.base import Finish, FinishReason, Usage, counted
from clonememoria.providers.llm.sse import DataLines, EventDecoder

_REASONS: Final[Mapping[str, FinishReason]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
}

# What an error that comes inside the stream would have been as a response.
# platform.claude.com/docs/en/api/errors
_STATUS: Final[Mapping[str, int]] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class _Delta(msgspec.Struct):
    """Of a content block or of the message; a model's thinking and signatures are deltas too."""

    type: str | None = None
    text: str | None = None
    stop_reason: str | None = None


class _Usage(msgspec.Struct):
    """Whatever is in it: a whole answer is not lost for how it was counted."""

    input_tokens: object = None
    cache_creation_input_tokens: object = None
    cache_read_input_tokens: object = None
    output_tokens: object = None

    @property
    def prompt_tokens(self) -> int:
        """Cached ones are not among `input_tokens`."""
        cached = counted(self.cache_creation_input_tokens) + counted(self.cache_read_input_tokens)
        return counted(self.input_tokens) + cached


class _Message(msgspec.Struct):
    usage: _Usage | None = None


class _Error(msgspec.Struct):
    type: str | None = None


class _Event(msgspec.Struct):
    """All kinds of events in one: new kinds may come at any time and are passed over."""

    type: str
    delta: _Delta | None = None
    message: _Message | None = None
    usage: _Usage | None = None
    error: _Error | None = None


class MessageReader:
    """Takes the bytes as they come, cut anywhere, and gives the text that is complete."""

    def __init__(self) -> None:
        self.is_done = False
        self._lines = DataLines()
        self._decoder = EventDecoder(_Event)
        self._tokens = 0
        self._stop_reason: str | None = None
        self._usage = _Usage()

    def feed(self, data: bytes) -> Iterator[str]:
        """Yield the non-empty pieces of text; raise a ProviderError."""
        for line in self._lines.feed(data):
            text = None if self.is_done else self._text(self._decoder.decode(line))
            if text:
                self._tokens += 1
                yield text

    def finish(self) -> Finish:
        """The end of the answer; raise a ProviderError where it broke off, or was empty."""
        if self._stop_reason == "refusal":
            raise ProviderRejected(REFUSED)
        if not (self.is_done and self._stop_reason and self._tokens):
            raise ProviderMalformed
        return Finish(
            _REASONS.get(self._stop_reason, "stop"),
            Usage(self._usage.prompt_tokens, counted(self._usage.output_tokens) or self._tokens),
        )

    def _text(self, event: _Event) -> str | None:
        delta = event.delta
        if event.type == "content_block_delta":
            return delta.text if delta and delta.type == "text_delta" else None
        if event.type == "message_start" and event.message:
            self._count(event.message.usage)
        elif event.type == "message_delta":
            self._count(event.usage)
            self._stop_reason = (delta and delta.stop_reason) or self._stop_reason
        elif event.type == "message_stop":
            self.is_done = True
        elif event.type == "error":
            raise error_of_status(_status_of(event.error))
        return None

    def _count(self, usage: _Usage | None) -> None:
        """A later number holds the earlier one of its kind, and not every event has all kinds."""
        for kind in _Usage.__struct_fields__:
            if (tokens := getattr(usage, kind, None)) is not None:
                setattr(self._usage, kind, tokens)


def _status_of(error: _Error | None) -> int:
    kind = error.type if error else None
    return _STATUS.get(kind or "", 500)
