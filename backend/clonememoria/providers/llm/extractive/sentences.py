"""Cuts passages into sentences that can be quoted, each with the words that explain it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clonememoria.providers.llm.passages import PromptPassage

MAX_SENTENCE_CHARACTERS = 500
MAX_PASSAGE_CHARACTERS = 50_000

_HEADING_MARK = re.compile(r"#{1,6}\s+")
_LIST_MARK = re.compile(r"(?:[-*+•‣–]|\d{1,3}[.)])\s+")
_TABLE_RULE = re.compile(r"[\s|:+=-]+")
_MARKUP = re.compile(r"\*\*|__|`|\[\d{1,3}\]|!?\[([^\]]*)\]\([^)]*\)")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+|[。！？]+[」』”’）]*\s*|[؟।]\s*")
_NO_END = re.compile(
    r"(?:\b(?:[^\W\d_]|Dr|Prof|Mr|Mrs|Ms|St|No|Nr|vs|etc|ca|bzw|usw|bspw|inkl|Abs|Art|Fig|Inc|Ltd"
    r"|Co|approx|e\.g|i\.e|z\.B|d\.h|u\.a|т\.е|т\.д)"
    r"|\b\d{1,2}(?=\.\s+(?:Jan|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)))\.\s+$"
)
_TERMINAL = tuple('.!?…:;。！？؟।"”»')
_UNSPACED_END = re.compile(r"[\u3040-\u30ff\u3400-\u9fff，、]$")
_HEADING_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Sentence:
    """`passage` is the number to cite; `place` counts the passages of the prompt from 0.

    `heading` stands above it, `before` comes right before it in the same passage.
    """

    text: str
    passage: int
    place: int
    heading: str = ""
    before: str = ""
    is_heading: bool = False


def sentences_of(passages: list[PromptPassage]) -> list[Sentence]:
    return [s for place, passage in enumerate(passages) for s in _of_passage(passage, place)]


def _of_passage(passage: PromptPassage, place: int) -> Iterator[Sentence]:
    heading, before = passage.title, ""
    for block in _blocks(passage.text[:MAX_PASSAGE_CHARACTERS]):
        is_heading = _is_heading(block)
        for text in _split(_plain(block)):
            yield Sentence(text, passage.index, place, heading, before, is_heading)
            before = text
        if is_heading:
            heading, before = f"{passage.title} {_plain(block)}", ""


def _blocks(text: str) -> Iterator[str]:
    """Paragraphs with their lines joined; headings, list items and table rows on their own."""
    open_lines: list[str] = []
    for line in map(str.strip, [*text.splitlines(), ""]):
        starts_anew = not line or line.startswith(("#", "|")) or _LIST_MARK.match(line)
        if starts_anew and open_lines:
            yield _joined(open_lines)
            open_lines = []
        if line.startswith(("#", "|")):
            yield line
        elif line:
            open_lines.append(line)


def _joined(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        text += line if _UNSPACED_END.search(text) else f" {line}"
    return text


def _is_heading(block: str) -> bool:
    if _HEADING_MARK.match(block):
        return True
    is_short = len(block) <= _HEADING_CHARACTERS and ": " not in block and "：" not in block
    return is_short and not block.endswith(_TERMINAL) and not block.startswith(("|", "-", "*"))


def _plain(block: str) -> str:
    """The words without the marks of markdown; a row's cells are set apart by dashes."""
    if block.startswith("|"):
        cells = [cell.strip() for cell in block.strip("|").split("|")]
        block = "" if _TABLE_RULE.fullmatch(block) else " – ".join(filter(None, cells))
    block = _LIST_MARK.sub("", _HEADING_MARK.sub("", block, count=1), count=1)
    return _MARKUP.sub(r"\1", block).strip()


def _split(paragraph: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(paragraph):
        following = paragraph[end.end() : end.end() + 1]
        if following.islower() or _NO_END.search(paragraph, start, end.end()):
            continue
        yield from _cut(paragraph[start : end.end()])
        start = end.end()
    yield from _cut(paragraph[start:])


def _cut(sentence: str) -> Iterator[str]:
    """The sentence; one without end, as in a broken file, only from its beginning."""
    sentence = sentence.strip()
    if len(sentence) > MAX_SENTENCE_CHARACTERS:
        shortened = sentence[:MAX_SENTENCE_CHARACTERS]
        sentence = f"{shortened.rpartition(' ')[0] or shortened} …"
    if any(map(str.isalnum, sentence)):
        yield sentence
