"""Workbooks become headings and tables, with numbers and dates as people see them."""

import time
from pathlib import Path

import pytest

from clonememoria.core.errors import DocumentCorrupt, DocumentHasNoText
from clonememoria.knowledge import parsers
from clonememoria.knowledge.parsers.grids import blocks_of
from clonememoria.knowledge.parsers.number_formats import shown
from tests.fixtures.packed import build_workbook

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
STYLES = """
<numFmts><numFmt numFmtId="164" formatCode="0.0%"/></numFmts>
<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="4"/></cellXfs>"""
STRINGS = """
<si><t>Item</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>aid</t></rPh></si>"""


def number(reference: str, value: str, style: int = 0) -> str:
    return f'<c r="{reference}" s="{style}"><v>{value}</v></c>'


def inline(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(place: int, *cells: str) -> str:
    return f'<row r="{place}">{"".join(cells)}</row>'


def sheet_text(*rows: str) -> str:
    return parsers.parse("xlsx", build_workbook({"S": "".join(rows)}, styles=STYLES)).text


def test_cells_are_shown_with_their_formats_strings_and_results() -> None:
    rows = (
        row(1, '<c r="A1" t="s"><v>0</v></c>', inline("B1", "Day"), inline("C1", "Share"))
        + row(2, '<c r="A2" t="s"><v>1</v></c>', number("B2", "45000", 1), number("C2", "0.25", 2))
        + row(3, '<c r="A3" t="b"><v>1</v></c>', '<c r="B3" t="e"><v>#N/A</v></c>')
        + row(4, '<c r="A4" t="str"><f>A1&amp;"x"</f><v>Itemx</v></c>', number("C4", "1234.5", 3))
    )
    data = build_workbook({"Sales": rows}, strings=STRINGS, styles=STYLES)
    assert parsers.parse("xlsx", data).text == (
        "## Sales\n\n| Item | Day | Share |\n| --- | --- | --- |\n"
        "| rich text | 2023-03-15 | 25.0% |\n| TRUE | #N/A |  |\n| Itemx |  | 1,234.50 |"
    )


def test_workbooks_of_old_macs_count_days_from_1904() -> None:
    data = build_workbook(
        {"S": row(1, number("A1", "0", 1))}, styles=STYLES, properties='<workbookPr date1904="1"/>'
    )
    assert parsers.parse("xlsx", data).text == "## S\n\n1904-01-01"


def test_empty_rows_and_columns_vanish_and_a_far_cell_costs_nothing() -> None:
    text = sheet_text(
        row(3, '<c r="A3"/>', inline("C3", "a"), inline("ZZ3", "b")),
        row(4, inline("C4", "c"), inline("ZZ4", "d")),
        row(1_048_576, inline("XFD1048576", "end")),
    )
    assert text == "## S\n\n| a | b |\n| --- | --- |\n| c | d |\n\nend"


def test_merged_cells_stand_in_each_of_their_rows() -> None:
    merges = '</sheetData><mergeCells><mergeCell ref="A2:B1048576"/></mergeCells>'
    text = sheet_text(
        row(1, inline("A1", "Region"), inline("C1", "City")),
        row(2, inline("A2", "North"), inline("C2", "Oslo")),
        row(3, inline("C3", "Umea")) + merges,
    )
    assert text == ("## S\n\n| Region | City |\n| --- | --- |\n| North | Oslo |\n| North | Umea |")


def test_hidden_sheets_and_missing_results_are_told() -> None:
    data = build_workbook(
        {
            "One": row(1, inline("A1", "seen"), '<c r="B1"><f>1+1</f></c>'),
            "Two": row(1, inline("A1", "behind")),
            "Empty": "",
        },
        hidden="Two",
    )
    document = parsers.parse("xlsx", data)
    assert document.text == "## One\n\nseen\n\n## Two (hidden)\n\nbehind"
    assert document.warnings[0] == "Hidden in the workbook, but read: sheet Two."
    assert document.warnings[1].startswith("Formulas without a stored result, left out: 1.")


def test_a_damaged_sheet_is_named_and_the_others_are_read() -> None:
    data = build_workbook({"One": row(1, inline("A1", "fine")), "Two": "</broken>"})
    document = parsers.parse("xlsx", data)
    assert document.text == "## One\n\nfine"
    assert document.warnings == ("Damaged and left out: sheet Two.",)
    with pytest.raises(DocumentCorrupt):
        parsers.parse("xlsx", build_workbook({"One": "</broken>"}))


@pytest.mark.parametrize(
    ("rows", "blocks"),
    [
        (
            [(1, {0: "Prices 2024"}), (2, {0: "Plan", 1: "EUR"}), (3, {0: "A", 1: "49"})],
            ["Prices 2024", "| Plan | EUR |\n| --- | --- |\n| A | 49 |"],
        ),
        # Values below a blank row go on; words begin a table of their own.
        (
            [(1, {0: "x", 1: "y"}), (2, {0: "a", 1: "1"}), (4, {0: "b", 1: "2"})],
            ["| x | y |\n| --- | --- |\n| a | 1 |\n| b | 2 |"],
        ),
        (
            [(1, {0: "x", 1: "y"}), (2, {0: "a", 1: "1"}), (4, {0: "p", 1: "q"}), (5, {1: "3"})],
            ["| x | y |\n| --- | --- |\n| a | 1 |", "| p | q |\n| --- | --- |\n|  | 3 |"],
        ),
        ([(1, {3: "one"}), (2, {3: "below"})], ["one", "below"]),
        ([(1, {0: "Total", 4: "17"})], ["Total: 17"]),
        ([(1, {}), (2, {})], []),
    ],
)
def test_tables_are_told_from_titles_and_from_each_other(
    rows: list[tuple[int, dict[int, str]]], blocks: list[str]
) -> None:
    assert list(blocks_of(rows)) == blocks


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (1e20, "General", "100000000000000000000"),
        (1e-7, "General", "0.0000001"),
        (1e300, "0.00", "1e+300"),
        (1234.5, '#,##0.00 "€"', "1,234.50 €"),
        (100, "[$$-409]#,##0.00", "$100.00"),
        (1.005, "0.00", "1.01"),
        (1.5, "0.###", "1.5"),
        (7, "00000", "00007"),
        (0.333, "0.0%", "33.3%"),
        (-0.5, "0.00", "-0.50"),
        (-1500, "#,##0_);[Red](#,##0)", "(1,500)"),
        (0, '#,##0;-#,##0;"-"', "-"),
        (0, "#", ""),
        (1_234_567, '0.0,,"M"', "1.2M"),
        (12, '"No. "0', "No. 12"),
        (1234, "0.00E+00", "1234"),
        (2.5, "# ?/?", "2.5"),
        (5_551_234_567, "(000) 000-0000", "5551234567"),
        (7, ";;;", "7"),
        (45000, "dd/mm/yyyy", "2023-03-15"),
        (45000.5, "[$-409]d-mmm-yy h:mm AM/PM", "2023-03-15 12:00"),
        (44927, 'yyyy"年"m"月"d"日"', "2023-01-01"),
        (45000, "mmm-yy", "2023-03"),
        (45000, "yyyy", "2023"),
        (0.378472222, "h:mm", "09:05"),
        (1.25, "[h]:mm", "30:00"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (-1, "yyyy-mm-dd", "-1"),
        (1e9, "yyyy-mm-dd", "1000000000"),
    ],
)
def test_numbers_are_shown_as_their_format_says(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


def test_real_workbooks_are_read_fast_or_said_to_be_empty() -> None:
    start = time.process_time()
    text = parsers.parse("xlsx", (DOCUMENTS / "xlsx_inflated.xlsx").read_bytes()).text
    assert "| first | second | third |" in text
    text = parsers.parse("xlsx", (DOCUMENTS / "xlsx_markitdown.xlsx").read_bytes()).text
    assert "| 58 | 6ff4173b-42a5-4784-9b19-f49caff4d93d | 22 | 9 |" in text
    with pytest.raises(DocumentHasNoText):
        parsers.parse("xlsx", (DOCUMENTS / "xlsx_empty.xlsx").read_bytes())
    # Tools that believe the stated size of the sheets take 7.6 s for the first alone.
    assert time.process_time() - start < 2
