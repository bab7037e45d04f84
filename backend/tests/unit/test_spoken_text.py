"""What is said of a reply: its words, without the marks, addresses and numbers around them."""

import time

import pytest

from clonememoria.speech.spoken_text import spoken_text


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("Plain words.", "Plain words."),
        ("# A title\n\nThen text.", "A title.\nThen text."),
        ("It is **very** _good_ and ~~bad~~.", "It is very good and bad."),
        ("Closed in 1923 [1]. Open again [2, 3][4].", "Closed in 1923. Open again."),
        ("See [1](#source-1) and [^2].", "See and."),
        ("Read [the guide](https://a.example/x_y) now.", "Read the guide now."),
        ("Go to https://a.example/b?c=d. Or www.b.example!", "Go to. Or!"),
        ("Mail (https://a.example) us, <https://b.example>.", "Mail us,."),
        ("Run `make test` first.", "Run make test first."),
        ("Before\n\n```python\nprint(1)\n```\n\nafter", "Before.\nafter."),
        ("- one\n- two;\n  - three!", "one.\ntwo;\nthree!"),
        ("1. first\n2. second", "first.\nsecond."),
        ("> Quoted\n> twice", "Quoted twice."),
        ("| City | Size |\n|---|---|\n| Bonn | **3** |\n| | x |", "City, Size.\nBonn, 3.\nx."),
        ("Well done 🎉👍🏽 👩‍👩‍👧 ✅!", "Well done!"),
        ("50 °C © 2 × 3 − 1 = 5 €", "50 °C © 2 × 3 − 1 = 5 €."),
        ("2 * 3 * 4 and snake_case_name #1", "2 * 3 * 4 and snake_case_name #1."),
        ("<b>Bold</b> and a < b", "Bold and a < b."),
        ("![a chart](x.png)", "a chart."),
        ("He said **stop and", "He said stop and."),
        ("An array[0] and list [a]", "An array and list [a]."),
        ("日本語です。🙂", "日本語です。"),
        ("Line one\nline two", "Line one line two."),
        ("---", ""),
        ("🎉 [1] ***", ""),
        ("```\nonly code\n```", ""),
        ("", ""),
    ],
)
def test_markdown_becomes_words(markdown: str, said: str) -> None:
    assert spoken_text(markdown) == said


@pytest.mark.parametrize(
    "piece", ["[", "*a ", "![", "<", "`", "> ", "- ", "[1", "|a", "_a", "http://"]
)
def test_no_text_of_the_allowed_length_takes_long(piece: str) -> None:
    started = time.process_time()
    spoken_text((piece * 5000)[:5000])
    assert time.process_time() - started < 1
