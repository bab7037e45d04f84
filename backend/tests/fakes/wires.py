"""How each API writes a streamed answer: the events of its start, its tokens and its end."""

from dataclasses import dataclass
from typing import Protocol

from tests.fakes.bodies import CREATED, dumps, error_body

CANARY = "The server had an error: sk-canary-key"


class Wire(Protocol):
    """Bytes of whole events, ready to be sent. `with_crlf`: with comments, and ends in CRLF."""

    with_crlf: bool

    def start(self) -> bytes: ...

    def token(self, text: bytes) -> bytes:
        """`text` is JSON, or what should have been."""
        ...

    def error(self) -> bytes: ...

    def end(self, sent: int, *, reason: str, fault: str) -> bytes:
        """`reason` is "stop" or "length"; `nofinish` and `nodone` leave a part of the end away."""
        ...


@dataclass
class OpenAIWire:
    model: str
    with_usage: bool
    with_crlf: bool = False

    def __post_init__(self) -> None:
        self._head = (
            b'{"id":"chatcmpl-fake","object":"chat.completion.chunk","created":%d,"model":%s,'
            b'"system_fingerprint":"fp_fake",' % (CREATED, dumps(self.model))
        )

    def start(self) -> bytes:
        return self._delta(b'"role":"assistant","content":""')

    def token(self, text: bytes) -> bytes:
        return self._delta(b'"content":' + text)

    def error(self) -> bytes:
        return self._event(error_body(500, CANARY))

    def end(self, sent: int, *, reason: str, fault: str) -> bytes:
        tail = b"" if fault == "nofinish" else self._delta(b"", dumps(reason))
        if self.with_usage and fault != "nousage":
            counts = b'"prompt_tokens":10,"completion_tokens":%d,"total_tokens":%d'
            usage = b'"choices":[],"usage":{' + counts % (sent, sent + 10) + b"}}"
            tail += self._event(self._head + usage)
        return tail if fault == "nodone" else tail + self._event(b"[DONE]")

    def _delta(self, delta: bytes, finish_reason: bytes = b"null") -> bytes:
        choice = b'"choices":[{"index":0,"delta":{%b},"logprobs":null,"finish_reason":%b}]}'
        return self._event(self._head + choice % (delta, finish_reason))

    def _event(self, payload: bytes) -> bytes:
        if self.with_crlf:
            return b": keep-alive\r\n\r\nevent: message\r\ndata: " + payload + b"\r\n\r\n"
        return b"data: " + payload + b"\n\n"


@dataclass
class AnthropicWire:
    """Its prompt is 10 tokens: 3 new, 4 written to the cache, 3 read from it."""

    model: str
    with_crlf: bool = False

    def start(self) -> bytes:
        usage = {
            "input_tokens": 3,
            "cache_creation_input_tokens": 4,
            "cache_read_input_tokens": 3,
            "output_tokens": 1,
        }
        message: dict[str, object] = {
            "id": "msg_fake",
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage,
        }
        return (
            self._event(b"message_start", b'"message":' + dumps(message))
            + self._block(0, b"thinking", b'"thinking":"","signature":""')
            + self._event(b"ping", b"")
            + self._delta(0, b'"type":"thinking_delta","thinking":"Nobody reads this."')
            + self._delta(0, b'"type":"signature_delta","signature":"c2ln"')
            + self._event(b"content_block_stop", b'"index":0')
            + self._block(1, b"text", b'"text":""')
        )

    def token(self, text: bytes) -> bytes:
        return self._delta(1, b'"type":"text_delta","text":' + text)

    def error(self) -> bytes:
        error = {"type": "overloaded_error", "message": CANARY}
        return self._event(b"error", b'"error":' + dumps(error))

    def end(self, sent: int, *, reason: str, fault: str) -> bytes:
        tail = self._event(b"content_block_stop", b'"index":1')
        if fault != "nofinish":
            stop_reason = {"stop": "end_turn", "length": "max_tokens"}.get(reason, reason)
            delta = dumps({"stop_reason": stop_reason, "stop_sequence": None})
            usage = b'"usage":{"output_tokens":%d}' % sent
            tail += self._event(b"message_delta", b'"delta":' + delta + b"," + usage)
        return tail if fault == "nodone" else tail + self._event(b"message_stop", b"")

    def _block(self, index: int, kind: bytes, rest: bytes) -> bytes:
        block = b'"index":%d,"content_block":{"type":"%b",%b}' % (index, kind, rest)
        return self._event(b"content_block_start", block)

    def _delta(self, index: int, delta: bytes) -> bytes:
        return self._event(b"content_block_delta", b'"index":%d,"delta":{%b}' % (index, delta))

    def _event(self, kind: bytes, rest: bytes) -> bytes:
        payload = b'{"type":"%b"%b%b}' % (kind, b"," if rest else b"", rest)
        if self.with_crlf:
            return b": keep-alive\r\n\r\nevent: %b\r\ndata: %b\r\n\r\n" % (kind, payload)
        return b"event: %b\ndata: %b\n\n" % (kind, payload)
