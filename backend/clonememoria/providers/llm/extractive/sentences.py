"""Cuts passages into sentences that can be quoted, each with the words that explain it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise

from clonememoria.providers.llm.passages import PromptPassage

MAX_SENTENCE_CHARACTERS = 500
MAX_PASSAGE_CHARACTERS = 50_000

QUESTION_MARKS = ("?", "？", "؟")
COLONS = (":", "：")

_HEADING_MARK = re.compile(r"^#{1,6}\s+")
_LIST_MARK = re.compile(r"^(?:[-*+•‣–]|\d{1,3}[.)])\s+")
_TABLE_RULE = re.compile(r"[\s|:+=-]+")
_MARKUP = re.compile(
    r"\*\*|__|`|(?<!\w)[_*](?=\w)|(?<=[\w.])[_*](?!\w)|\[\d{1,3}\]|!?\[([^\[\]]*)\]\([^()]*\)"
)
_SPEAKER = re.compile(r"^(?:Q|A|F|Question|Answer|Frage|Antwort)[:.)]\s+")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+|[。！？]+[」』”’）]*\s*|[؟।]\s*")
_NO_END = re.compile(
    r"\b(?:[^\W\d_]|Dr|Prof|Mr|Mrs|Ms|Jr|Sr|St|Gen|Sen|Rep|No|Nr|Nos|Vol|pp|vs|etc|ca|al|bzw"
    r"|usw|bspw|inkl|Abs|Art|Fig|Sec|Inc|Ltd|Co|Corp|approx|e\.g|i\.e|z\.B|d\.h|u\.a|т\.е|т\.д)\.\s+$"
)
_LEANS_BACK = re.compile(r"(?:And|But|So|Or|It|They|This|These|He|She)\b")
_DAY = re.compile(r"\b\d{1,2}\.\s+$")
_MONTH = re.compile(r"Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez")
_LONGEST_ABBREVIATION = 8
_TERMINAL = tuple('.!?…:;。！？؟।"”»')
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff，、]")
_HEADING_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Sentence:
    """`passage` is the number to cite; `place` counts the passages of the prompt from 0.

    `heading` stands above it, `before` comes right before it in the same passage, whose document
    is called `title`.
    """

    text: str
    passage: int
    place: int
    heading: str = ""
    before: str = ""
    title: str = ""
    is_heading: bool = False

    @property
    def leans_back(self) -> bool:
        """Whether it says little without the sentence before."""
        return _LEANS_BACK.match(self.text) is not None


def sentences_of(passages: list[PromptPassage]) -> list[Sentence]:
    return [s for place, passage in enumerate(passages) for s in _of_passage(passage, place)]


def _of_passage(passage: PromptPassage, place: int) -> Iterator[Sentence]:
    heading, before, title = "", "", passage.title
    blocks = _with_lists(_with_tables(_blocks(passage.text[:MAX_PASSAGE_CHARACTERS])))
    for block, following in pairwise(chain(blocks, [""])):
        is_heading = _is_heading(block, following)
        for text in _split(_plain(block)):
            yield Sentence(text, passage.index, place, heading, before, title, is_heading)
            before = text
        if is_heading:
            heading = _plain(block)
            before = heading if heading.endswith(QUESTION_MARKS) else ""


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


def _with_lists(blocks: Iterator[str]) -> Iterator[str]:
    """An introduction that ends in a colon takes the list along that follows."""
    waiting = ""
    for block in blocks:
        if waiting and _is_item_of(waiting, block):
            gap = " " if waiting.endswith(COLONS) else "; "
            waiting += f"{gap}{_plain(block).rstrip('.;,')}"
            continue
        ended = [waiting] if waiting else []
        waiting = block if block.endswith(COLONS) else ""
        yield from ended if waiting else [*ended, block]
    if waiting:
        yield waiting


def _is_item_of(introduction: str, block: str) -> bool:
    fits = len(introduction) + len(block) < MAX_SENTENCE_CHARACTERS
    return fits and _LIST_MARK.match(block) is not None


def _with_tables(blocks: Iterator[str]) -> Iterator[str]:
    """Each row says what its columns are; the row of their names is dropped."""
    header: list[str] = []
    for block in blocks:
        if not block.startswith("|"):
            header = []
            yield block
        elif not _TABLE_RULE.fullmatch(block):
            cells = [cell.strip() for cell in block.strip("|").split("|")]
            if header:
                named = zip(header, cells, strict=False)
                yield " – ".join(f"{name}: {cell}" if name else cell for name, cell in named)
            header = header or cells


def _joined(lines: list[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        text += line if _UNSPACED.match(text[-1]) else f" {line}"
    return text


def _is_heading(block: str, following: str) -> bool:
    """A short line without mark or full stop is one only where text stands below it."""
    if _HEADING_MARK.match(block):
        return True
    return bool(following) and _is_bare_line(block) and not _is_bare_line(following)


def _is_bare_line(block: str) -> bool:
    is_short = len(block) <= _HEADING_CHARACTERS and ": " not in block and "：" not in block
    return is_short and not block.endswith(_TERMINAL) and not _LIST_MARK.match(block)


def _plain(block: str) -> str:
    """The words without the marks of markdown."""
    block = _LIST_MARK.sub("", _HEADING_MARK.sub("", block))
    return _MARKUP.sub(r"\1", block).strip()


def _split(paragraph: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(paragraph):
        before = paragraph[max(start, end.start() - _LONGEST_ABBREVIATION) : end.end()]
        if not _ends(before, paragraph[end.end() : end.end() + 3]):
            continue
        yield from _cut(paragraph[start : end.end()])
        start = end.end()
    yield from _cut(paragraph[start:])


def _ends(before: str, following: str) -> bool:
    is_date = _DAY.search(before) and _MONTH.match(following)
    return not (following[:1].islower() or is_date or _NO_END.search(before))


def _cut(sentence: str) -> Iterator[str]:
    """The sentence; one without end, as in a broken file, only from its beginning."""
    sentence = _SPEAKER.sub("", sentence.strip())
    if len(sentence) > MAX_SENTENCE_CHARACTERS:
        shortened = sentence[:MAX_SENTENCE_CHARACTERS]
        sentence = f"{shortened.rpartition(' ')[0] or shortened} …"
    if any(map(str.isalnum, sentence)):
        yield sentence
