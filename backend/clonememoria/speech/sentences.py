"""Cuts words to be spoken into pieces that sound whole; knows no Markdown and no voice.

Pieces are sentences where that is possible. A listener hears the first one while the others are
made, so it may be short; later short ones are spoken together, and very long ones in parts.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from math import ceil
from typing import Final

# In Latin letters: 240 take a voice about 15 s, and 30 two.
MAX_WEIGHT: Final = 240
MIN_WEIGHT: Final = 30
# Rather the first half of a long first sentence soon than all of it late.
FIRST_MAX_WEIGHT: Final = 110
# A sign of Chinese, Japanese or Korean takes as long to say as three letters.
_WIDE: Final = re.compile("[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff66-\uffef]")
_WIDE_WEIGHT: Final = 3

_QUOTES: Final = "\"'”’»›)\\]}」』】》）"
# Each begins where its run of signs does: else a page of dots is read once for each dot.
_END: Final = re.compile(
    rf"(?:(?<![.!?…])[.!?…]+[{_QUOTES}]*|(?<![؟۔।॥։።။៕])[؟۔।॥։።။៕]+[{_QUOTES}]*)\s+|"
    rf"[。！？｡]+[{_QUOTES}]*\s*"
)
_PAUSE: Final = re.compile(rf"(?<![,;:—–،؛])[,;:—–،؛]+[{_QUOTES}]*\s+|[，、；：]\s*")
_SPACE: Final = re.compile(r"\s+")

_NEVER_LAST: Final = re.compile(
    r"(?:(?<![\w'’])(?:[^\W\d_]|(?:[^\W\d_]{1,2}\.\s?)+[^\W\d_]{1,2}"
    r"|Dr|Drs|Prof|Mr|Mrs|Ms|Mx|Rev|Hon|Gen|Col|Capt|Lt|Sgt|Sen|Rep|Gov|St|Ste|Mt|Hr|Fr|Frl|Sr|Sra"
    r"|Srta|Jr|Mme|Mlle|Sig|Dott|Ing|Mag|Dipl|Ud|Uds|vs|ca|approx|bzw|bspw|evtl|ggf|inkl|exkl|vgl"
    r"|sog|ehem|geb|gest|usw|ecc|cf|al|eds?|г|гг|ул|им|др))\.$",
    re.IGNORECASE,
)
_NOT_BEFORE_NUMBERS: Final = re.compile(
    r"\b(?:no|nos|nr|fig|figs|abb|tab|art|abs|sec|ch|chap|kap|vol|bd|pp?|s|ss|ff|max|min|ext|tel"
    r"|стр|рис|табл|núm|pág)\.$",
    re.IGNORECASE,
)
_DAY: Final = re.compile(r"\b\d{1,2}\.$")
_MONTH: Final = re.compile(
    r"(?:Jan|Feb|Mär|Mar|Apr|Mai|May|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec)", re.IGNORECASE
)
_LONGEST_ABBREVIATION: Final = 16


def split_sentences(text: str) -> list[str]:
    """All of the text but white space, in order; none is empty."""
    sentences = [s for line in text.splitlines() for s in _sentences_of(line)]
    parts = list(_with_short_beginning(_parts(sentences)))
    return list(_joined(parts))


def _sentences_of(line: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(line):
        if _is_end(line[start : end.end()].rstrip(), line[end.end() :]):
            yield line[start : end.end()].strip()
            start = end.end()
    if rest := line[start:].strip():
        yield rest


def _is_end(sentence: str, following: str) -> bool:
    if not sentence.endswith("."):
        return not following[:1].islower()
    last = sentence[-_LONGEST_ABBREVIATION:]
    is_date = _DAY.search(last) and _MONTH.match(following)
    is_number = following[:1].isdigit() and _NOT_BEFORE_NUMBERS.search(last)
    return not (following[:1].islower() or is_date or is_number or _NEVER_LAST.search(last))


def _parts(sentences: Iterable[str]) -> Iterator[str]:
    for sentence in sentences:
        yield from _cut(sentence)


def _cut(sentence: str) -> Iterator[str]:
    """In parts of about the same length, at pauses where there are any, else between words."""
    while (weight := _weight(sentence)) > MAX_WEIGHT:
        share = weight / ceil(weight / MAX_WEIGHT)
        reach = _reach(sentence, min(share * 1.25, MAX_WEIGHT))
        ends = range(_reach(sentence, share / 2), reach)
        at = _last(_PAUSE, sentence, ends) or _last(_SPACE, sentence, ends)
        at = at or _between_letters(sentence, reach)
        yield sentence[:at].strip()
        sentence = sentence[at:].strip()
    yield sentence


def _with_short_beginning(parts: Iterator[str]) -> Iterator[str]:
    first = next(parts, "")
    ends = range(_reach(first, MIN_WEIGHT), _reach(first, FIRST_MAX_WEIGHT))
    if at := ends.stop < len(first) and _last(_PAUSE, first, ends):
        yield first[:at].strip()
        yield first[at:].strip()
    elif first:
        yield first
    yield from parts


def _joined(parts: list[str]) -> Iterator[str]:
    """The first alone, each later one with those that follow until it is worth a breath."""
    yield from parts[:1]
    waiting = ""
    for part in parts[1:]:
        if waiting and _weight(waiting) + _weight(part) > MAX_WEIGHT:
            yield waiting
            waiting = ""
        waiting = f"{waiting} {part}" if waiting else part
        if _weight(waiting) >= MIN_WEIGHT:
            yield waiting
            waiting = ""
    if waiting:
        yield waiting


def _weight(text: str) -> int:
    return len(text) + (_WIDE_WEIGHT - 1) * len(_WIDE.findall(text))


def _reach(text: str, weight: float) -> int:
    """How many characters weigh that much, at least one."""
    if text.isascii():
        return max(1, int(weight))
    for index, character in enumerate(text):
        weight -= _WIDE_WEIGHT if _WIDE.match(character) else 1
        if weight < 0:
            return max(1, index)
    return len(text)


def _last(mark: re.Pattern[str], text: str, within: range) -> int:
    """Where the last such mark ends; 0 where there is none."""
    return max((m.end() for m in mark.finditer(text, within.start, within.stop)), default=0)


def _between_letters(text: str, at: int) -> int:
    """There, or before, so that no letter loses its accent."""
    while at > 1 and unicodedata.category(text[at]).startswith("M"):
        at -= 1
    return at
