"""Text without end that looks like a book to a splitter, an index and a ranking."""

from collections.abc import Iterator
from typing import Final

import numpy as np

COMMON_WORDS: Final = """
    the of and to a in is that it was for on are with as his they be at one have this from or
    had by not but what all were when we there can an your which their said if do will each
    about how up out them then she many some so these would other into has more her two like him
    see time could no make than first been its who now people my made over did down only way
    find use may water long little very after words called just where most know"""
SYLLABLES: Final = """
    ba be bi bo ca co da de di do fa fe fi fo ga ge go ha he ho la le li lo ma me mi mo na ne ni
    no pa pe pi po ra re ri ro sa se si so ta te ti to va ve vi wa we"""
RARE_WORDS: Final = 20_000
# Zipf's law: how often a word is used falls with its rank.
ZIPF_EXPONENT: Final = 1.07
WORDS_PER_SENTENCE: Final = 14
SENTENCES_PER_PARAGRAPH: Final = 5


def prose(characters: int, *, seed: int) -> str:
    """The same text for the same seed, to the character."""
    chance = np.random.default_rng(seed)
    words = _vocabulary()
    weights = 1 / np.arange(1, len(words) + 1) ** ZIPF_EXPONENT
    drawn = chance.choice(len(words), size=characters // 4, p=weights / weights.sum())
    return "\n\n".join(_paragraphs([words[i] for i in drawn]))[:characters]


def questions(count: int, *, seed: int) -> list[str]:
    """Each like a sentence of the prose: a few words that all know, and a few that some do."""
    sentences = prose(count * 200, seed=seed).replace("\n\n", " ").split(". ")
    return [f"{sentence[:80]}?" for sentence in sentences[:count]]


def _paragraphs(words: list[str]) -> Iterator[str]:
    per_paragraph = WORDS_PER_SENTENCE * SENTENCES_PER_PARAGRAPH
    for start in range(0, len(words), per_paragraph):
        end = min(start + per_paragraph, len(words))
        yield " ".join(
            " ".join(words[i : min(i + WORDS_PER_SENTENCE, end)]).capitalize() + "."
            for i in range(start, end, WORDS_PER_SENTENCE)
        )


def _vocabulary() -> list[str]:
    chance = np.random.default_rng(0)
    lengths = chance.integers(2, 5, size=RARE_WORDS)
    made = ("".join(chance.choice(SYLLABLES.split(), size=length)) for length in lengths)
    return list(dict.fromkeys([*COMMON_WORDS.split(), *made]))
