"""Scores sentences by how much of a question they cover; pure arithmetic on words."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

from clonememoria.providers.llm.extractive.expectations import Expectation
from clonememoria.providers.llm.extractive.question import Question, Term
from clonememoria.providers.llm.extractive.sentences import COLONS, QUESTION_MARKS, Sentence
from clonememoria.providers.words import UNSPACED, stem, unprefixed, words_of

# How much a term counts that is not in the sentence itself.
ANNOUNCEMENT_BEFORE, HEADING, SENTENCE_BEFORE, TITLE = 0.9, 0.55, 0.35, 0.3

EXPECTED_BONUS = 0.12
RANK_BONUS = 0.06  # of the passage that the retrieval put first
HEADING_FACTOR = 0.4
ANNOUNCING_FACTOR = 0.3
SHORT_CHARACTERS, SHORT_FACTOR = 25, 0.8

# What ends so is no answer, but the next sentence may be one.
_ANNOUNCING = (*QUESTION_MARKS, *COLONS)

FULL = 0.5  # what is found more surely than this is found
STRADDLING = 0.4

_SHORTEST_RELATED = 5
# Their stems are short, and the endings and compounds many.
_SHORTEST_RELATED_IN = {"de": 4, "ru": 4}
_LONGEST_ENDING = 3
_RELATED = 0.7

Hits = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Match:
    """`coverage` is the share of the question's own weight found in or around the sentence, 0..1.

    `terms` counts the full terms found in it; `score` orders matches; `met` is what it holds of
    what the question `expects`.
    """

    sentence: Sentence
    score: float
    coverage: float
    terms: frozenset[str]
    rarest: str = ""
    expects: tuple[Expectation, ...] = ()
    met: tuple[Expectation, ...] = ()


def match(question: Question, sentences: list[Sentence]) -> list[Match]:
    """Best first, ties in the order of the prompt."""
    finder = _Finder(question)
    own = [finder.hits(sentence.text) for sentence in sentences]
    weighing = _Weighing(question, own)
    matches = [
        weighing.matched(sentence, finder.with_context(sentence, hits))
        for sentence, hits in zip(sentences, own, strict=True)
        if hits or sentence.before.endswith(_ANNOUNCING)
    ]
    return sorted((m for m in matches if m is not None), key=lambda m: -m.score)


class _Weighing:
    """What each term is worth among these sentences, and so each sentence."""

    def __init__(self, question: Question, hits_of: list[Hits]) -> None:
        self._question = question
        self._importance = _importance(question.terms, hits_of)
        said = frozenset[str]().union(*hits_of)
        own = [term for term in question.terms if not term.is_earlier]
        # A follow-up with a subject of its own is about that, wherever it occurs at all.
        leans_back = len(own) < len(question.terms)
        own_subjects = {term.text for term in own if term.is_subject}
        self._focus = own_subjects & said if leans_back else frozenset[str]()
        counted = own if self._focus or not leans_back else question.terms
        self._whole = sum(self._importance[term.text] for term in counted) or 1.0
        self._counted = frozenset(term.text for term in counted)

    def matched(self, sentence: Sentence, hits: Hits) -> Match | None:
        if self._focus and not any(hits.get(text, 0) > FULL for text in self._focus):
            return None
        worth = {text: self._importance[text] * strength for text, strength in hits.items()}
        coverage = sum(worth[text] for text in worth if text in self._counted) / self._whole
        met = tuple(kind for kind in self._question.expects if kind.is_met_by(sentence.text))
        score = sum(worth.values()) + RANK_BONUS / (1 + sentence.place)
        if met:
            score += EXPECTED_BONUS * len(met) / len(self._question.expects)
        full = frozenset(
            term.text
            for term in self._question.terms
            if term.weight >= FULL and hits.get(term.text, 0) > FULL
        )
        rarest = max(full, key=lambda text: (self._importance[text], text), default="")
        return Match(
            sentence,
            score * _quality(sentence),
            coverage,
            full,
            rarest=rarest,
            expects=self._question.expects,
            met=met,
        )


def _importance(terms: Sequence[Term], hits_of: list[Hits]) -> dict[str, float]:
    """Weight by rarity among the sentences (idf), shares that sum to 1."""
    total = len(hits_of)
    having = {term.text: sum(term.text in hits for hits in hits_of) for term in terms}
    raw = {
        text: weight * math.log1p(total / (1 + having[text])) / math.log1p(total or 1)
        for text, weight in _weights(terms, having).items()
    }
    whole = sum(raw.values()) or 1.0
    return {text: value / whole for text, value in raw.items()}


def _weights(terms: Sequence[Term], having: Mapping[str, int]) -> dict[str, float]:
    """Of the terms; a piece that is nowhere, while its neighbour is, straddles two words."""
    needed = _needed(terms, having)
    weights = {term.text: term.weight if term in needed else 0.0 for term in terms}
    for one, other in pairwise(terms):
        if _overlap(one, other) and bool(having[one.text]) != bool(having[other.text]):
            straddling = other if having[one.text] else one
            weights[straddling.text] *= STRADDLING
    return weights


def _needed(terms: Sequence[Term], having: Mapping[str, int]) -> Sequence[Term]:
    """Words like "know" and "theme" need not be said again by what answers."""
    said = [term for term in terms if having[term.text]]
    if not any(term.is_subject for term in said):
        return terms
    return [term for term in terms if term.is_subject or term in said]


def _overlap(one: Term, other: Term) -> bool:
    """Neighbouring pieces of one run of characters."""
    return one.is_piece and other.is_piece and one.text[1:] == other.text[:-1]


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
        self._shortest_related = _SHORTEST_RELATED_IN.get(question.language, _SHORTEST_RELATED)
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
        title = _weakened(self.hits(sentence.title), TITLE)
        return reduce(_stronger, (before, heading, title), own)

    def _in_word(self, word: str) -> Hits:
        if word not in self._known:
            may_hold = _beginning(unprefixed(word, self._language)) in self._beginnings
            may_hold = may_hold or word.endswith(self._endings)
            self._known[word] = self._compare(word) if may_hold else {}
        return self._known[word]

    def _compare(self, word: str) -> Hits:
        root = stem(word, self._language)
        strengths = {term: self._likeness(term, root, word) for term in self._stems}
        return {term: strength for term, strength in strengths.items() if strength}

    def _likeness(self, term: str, root: str, word: str) -> float:
        if term in (root, word):
            return 1.0
        shorter, longer = sorted((term, root), key=len)
        if len(shorter) < self._shortest_related or shorter.isdigit():
            return 0.0
        if longer.startswith(shorter) or (len(term) > _SHORTEST_RELATED and word.endswith(term)):
            return _RELATED
        # Endings of languages without a stemmer here.
        common = next((i for i, (a, b) in enumerate(zip(term, root, strict=False)) if a != b), 0)
        is_close = common >= _SHORTEST_RELATED and len(longer) - common <= _LONGEST_ENDING
        return _RELATED if is_close else 0.0


def _beginning(word: str) -> str:
    """Without accents: the stem of "Kündigung" is "kundig"."""
    two = word[:2]
    if two.isascii():
        return two
    return "".join(c for c in unicodedata.normalize("NFD", two) if not unicodedata.combining(c))


def _weakened(hits: Hits, factor: float) -> Hits:
    return {term: strength * factor for term, strength in hits.items()}


def _stronger(found: Hits, more: Hits) -> Hits:
    return {term: max(found.get(term, 0.0), more.get(term, 0.0)) for term in {**found, **more}}
