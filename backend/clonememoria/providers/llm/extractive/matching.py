"""Scores sentences by how much of a question they cover; pure arithmetic on words."""

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from clonememoria.providers.llm.extractive.question import Question, Term
from clonememoria.providers.llm.extractive.sentences import COLONS, QUESTION_MARKS, Sentence
from clonememoria.providers.words import UNSPACED, stem, words_of

# How much a term counts that is not in the sentence itself.
ANNOUNCEMENT_BEFORE, HEADING, SENTENCE_BEFORE = 0.9, 0.55, 0.35

NUMBER_BONUS = 0.12
RANK_BONUS = 0.06  # of the passage that the retrieval put first
HEADING_FACTOR = 0.4
ANNOUNCING_FACTOR = 0.3
SHORT_CHARACTERS, SHORT_FACTOR = 25, 0.8

# What ends so is no answer, but the next sentence may be one.
_ANNOUNCING = (*QUESTION_MARKS, *COLONS)

_SHORTEST_RELATED = 5
_LONGEST_ENDING = 3
_RELATED = 0.7

Hits = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Match:
    """`coverage` is the share of the question's weight found in or around the sentence, 0..1.

    `terms` counts the full terms found in it; `score` orders matches.
    """

    sentence: Sentence
    score: float
    coverage: float
    terms: frozenset[str]


def match(question: Question, sentences: list[Sentence]) -> list[Match]:
    """Best first, ties in the order of the prompt."""
    finder = _Finder(question)
    own = [finder.hits(sentence.text) for sentence in sentences]
    importance = _importance(question.terms, own)
    matches = [
        _matched(
            question,
            sentence,
            hits=finder.with_context(sentence, hits),
            importance=importance,
        )
        for sentence, hits in zip(sentences, own, strict=True)
        if hits or sentence.before.endswith(_ANNOUNCING)
    ]
    return sorted(matches, key=lambda m: -m.score)


def _importance(terms: Iterable[Term], hits_of: list[Hits]) -> dict[str, float]:
    """Weight by rarity among the sentences (idf), shares that sum to 1."""
    total = len(hits_of)
    raw = {}
    for term in terms:
        having = sum(term.text in hits for hits in hits_of)
        raw[term.text] = term.weight * math.log1p(total / (1 + having)) / math.log1p(total or 1)
    whole = sum(raw.values()) or 1.0
    return {text: value / whole for text, value in raw.items()}


def _matched(
    question: Question, sentence: Sentence, *, hits: Hits, importance: Mapping[str, float]
) -> Match:
    coverage = sum(importance[text] * strength for text, strength in hits.items())
    score = coverage + RANK_BONUS / (1 + sentence.place)
    if question.wants_number and any(map(str.isdigit, sentence.text)):
        score += NUMBER_BONUS
    score *= _quality(sentence)
    full = frozenset(
        t.text for t in question.terms if t.weight >= 0.5 and hits.get(t.text, 0) > 0.5
    )
    return Match(sentence, score, coverage, full)


def _quality(sentence: Sentence) -> float:
    """Less than 1 for what answers badly: a heading, a question, a scrap."""
    factor = HEADING_FACTOR if sentence.is_heading else 1.0
    if sentence.text.endswith(_ANNOUNCING):
        factor *= ANNOUNCING_FACTOR
    is_scrap = len(sentence.text) < SHORT_CHARACTERS and not UNSPACED.search(sentence.text)
    return factor * (SHORT_FACTOR if is_scrap else 1.0)


class _Finder:
    """Finds a question's terms in texts; remembers what it found out about each word."""

    def __init__(self, question: Question) -> None:
        self._language = question.language
        self._pieces = [t.text for t in question.terms if t.is_piece]
        self._stems = [t.text for t in question.terms if not t.is_piece]
        self._beginnings = frozenset(_beginning(s) for s in self._stems)
        self._endings = tuple(s for s in self._stems if len(s) > _SHORTEST_RELATED)
        self._known: dict[str, Hits] = {}
        self._of_text: dict[str, Hits] = {}

    def hits(self, text: str) -> Hits:
        """Term -> how surely it is there, 0..1."""
        if text not in self._of_text:
            found: Hits = {piece: 1.0 for piece in self._pieces if piece in text}
            self._of_text[text] = reduce(_stronger, map(self._in_word, words_of(text)), found)
        return self._of_text[text]

    def with_context(self, sentence: Sentence, own: Hits) -> Hits:
        is_announced = sentence.before.endswith(_ANNOUNCING)
        share = ANNOUNCEMENT_BEFORE if is_announced else SENTENCE_BEFORE
        before = _weakened(self.hits(sentence.before), share)
        heading = _weakened(self.hits(sentence.heading), HEADING)
        return _stronger(_stronger(own, before), heading)

    def _in_word(self, word: str) -> Hits:
        if word not in self._known:
            may_hold = _beginning(word) in self._beginnings or word.endswith(self._endings)
            self._known[word] = self._compare(word) if may_hold else {}
        return self._known[word]

    def _compare(self, word: str) -> Hits:
        root = stem(word, self._language)
        strengths = {term: _likeness(term, root, word) for term in self._stems}
        return {term: strength for term, strength in strengths.items() if strength}


def _beginning(word: str) -> str:
    """Without accents: the stem of "Kündigung" is "kundig"."""
    two = word[:2]
    if two.isascii():
        return two
    return "".join(c for c in unicodedata.normalize("NFD", two) if not unicodedata.combining(c))


def _likeness(term: str, root: str, word: str) -> float:
    if term in (root, word):
        return 1.0
    shorter, longer = sorted((term, root), key=len)
    if len(shorter) < _SHORTEST_RELATED or shorter.isdigit():
        return 0.0
    if longer.startswith(shorter) or (len(term) > _SHORTEST_RELATED and word.endswith(term)):
        return _RELATED
    # Endings of languages without a stemmer here.
    common = next((i for i, (a, b) in enumerate(zip(term, root, strict=False)) if a != b), 0)
    is_close = common >= _SHORTEST_RELATED and len(longer) - common <= _LONGEST_ENDING
    return _RELATED if is_close else 0.0


def _weakened(hits: Hits, factor: float) -> Hits:
    return {term: strength * factor for term, strength in hits.items()}


def _stronger(found: Hits, more: Hits) -> Hits:
    return {term: max(found.get(term, 0.0), more.get(term, 0.0)) for term in {**found, **more}}
