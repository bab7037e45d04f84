"""Web pages: their readable text as Markdown, or all visible text where that leaves out much."""

import html
import re
from collections.abc import Iterator

import trafilatura

from clonememoria.knowledge.headings import find_headings
from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title
from clonememoria.knowledge.parsers.encoding import decode

# With less of the visible text, or of its headings, the reader took content for navigation.
MIN_READABLE_SHARE = 0.25
MIN_HEADING_SHARE = 0.5

_META_CHARSET = re.compile(rb"""<meta[^<>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]*>(?P<title>[^<]*)", re.IGNORECASE)
_EMPHASIS = re.compile(r"</?(?:b|strong|i|em|u|font|big|small)(?:\s[^<>]*)?>", re.IGNORECASE)
_HIDDEN_MARK = re.compile(
    r"(?P<comment><!--)|(?P<comment_end>-->)"
    r"|<(?P<slash>/?)(?P<name>script|style|template|noscript|title|nav)\b[^<>]*>?",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?P<slash>/?)(?P<name>[a-z][a-z0-9]*)[^<>]*>?|<![^<>]*>?", re.IGNORECASE)
_HEADINGS = [f"h{level}" for level in range(1, 7)]
_LINES = ("div", "dt", "dd", "option", "label", "legend", "figcaption", "caption", "address")
_PARAGRAPHS = (
    *("p", "ul", "ol", "dl", "table", "section", "article", "main", "aside", "header", "footer"),
    *("blockquote", "pre", "form", "fieldset", "figure", "hr"),
)
_MARKDOWN_OF_TAGS = (
    dict.fromkeys(_LINES, ("\n", "\n"))
    | dict.fromkeys(_PARAGRAPHS, ("\n\n", "\n\n"))
    | {name: (f"\n\n{'#' * level} ", "\n\n") for level, name in enumerate(_HEADINGS, start=1)}
    | dict.fromkeys(("td", "th"), (" ", " |"))
    | {"li": ("\n- ", ""), "tr": ("\n|", ""), "br": ("\n", "")}
)
_SPACES = re.compile(r"[^\S\n]+")
_SPACED_LINES = re.compile(r" ?(\n) ?")
_BLANK_LINES = re.compile(r"\n{3,}")


def parse(data: bytes, *, charset: str | None = None) -> ParsedDocument:
    """`charset` is what came with the page: it counts more than what the page says itself."""
    meta = _META_CHARSET.search(data[:4096])
    source = clean(decode(data, charset or (meta[1].decode("ascii") if meta else None)))
    source = _EMPHASIS.sub("", source)
    title = _TITLE.search(source)
    readable, visible = _readable(source), _visible(source)
    return ParsedDocument(
        title=clean_title(html.unescape(title["title"])) if title else None,
        text=clean(readable if _is_enough(readable, visible) else visible),
        is_markdown=True,
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


def _is_enough(readable: str, visible: str) -> bool:
    headings = sum(1 for _ in find_headings(readable))
    all_headings = sum(1 for _ in find_headings(visible))
    return (
        len(readable) >= MIN_READABLE_SHARE * len(visible)
        and headings >= MIN_HEADING_SHARE * all_headings
    )


def _visible(source: str) -> str:
    """Replace tags by pattern: a tree parser gives up on pages nested thousands deep."""
    text = " ".join("".join(_shown(source)).split())
    text = html.unescape(_TAG.sub(_markdown_of, text))
    text = _SPACED_LINES.sub(r"\1", _SPACES.sub(" ", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


def _shown(source: str) -> Iterator[str]:
    """Leave out comments, scripts and the like; in one pass, as an open tag may have no end."""
    shown_from = 0
    hidden_until = ""
    for mark in _HIDDEN_MARK.finditer(source):
        is_end = bool(mark["comment_end"] or mark["slash"])
        kind = (mark["name"] or "comment").lower()
        if hidden_until == kind and is_end:
            hidden_until, shown_from = "", mark.end()
        elif not hidden_until and not is_end:
            yield source[shown_from : mark.start()]
            yield " "
            hidden_until = kind
    if not hidden_until:
        yield source[shown_from:]


def _markdown_of(tag: re.Match[str]) -> str:
    opening, closing = _MARKDOWN_OF_TAGS.get((tag["name"] or "").lower(), ("", ""))
    return closing if tag["slash"] else opening
