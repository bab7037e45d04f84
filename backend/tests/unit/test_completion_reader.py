"""A streamed completion is read from bytes cut anywhere, and only a whole one is accepted."""

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
from clonememoria.providers.llm.base import Finish, Usage
from clonememoria.providers.llm.openai_stream import CompletionReader
from clonememoria.providers.llm.sse import MAX_LINE_BYTES

STREAM = (
    ': hello\r\n\r\ndata: {"choices":[{"delta":{"role":"assistant","content":""}}]}\r\n\r\n'
    'data: {"choices":[{"delta":{"content":"naïve "}}]}\n\n'
    'event: message\ndata:{"choices":[{"delta":{"content":"日本語"},"finish_reason":null}]}\n\n'
    'data: {"choices":[{"delta":{},"finish_reason":"length"}]}\n\n'
    'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n'
    "data: [DONE]\n\n"
).encode()


def read(*chunks: bytes) -> tuple[list[str], Finish]:
    reader = CompletionReader()
    return [token for chunk in chunks for token in reader.feed(chunk)], reader.finish()


@given(st.lists(st.integers(0, len(STREAM)), max_size=20).map(sorted))
def test_it_does_not_matter_where_the_bytes_are_cut(cuts: list[int]) -> None:
    edges = [0, *cuts, len(STREAM)]
    chunks = [STREAM[start:end] for start, end in pairwise(edges)]

    assert read(*chunks) == (["naïve ", "日本語"], Finish("length", Usage(7, 2)))


def one_token(content: str) -> bytes:
    token = b'data: {"choices":[{"delta":{"content":"%b"}}]}\n\n' % content.encode()
    return token + b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'


def test_half_of_a_surrogate_pair_is_replaced() -> None:
    assert read(one_token("a\\ud800b"))[0] == ["a\ufffdb"]
    assert read(one_token("\\ud83d\\ude42"))[0] == ["🙂"]


def test_without_usage_the_tokens_are_counted() -> None:
    assert read(one_token("tea"))[1].usage == Usage(0, 1)


@pytest.mark.parametrize("count", ["-5", "1e30", "1" + "0" * 30, '"3"', "null", "[]", "{}"])
def test_a_count_that_makes_no_sense_loses_no_answer(count: str) -> None:
    usage = f'{{"prompt_tokens":{count},"completion_tokens":{count}}}'
    stream = one_token("tea") + b'data: {"choices":[],"usage":%b}\n\n' % usage.encode()

    assert read(stream) == (["tea"], Finish("stop", Usage(0, 1)))


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"<html><body>Welcome</body></html>\n",
        b'{"choices":[{"message":{"content":"tea"}}]}\n',
        b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"tea"}}]}\n\ndata: [DONE]\n\n',
        b'data: {"choices":[{"delta":{"content":\n\n',
        b'data: {"choices":[{"delta":{"content":5}}]}\n\n',
        b'data: {"choices":"tea"}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
        b'data: {"unknown":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n\n",
        b"data: \xff\n\n",
        b"data: " + b"x" * (MAX_LINE_BYTES + 1),
    ],
)
def test_what_is_no_whole_answer_is_refused(stream: bytes) -> None:
    with pytest.raises(ProviderMalformed):
        read(stream)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (b'{"code":"500","message":"secret"}', ProviderDown),
        (b'{"type":"rate_limit_exceeded","code":null}', ProviderRateLimited),
        (b'{"code":429}', ProviderRateLimited),
        (b'"overloaded"', ProviderDown),
        (b'{"code":"server_error"}', ProviderDown),
        (b'{"code":400,"type":"BadRequestError"}', ProviderRejected),
        (b'{"code":404}', ProviderRejected),
        (b'{"type":"invalid_request_error","code":"context_length_exceeded"}', ProviderRejected),
        (b'{"type":"invalid_request_error","code":null}', ProviderRejected),
        (b'{"type":"invalid_request_error","code":"invalid_api_key"}', ProviderUnauthorized),
        (b'{"code":408}', ProviderRateLimited),
    ],
)
def test_an_error_in_the_stream_is_raised(error: bytes, expected: type[Exception]) -> None:
    with pytest.raises(expected) as raised:
        read(b'data: {"error":%b}\n\n' % error)

    assert type(raised.value) is expected


@pytest.mark.parametrize(
    "choice",
    [b'{"delta":{"refusal":"No."}}', b'{"delta":{},"finish_reason":"content_filter"}'],
)
def test_a_refusal_is_no_answer(choice: bytes) -> None:
    with pytest.raises(ProviderRejected, match="refuses to answer"):
        read(b'data: {"choices":[%b]}\n\n' % choice + one_token("Well"))


@pytest.mark.parametrize("reason", ["error", "abort"])
def test_a_server_that_gave_up_has_not_finished(reason: str) -> None:
    with pytest.raises(ProviderMalformed):
        read(one_token("tea").replace(b"stop", reason.encode()))


def test_of_two_answers_the_first_is_heard() -> None:
    first = b'{"index":0,"delta":{"content":"tea"}}'
    second = b'{"index":1,"delta":{"content":"coffee"},"finish_reason":"stop"}'
    mixed = b'data: {"choices":[%b,%b]}\n\n' % (second, first)
    alone = b'data: {"choices":[%b]}\n\n' % second

    assert read(mixed, alone, one_token(" time"))[0] == ["tea", " time"]
    with pytest.raises(ProviderMalformed):
        read(mixed, alone)
