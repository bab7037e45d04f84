"""Names of files become titles without traps, and go into headers without breaking them."""

import pytest

from clonememoria.knowledge.file_names import attachment, title_from


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\plan.docx", "plan.docx"),
        ("a\x00b\nc.txt", "a b c.txt"),
        ("exe\u202efdp.scr", "exe fdp.scr"),
        ("zero\u200bwidth.md", "zero width.md"),
        ("\ud800.txt", ".txt"),
        ("A\u0308rger.txt", "Ärger.txt"),
        ("  ", "Untitled"),
        ("../..", "Untitled"),
        ("x" * 300, "x" * 200),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_title_is_the_last_part_of_the_name_made_harmless(name: str, title: str) -> None:
    assert title_from(name) == title


def test_a_header_holds_any_title() -> None:
    header = attachment('Zürich "plan"; 100%\r\nX: y', "text/plain")
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    assert header.startswith('attachment; filename="Z_rich _plan_; 100___X: y.txt"; filename*=')


def test_a_download_has_the_extension_of_its_type_once() -> None:
    assert 'filename="Hours.txt"' in attachment("Hours", "text/plain")
    assert 'filename="Hours.PDF"' in attachment("Hours.PDF", "application/pdf")
