"""Turns Markdown, as models write it, into words worth saying; knows no voice and no vendor."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

_CITATION: Final = re.compile(r"\s*\[\^?\d+(?:\s*[,;–-]\s*\d+)*\]")
# The marks of an emphasis that is never closed, as in a reply that was stopped.
_MARKS_LEFT: Final = re.compile(r"(?<!\S)[*_~`]{1,3}(?=\w)|(?<=[\w.,!?])[*_~`]{1,3}(?!\S)")
_UNSAID: Final = (
    re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE),
    re.compile(r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]]", re.IGNORECASE),
    # Pictographs, flags, dingbats and arrows, with what joins and colours them; not ° or ©.
    re.compile(
        "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff"
        "\u200d\u20e3\ufe0e\ufe0f\U000e0020-\U000e007f]+"
    ),
    re.compile(r"\(\s*\)|\[\s*\]"),
)
_SPACES: Final = re.compile(r"\s+")
_SPACE_BEFORE_STOP: Final = re.compile(r"\s+(?=[.,;:!?…)])")
_SPEAKABLE: Final = re.compile(r"[^\W_]")
_PAUSES: Final = tuple(".!?…:;,。！？：")

_CELLS: Final = {"th_open", "td_open"}
_LINE_BREAKS: Final = {"softbreak", "hardbreak"}


def spoken_text(markdown: str) -> str:
    """A line for each paragraph, item, heading or table row; empty where nothing can be said.

    Left out: code blocks, images' addresses, bare URLs, tags, citations such as [1], emoji.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    lines = (_cleaned(line) for line in _lines(parser.parse(markdown)))
    return "\n".join(_with_pause(line) for line in lines if _SPEAKABLE.search(line))


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    row: list[str] = []
    opened = ""
    for token in tokens:
        if token.type == "inline" and opened in _CELLS:
            row.append(_cleaned(_words(token.children or ())))
        elif token.type == "inline":
            yield _words(token.children or ())
        elif token.type == "tr_close":
            yield ", ".join(filter(None, row))
            row.clear()
        opened = token.type


def _words(children: Sequence[Token]) -> str:
    words: list[str] = []
    before_link = 0
    for token in children:
        if token.type == "link_open":
            before_link = len(words)
        elif token.type == "link_close" and "".join(words[before_link:]).isdecimal():
            del words[before_link:]  # [1](#source): a citation that was made a link
        elif token.type in _LINE_BREAKS:
            words.append(" ")
        else:
            words.append(token.content)
    return "".join(words)


def _cleaned(text: str) -> str:
    text = _MARKS_LEFT.sub("", _CITATION.sub("", text))
    for unsaid in _UNSAID:
        text = unsaid.sub(" ", text)
    return _SPACE_BEFORE_STOP.sub("", _SPACES.sub(" ", text)).strip()


def _with_pause(line: str) -> str:
    """A voice runs a heading into what follows, unless there is a stop."""
    return line if line.endswith(_PAUSES) else f"{line}."
