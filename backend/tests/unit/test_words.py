"""Languages are told apart and words found in them, as far as comparing texts needs it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from clonememoria.providers.words import language_of, stem, words_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the price of the tea?", "en"),
        ("Was kostet der Tee und wo gibt es ihn?", "de"),
        ("Quel est le prix du thé ?", "fr"),
        ("¿Cuál es el precio del té?", "es"),
        ("Qual è il prezzo del tè?", "it"),
        ("Qual é o preço do chá?", "pt"),
        ("Сколько стоит чай?", "ru"),
        ("茶的价格是多少？", "zh"),
        ("お茶の値段はいくらですか？", "ja"),
        ("차 가격은 얼마입니까?", "ko"),
        ("ชาราคาเท่าไหร่", "th"),
        ("ما هو سعر الشاي؟", "ar"),
        ("", "en"),
        ("42", "en"),
    ],
)
def test_the_language_is_told_by_script_and_stop_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_words_keep_numbers_whole_and_drop_elided_articles() -> None:
    assert words_of("L’entreprise, don't pay 1,000.50 at 10:30") == [
        "entreprise",
        "don't",
        "pay",
        "1,000.50",
        "at",
        "10:30",
    ]


def test_a_run_of_an_unspaced_script_is_one_word() -> None:
    assert words_of("用GPT模型 tea") == ["用", "gpt", "模型", "tea"]
    assert words_of("हिन्दी चाय") == ["हिन्दी", "चाय"]


def test_relatives_have_one_stem() -> None:
    assert stem("brewing", "en") == stem("brewed", "en")
    assert stem("gegründet", "de") == stem("gründete", "de")
    assert stem("музеи", "ru") == stem("музей", "ru")


def test_words_are_stemmed_in_many_threads_at_once() -> None:
    words = [f"na{number}tional" for number in range(2000)]

    def stems(_thread: int) -> list[str]:
        return [stem.__wrapped__(word, "en") for word in words]

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(stems, range(4)))
    assert found == [stems(0)] * 4
