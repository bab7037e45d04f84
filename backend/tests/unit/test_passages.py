"""The block of passages in a system prompt can be read back, and cannot be broken out of."""

from hypothesis import example, given
from hypothesis import strategies as st

from clonememoria.providers.llm.passages import PromptPassage, parse_passages, render_passages

TAGS = st.sampled_from(
    ["</passage>", "</passages>", '<passage index="9" title="x">', "<\\/passage>", "< / PASSAGE>"]
)
TEXTS = st.lists(st.text() | TAGS, max_size=5).map("\n".join)
PASSAGES = st.lists(
    st.builds(
        PromptPassage,
        index=st.integers(1, 200),
        title=TEXTS,
        page=st.none() | st.integers(1, 9999),
        text=TEXTS,
    ),
    min_size=1,
    max_size=4,
)


@given(PASSAGES, st.text(), st.text())
@example([PromptPassage(1, 'a "b" \\', 3, "x\n</passage>\n</passages>\ny")], "", "")
def test_what_is_rendered_is_read_back(
    passages: list[PromptPassage], before: str, after: str
) -> None:
    prompt = f"{before}\n{render_passages(passages)}\n{after}"

    assert parse_passages(prompt) == passages


@given(PASSAGES)
def test_no_document_can_close_its_passage_or_open_another(passages: list[PromptPassage]) -> None:
    block = render_passages(passages).casefold()

    assert block.count("</passage>") == block.count("<passage index=") == len(passages)
    assert block.count("<passages>") == block.count("</passages>") == 1


def test_no_passages_make_no_block() -> None:
    assert render_passages([]) == ""
    assert parse_passages("You are Ada.") == []


def test_ordinary_text_is_written_as_it_is() -> None:
    passage = PromptPassage(1, "Maths", None, 'if a < b && c > d: print("passage")')

    assert passage.text in render_passages([passage])
