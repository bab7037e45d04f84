"""Writes the dummy model's answer: sentences with their citations, or plainly "I don't know"."""

import re
import zlib
from collections.abc import Sequence

from clonememoria.providers.llm.base import ChatMessage
from clonememoria.providers.llm.extractive.matching import Match, match
from clonememoria.providers.llm.extractive.phrases import Phrases, phrases_in
from clonememoria.providers.llm.extractive.question import Question, is_greeting, understand
from clonememoria.providers.llm.extractive.sentences import (
    COLONS,
    QUESTION_MARKS,
    Sentence,
    sentences_of,
)
from clonememoria.providers.llm.passages import parse_passages
from clonememoria.providers.words import words_of

MAX_SENTENCES = 4
MAX_CHARACTERS = 900

# (full terms found, share of the question's weight): one of them must be reached to answer.
ENOUGH = ((1, 0.5), (2, 0.4), (3, 0.3))
ALSO_WORTH_SAYING = 0.7  # of the best sentence's score
SAME_WORDS = 0.75

_NAME = re.compile(r"You are (.+?)(?:,.*)?\.?$", re.MULTILINE)
_SUMMARY = re.compile(
    r"\bsummar|\boverview\b|\bmain points\b|\bwhat (?:is|are) (?:this|it|the|your) ?\w* about\b"
    r"|zusammenfass|fasse|worum geht|résum|de quoi parle|\bresum|de qué trata|riassu|di cosa parla"
    r"|do que trata|кратко|о чём|о чем|总结|概括|概述|要約|まとめ|لخص|ملخص",
    re.IGNORECASE,
)
_LAST_STOP = re.compile(r"\s*([.!?…。！？؟।]*)$")


def answer(messages: Sequence[ChatMessage]) -> str:
    """The whole reply to the last user message, out of the passages in the system prompt."""
    system = "\n".join(m.content for m in messages if m.role == "system")
    earlier, question_text = ["", "", *(m.content for m in messages if m.role == "user")][-2:]
    name = _name(system)
    question = understand(question_text, earlier=earlier, name=name)
    phrases = phrases_in(question.language)
    passages = parse_passages(system)
    if not question.terms or is_greeting(question_text, name=name):
        return phrases.hello.format(name=name or phrases.nameless)
    if not passages:
        return phrases.no_knowledge.format(name=name or phrases.nameless)
    sentences = sentences_of(passages)
    chosen = _quotes(question, question_text, sentences)
    if not chosen and (alone := understand(question_text, name=name)).subjects > 1:
        # "What is it that patients dread?" only seems to point back.
        chosen = _quotes(alone, question_text, sentences)
    return _written(chosen, phrases, seed=question_text) if chosen else phrases.nothing_found


def _name(system: str) -> str:
    found = _NAME.match(system)
    return found[1].strip() if found else ""


def _quotes(question: Question, text: str, sentences: list[Sentence]) -> list[Sentence]:
    chosen = [found.sentence for found in _choose(match(question, sentences))]
    if not chosen and not question.subjects and _SUMMARY.search(text):
        return _beginnings(sentences)
    return chosen


def _choose(matches: Sequence[Match]) -> list[Match]:
    """The best sentence and what adds to it, in the order of relevance; none if none is enough."""
    best = next((m for m in matches if _is_enough(m)), None)
    if best is None:
        return []
    chosen = [best]
    for other in matches:
        if other.score < ALSO_WORTH_SAYING * best.score or len(chosen) == MAX_SENTENCES:
            break
        length = sum(len(m.sentence.text) for m in (*chosen, other))
        if length <= MAX_CHARACTERS and all(_says_something_else(other, m) for m in chosen):
            chosen.append(other)
    return chosen


def _beginnings(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The first sentence of each passage: what comes nearest to a summary."""
    first = {s.passage: s for s in reversed(sentences) if not s.is_heading}
    return sorted(first.values(), key=lambda s: s.place)[:MAX_SENTENCES]


def _is_enough(found: Match) -> bool:
    if found.sentence.text.endswith(QUESTION_MARKS):
        return False
    return any(len(found.terms) >= terms and found.coverage >= share for terms, share in ENOUGH)


def _says_something_else(other: Match, said: Match) -> bool:
    new, old = set(words_of(other.sentence.text)), set(words_of(said.sentence.text))
    is_answer = not other.sentence.is_heading
    is_answer &= not other.sentence.text.endswith(QUESTION_MARKS + COLONS)
    return is_answer and len(new & old) < SAME_WORDS * min(len(new), len(old))


def _written(chosen: Sequence[Sentence], phrases: Phrases, *, seed: str) -> str:
    opening = phrases.openings[zlib.crc32(seed.encode("utf-8", "replace")) % len(phrases.openings)]
    return " ".join((opening, *(_cited(s.text, s.passage) for s in chosen)))


def _cited(text: str, passage: int) -> str:
    """The number stands before the full stop, as in print."""
    return _LAST_STOP.sub(lambda end: f" [{passage}]{end[1] or '.'}", text, count=1)
