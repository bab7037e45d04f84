"""Turns texts into questions that they answer; pure, knows neither the database nor a model.

What English says about counts, firsts and names becomes a question of its own; in any language a
heading or a phrase that keeps coming back does.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import Final
from uuid import UUID

from clonememoria.knowledge.phrasing import (
    ASKING,
    COMMON_WORD,
    FRAMES,
    PRONOUNS,
    QUOTING_FRAMES,
    RULES,
    SAY_NOTHING,
    SUBJECT,
    TASK_VERBS,
    UNASKABLE_STARTS,
    Rule,
)
from clonememoria.knowledge.sections import Section, sections_of
from clonememoria.providers.words import (
    GENERIC_WORDS,
    STOP_WORDS,
    language_of,
    stem,
    words_of,
)

MAX_QUESTION_CHARS: Final = 90
MAX_TOPIC_WORDS: Final = 6
# A topic of more words may be a clause: then it is quoted, so that the grammar holds.
MAX_PLAIN_WORDS: Final = 2
MIN_REPEATS: Final = 3
MAX_PHRASES: Final = 4
LANGUAGE_SAMPLE_CHARS: Final = 4_000
# Of the words that carry a meaning; more in common is the same question again.
SAME_WORDS: Final = 0.6

RANK_ASKED, RANK_TASK, RANK_TOPIC, RANK_CLAUSE, RANK_REST = 0, 20, 60, 70, 80

_NUMBERING = re.compile(r"^(?:\d{1,2}(?:\.\d+)*[.):]?|[IVXLC]{1,5}[.):]|[A-Z][.)])\s+")
_JUNK = re.compile(r"https?:|www\.|[@{}<>=_|\\`\[\]#*/~^$…]|\.\w|\d{4,}")
_ASKS = re.compile(r"[?？؟]$")
_POSSESSIVES: Final = {"our": "your", "my": "your", "your": "my"}
_POSSESSIVE = re.compile(r"\b(?:our|my|your)\b", re.IGNORECASE)
_LOWER_CASE = re.compile(r"\b[^\W\dA-ZÀ-ÞА-Я_][\w'’-]*")
_NAME: Final = re.compile(r"(?<=[a-z,] )[A-ZÀ-Þ][\w'’-]*")
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A chunk, in the order of its document."""

    chunk_id: UUID
    document_id: UUID
    heading_path: Sequence[str]
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and the chunks of which one has to be found for it."""

    text: str
    chunk_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class _Idea:
    """Lower ranks are better questions."""

    rank: int
    text: str
    chunk_id: UUID


def candidates(excerpts: Sequence[Excerpt]) -> list[Candidate]:
    """Best first, and by turns from each document, in the order in which these come."""
    documents: dict[UUID, list[Excerpt]] = defaultdict(list)
    for excerpt in excerpts:
        documents[excerpt.document_id].append(excerpt)
    turns: list[tuple[int, int, Candidate]] = []
    for part in documents.values():
        ranked = _merged(_Document(part).ideas())
        turns += [(turn, rank, found) for turn, (rank, found) in enumerate(ranked)]
    turns.sort(key=lambda item: item[:2])
    return _different(found for _, _, found in turns)


def _merged(ideas: Iterable[_Idea]) -> list[tuple[int, Candidate]]:
    """Overlapping chunks have the same sentence: one question, found with either."""
    chunk_ids: dict[str, set[UUID]] = defaultdict(set)
    ranks: dict[str, int] = {}
    for idea in ideas:
        chunk_ids[idea.text].add(idea.chunk_id)
        ranks[idea.text] = min(idea.rank, ranks.get(idea.text, idea.rank))
    best_first = sorted(ranks, key=ranks.__getitem__)
    return [(ranks[text], Candidate(text, frozenset(chunk_ids[text]))) for text in best_first]


def _different(found: Iterable[Candidate]) -> list[Candidate]:
    kept: list[tuple[frozenset[str], Candidate]] = []
    for candidate in found:
        words = frozenset(_content_words(candidate.text, language_of(candidate.text)))
        if words and not any(_is_same(words, other) for other, _ in kept):
            kept.append((words, candidate))
    return [candidate for _, candidate in kept]


def _is_same(words: frozenset[str], others: frozenset[str]) -> bool:
    return len(words & others) >= SAME_WORDS * min(len(words), len(others))


def _content_words(text: str, language: str) -> list[str]:
    light = STOP_WORDS.get(language, _NONE) | GENERIC_WORDS.get(language, _NONE)
    return [word for word in words_of(text) if word not in light and len(word) > 1]


class _Document:
    """The excerpts of one document with what they have in common: a language, a vocabulary."""

    def __init__(self, excerpts: Sequence[Excerpt]) -> None:
        self._sections = [
            (excerpt.chunk_id, section)
            for excerpt in excerpts
            for section in sections_of(excerpt.text, excerpt.heading_path)
        ]
        whole = "\n".join(excerpt.text for excerpt in excerpts)
        self._language = language_of(whole[:LANGUAGE_SAMPLE_CHARS])
        self._stop_words = STOP_WORDS.get(self._language, _NONE)
        self._light = self._stop_words | GENERIC_WORDS.get(self._language, _NONE)
        self._in_lower_case = frozenset(
            stem(word, self._language) for word in set(_LOWER_CASE.findall(whole))
        )
        self._names = frozenset(_NAME.findall(whole))

    def ideas(self) -> Iterator[_Idea]:
        phrases = self._phrases()
        for chunk_id, section in self._sections:
            found = chain(
                self._asked(section.questions),
                self._from_sentences(section),
                self._from_title(section),
                self._from_phrases(section, phrases),
            )
            yield from (_Idea(rank, text, chunk_id) for rank, text in found if _is_fine(text))

    def _asked(self, questions: Iterable[str]) -> Iterator[tuple[int, str]]:
        for question in questions:
            if self._language != "en" or ASKING.match(question):
                yield RANK_ASKED, question

    def _from_sentences(self, section: Section) -> Iterator[tuple[int, str]]:
        if self._language == "en":
            for sentence in section.sentences:
                made = (self._by_rule(rule, sentence) for rule in RULES)
                yield from islice(filter(None, made), 1)

    def _by_rule(self, rule: Rule, sentence: str) -> tuple[int, str] | None:
        found = rule.pattern.match(sentence)
        if found is None:
            return None
        words = {name: value or "" for name, value in found.groupdict().items()}
        if any(word.lower() in PRONOUNS for value in words.values() for word in value.split()):
            return None
        words["x"] = _from_the_reader(self._begin_lower(words["x"].strip(" -—")))
        return rule.rank, rule.question.format(**words)

    def _from_title(self, section: Section) -> Iterator[tuple[int, str]]:
        title = _NUMBERING.sub("", section.title).rpartition(": ")[2].strip(" .:")
        if not title or not section.sentences:
            return
        if _ASKS.search(title):
            yield from self._asked([title])
        elif self._is_topic(title):
            yield from self._about(self._begin_lower(title))

    def _is_topic(self, title: str) -> bool:
        if title.casefold() in SAY_NOTHING or re.search(r"[.,;:!?()]", title):
            return False
        return len(title.split()) <= MAX_TOPIC_WORDS and self._has_content(title)

    def _has_content(self, text: str) -> bool:
        return any(len(word) > 1 and word not in self._light for word in words_of(text))

    def _about(self, topic: str) -> Iterator[tuple[int, str]]:
        first, _, rest = topic.partition(" ")
        start = first.lower()
        is_english = self._language == "en"
        if is_english and topic.startswith("how to "):
            verb, space, how = topic[len("how to ") :].partition(" ")
            yield RANK_TASK, f"How do I {verb.lower()}{space}{_from_the_reader(how)}?"
        elif is_english and rest and start in TASK_VERBS:
            yield RANK_TASK, f"How do I {start} {_from_the_reader(rest)}?"
        elif start not in self._stop_words | UNASKABLE_STARTS:
            yield self._framed(topic)

    def _framed(self, topic: str) -> tuple[int, str]:
        is_plain = len(topic.split()) <= MAX_PLAIN_WORDS and not self._is_in_doubt(topic)
        frames: Mapping[str, str] = FRAMES if is_plain else QUOTING_FRAMES
        frame = frames.get(self._language, QUOTING_FRAMES[""])
        return (RANK_TOPIC if is_plain else RANK_CLAUSE), frame.format(topic)

    def _is_in_doubt(self, topic: str) -> bool:
        """Whether a heading keeps a capital that only headings may give it."""
        first = topic.partition(" ")[0]
        is_capital = first[:1].isupper() and not first.isupper()
        return self._language == "en" and is_capital and first not in self._names

    def _phrases(self) -> Mapping[str, str]:
        """What the sentences come back to -> how a question names it."""
        sentences = [sentence for _, section in self._sections for sentence in section.sentences]
        pairs = Counter(chain.from_iterable(_pairs(text, self._light) for text in sentences))
        subjects = Counter(chain.from_iterable(map(self._subject, sentences)))
        common = [phrase for phrase, count in pairs.most_common() if count >= MIN_REPEATS]
        most_said = [subject for subject, _ in subjects.most_common(MAX_PHRASES)]
        return {**{phrase: phrase for phrase in common[:MAX_PHRASES]}, **dict(most_said)}

    def _subject(self, sentence: str) -> Iterator[tuple[str, str]]:
        found = SUBJECT.match(sentence) if self._language == "en" else None
        if found and not any(word.lower() in self._light for word in found["x"].split()):
            article = _from_the_reader((found["article"] or "").lower())
            subject = found["x"] if article else self._mid_sentence(found["x"])
            yield subject, f"{article}{subject}"

    def _from_phrases(
        self, section: Section, phrases: Mapping[str, str]
    ) -> Iterator[tuple[int, str]]:
        frame = FRAMES.get(self._language, QUOTING_FRAMES[""])
        said = "\n".join(section.sentences).casefold()
        for phrase, name in phrases.items():
            if phrase.casefold() in said:
                yield RANK_REST, frame.format(name)

    def _mid_sentence(self, subject: str) -> str:
        """Every sentence begins with a capital; a name of several words has more of them."""
        first, _, rest = subject.partition(" ")
        is_name = first in self._names or not rest or not rest.islower()
        return self._begin_lower(subject) if is_name else subject[0].lower() + subject[1:]

    def _begin_lower(self, text: str) -> str:
        """A capital stays where the document never writes the word without it: it is a name."""
        first, space, rest = text.partition(" ")
        lower = first.lower()
        is_seen = lower in self._stop_words or stem(lower, self._language) in self._in_lower_case
        is_common = self._language == "en" and COMMON_WORD.fullmatch(first)
        return f"{lower}{space}{rest}" if is_seen or is_common else text


def _pairs(sentence: str, light: frozenset[str]) -> Iterator[str]:
    words = re.findall(r"[^\W\d_]{3,}|[^\w\s]|\w+", sentence)
    for one, other in pairwise(words):
        is_phrase = one.isalpha() and other.isalpha() and min(len(one), len(other)) > 2
        if is_phrase and not (one + other).isupper() and not {one.lower(), other.lower()} & light:
            yield f"{one} {other}"


def _from_the_reader(text: str) -> str:
    """What the author calls "our" is "your" to who asks, and the other way round."""
    return _POSSESSIVE.sub(lambda found: _POSSESSIVES[found[0].lower()], text)


def _is_fine(text: str) -> bool:
    return len(text) <= MAX_QUESTION_CHARS and not _JUNK.search(text)
