"""Writes the dummy model's answer: sentences with their citations, or plainly "I don't know"."""

import re
import zlib
from collections.abc import Sequence

from clonememoria.providers.llm.base import ChatMessage
from clonememoria.providers.llm.extractive.expectations import LIMIT, PERSONAL
from clonememoria.providers.llm.extractive.matching import Match, match
from clonememoria.providers.llm.extractive.phrases import Phrases, phrases_in
from clonememoria.providers.llm.extractive.question import Question, understand
from clonememoria.providers.llm.extractive.sentences import (
    COLONS,
    QUESTION_MARKS,
    Sentence,
    sentences_of,
)
from clonememoria.providers.llm.extractive.smalltalk import (
    Persona,
    asks_who,
    greeting_language,
    language_spoken,
    persona_in,
    thanks_language,
)
from clonememoria.providers.llm.extractive.topics import asks_for_summary, beginnings, section_about
from clonememoria.providers.llm.passages import parse_passages
from clonememoria.providers.words import UNSPACED, words_of

MAX_SENTENCES = 4
MAX_CHARACTERS = 900
LANGUAGE_SAMPLE_CHARACTERS = 500

_Shares = tuple[tuple[int, float], ...]
# (full terms found, share of the question's weight): one of them must be reached to answer.
ENOUGH: _Shares = ((1, 0.55), (2, 0.4), (3, 0.3))
# Where the sentence holds what the question expects.
ENOUGH_AS_EXPECTED: _Shares = ((1, 0.4), (2, 0.35), (3, 0.3))
ENOUGH_TO_PERMIT: _Shares = ((1, 0.2),)

SURE, WHOLE = 0.6, 0.8  # of the question's weight
ENOUGH_OF_OTHERS: _Shares = ((1, 0.8),)  # where the person who is asked should speak

ALSO_WORTH_SAYING = 0.65  # of the best sentence's score and coverage
SAME_WORDS = 0.75

_LAST_STOP = re.compile(r"\s*([.!?…。！？؟।]*)$")
_WITHOUT_SPACES = ("zh", "ja")


def answer(messages: Sequence[ChatMessage]) -> str:
    """The whole reply to the last user message, out of the passages in the system prompt."""
    system = "\n".join(m.content for m in messages if m.role == "system")
    earlier, text = ["", "", *(m.content for m in messages if m.role == "user")][-2:]
    persona = persona_in(system)
    passages = parse_passages(system)
    sample = " ".join(passage.text[:LANGUAGE_SAMPLE_CHARACTERS] for passage in passages[:1])
    language = language_spoken(text, earlier, sample)
    if said := _small_talk(text, persona, language):
        return said
    phrases = phrases_in(language)
    question = understand(text, language=language, earlier=earlier, name=persona.name)
    name = persona.name or phrases.nameless
    if not question.terms:
        return phrases.hello.format(name=name)
    if not passages:
        return phrases.no_knowledge.format(name=name)
    sentences = sentences_of(passages)
    chosen = _quotes(question, text, sentences)
    if not chosen:
        # "What is it that patients dread?" only seems to point back.
        alone = understand(text, language=language, name=persona.name)
        chosen = _quotes(alone, text, sentences) if alone.subjects > 1 else []
    return _written(chosen, language, seed=text) if chosen else phrases.nothing_found


def _small_talk(text: str, persona: Persona, language: str) -> str:
    """The reply to what is no question about the documents; empty for what is."""
    if spoken := thanks_language(text, name=persona.name):
        return phrases_in(spoken).welcome
    if spoken := greeting_language(text, name=persona.name):
        phrases = phrases_in(spoken)
        return phrases.hello.format(name=persona.name or phrases.nameless)
    return _introduction(persona, phrases_in(language)) if asks_who(text) else ""


def _introduction(persona: Persona, phrases: Phrases) -> str:
    who = ", ".join(filter(None, (persona.name or phrases.nameless, persona.title)))
    about = f" {persona.bio}" if persona.bio else ""
    return phrases.introduction.format(who=who) + about


def _quotes(question: Question, text: str, sentences: list[Sentence]) -> list[Sentence]:
    matches = match(question, sentences)
    if section := section_about(question, matches, sentences):
        return section
    chosen = [found.sentence for found in _choose(matches)]
    if not chosen and not question.subjects and asks_for_summary(text):
        return beginnings(sentences, MAX_SENTENCES)
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
        if (
            length <= MAX_CHARACTERS
            and _adds_to(best, other)
            and all(_says_something_else(other, m) for m in chosen)
        ):
            chosen.append(other)
    return chosen


def _adds_to(best: Match, other: Match) -> bool:
    if not _has_what_is_needed(other):
        return False
    if best.met and best.coverage > SURE and best.rarest not in other.terms:
        return False
    if other.sentence.leans_back and other.sentence.before != best.sentence.text:
        return False
    # Nothing less is worth saying after a whole answer.
    wanted = len(best.terms) if best.coverage >= WHOLE else len(best.terms) / 2
    return other.coverage >= ALSO_WORTH_SAYING * best.coverage and len(other.terms) >= wanted


def _is_enough(found: Match) -> bool:
    sentence = found.sentence
    if sentence.is_heading or sentence.text.endswith(QUESTION_MARKS):
        return False
    if not _has_what_is_needed(found):
        return False
    shares = _shares(found)
    return any(len(found.terms) >= terms and found.coverage >= share for terms, share in shares)


def _shares(found: Match) -> _Shares:
    if PERSONAL in found.expects and PERSONAL not in found.met:
        return ENOUGH_OF_OTHERS
    if LIMIT in found.met:
        return ENOUGH_TO_PERMIT
    return ENOUGH_AS_EXPECTED if set(found.met) - {PERSONAL} else ENOUGH


def _has_what_is_needed(found: Match) -> bool:
    return all(kind in found.met for kind in found.expects if kind.is_needed)


def _says_something_else(other: Match, said: Match) -> bool:
    new, old = set(words_of(other.sentence.text)), set(words_of(said.sentence.text))
    is_answer = not other.sentence.is_heading
    is_answer &= not other.sentence.text.endswith(QUESTION_MARKS + COLONS)
    return is_answer and len(new & old) < SAME_WORDS * min(len(new), len(old))


def _written(chosen: Sequence[Sentence], language: str, *, seed: str) -> str:
    openings = phrases_in(language).openings
    opening = openings[zlib.crc32(seed.encode("utf-8", "replace")) % len(openings)]
    gap = "" if language in _WITHOUT_SPACES else " "
    return gap.join((opening, *(_cited(s.text, s.passage) for s in chosen)))


def _cited(text: str, passage: int) -> str:
    """The number stands before the full stop, as in print."""
    stop = "。" if UNSPACED.match(text[-1:]) else "."
    return _LAST_STOP.sub(lambda end: f" [{passage}]{end[1] or stop}", text, count=1)
