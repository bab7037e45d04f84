"""Web pages: their readable text as Markdown, or all visible text where that is little."""

import html
import re

import trafilatura

from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title
from clonememoria.knowledge.parsers.encoding import decode

# Below this share of the visible text the reader has taken content for navigation.
MIN_READABLE_SHARE = 0.25

_META_CHARSET = re.compile(rb"""<meta[^<>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]*>(?P<title>[^<]*)", re.IGNORECASE)
_HIDDEN = re.compile(
    r"<!--.*?-->|<(script|style|template|noscript|title)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL
)
_BLOCK_TAG = re.compile(
    r"</?(?:address|article|aside|blockquote|br|dd|div|dl|dt|fieldset|figure|footer|form|h[1-6]|"
    r"header|hr|li|main|nav|ol|option|p|pre|section|table|tr|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z!?][^<>]*>?", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r" ?\n\s*")


def parse(data: bytes) -> ParsedDocument:
    declared = _META_CHARSET.search(data[:4096])
    source = clean(decode(data, declared[1].decode("ascii") if declared else None))
    readable = _readable(source)
    visible = _visible(source)
    is_enough = len(readable) >= MIN_READABLE_SHARE * len(visible)
    title = _TITLE.search(source)
    return ParsedDocument(
        title=clean_title(html.unescape(title["title"])) if title else None,
        text=clean(readable if is_enough else visible),
    )


def _readable(source: str) -> str:
    text = trafilatura.extract(
        source,
        output_format="markdown",
        favor_recall=True,
        include_comments=True,
        include_tables=True,
        include_links=False,
        include_images=False,
    )
    return text or ""


def _visible(source: str) -> str:
    """Strip tags by pattern: a tree parser gives up on pages nested thousands deep."""
    text = _BLOCK_TAG.sub("\n", _HIDDEN.sub(" ", source))
    text = html.unescape(_TAG.sub("", text))
    return _BLANK_LINES.sub("\n", _SPACES.sub(" ", text)).strip()
