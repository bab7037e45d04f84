"""The lines of an event stream are bounded, whatever a server sends."""

import tracemalloc
from collections.abc import Sequence

import pytest

from clonememoria.core.errors import ProviderMalformed
from clonememoria.providers.llm.sse import MAX_LINE_BYTES, DataLines

NETWORK_CHUNK = b"x" * 16_384


def read(chunks: Sequence[bytes]) -> int:
    """How many lines there are."""
    lines = DataLines()
    return sum(1 for chunk in chunks for _ in lines.feed(chunk))


def test_a_line_without_end_is_cut_off_before_it_fills_the_memory() -> None:
    tracemalloc.start()

    with pytest.raises(ProviderMalformed):
        read([b"data: ", *[NETWORK_CHUNK] * 640])

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 4 * MAX_LINE_BYTES


def test_any_number_of_short_lines_is_read() -> None:
    assert read([b"data: x\n" * 2_000] * 100) == 200_000
