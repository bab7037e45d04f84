"""Cuts a chunk into its sections, with their headings, sentences and questions; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clonememoria.knowledge.headings import find_headings

_FENCE = "```"
_LIST_MARK = re.compile(r"^(?:[-*+•‣–]|\d{1,3}[.)])\s+")
_MARKUP = re.compile(r"[*_`]+|!?\[([^\]]*)\]\([^)]*\)")
_SENTENCE = re.compile(r".+?(?:[.!?:][\"'”’)»]*(?=\s+[\"'“‘(«]?[A-ZÀ-ÞА-Я¿¡\d]|$)|[。！？]|$)")
_NO_END = re.compile(r"\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|No|Fig|vs|etc|e\.\s?g|i\.\s?e|approx)\.$")
# Who asks in the middle of an essay does so to make a point; an FAQ asks in a line of its own.
_ASKED = re.compile(
    r"^(?:Q[:.]\s*)?(?P<question>(?:[A-ZÀ-ÞА-Я¿]|[^\x00-\u02ff])[^.!;:?？。]{8,85}[?？؟])$"
)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    sentences: tuple[str, ...]
    questions: tuple[str, ...]


def sections_of(text: str, heading_path: Sequence[str]) -> Iterator[Section]:
    """In order; what comes before the first heading belongs to the last of `heading_path`."""
    if text.count(_FENCE) % 2:
        return  # cut inside code: which half is prose, nobody knows
    prose = "".join(text.split(_FENCE)[::2])
    headings = list(find_headings(prose))
    starts = [0, *(heading.char_start for heading in headings)]
    ends = [*starts[1:], len(prose)]
    titles = [heading_path[-1] if heading_path else "", *(found.title for found in headings)]
    for title, start, end in zip(titles, starts, ends, strict=True):
        yield _section(title, prose[start:end])


def _section(title: str, text: str) -> Section:
    blocks = list(_blocks(text))
    asked = [found["question"] for block in blocks if (found := _ASKED.match(block))]
    sentences = [sentence for block in blocks for sentence in _sentences(block)]
    return Section(title, tuple(sentences), tuple(asked))


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs in one line, list items on their own; no headings, tables or indented code."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        bare = line.strip()
        is_apart = bare.startswith(("#", "|", ">")) or line.startswith(("    ", "\t"))
        if not bare or is_apart or _LIST_MARK.match(bare):
            if lines:
                yield _plain(" ".join(lines))
            lines = []
        if bare and not is_apart:
            lines.append(_LIST_MARK.sub("", bare))


def _plain(block: str) -> str:
    return _MARKUP.sub(lambda found: found[1] or "", block).strip()


def _sentences(block: str) -> Iterator[str]:
    pending = ""
    for found in _SENTENCE.finditer(block):
        pending += found[0]
        if not _NO_END.search(pending):
            if sentence := pending.strip():
                yield sentence
            pending = ""
    if pending.strip():
        yield pending.strip()
