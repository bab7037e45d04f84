"""Web pages: their readable text as Markdown, or all visible text where that leaves out much."""

import html
import re
from collections.abc import Iterator

import trafilatura
from lxml import html as lxml_html  # type: ignore[import-untyped]  # has no types
from lxml.etree import ErrorTypes, ParserError  # type: ignore[import-untyped]  # has no types

from clonememoria.knowledge.headings import find_headings
from clonememoria.knowledge.parsers.document import ParsedDocument, clean, clean_title
from clonememoria.knowledge.parsers.encoding import decode

# With less of the visible text, its headings or the rows of its tables, the reader took content
# for navigation.
MIN_READABLE_SHARE = 0.25
MIN_HEADING_SHARE = 0.5
MIN_ROW_SHARE = 0.5
# The reader's time grows with their square: 4 s for 40,000 in a row, minutes for ten times these.
MAX_READABLE_ELEMENTS = 40_000

_META_CHARSET = re.compile(rb"""<meta[^<>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]*>(?P<title>[^<]*)", re.IGNORECASE)
_HEAD_END = re.compile(r"</head|<body", re.IGNORECASE)
_CANONICAL_LINK = re.compile(r"""<link\b[^<>]*\brel\s*=\s*["']?canonical\b[^<>]*>""", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE)
# The reader writes marks for these, inside of words and of what people search for.
_EMPHASIS = re.compile(
    r"</?(?:b|strong|i|em|u|font|big|small|sub|sup|mark)(?:\s[^<>]*)?>", re.IGNORECASE
)
_UNREAD = ("template", "noscript", "nav", "iframe")
_HIDING_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN_MARK = re.compile(
    r"(?P<comment><!--)|(?P<comment_end>-->)"
    r"|<(?P<slash>/?)(?P<name>script|style|template|noscript|title|nav)\b[^<>]*>?",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?P<slash>/?)(?P<name>[a-z][a-z0-9]*)[^<>]*>?|<![^<>]*>?", re.IGNORECASE)
# Two cells with words in them: more than a frame for something else.
_TABLE_ROW = re.compile(r"^\|[^|\n]*\w[^|\n]*\|[^|\n]*\w", re.MULTILINE)
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
    | dict.fromkeys(("td", "th"), (" | ", " "))
    | {"li": ("\n- ", ""), "tr": ("\n", " |"), "br": ("\n", "")}
)
_SPACES = re.compile(r"[^\S\n]+")
_SPACED_LINES = re.compile(r" ?(\n) ?")
_BLANK_LINES = re.compile(r"\n{3,}")


def parse(data: bytes, *, charset: str | None = None) -> ParsedDocument:
    """`charset` is what came with the page: it counts more than what the page says itself."""
    meta = _META_CHARSET.search(data[:4096])
    source = clean(decode(data, charset or (meta[1].decode("ascii") if meta else None)))
    title = _TITLE.search(source)
    return ParsedDocument(
        title=clean_title(html.unescape(title["title"])) if title else None,
        text=clean(_text(_EMPHASIS.sub("", source))),
        is_markdown=True,
        canonical_url=_canonical_url(source),
    )


def _canonical_url(source: str) -> str | None:
    """As the page writes it, so perhaps relative to its own address."""
    head_end = _HEAD_END.search(source)
    link = _CANONICAL_LINK.search(source, 0, head_end.start() if head_end else len(source))
    href = _HREF.search(link[0]) if link else None
    return html.unescape(next(filter(None, href.groups()), "")).strip() or None if href else None


def _text(source: str) -> str:
    page = _page(source)
    if page is None:
        return _visible(source)
    for element in _hidden(page):
        element.drop_tree()
    # Some pages hide all until their scripts run.
    visible = _visible(lxml_html.tostring(page, encoding="unicode")) or _visible(source)
    if sum(1 for _ in page.iter()) > MAX_READABLE_ELEMENTS:
        return visible
    readable = _readable(page)
    if not _is_enough(readable, visible):
        return visible
    # What stands in a banner above the text is left out by the reader.
    title = next((" ".join(heading.text_content().split()) for heading in page.iter("h1")), "")
    has_title = not title or any(title in heading.title for heading in find_headings(readable))
    return readable if has_title else f"# {title}\n\n{readable}"


def _page(source: str) -> lxml_html.HtmlElement | None:
    """None for pages nested so deep that the tree would lack a part of them."""
    parser = lxml_html.HTMLParser(encoding="utf-8")
    try:
        page = lxml_html.document_fromstring(source.encode(), parser=parser)
    except ParserError:
        return None
    is_cut = any(error.type == ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log)
    return None if is_cut else page


def _hidden(page: lxml_html.HtmlElement) -> Iterator[lxml_html.HtmlElement]:
    yield from page.xpath(f"//body//*[@hidden or {' or '.join(map('self::{}'.format, _UNREAD))}]")
    for element in page.xpath("//body//*[@style]"):
        if _HIDING_STYLE.search(element.get("style")):
            yield element


def _readable(page: lxml_html.HtmlElement) -> str:
    text = trafilatura.extract(
        page,
        output_format="markdown",
        favor_recall=True,
        include_comments=True,
        include_tables=True,
        include_links=False,
        include_images=False,
    )
    return text or ""


def _is_enough(readable: str, visible: str) -> bool:
    headings, all_headings = (sum(1 for _ in find_headings(text)) for text in (readable, visible))
    rows, all_rows = (len(_TABLE_ROW.findall(text)) for text in (readable, visible))
    return (
        len(readable) >= MIN_READABLE_SHARE * len(visible)
        and headings >= MIN_HEADING_SHARE * all_headings
        and rows >= MIN_ROW_SHARE * all_rows
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
