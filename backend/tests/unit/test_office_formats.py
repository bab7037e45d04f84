"""Word, PowerPoint and rich text become Markdown: what people read in them, and nothing twice.

Rich text goes through the child process: xberg's threads may abort the interpreter they end in.
"""

from pathlib import Path

import pytest

from clonememoria.core.errors import (
    DocumentCorrupt,
    DocumentHasNoText,
    DocumentTooLarge,
    DocumentUnreadable,
)
from clonememoria.knowledge import parsers
from clonememoria.knowledge.parsers.titles import sensible_title
from tests.fixtures.builders import build_docx, build_docx_of
from tests.fixtures.packed import (
    NAMESPACES,
    build_odt,
    build_slides,
    build_word,
    pack,
    relations,
    shape,
    slide_part,
)
from tests.reading import parse

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
NUMBERING = """
<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="3"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="7"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>"""
BILLION_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(8))
    + "]>"
)
STYLES = """
<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Own"><w:name w:val="Own"/><w:basedOn w:val="berschrift1"/></w:style>
<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:styleId="V1"><w:name w:val="toc 1"/></w:style>"""
RTF = r"""{\rtf1\ansi\ansicpg1250\uc1{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial;}}
{\stylesheet{\s1 heading 1;}}{\info{\title The lake}}{\header Confidential}{\footer Page 1}
\pard\s1\outlinelevel0 Swimming\par
\pard In\~the \b sum\b0 mer it \'9aumí, \u8364?5, non\_stop, opt\-ional, {\f1\'cf\'f0\'e8}\\~\par
{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt A link}} with a note{\footnote Cold water.}.\par
{\*\hidden IGNORED}\pard {\pntext\'95\tab}towel\par
\trowd\cellx1000\cellx2000\intbl Food\cell kcal\cell\row
\trowd\cellx1000\cellx2000\intbl Leaves\cell 50\cell\row
\pard The end\par}"""


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text)}</w:p>"


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def in_list(text: str, level: int, number: int = 1) -> str:
    properties = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(text, properties)


def word_text(body: str, **parts: str) -> str:
    return parsers.parse("docx", build_word(body, parts)).text


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def stating_size(data: bytes, size_bytes: int) -> bytes:
    """Let the list of parts say that the first one unpacks to so much."""
    start = data.index(b"PK\x01\x02") + 24
    return data[:start] + size_bytes.to_bytes(4, "little") + data[start + 4 :]


def test_word_keeps_headings_lists_and_tables_but_no_page_headers() -> None:
    document = parsers.parse("docx", build_docx(title="The handbook"))
    assert document.title == "The handbook"
    assert document.text == (
        "# Refunds\n\nRefunds are paid within 14 days.\n\n## Prices & Fees\n\n"
        "- monthly\n- yearly\n\n"
        "| Plan | Price |\n| --- | --- |\n| A\\|B | 49 EUR |"
    )


def test_a_word_document_reads_as_if_its_changes_were_accepted() -> None:
    body = (
        f"<w:p>{run('Paid ')}<w:ins>{run('within')}</w:ins><w:del><w:r><w:delText>after</w:delText>"
        f"</w:r></w:del><w:moveFrom>{run('gone')}</w:moveFrom>"
        f"<w:moveTo>{run(' 14 days')}</w:moveTo>"
        "</w:p>"
        f"<w:tbl>{row(cell('a'), cell('b'))}"
        f"<w:tr><w:trPr><w:del/></w:trPr>{cell('old')}{cell('row')}</w:tr></w:tbl>"
    )
    assert word_text(body) == "Paid within 14 days\n\n| a | b |\n| --- | --- |"


def test_words_stay_whole_across_links_fields_formulas_and_reading_aids() -> None:
    body = (
        f"<w:p><w:hyperlink>{run('wo')}</w:hyperlink><w:smartTag>{run('rd')}</w:smartTag>"
        f"<w:r><w:tab/><w:noBreakHyphen/><w:softHyphen/><w:br/></w:r>{run('漢')}"
        "<w:r><w:instrText>PAGE</w:instrText></w:r>"
        f"<w:ruby><w:rt>{run('かん')}</w:rt><w:rubyBase>{run('字')}</w:rubyBase></w:ruby>"
        "<m:oMath><m:r><m:t>E=m</m:t></m:r></m:oMath></w:p>"
    )
    assert word_text(body) == "word\t-\n漢字E=m"


def test_headings_are_found_by_style_base_or_outline_and_contents_left_out() -> None:
    body = (
        paragraph("The title", '<w:pStyle w:val="Titel"/>')
        + paragraph("Intro .... 3", '<w:pStyle w:val="V1"/>')
        + paragraph("Own", '<w:pStyle w:val="Own"/>')
        + paragraph("Deep", '<w:outlineLvl w:val="2"/>')
        + paragraph("Plain", '<w:outlineLvl w:val="9"/>')
    )
    expected = "# The title\n\n# Own\n\n### Deep\n\nPlain"
    assert word_text(body, styles=STYLES) == expected


def test_lists_show_the_numbers_that_word_counts() -> None:
    body = in_list("c", 0) + in_list("ca", 1) + in_list("cb", 1) + in_list("x", 2) + in_list("d", 0)
    body += in_list("da", 1) + paragraph("text")
    body += in_list("new", 0, number=2) + in_list("next", 0, number=2)
    expected = "3. c\n  3.a) ca\n  3.b) cb\n    - x\n4. d\n  4.a) da\n\ntext\n\n1. new\n2. next"
    assert word_text(body, numbering=NUMBERING) == expected


def test_cells_over_rows_stand_in_each_and_inner_tables_in_a_line() -> None:
    inner = f"<w:tc><w:tbl>{row(cell('i'), cell('j'))}{row(cell('k'), cell(''))}</w:tbl></w:tc>"
    body = (
        "<w:tbl>"
        + row(cell("A", '<w:gridSpan w:val="2"/>'), cell("B|C"))
        + row(cell("tall", '<w:vMerge w:val="restart"/>'), cell("1"), inner)
        + row(cell("", "<w:vMerge/>"), cell("2"), cell("3"))
        + "</w:tbl>"
    )
    assert word_text(body) == (
        "| A |  | B\\|C |\n| --- | --- | --- |\n| tall | 1 | i, j; k |\n| tall | 2 | 3 |"
    )


def test_a_table_of_one_column_is_a_frame_around_its_text() -> None:
    body = f"<w:tbl>{row(cell('In a box'))}{row(cell('below'))}</w:tbl>"
    assert word_text(body) == "In a box\n\nbelow"


def test_notes_and_text_boxes_follow_their_paragraph_once() -> None:
    box = f"<w:txbxContent>{paragraph('In the box')}</w:txbxContent>"
    body = (
        f'<w:p>{run("Text")}<w:r><w:footnoteReference w:id="2"/></w:r>{run("s")}'
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
        f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>{paragraph('Click here')}</w:sdt>"
        f"<w:sdt><w:sdtContent>{paragraph('Filled in')}</w:sdtContent></w:sdt>"
    )
    notes = f'<w:footnote w:id="2">{paragraph("A note.")}</w:footnote>'
    expected = "Texts\n\nFootnote: A note.\n\nIn the box\n\nFilled in"
    assert word_text(body, footnotes=notes) == expected


@pytest.mark.parametrize(
    ("name", "needle"),
    [
        ("docx_strict.docx", "Some text"),
        ("docx_textbox.docx", "Chiayi County Shuishang Township Nanjing Elementary School"),
        ("docx_headers_numbered.docx", "### 2.1.1. Section 2.1.1"),
        ("pptx_malformed.pptx", "## Test Slide\n\nProblem Date Placeholder"),
    ],
)
def test_real_office_files_are_read(name: str, needle: str) -> None:
    kind = name.partition("_")[0]
    assert needle in parsers.parse(kind, (DOCUMENTS / name).read_bytes()).text


def test_slides_are_pages_with_headings_lists_and_labelled_notes() -> None:
    notes = slide_part(shape("Smile", "body") + shape("1", "sldNum"))
    nested = '<a:pPr lvl="1"><a:buAutoNum/></a:pPr>'
    data = build_slides(
        shape("Fees &amp; more", "title") + shape("one\ntwo", "body") + shape("1", "sldNum"),
        "",
        shape("alone") + shape("x\ny", None, nested) + shape("2024", "dt"),
        f"<p:grpSp>{shape('grouped')}</p:grpSp>" + shape("2024", "dt"),
        attributes='show="0"',
        parts={"notesSlide": notes},
    )
    document = parsers.parse("pptx", data)
    pages = [document.text[page.char_start : page.char_end] for page in document.pages]
    assert pages == [
        "## Fees & more\n\n- one\n- two\n\n### Speaker notes\n\nSmile",
        "",
        "## Slide 3\n\nalone\n\n  1. x\n  2. y\n\n2024",
        "## Slide 4\n\ngrouped",
    ]
    assert document.warnings == ("Hidden in the presentation, but read: slide 4.",)


def test_tables_charts_and_diagrams_of_slides_are_kept() -> None:
    def table_cell(text: str) -> str:
        return f"<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"

    def frame(content: str) -> str:
        return f"<p:graphicFrame><a:graphic>{content}</a:graphic></p:graphicFrame>"

    def points(name: str, *values: str) -> str:
        found = "".join(f'<c:pt idx="{n}"><c:v>{v}</c:v></c:pt>' for n, v in enumerate(values))
        return f"<c:{name}>{found}</c:{name}>"

    table = (
        f"<a:tbl><a:tr>{table_cell('A')}{table_cell('B')}</a:tr>"
        f"<a:tr>{table_cell('tall')}{table_cell('1')}</a:tr>"
        "<a:tr><a:tc vMerge='1'/>" + table_cell("2") + "</a:tr></a:tbl>"
    )
    chart = (
        f"<c:chartSpace {NAMESPACES}><c:chart><c:title><a:p><a:t>Sales</a:t></a:p></c:title>"
        f"<c:ser>{points('tx', 'North')}{points('cat', 'Q1', 'Q2')}{points('val', '1.5', '2')}"
        "</c:ser></c:chart></c:chartSpace>"
    )
    point = "<dgm:pt><dgm:t><a:p><a:t>{}</a:t></a:p></dgm:t></dgm:pt>"
    diagram = f"<d {NAMESPACES}>{point.format('Plan')}{point.format('')}{point.format('Do')}</d>"
    data = build_slides(
        frame(table) + frame('<c:chart r:id="r1"/>') + frame('<dgm:relIds r:dm="r2"/>'),
        parts={"chart": chart, "diagramData": diagram},
    )
    assert parsers.parse("pptx", data).text == (
        "## Slide 1\n\n| A | B |\n| --- | --- |\n| tall | 1 |\n| tall | 2 |\n\n"
        "Sales\n\n|  | North |\n| --- | --- |\n| Q1 | 1.5 |\n| Q2 | 2 |\n\n- Plan\n- Do"
    )


def test_a_damaged_slide_is_named_and_the_others_are_read() -> None:
    data = build_slides(shape("one"), "</p:broken>", shape("three"))
    document = parsers.parse("pptx", data)
    assert document.text == "## Slide 1\n\none\n\n\n\n## Slide 3\n\nthree"
    assert document.warnings == ("Damaged and left out: slide 2.",)
    with pytest.raises(DocumentCorrupt):
        parsers.parse("pptx", build_slides("</p:broken>"))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ((DOCUMENTS / "docx_truncated.docx").read_bytes(), DocumentCorrupt),
        (build_docx_of(b"<w:document"), DocumentCorrupt),
        (build_docx_of(b'<?xml version="1.0" encoding="no-such"?><x/>'), DocumentCorrupt),
        (pack({"_rels/.rels": relations(("officeDocument", "missing.xml"))}), DocumentCorrupt),
        (build_word(""), DocumentHasNoText),
        (stating_size(build_word(paragraph("a")), 200_000_001), DocumentTooLarge),
        (build_word("<w:p/>" + " " * 20_000_000), DocumentTooLarge),
    ],
)
def test_a_word_file_that_cannot_be_read_says_why(
    data: bytes, error: type[DocumentUnreadable]
) -> None:
    with pytest.raises(error, match=r"^This document "):
        parsers.parse("docx", data)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("docx", build_word("<w:p>" * 9_000 + run("deep") + "</w:p>" * 9_000)),
        ("pptx", build_slides("<p:grpSp>" * 9_000 + shape("deep") + "</p:grpSp>" * 9_000)),
        ("odt", build_odt("<text:section>" * 9_000 + "</text:section>" * 9_000)),
    ],
)
def test_a_document_nested_thousands_deep_is_refused(kind: str, data: bytes) -> None:
    with pytest.raises(DocumentCorrupt, match="nested too deeply"):
        parsers.parse(kind, data)


@pytest.mark.parametrize("kind", ["docx", "pptx", "xlsx", "odt", "epub"])
@pytest.mark.parametrize(
    "doctype", [BILLION_LAUGHS, '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>']
)
def test_entities_in_a_packed_document_are_harmless(kind: str, doctype: str) -> None:
    names = ("word/document.xml", "ppt/presentation.xml", "xl/workbook.xml", "content.xml")
    data = pack(dict.fromkeys((*names, "META-INF/container.xml"), f"{doctype}<x>&i;</x>"))
    with pytest.raises(DocumentUnreadable):
        parsers.parse(kind, data)


def test_a_part_whose_bytes_are_wrong_is_damage() -> None:
    data = build_word(paragraph("A sentence that is long enough to be packed."))
    start = data.index(b"word/document.xml") + len("word/document.xml")
    with pytest.raises(DocumentCorrupt):
        parsers.parse("docx", data[:start] + b"\xff" * 40 + data[start + 40 :])


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("PowerPoint Presentation", None),
        ("Microsoft Word - offer_final2.docx", None),
        ("Präsentation 1", None),
        ("offer.odt", None),
        ("Document 12", None),
        ("Word for beginners", "Word for beginners"),
        (" The  handbook ", "The handbook"),
        (None, None),
    ],
)
def test_what_a_program_wrote_is_no_title(title: str | None, found: str | None) -> None:
    assert sensible_title(title) == found


async def test_rich_text_keeps_headings_tables_and_signs_but_no_page_headers() -> None:
    document = await parse(RTF.encode("cp1250"), kind="rtf")
    assert document.title == "The lake"
    assert document.text == (
        "# Swimming\n\n"
        "In the summer it šumí, €5, non-stop, optional, При\\~\n\n"
        "A link with a note.\n\n- towel\n\n"
        "| Food | kcal |\n| --- | --- |\n| Leaves | 50 |\n\nThe end\n\nFootnote: Cold water."
    )
    assert document.warnings == ()


async def test_rich_text_that_was_cut_is_read_as_far_as_it_goes() -> None:
    document = await parse(RTF[: RTF.index("The end")].encode("cp1250"), kind="rtf")
    assert "| Leaves | 50 |" in document.text
    assert "ends too early" in document.warnings[0]


async def test_a_czech_letter_is_read_in_its_code_page() -> None:
    document = await parse((DOCUMENTS / "rtf_czech.rtf").read_bytes(), kind="rtf")
    assert "Část svitku s textem Knihy Izajáš" in document.text
