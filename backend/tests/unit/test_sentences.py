"""Where a voice may breathe: at the ends of sentences in many languages, not after "Dr."."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clonememoria.speech.sentences import MAX_WEIGHT, split_sentences

LONG = "The keeper of the light at Halden Point wrote this into the book of the station"


@pytest.mark.parametrize(
    "sentences",
    [
        ["The harbour was closed in 1923.", "It was opened again ten years later."],
        ["Dr. Ada Winter and Mr. J. R. Smith met at St. Mary's.", "Nobody else came to see them."],
        ["It costs 3.50 euros, e.g. for a ticket of that zone.", "Children pay half of that."],
        ["See Fig. 3 and no. 12 on pp. 4 ff. for more.", "All is explained at length there."],
        ["Is it so?", "Yes! It is exactly as he said it would be."],
        ["“It is over!” she said to everybody in the room.", "Then she left without a word."],
        ["Well… that is what they all said about it.", "And so the matter was closed for good."],
        ["Am 3. Mai kam z. B. Herr Dr. Weiß aus der Stadt.", "Er blieb bzw. wohnte bei uns."],
        ["M. Dupont est arrivé à 10:30, c.-à-d. en retard.", "Il s'est excusé auprès de tous."],
        ["港は一九二三年に閉鎖された。", "十年後に再び開かれた、と記録にある。"],
        ["他说：“我们明天去北京。”", "然后他离开了，没有再回来过一次。"],
        ["هل هذا صحيح؟", "نعم، هذا صحيح تماما كما قال الرجل أمس."],
        ["यह एक लंबा वाक्य है जो पहले आता है।", "यह दूसरा वाक्य है जो उसके बाद आता है।"],
        ["Он жил на ул. Мира, т. е. рядом с нами.", "Потом он уехал далеко и не вернулся."],
        ["A heading:", "First line of the list that follows;", "second line of the same list."],
    ],
)  # fmt: skip
def test_a_text_is_cut_at_the_ends_of_its_sentences(sentences: list[str]) -> None:
    wide = not sentences[0].isascii() and sentences[0].endswith(("。", "”"))
    text = ("" if wide else "\n" if sentences[0].endswith(":") else " ").join(sentences)
    assert split_sentences(text) == sentences


def test_nothing_to_say_is_no_sentence() -> None:
    assert split_sentences("") == []
    assert split_sentences(" \n ") == []


def test_a_new_line_ends_a_sentence() -> None:
    assert split_sentences(f"{LONG}\n{LONG}") == [LONG, LONG]


def test_short_sentences_are_spoken_together_but_the_first_comes_alone() -> None:
    assert split_sentences("Yes. No. Never. Not at all, and that is final.") == [
        "Yes.",
        "No. Never. Not at all, and that is final.",
    ]


def test_what_is_short_at_the_end_is_still_said() -> None:
    assert split_sentences(f"{LONG}. Bye.") == [f"{LONG}.", "Bye."]


def test_a_long_first_sentence_begins_with_its_first_half() -> None:
    first, second = split_sentences(f"{LONG}, and so did {'everybody ' * 8}else.")
    assert first == f"{LONG},"
    assert second.startswith("and so did")


def test_a_very_long_sentence_is_cut_at_its_commas() -> None:
    pieces = split_sentences(", ".join([LONG] * 12) + ".")
    assert all(len(piece) <= MAX_WEIGHT for piece in pieces)
    assert all(piece.endswith((f"{LONG},", f"{LONG}.")) for piece in pieces)


def test_without_commas_it_is_cut_between_words() -> None:
    pieces = split_sentences("word " * 200)
    assert all(len(piece) <= MAX_WEIGHT for piece in pieces)
    assert set(" ".join(pieces).split()) == {"word"}


def test_without_spaces_it_is_cut_anywhere_but_before_an_accent() -> None:
    pieces = split_sentences("กุ" * 400)
    assert all(len(piece) <= MAX_WEIGHT and piece.startswith("ก") for piece in pieces)


def test_a_sign_of_chinese_counts_for_three_letters() -> None:
    assert max(map(len, split_sentences("水" * 400))) <= MAX_WEIGHT // 3


@given(st.text(alphabet="ab Z1.,…!?。、—\n\"”' ́\u00a0水", max_size=900))
def test_all_is_said_once_and_in_order(text: str) -> None:
    pieces = split_sentences(text)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(piece == piece.strip() and piece for piece in pieces)


@pytest.mark.parametrize(
    "piece", [".", ". ", "a. ", ", ", ",", "؟", "a.a", "水", "。", "Dr. ", "1. ", "é"]
)
def test_no_text_of_the_allowed_length_takes_long(piece: str) -> None:
    """Four times the text must not take sixteen times as long: a page of dots once did."""
    short_s, long_s = (_seconds_for((piece * size)[:size]) for size in (1_250, 5_000))
    assert long_s < 12 * max(short_s, 0.005)


def _seconds_for(text: str) -> float:
    started = time.process_time()
    split_sentences(text)
    return time.process_time() - started
