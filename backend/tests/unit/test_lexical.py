"""Texts and questions are cut into the same words, in every script."""

import pytest

from clonememoria.knowledge.lexical import (
    MAX_QUERY_WORDS,
    MAX_WORD_CHARS,
    MAX_WORDS,
    lexical_query,
    lexical_text,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Open from 8 to 12.Then closed", "open from 8 to 12 then closed"),
        ("asyncio.run(main)", "asyncio run main"),
        ("1,000.50 and 3.14", "1000.50 and 3.14"),
        ("ＦＵＬＬ width", "full width"),
        ("Straße über Zürich", "straße über zürich"),
        ("東京都", "東京 京都"),
        ("本", "本"),
        ("Python入門", "python 入門"),
        ("हिन्दी भाषा", "हिन्दी भाषा"),
        ("snake_case", "snake case"),
        ("' OR 1=1-- & | ! <->", "or 1"),
        ("", ""),
    ],
)
def test_a_question_is_cut_into_words(text: str, words: str) -> None:
    assert lexical_query(text) == words


def test_a_chunk_is_found_by_its_title_and_headings() -> None:
    assert lexical_text("Handbook.pdf", ["Part 1", "Fees"], "None.") == (
        "handbook pdf part 1 fees none"
    )


def test_a_question_counts_each_word_once_and_not_without_end() -> None:
    assert lexical_query("to be or not to be") == "to be or not"
    assert len(lexical_query(" ".join(map(str, range(10_000)))).split()) == MAX_QUERY_WORDS


def test_words_and_texts_without_end_are_cut() -> None:
    assert len(lexical_text("", [], "x" * 1_000_000)) == MAX_WORD_CHARS
    assert len(lexical_text("", [], "x " * 100_000).split()) == MAX_WORDS
