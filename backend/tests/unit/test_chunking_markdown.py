"""Chunks of Markdown follow its sections: no heading alone, no sentence, table or code torn."""

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clonememoria.knowledge.chunking import Chunk, chunk
from clonememoria.knowledge.cutting import CHUNK_CHARS, OVERLAP_CHARS, WIDE_CHUNK_CHARS
from clonememoria.knowledge.headings import find_headings
from clonememoria.knowledge.parsers.document import ParsedDocument

SENTENCE = "The refund is paid within fourteen days of the notice. "
LONG = SENTENCE * 30
SHORT = SENTENCE * 3
SAMPLES = sorted((Path(__file__).parents[2] / "clonememoria/first_run/texts").glob("*.md"))

SECTIONS = st.builds(
    lambda level, title, sentences: f"{'#' * level} {title}\n\n{SENTENCE * sentences}\n\n",
    level=st.integers(1, 4),
    title=st.sampled_from(["Fees", "When paid", "退款", "Who pays what to whom " * 3]),
    sentences=st.sampled_from([0, 0, 1, 5, 17, 18, 40]),
)


def _chunks(text: str) -> list[Chunk]:
    return list(chunk(ParsedDocument(None, text, is_markdown=True)))


def _contents(text: str) -> list[str]:
    return [piece.content for piece in _chunks(text)]


def _without_headings(text: str) -> str:
    starts = {heading.char_start: heading.char_end for heading in find_headings(text)}
    for start, end in reversed(starts.items()):
        text = text[:start] + text[end:]
    return text.strip()


def test_a_heading_stands_with_the_long_text_below_it() -> None:
    contents = _contents(f"## Pure air\n\n{LONG}")
    assert contents[0].startswith("## Pure air\n\nThe refund")
    assert len(contents[0]) > 0.8 * CHUNK_CHARS


def test_headings_above_each_other_stand_with_the_text_below_them() -> None:
    chunks = _chunks(f"# Notes\n\n## Air\n\n### First rule\n\n{LONG}")
    assert chunks[0].content.startswith("# Notes\n\n## Air\n\n### First rule\n\nThe refund")
    assert {piece.heading_path for piece in chunks} == {("Notes", "Air", "First rule")}


def test_an_empty_section_stands_with_the_next_one() -> None:
    chunks = _chunks(f"# A\n\n{LONG}\n\n## Empty\n\n## Full\n\n{LONG}")
    [first] = [piece for piece in chunks if "## Empty" in piece.content]
    assert first.content.startswith("## Empty\n\n## Full\n\nThe refund")
    assert first.heading_path == ("A", "Full")


def test_a_heading_that_ends_the_document_stands_with_the_text_above_it() -> None:
    assert _contents(f"{LONG}\n\n# The end")[-1].startswith("The refund")
    assert _contents(f"{SHORT}\n\n# The end") == [f"{SHORT}\n\n# The end"]
    assert _contents("# Nothing but a title") == ["# Nothing but a title"]


def test_white_space_before_the_first_heading_is_nothing() -> None:
    assert _contents(f"{' ' * 700}\n# A\n\n{SHORT}") == [f"# A\n\n{SHORT}".strip()]
    assert len(_contents(f"\n# {'A' * 600}\n\n{SHORT}")) == 1


def test_white_space_of_any_kind_is_no_chunk() -> None:
    assert _contents("# A\n\n" + "\x1c \n" * 900 + SHORT)[-1].endswith(SHORT.strip())
    assert all(content.strip() for content in _contents("# A\n\nb\n" + " \x1c" * 900 + "\nc"))


def test_small_sections_of_one_parent_share_a_chunk() -> None:
    text = f"# Prices\n\n{SHORT}\n\n## Basic\n\n{SHORT}\n\n## Express\n\n{SHORT}"
    [piece] = _chunks(text)
    assert piece.content == text.strip()
    assert piece.heading_path == ("Prices",)


def test_small_sections_of_two_parents_do_not() -> None:
    chunks = _chunks(f"# A\n\n{LONG}\n\n## B\n\n{SHORT}\n\n# C\n\n## D\n\n{SHORT}")
    assert [piece.heading_path for piece in chunks[-2:]] == [("A", "B"), ("C", "D")]
    assert chunks[-1].content.startswith("# C\n\n## D\n\nThe")


def test_siblings_that_share_a_chunk_have_the_path_of_their_parent() -> None:
    text = f"# Prices\n\n{LONG}\n\n## Basic\n\n{SHORT}\n\n## Express\n\n{SHORT}"
    last = _chunks(text)[-1]
    assert last.content.startswith("## Basic")
    assert last.heading_path == ("Prices",)


def test_apostrophes_and_quotes_do_not_cut_a_sentence() -> None:
    line = "Air the patient's room, and \"do not\" let the sick man's window stay shut all night. "
    for piece in _contents(f"## Air\n\n{line * 40}"):
        assert piece.endswith("all night.")
        assert piece.startswith(("## Air", "Air the"))


def test_a_long_section_is_cut_between_paragraphs_where_that_wastes_little() -> None:
    contents = _contents("# A\n\n" + f"{SENTENCE * 12}That is all.\n\n" * 5)
    assert {content[-12:] for content in contents} == {"That is all."}


def test_code_within_a_line_hides_no_heading() -> None:
    chunks = _chunks(f"```make``` builds it.\n\n# Tests\n\n{LONG}")
    assert chunks[-1].heading_path == ("Tests",)


def test_chunks_of_one_section_share_whole_sentences() -> None:
    chunks = _chunks(f"# A\n\n{LONG}\n\n{LONG}")
    for left, right in pairwise(chunks):
        assert 0 < left.char_end - right.char_start <= OVERLAP_CHARS
        assert right.content.startswith("The refund")


def test_chunks_of_two_sections_share_nothing() -> None:
    chunks = _chunks(f"# A\n\n{LONG}\n\n# B\n\n{LONG}")
    [first] = [piece for piece in chunks if "# B" in piece.content]
    assert first.content.startswith("# B")


@pytest.mark.parametrize("sentences", [0, 3, 12, 18, 30])
@pytest.mark.parametrize(
    "block",
    [
        "| plan | price |\n| --- | --- |\n" + "| basic | 49 EUR |\n" * 30,
        "plan | price\n--- | ---\n" + "basic | 49 EUR\n" * 30,
        "```py\n# not a heading\n\n" + "price = plan * 12\n\n" * 25 + "```\n",
        "~~~~\n" + "price. Plan\n\n" * 40 + "~~~\n~~~~\n",
    ],
)
def test_a_table_or_code_that_fits_stays_whole(sentences: int, block: str) -> None:
    text = f"# Prices\n\n{SENTENCE * sentences}\n\n{block}\n{LONG}"
    assert any(block.strip() in content for content in _contents(text))


def test_a_table_that_does_not_fit_is_cut_between_its_rows() -> None:
    text = "# Prices\n\n" + "| the basic plan | 49 EUR |\n" * 200
    contents = _contents(text)
    assert contents[0].startswith("# Prices\n\n| the")
    assert {content[-8:] for content in contents} == {"49 EUR |"}
    assert {content[:6] for content in contents[1:]} == {"| the "}


def test_list_items_are_not_torn() -> None:
    text = "# Steps\n\n" + "".join(f"{n}. open the next window\n" for n in range(100, 300))
    assert {content[-11:] for content in _contents(text)} == {"next window"}


def test_sections_in_dense_scripts_get_shorter_chunks() -> None:
    chunks = _chunks("# 一\n\n" + "全国政治中心、文化中心。" * 100 + f"\n\n# B\n\n{LONG}")
    dense = [piece.content for piece in chunks if piece.heading_path == ("一",)]
    other = [piece.content for piece in chunks if piece.heading_path == ("B",)]
    assert max(map(len, dense)) <= WIDE_CHUNK_CHARS < max(map(len, other))
    assert {content[-1] for content in dense} == {"。"}


@settings(max_examples=100, deadline=None)
@given(sections=st.lists(SECTIONS, min_size=1, max_size=20))
def test_no_chunk_is_a_heading_alone_or_lost(sections: list[str]) -> None:
    text = "".join(sections)
    covered = 0
    for piece in _chunks(text):
        assert len(piece.content) <= CHUNK_CHARS
        assert not text[covered : piece.char_start].strip()
        covered = piece.char_end
        is_long_run = len(piece.content) > 300
        assert _without_headings(piece.content) or is_long_run or not _without_headings(text)
    assert not text[covered:].strip()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_sample_texts_are_cut_between_sentences(path: Path) -> None:
    for content in _contents(path.read_text()):
        assert content[-1] in ".!?:\"'”_)*", content[-60:]
        assert content[0] in "#*-_\"'“(1234567890" or content[0].isupper(), content[:60]
        assert len(_without_headings(content)) > 100


def test_megabytes_of_sections_take_no_time() -> None:
    text = f"# Title\n\n{SHORT}\n\n## Long\n\n{LONG}\n\n| a | b |\n| - | - |\n\n" * 800
    start = time.process_time()
    chunks = _chunks(text)
    # 2 MB: 0.06 s.
    assert time.process_time() - start < 2
    assert len(chunks) > 2_000


@pytest.mark.parametrize(
    "part", ["# a\n", "```", "|", "[", "a. ", ".\n", "\n ", "~~~\n", "* ", '."']
)
def test_no_markup_makes_it_slow(part: str) -> None:
    start = time.process_time()
    _chunks(part * (500_000 // len(part)))
    assert time.process_time() - start < 5
