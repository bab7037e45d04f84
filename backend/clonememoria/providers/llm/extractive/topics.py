"""Whole sections as answers: to what asks about a topic, or for a summary."""

import re
from collections.abc import Sequence

from clonememoria.providers.llm.extractive.matching import Match
from clonememoria.providers.llm.extractive.question import Question
from clonememoria.providers.llm.extractive.sentences import QUESTION_MARKS, Sentence

ABOUT_THE_HEADING = 0.7  # of the question's weight is in the heading
MAX_LEAD_SENTENCES = 4
# Two sentences of prose; short lines, as of a list, as many as say as much.
LEAD_SENTENCES, LEAD_CHARACTERS = 2, 160

_SUMMARY = re.compile(
    r"\bsummar|\boverview\b|\bmain points\b|\bwhat (?:is|are) (?:this|it|the|your) ?\w* about\b"
    r"|zusammenfass|fasse|worum geht|résum|de quoi parle|\bresum|de qué trata|riassu|di cosa parla"
    r"|do que trata|кратко|о чём|о чем|总结|概括|概述|要約|まとめ|لخص|ملخص",
    re.IGNORECASE,
)


def asks_for_summary(text: str) -> bool:
    return _SUMMARY.search(text) is not None


def beginnings(sentences: Sequence[Sentence], limit: int) -> list[Sentence]:
    """The first sentence of each passage: what comes nearest to a summary."""
    first = {s.passage: s for s in reversed(sentences) if not s.is_heading}
    return sorted(first.values(), key=lambda s: s.place)[:limit]


def section_about(
    question: Question, matches: Sequence[Match], sentences: Sequence[Sentence]
) -> list[Sentence]:
    """How the section begins whose heading says what the question is about; none if none does."""
    headings = [m for m in matches if m.sentence.is_heading and m.terms]
    best = max(headings, key=lambda m: m.coverage, default=None)
    if best is None or best.coverage < ABOUT_THE_HEADING:
        return []
    said = max((m.coverage for m in matches if not m.sentence.is_heading), default=0.0)
    if said >= best.coverage and not question.asks_about_topic:
        return []
    return _lead(sentences, best.sentence)


def _lead(sentences: Sequence[Sentence], heading: Sentence) -> list[Sentence]:
    """The first sentences below a heading, up to the next one."""
    start = next(i for i, sentence in enumerate(sentences) if sentence is heading)
    lead: list[Sentence] = []
    for sentence in sentences[start + 1 :]:
        is_over = sentence.place != heading.place or (sentence.is_heading and lead)
        if is_over or _says_enough(lead):
            break
        if not sentence.is_heading and not sentence.text.endswith(QUESTION_MARKS):
            lead.append(sentence)
    return lead


def _says_enough(lead: Sequence[Sentence]) -> bool:
    characters = sum(len(sentence.text) for sentence in lead)
    is_long = len(lead) >= LEAD_SENTENCES and characters >= LEAD_CHARACTERS
    return is_long or len(lead) == MAX_LEAD_SENTENCES
