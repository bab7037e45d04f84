"""Where the headings of a Markdown text are; knows fences and front matter, nothing else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

FRONT_MATTER = re.compile(r"\A---\n(?P<fields>.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)

_MARKS = re.compile(
    r"^ {0,3}(?:"
    # "```code``` in a line" opens no fence.
    r"(?P<fence>`{3,}+(?![^\n]*`)|~{3,})(?P<info>.*)"
    r"|(?P<hashes>\#{1,6})(?:[ \t]+(?P<atx>[^\n]*))?"
    r"|(?P<setext>[^\s>|#`~*+-][^\n|]*)\n {0,3}(?P<underline>=+|-{2,})[ \t]*"
    r")$",
    re.MULTILINE,
)
# A longer line is no title, and the patterns below would need minutes for a megabyte of "[".
MAX_TITLE_CHARS = 300
_CLOSING_HASHES = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_INLINE_MARKS = re.compile(r"[*_`]{1,3}(?=\S)(.+?)(?<=\S)[*_`]{1,3}|!?\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Heading:
    """`char_end` is the end of its last line, the underline included."""

    char_start: int
    char_end: int
    level: int
    title: str


def find_headings(markdown: str) -> Iterator[Heading]:
    """Yield the headings with a title, in order; `# comments` in code blocks are not headings."""
    front_matter = FRONT_MATTER.match(markdown)
    open_fence = ""
    for mark in _MARKS.finditer(markdown, front_matter.end() if front_matter else 0):
        fence = mark["fence"]
        if open_fence:
            if fence and fence.startswith(open_fence) and not mark["info"].strip():
                open_fence = ""
        elif fence:
            open_fence = fence
        elif heading := _heading(mark):
            yield heading


def _heading(mark: re.Match[str]) -> Heading | None:
    if mark["hashes"]:
        level = len(mark["hashes"])
        raw = (mark["atx"] or "")[:MAX_TITLE_CHARS]
        if "#" in raw:
            raw = _CLOSING_HASHES.sub("", raw)
    else:
        level = 1 if mark["underline"][0] == "=" else 2
        raw = mark["setext"][:MAX_TITLE_CHARS]
    title = _INLINE_MARKS.sub(lambda found: found[1] or found[2] or "", raw).strip()
    return Heading(mark.start(), mark.end(), level, title) if title else None
