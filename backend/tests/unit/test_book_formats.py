"""E-books and OpenDocument texts become Markdown in reading order; locked ones say so."""

from pathlib import Path

import pytest

from clonememoria.core.errors import DocumentCorrupt, DocumentEncrypted
from clonememoria.knowledge import parsers
from clonememoria.knowledge.parsers.xhtml import blocks, parse_xhtml
from tests.fixtures.packed import build_book, build_odt, pack

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
ENCRYPTION = (
    '<encryption><e:EncryptedData xmlns:e="e"><e:EncryptionMethod Algorithm="{}"/>'
    "</e:EncryptedData></encryption>"
)


def markdown(body: str) -> str:
    return "\n\n".join(blocks(parse_xhtml(f"<body>{body}</body>")))


def test_chapters_follow_the_spine_under_headings_of_the_contents() -> None:
    data = build_book(
        {
            "one%201.xhtml": "<p>First.</p>",
            "two.xhtml": "<h1>Its own</h1><p>Second.</p>",
            "cover.xhtml": "<img/>",
        },
        contents=(
            '<li><a href="one%201.xhtml">Chapter <b>1</b></a></li>'
            '<li><a href="one%201.xhtml#part">Part</a></li><li><a href="two.xhtml">Two</a></li>'
            '<li><a href="cover.xhtml">Cover</a></li>'
        ),
    )
    document = parsers.parse("epub", data)
    assert document.title == "The & book"
    assert document.text == "## Chapter 1\n\nFirst.\n\n# Its own\n\nSecond."


def test_a_chapter_that_is_damaged_or_nested_deeply_is_read_as_a_web_page() -> None:
    text = parsers.parse("epub", build_book({"one.xhtml": "<p>First<br>line &nbsp; here"})).text
    assert "line" in text
    assert "here" in text
    deep = f"{'<div>' * 9_000}deep needle{'</div>' * 9_000}"
    assert "deep needle" in parsers.parse("epub", build_book({"one.xhtml": deep})).text


def test_a_missing_chapter_is_named_and_the_others_are_read() -> None:
    data = build_book({"one.xhtml": "<p>First.</p>", "../../gone.xhtml": "<p>Gone.</p>"})
    document = parsers.parse("epub", data)
    assert document.text == "First."
    assert document.warnings == ("Damaged and left out: gone.xhtml.",)
    with pytest.raises(DocumentCorrupt):
        parsers.parse("epub", build_book({"../gone.xhtml": ""}))


def test_a_protected_book_says_so_and_scrambled_fonts_are_no_protection() -> None:
    name = "META-INF/encryption.xml"
    chapters = {"one.xhtml": "<p>First.</p>"}
    fonts = ENCRYPTION.format("http://www.idpf.org/2008/embedding")
    assert parsers.parse("epub", build_book(chapters, parts={name: fonts})).text == "First."
    locked = ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(DocumentEncrypted, match="DRM"):
        parsers.parse("epub", build_book(chapters, parts={name: locked}))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<h2>A <b>title</b><br/>here</h2>text", "## A title here\n\ntext"),
        ("<div>loose <i>wo</i>rds<div>inner</div>tail</div>", "loose words\n\ninner\n\ntail"),
        ("<p>verse<br/>\n next &nbsp;&mdash; end</p>", "verse\nnext — end"),
        ("<p>&lt;tag&gt; &amp;amp; &unknown;</p>", "<tag> &amp; &unknown;"),
        ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p></li></ul>", "- a\n  - b\n- c"),
        ("<ol><li>a<p>more</p></li><li>b</li></ol>", "1. a\n  more\n2. b"),
        ("<dl><dt>Term</dt><dd>one</dd><dd>two</dd></dl>", "- Term: one: two"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
        ("<p><ruby>漢<rt>かん</rt></ruby>字</p>", "漢字"),
        ("<script>x</script><svg><text>y</text></svg><p>שלום</p>", "שלום"),
    ],
)
def test_pages_of_books_become_markdown(body: str, expected: str) -> None:
    assert markdown(body) == expected


def test_tables_of_books_repeat_what_spans_rows() -> None:
    table = (
        "<table><caption>Prices</caption><thead><tr><th colspan='2'>Plan</th><th>EUR</th></tr>"
        "</thead><tr><td rowspan='2'>A</td><td>x<p>y</p></td><td>1|2</td></tr>"
        "<tr><td>z</td><td>3</td></tr></table>"
    )
    assert markdown(table) == (
        "Prices\n\n| Plan |  | EUR |\n| --- | --- | --- |\n| A | x y | 1\\|2 |\n| A | z | 3 |"
    )


def test_open_document_keeps_headings_lists_notes_and_text_boxes() -> None:
    styles = (
        '<style:style style:name="P1" style:parent-style-name="Title"/>'
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" '
        'style:num-format="1"/></text:list-style>'
    )
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:p text:style-name="P1">The  title</text:p>'
        '<text:h text:outline-level="2">Fees<text:line-break/>2024</text:h>'
        '<text:p>a<text:s text:c="2"/>b<text:tab/>c<text:span>d</text:span>\n e'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>Net.</text:p></text:note-body></text:note>f"
        "<draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame>"
        "<draw:a>link</draw:a></text:p>"
        '<text:list text:style-name="L1"><text:list-item><text:p>one</text:p><text:list>'
        "<text:list-item><text:p>inner</text:p></text:list-item></text:list></text:list-item>"
        "<text:list-item><text:h text:outline-level='3'>Numbered</text:h></text:list-item>"
        "<text:list-item><text:p>three</text:p></text:list-item></text:list>"
        "<text:section><text:p>עברית</text:p></text:section>"
    )
    document = parsers.parse("odt", build_odt(body, styles=styles, title="The offer"))
    assert document.title == "The offer"
    assert document.text == (
        "# The title\n\n## Fees 2024\n\na  b\tcd eflink\n\nFootnote: Net.\n\nboxed\n\n"
        "1. one\n  - inner\n\n### Numbered\n\n3. three\n\nעברית"
    )


def test_tables_of_open_document_repeat_what_spans_rows_and_bound_repetitions() -> None:
    def cell(text: str, attributes: str = "") -> str:
        return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"

    body = (
        "<table:table><table:table-header-rows><table:table-row>"
        + cell("A", 'table:number-columns-spanned="2"')
        + f"<table:covered-table-cell/>{cell('B')}</table:table-row></table:table-header-rows>"
        + "<table:table-row>"
        + cell("tall", 'table:number-rows-spanned="2"')
        + f"{cell('1')}{cell('x|y')}</table:table-row>"
        + f"<table:table-row><table:covered-table-cell/>{cell('2')}{cell('z')}</table:table-row>"
        + '<table:table-row table:number-rows-repeated="1000000">'
        + '<table:table-cell table:number-columns-repeated="3"/></table:table-row></table:table>'
    )
    assert parsers.parse("odt", build_odt(body)).text.startswith(
        "| A |  | B |\n| --- | --- | --- |\n| tall | 1 | x\\|y |\n| tall | 2 | z |"
    )


def test_real_books_and_texts_are_read() -> None:
    book = parsers.parse("epub", (DOCUMENTS / "epub_mini.epub").read_bytes())
    assert "# Chapter 2: More Content" in book.text
    text = parsers.parse("odt", (DOCUMENTS / "odt_simple.odt").read_bytes()).text
    assert text.startswith("# These are a few of my favorite things:")
    with pytest.raises(DocumentEncrypted, match="protected by a password"):
        parsers.parse("odt", (DOCUMENTS / "odt_encrypted.odt").read_bytes())


@pytest.mark.parametrize("kind", ["odt", "epub"])
def test_a_package_without_its_main_part_is_damaged(kind: str) -> None:
    with pytest.raises(DocumentCorrupt):
        parsers.parse(kind, pack({"mimetype": "application/epub+zip"}))
