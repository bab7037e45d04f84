"""A streamed message is read from bytes cut anywhere, and only a whole one is accepted."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clonememoria.core.errors import (
    ProviderDown,
    ProviderMalformed,
    ProviderRateLimited,
    ProviderRejected,
    ProviderUnauthorized,
)
from clonememoria.providers.http import NO_CREDIT, TOO_LONG
from clonememoria.providers.llm.anthropic_stream import MessageReader
from clonememoria.providers.llm.base import Finish, Usage


def event(kind: str, **rest: object) -> bytes:
    data = json.dumps({"type": kind, **rest}, ensure_ascii=False)
    return f"event: {kind}\ndata: {data}\n\n".encode()


def text(content: str) -> bytes:
    delta = {"type": "text_delta", "text": content}
    return event("content_block_delta", index=1, delta=delta)


def end(stop_reason: str | None, **usage: int) -> bytes:
    return event("message_delta", delta={"stop_reason": stop_reason}, usage=usage)


START_USAGE = {
    "input_tokens": 5,
    "cache_creation_input_tokens": 20,
    "cache_read_input_tokens": 300,
    "output_tokens": 1,
}
START = event("message_start", message={"id": "msg_1", "content": [], "usage": START_USAGE})
STOP = event("message_stop")

STREAM = b"".join(
    [
        START,
        event("ping"),
        event("content_block_delta", delta={"type": "thinking_delta", "thinking": "hm"}),
        event("content_block_delta", delta={"type": "signature_delta", "signature": "c2ln"}),
        text("naïve "),
        b": keep-alive\r\n\r\n",
        text("").replace(b"\n", b"\r\n"),
        event("something_new", delta=None, text="nobody knows"),
        text("日本語 🙂").replace(b"\n", b"\r\n"),
        event("content_block_stop", index=1),
        end("max_tokens", output_tokens=17),
        STOP,
        text("said after the end"),
    ]
)


def read(*chunks: bytes) -> tuple[list[str], Finish]:
    reader = MessageReader()
    return [token for chunk in chunks for token in reader.feed(chunk)], reader.finish()


@given(st.lists(st.integers(0, len(STREAM)), max_size=20).map(sorted))
def test_it_does_not_matter_where_the_bytes_are_cut(cuts: list[int]) -> None:
    edges = [0, *cuts, len(STREAM)]
    chunks = [STREAM[start:end] for start, end in pairwise(edges)]

    assert read(*chunks) == (["naïve ", "日本語 🙂"], Finish("length", Usage(325, 17)))


@pytest.mark.parametrize(
    ("stop_reason", "expected"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("a_reason_of_tomorrow", "stop"),
    ],
)
def test_every_reason_to_stop_is_told_as_one_of_ours(stop_reason: str, expected: str) -> None:
    assert read(text("tea"), end(stop_reason), STOP)[1].reason == expected


def test_the_last_count_of_tokens_holds_the_earlier_ones() -> None:
    usage = {"input_tokens": 6, "cache_read_input_tokens": 0, "output_tokens": 9}

    assert read(START, text("tea"), end("end_turn", **usage), STOP)[1].usage == Usage(26, 9)


def test_without_usage_the_pieces_are_counted() -> None:
    assert read(text("tea"), text(" time"), end("end_turn"), STOP)[1].usage == Usage(0, 2)


@pytest.mark.parametrize("count", [-5, 1e30, 10**30, "3", None, []])
def test_a_count_that_makes_no_sense_loses_no_answer(count: object) -> None:
    usage = {"input_tokens": count, "output_tokens": count}
    told = event("message_delta", delta={"stop_reason": "end_turn"}, usage=usage)

    assert read(text("tea"), told, STOP) == (["tea"], Finish("stop", Usage(0, 1)))


def test_half_of_a_surrogate_pair_is_replaced() -> None:
    half = text("a?b").replace(b"?", b"\\ud800")
    whole = text("?").replace(b"?", b"\\ud83d\\ude42")

    assert read(half, whole, end("end_turn"), STOP)[0] == ["a\ufffdb", "🙂"]


def test_a_refusal_is_no_answer() -> None:
    with pytest.raises(ProviderRejected, match="refuses to answer"):
        read(START, text("Well"), end("refusal"), STOP)


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"<html><body>Welcome</body></html>\n",
        b'{"type":"message","content":[{"type":"text","text":"tea"}]}\n',
        START,
        text("tea"),
        text("tea") + STOP,
        text("tea") + end("end_turn"),
        text("tea") + end(None) + STOP,
        START + end("end_turn") + STOP,
        b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"te\n\n',
        b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":5}}\n\n',
        b'data: {"type":5}\n\n',
        b"data: {}\n\n",
        b"data: [DONE]\n\n",
        b"data: \xff\n\n",
    ],
)
def test_what_is_no_whole_answer_is_refused(stream: bytes) -> None:
    with pytest.raises(ProviderMalformed):
        read(stream)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("overloaded_error", ProviderDown),
        ("api_error", ProviderDown),
        ("timeout_error", ProviderDown),
        ("an_error_of_tomorrow", ProviderDown),
        ("rate_limit_error", ProviderRateLimited),
        ("authentication_error", ProviderUnauthorized),
        ("permission_error", ProviderUnauthorized),
        ("invalid_request_error", ProviderRejected),
        ("not_found_error", ProviderRejected),
    ],
)
def test_an_error_in_the_stream_is_raised(kind: str, expected: type[Exception]) -> None:
    with pytest.raises(expected) as raised:
        read(text("tea"), event("error", error={"type": kind, "message": "secret"}))

    assert type(raised.value) is expected
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "advice"), [("billing_error", NO_CREDIT), ("request_too_large", TOO_LONG)]
)
def test_an_error_in_the_stream_says_what_to_do(kind: str, advice: str) -> None:
    with pytest.raises(ProviderRejected, match=advice):
        read(event("error", error={"type": kind}))
