"""Reads the event stream of OpenAI's chat completions: tokens, finish reason, usage."""

from collections.abc import Iterator
from typing import Final

import msgspec

from clonememoria.core.errors import ProviderMalformed, ProviderRejected
from clonememoria.providers.http import REFUSED
from clonememoria.providers.llm.base import Finish, FinishReason, Usage, counted
from clonememoria.providers.llm.sse import DataLines, EventDecoder
from clonememoria.providers.openai_api import error_of_code

_DONE: Final = b"[DONE]"

# As some servers end an answer that they could not bring to its end.
_BROKEN_OFF: Final = frozenset({"error", "abort"})


class _Delta(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    index: int = 0
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Usage(msgspec.Struct):
    """Whatever is in it: a whole answer is not lost for how it was counted."""

    prompt_tokens: object = None
    completion_tokens: object = None


class _Error(msgspec.Struct):
    code: str | int | None = None
    type: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: _Error | str | None = None


class CompletionReader:
    """Takes the bytes as they come, cut anywhere, and gives the tokens that are complete."""

    def __init__(self) -> None:
        self.is_done = False
        self._lines = DataLines()
        self._decoder = EventDecoder(_Chunk)
        self._tokens = 0
        self._is_refused = False
        self._finish_reason: FinishReason | None = None
        self._usage: _Usage | None = None

    def feed(self, data: bytes) -> Iterator[str]:
        """Yield the non-empty tokens; raise a ProviderError."""
        for event in self._lines.feed(data):
            token = None if self.is_done else self._token(event)
            if token:
                self._tokens += 1
                yield token

    def finish(self) -> Finish:
        """The end of the answer; raise a ProviderError where it broke off, or was empty."""
        if self._is_refused:
            raise ProviderRejected(REFUSED)
        if self._finish_reason is None or not self._tokens:
            raise ProviderMalformed
        usage = self._usage or _Usage()
        return Finish(
            self._finish_reason,
            Usage(counted(usage.prompt_tokens), counted(usage.completion_tokens) or self._tokens),
        )

    def _token(self, event: bytes) -> str | None:
        if event == _DONE:
            self.is_done = True
            return None
        chunk = self._decoder.decode(event)
        if chunk.error:
            raise error_of_code(_code_of(chunk.error))
        self._usage = chunk.usage or self._usage
        # One answer was asked for; whoever sends more of them gets the first one heard.
        for choice in chunk.choices or ():
            if choice.index == 0:
                return self._token_of(choice)
        return None

    def _token_of(self, choice: _Choice) -> str | None:
        delta = choice.delta or _Delta()
        if delta.refusal or choice.finish_reason == "content_filter":
            self._is_refused = True
        elif choice.finish_reason and choice.finish_reason not in _BROKEN_OFF:
            self._finish_reason = "length" if choice.finish_reason == "length" else "stop"
        return delta.content


def _code_of(error: _Error | str) -> str:
    return "" if isinstance(error, str) else str(error.code or error.type or "")
