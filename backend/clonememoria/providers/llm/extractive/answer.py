"""Writes the dummy model's answer: sentences with their citations, or plainly "I don't know"."""

import re
import zlib
from collections.abc import Sequence

from clonememoria.providers.llm.base import ChatMessage
from clonememoria.providers.llm.extractive.matching import Match, match
from clonememoria.providers.llm.extractive.phrases import Phrases, phrases_in
from clonememoria.providers.llm.extractive.question import understand
from clonememoria.providers.llm.extractive.sentences import sentences_of
from clonememoria.providers.llm.passages import parse_passages
from clonememoria.providers.words import words_of

MAX_SENTENCES = 4
MAX_CHARACTERS = 900

# (full terms found, share of the question's weight): one of them must be reached to answer.
ENOUGH = ((1, 0.5), (2, 0.4), (3, 0.3))
ALSO_WORTH_SAYING = 0.7  # of the best sentence's score
SAME_WORDS = 0.75

_NAME = re.compile(r"^You are ([^,.\n]+(?:\.\s[^,.\n]+)*)[,.]")
_LAST_STOP = re.compile(r"\s*([.!?…。！？؟।]*)$")


def answer(messages: Sequence[ChatMessage]) -> str:
    """The whole reply to the last user message, out of the passages in the system prompt."""
    system = "\n".join(m.content for m in messages if m.role == "system")
    asked = [m.content for m in messages if m.role == "user"]
    question_text, earlier = asked[-1] if asked else "", asked[-2] if len(asked) > 1 else ""
    name = _name(system)
    question = understand(question_text, earlier=earlier, name=name)
    phrases = phrases_in(question.language)
    passages = parse_passages(system)
    if not passages:
        return phrases.no_knowledge.format(name=name or phrases.nameless)
    chosen = _choose(match(question, sentences_of(passages)))
    if not chosen:
        return phrases.nothing_found
    return _written(chosen, phrases, seed=question_text)


def _name(system: str) -> str:
    found = _NAME.match(system)
    return found[1].strip() if found else ""


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


def _is_enough(found: Match) -> bool:
    if found.sentence.text.endswith(("?", "？")):
        return False
    return any(len(found.terms) >= terms and found.coverage >= share for terms, share in ENOUGH)


def _says_something_else(other: Match, said: Match) -> bool:
    new, old = set(words_of(other.sentence.text)), set(words_of(said.sentence.text))
    is_answer = not other.sentence.is_heading and not other.sentence.text.endswith(("?", "？"))
    return is_answer and len(new & old) < SAME_WORDS * min(len(new), len(old))


def _written(chosen: Sequence[Match], phrases: Phrases, *, seed: str) -> str:
    opening = phrases.openings[zlib.crc32(seed.encode("utf-8", "replace")) % len(phrases.openings)]
    sentences = (_cited(m.sentence.text, m.sentence.passage) for m in chosen)
    return " ".join((opening, *sentences))


def _cited(text: str, passage: int) -> str:
    """The number stands before the full stop, as in print."""
    return _LAST_STOP.sub(lambda end: f" [{passage}]{end[1] or '.'}", text, count=1)
