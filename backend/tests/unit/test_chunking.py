"""Chunks are exact, ordered, complete pieces of the text that know their page and headings."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clonememoria.knowledge.chunking import Chunk, chunk, count_tokens
from clonememoria.knowledge.cutting import CHUNK_CHARS, OVERLAP_CHARS, WIDE_CHUNK_CHARS
from clonememoria.knowledge.parsers.document import (
    HeadingMark,
    PageSpan,
    ParsedDocument,
    clean,
    join_pages,
)

SENTENCE = "The refund is paid within fourteen days of the notice. "
WORDS = st.sampled_from(
    [
        *(
            "refund",
            "straße",
            "ありがとう。",
            "全国政治中心",
            "👩‍👩‍👧",
            "e\u0301",
            "\u0301",
            "שלום",
            "مرحبا",
        ),
        *(
            " ",
            "  ",
            "\n",
            "\n\n",
            "\r\n",
            "\t",
            "# ",
            "## Fees\n",
            "```\n",
            "| a | b |\n",
            "---\n",
        ),
        *("- ", ". ", "x" * 600, "\u00a0", "\u3000", "1. ", "> ", "<div>", "\\", "===\n", "~~~\n"),
    ]
)
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=20)), max_size=400).map("".join)


def chunks_of(
    text: str, pages: tuple[PageSpan, ...] = (), *, is_markdown: bool = False
) -> list[Chunk]:
    return list(chunk(ParsedDocument(None, text, is_markdown=is_markdown, pages=pages)))


def uncovered(text: str, chunks: list[Chunk]) -> str:
    """What of `text` is in no chunk."""
    left, position = [], 0
    for piece in chunks:
        left.append(text[position : max(position, piece.char_start)])
        position = max(position, piece.char_end)
    return "".join([*left, text[position:]])


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, is_markdown=st.booleans())
def test_chunks_are_exact_ordered_and_complete(text: str, is_markdown: bool) -> None:
    chunks = chunks_of(text, is_markdown=is_markdown)
    assert [piece.index for piece in chunks] == list(range(len(chunks)))
    for piece in chunks:
        assert piece.content == text[piece.char_start : piece.char_end]
        assert piece.content.strip()
        assert len(piece.content) <= CHUNK_CHARS
        assert piece.token_count > 0
    assert all(a.char_start < b.char_start for a, b in pairwise(chunks))
    assert all(a.char_end < b.char_end for a, b in pairwise(chunks))
    assert not uncovered(text, chunks).strip()


@settings(max_examples=20, deadline=None)
@given(text=TEXTS, repeats=st.integers(20, 200))
def test_long_texts_are_cut_without_a_seam(text: str, repeats: int) -> None:
    text = clean(text + SENTENCE) * repeats
    chunks = chunks_of(text)
    assert all(piece.content == text[piece.char_start : piece.char_end] for piece in chunks)
    assert not uncovered(text, chunks).strip()


def test_text_of_white_space_has_no_chunks() -> None:
    assert chunks_of(" \n\t\u3000") == []


def test_neighbours_share_whole_sentences() -> None:
    chunks = chunks_of(SENTENCE * 200)
    for left, right in pairwise(chunks):
        shared = left.char_end - right.char_start
        assert 0 < shared <= OVERLAP_CHARS
        assert right.content.startswith("The refund")


def test_chunks_are_about_a_thousand_characters() -> None:
    chunks = chunks_of(SENTENCE * 1_000)
    assert min(len(piece.content) for piece in chunks[:-1]) > 0.8 * CHUNK_CHARS


def test_dense_scripts_get_shorter_chunks() -> None:
    chunks = chunks_of("全国政治中心、文化中心。" * 500)
    assert max(len(piece.content) for piece in chunks) <= WIDE_CHUNK_CHARS


def test_a_chunk_has_the_page_that_it_starts_on() -> None:
    text, pages = join_pages([SENTENCE * 30, "", SENTENCE * 30])
    chunks = chunks_of(text, pages)
    assert [page.number for page in pages] == [1, 2, 3]
    assert {piece.page_number for piece in chunks} == {1, 3}
    for piece in chunks:
        assert piece.page_number is not None
        page = pages[piece.page_number - 1]
        assert page.char_start <= piece.char_start < page.char_end


def test_a_text_without_pages_has_no_page_numbers() -> None:
    assert chunks_of(SENTENCE)[0].page_number is None


def test_markdown_chunks_know_the_headings_above_them() -> None:
    text = f"""---
title: Handbook
# a comment in the front matter
---
Preface.

# Refunds #
{SENTENCE * 18}

## **When** [paid](https://example.com/x)
{SENTENCE * 18}

```sh
# not a heading
```

Fees
----
{SENTENCE * 18}

# End
{SENTENCE * 18}
"""
    paths = [piece.heading_path for piece in chunks_of(text, is_markdown=True)]
    assert list(dict.fromkeys(paths)) == [
        (),
        ("Refunds",),
        ("Refunds", "When paid"),
        ("Refunds", "Fees"),
        ("End",),
    ]
    assert {piece.heading_path for piece in chunks_of(text)} == {()}


def test_a_table_that_fits_stays_whole() -> None:
    table = "| plan | price |\n| --- | --- |\n" + "| basic | 49 EUR |\n" * 30
    text = SENTENCE * 12 + "\n\n" + table + "\n" + SENTENCE * 12
    assert any(table.strip() in piece.content for piece in chunks_of(text, is_markdown=True))


@pytest.mark.parametrize(
    ("text", "o200k_tokens"),
    [
        (SENTENCE, 11),
        ("Die Rückzahlung erfolgt binnen vierzehn Tagen.", 10),
        ("全国政治中心、文化中心。", 7),
    ],
)
def test_the_token_estimate_is_near(text: str, o200k_tokens: int) -> None:
    assert count_tokens(text) == pytest.approx(o200k_tokens, rel=0.5)


@pytest.mark.parametrize("is_markdown", [False, True])
def test_a_line_of_two_megabytes_without_a_space_is_cut_in_time(is_markdown: bool) -> None:
    text = "x" * 2_000_000
    start = time.process_time()
    chunks = chunks_of(text, is_markdown=is_markdown)
    # 27 s when the splitter sees the text whole, 0.4 s in windows.
    assert time.process_time() - start < 10
    assert not uncovered(text, chunks)


def paged(*texts: str) -> tuple[str, tuple[PageSpan, ...]]:
    spans, start = [], 0
    for number, text in enumerate(texts, start=1):
        spans.append(PageSpan(number, start, start + len(text)))
        start += len(text) + 2
    return "\n\n".join(texts), tuple(spans)


def test_short_pages_are_chunks_of_their_own_with_their_number() -> None:
    text, pages = paged(
        "The museum opened in 1901.", "A clock by Anna Brandt.", "Closed on Mondays."
    )
    chunks = chunks_of(text, pages)
    assert [(c.page_number, c.content) for c in chunks] == [
        (1, "The museum opened in 1901."),
        (2, "A clock by Anna Brandt."),
        (3, "Closed on Mondays."),
    ]


def test_a_sentence_that_runs_over_the_page_is_kept_whole_on_the_page_it_begins_on() -> None:
    text, pages = paged("One fact. The oldest clock was built", "by Anna Brandt in Ulm. Next fact.")
    first, second = chunks_of(text, pages)
    assert (first.page_number, first.content.split()[-1]) == (1, "Ulm.")
    assert (second.page_number, second.content.split()[0]) == (2, "by")
    assert all(c.content == text[c.char_start : c.char_end] for c in (first, second))


def test_bookmarks_are_the_headings_of_what_follows_them() -> None:
    text, pages = paged(SENTENCE * 10, SENTENCE * 10, SENTENCE * 10)
    marks = (
        HeadingMark(0, 1, "Refunds"),
        HeadingMark(pages[1].char_start, 2, "When"),
        HeadingMark(pages[2].char_start, 1, "Fees"),
    )
    chunks = list(chunk(ParsedDocument(None, text, pages=pages, headings=marks)))
    assert [(c.page_number, c.heading_path) for c in chunks] == [
        (1, ("Refunds",)),
        (2, ("Refunds", "When")),
        (3, ("Fees",)),
    ]


def test_slides_keep_their_own_headings_and_tables() -> None:
    table = "| plan | price |\n| --- | --- |\n" + "| basic | 49 EUR |\n" * 30
    text, pages = paged("# One\n\nA slide.", f"# Two\n\n{table}")
    first, second = chunks_of(text, pages, is_markdown=True)
    assert (first.page_number, first.heading_path) == (1, ("One",))
    assert (second.page_number, second.heading_path) == (2, ("Two",))
    assert table.strip() in second.content
