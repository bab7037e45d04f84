"""The block of numbered passages inside a system prompt: how it is written, and read back.

Text of a document can neither end its passage nor begin another: whatever looks like one of our
tags gets a backslash, which reading takes away again.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PromptPassage:
    """`index` is the number by which the answer cites it."""

    index: int
    title: str
    page: int | None
    text: str


_TAG = re.compile(r"<(\\*\s*/?\s*passage)", re.IGNORECASE)
_ESCAPED_TAG = re.compile(r"<\\(\\*\s*/?\s*passage)", re.IGNORECASE)
_BLOCK = re.compile(r"<passages>\n(.*?)\n</passages>", re.DOTALL)
_PASSAGE = re.compile(
    r'<passage index="(\d+)" title=("(?:[^"\\]|\\.)*")(?: page="(\d+)")?>\n(.*?)\n</passage>',
    re.DOTALL,
)


def render_passages(passages: Sequence[PromptPassage]) -> str:
    """The block to put into a system prompt; empty without passages."""
    if not passages:
        return ""
    return "\n".join(["<passages>", *map(_render, passages), "</passages>"])


def _render(passage: PromptPassage) -> str:
    title = json.dumps(passage.title, ensure_ascii=False)
    title = title.replace("<", "\\u003c").replace(">", "\\u003e")
    page = "" if passage.page is None else f' page="{passage.page}"'
    text = _TAG.sub(r"<\\\1", passage.text)
    return f'<passage index="{passage.index}" title={title}{page}>\n{text}\n</passage>'


def parse_passages(prompt: str) -> list[PromptPassage]:
    """The passages of the last block in the prompt, in its order."""
    blocks = _BLOCK.findall(prompt)
    if not blocks:
        return []
    return [
        PromptPassage(
            index=int(index),
            title=json.loads(title, strict=False),
            page=int(page) if page else None,
            text=_ESCAPED_TAG.sub(r"<\1", text),
        )
        for index, title, page, text in _PASSAGE.findall(blocks[-1])
    ]
