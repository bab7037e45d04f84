"""Which questions texts are turned into, and which they are not."""

from uuid import UUID, uuid4

import pytest

from clonememoria.knowledge.chunking import chunk
from clonememoria.knowledge.parsers.document import ParsedDocument
from clonememoria.knowledge.questions import MAX_QUESTION_CHARS, Excerpt, candidates


def _excerpts(text: str) -> list[Excerpt]:
    document_id = uuid4()
    return [
        Excerpt(uuid4(), document_id, piece.heading_path, piece.content)
        for piece in chunk(ParsedDocument(None, text, is_markdown=True))
    ]


def _questions(*texts: str) -> list[str]:
    excerpts = [excerpt for text in texts for excerpt in _excerpts(text)]
    return [candidate.text for candidate in candidates(excerpts)]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "There are three ways to ship: by post, rail or sea.",
            "What are the three ways to ship?",
        ),
        ("There are several plans for teams: small and large.", "Which plans for teams are there?"),
        ("The two offices in Graz are open daily.", "What are the two offices in Graz?"),
        (
            "The largest lake in Tyrol is the Achensee.",
            "What is the largest lake in Tyrol?",
        ),
        ("Silence is what all readers want.", "What is it that all readers want?"),
        ("To reset your password, open the settings.", "How do I reset my password?"),
        ("The company was founded in Vienna in 1998.", "When was the company founded?"),
        ("The refunds are paid within 14 days.", "How soon are the refunds paid?"),
        ("The express parcel costs 12 EUR.", "How much does the express parcel cost?"),
        ("RAG stands for retrieval augmented generation.", "What does RAG stand for?"),
        ("A voucher is a code that lowers the price.", "What is a voucher?"),
    ],
)
def test_a_sentence_with_a_fact_becomes_the_question_for_it(sentence: str, question: str) -> None:
    assert _questions(sentence)[0] == question


@pytest.mark.parametrize(
    "sentence",
    [
        "This is what it means.",
        "The largest of them is the first.",
        "There are two of these: one and another.",
        "To be sure, you may ask.",
        "It is a device that measures.",
        "The office is open.",
    ],
)
def test_a_sentence_that_needs_its_neighbours_makes_no_question_of_its_own(sentence: str) -> None:
    assert [text for text in _questions(sentence) if not text.startswith("What should I")] == []


def test_a_heading_that_asks_is_taken_as_it_is() -> None:
    assert _questions("## How do I cancel?\n\nPress Cancel.")[0] == "How do I cancel?"


def test_a_rhetorical_question_inside_a_paragraph_is_not_taken() -> None:
    assert _questions("Who does not like tea? The tea is hot and good.") == [
        "What should I know about the tea?"
    ]


@pytest.mark.parametrize("heading", ["Install the client", "How to Install the client"])
def test_a_heading_that_names_a_task_asks_how(heading: str) -> None:
    assert _questions(f"## {heading}\n\nRun the file.") == ["How do I install the client?"]


@pytest.mark.parametrize("heading", ["Introduction", "3. Overview", "See also", "License"])
def test_a_heading_that_says_nothing_is_passed_over(heading: str) -> None:
    assert _questions(f"# {heading}\n\nSome words follow here.") == []


def test_a_name_keeps_its_capital_and_a_word_does_not() -> None:
    text = "## Warranty\n\nOur warranty lasts.\n\n## Tyrol\n\nWe deliver to Tyrol."
    assert _questions(text) == [
        "What should I know about warranty?",
        "What should I know about Tyrol?",
    ]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "## Kündigungsfrist\n\nDie Frist beträgt drei Monate und gilt für beide Seiten.",
            "Was muss ich zum Thema Kündigungsfrist wissen?",
        ),
        (
            "## Remboursement\n\nLe remboursement est effectué dans les quatorze jours.",
            "Que faut-il savoir sur le thème « remboursement » ?",
        ),
        (
            "## Garantía\n\nLa garantía es de dos años para todos los productos.",
            "¿Qué debo saber sobre «garantía»?",
        ),
        ("## 退款时间\n\n我们在收到退货后十四天内退款。", "关于“退款时间”，有哪些要点？"),
    ],
)
def test_other_languages_are_asked_in_their_own(text: str, question: str) -> None:
    assert _questions(text) == [question]


def test_neither_code_nor_addresses_nor_tables_become_questions() -> None:
    text = (
        "```python\n# There are two ways to run: this, that.\n```\n\n"
        "| There are two kinds of plans: | a |\n|---|---|\n\n"
        "The best page of all is https://example.org.\n\n## `setup.py` v2.1\n\nRead it."
    )
    assert _questions(text) == []


def test_documents_take_turns() -> None:
    post = "There are two ways to ship: fast and slow.\n\nThere are four kinds of stamps: old ones."
    questions = _questions(post, "## Music\n\nThe sick like music.")
    assert questions == [
        "What are the two ways to ship?",
        "What should I know about music?",
        "What are the four kinds of stamps?",
    ]


def test_a_question_is_not_asked_twice_in_other_words() -> None:
    text = "There are two ways to ship: fast and slow.\n\nThe two ways to ship are fast and slow."
    assert _questions(text) == ["What are the two ways to ship?"]


def test_a_question_is_found_with_every_chunk_that_has_its_sentence() -> None:
    sentence = "There are two ways to ship: fast and slow."
    ids = [UUID(int=1), UUID(int=2)]
    [found] = candidates([Excerpt(id_, UUID(int=3), (), sentence) for id_ in ids])
    assert found.chunk_ids == frozenset(ids)


def test_no_question_is_longer_than_a_button() -> None:
    text = f"There are two ways to {'very ' * 30}ship: fast.\n\n## {'long ' * 30}\n\nText."
    assert all(len(question) <= MAX_QUESTION_CHARS for question in _questions(text))


def test_the_same_documents_give_the_same_questions() -> None:
    text = "## Music\n\nMusic soothes. Noise hurts. The sick room is quiet. The sick room is warm."
    assert _questions(text) == _questions(text) != []
