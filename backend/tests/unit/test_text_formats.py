"""CSV, JSON, XML and e-mail become text in which names stand beside their values."""

import base64
import json
import time
from email.message import EmailMessage

import pytest

from clonememoria.core.errors import DocumentCorrupt, DocumentEncrypted, DocumentHasNoText
from clonememoria.knowledge import parsers
from clonememoria.knowledge.chunking import chunk
from clonememoria.knowledge.parsers.document import ParsedDocument
from clonememoria.knowledge.parsers.tables import MAX_TABLE_ROWS

BILLION_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(8))
    + "]>"
)


def parse(kind: str, source: str) -> ParsedDocument:
    return parsers.parse(kind, source.encode())


@pytest.mark.parametrize(
    "source",
    [
        'Plan;Price\nBasic;"49,50"\nGold, large;99\n',
        "Plan,Price\nBasic,'49\nGold,99\n",
        "Plan\tPrice\nBasic\t49\nGold\t99\n",
        "Plan|Price\nBasic|49\nGold|99\n",
        "sep=;\nPlan;Price\nBasic;49\n",
        "Our plans\n\nPlan,Price\nBasic,49\n",
        "Our plans,\nPlan,Price\nBasic,49\n",
        '"Plan","Price"\r\n"Basic\nand ""simple""","49"\r\n',
        "Plan;Price\nBasic;1,5\nGold;2,5\n",
    ],
)
def test_delimited_text_becomes_a_table_whatever_the_delimiter(source: str) -> None:
    document = parse("csv", source)
    assert "| Plan | Price |\n| --- | --- |\n| Basic" in document.text
    assert document.is_markdown


def test_a_row_of_numbers_is_no_header_but_years_are() -> None:
    assert parse("csv", "a,1\nb,2\n").text == "|  |  |\n| --- | --- |\n| a | 1 |\n| b | 2 |"
    assert parse("csv", "Land,2023,2024\nPeru,1.5,2\n").text.startswith("| Land | 2023 | 2024 |")


def test_rows_with_cells_too_few_or_too_many_lose_none() -> None:
    text = parse("csv", "a,b,c\n1,2,3\n4\n5,6,7,8\n").text
    assert text.endswith("| 1 | 2 | 3 |\n| 4 |  |  |\n| 5 | 6 | 7 | 8 |")


@pytest.mark.parametrize(
    "source",
    ["one\ncolumn\nonly", "Prose, with commas.\nA line without any.\nAnd one, two, three.\nno"],
)
def test_what_is_no_table_is_kept_as_it_is(source: str) -> None:
    document = parse("csv", source)
    assert (document.text, document.is_markdown) == (source, False)


def test_a_quote_without_an_end_does_not_swallow_the_table() -> None:
    text = parse("csv", 'id,name\n1,"open\n2,b\n3,c\n').text
    assert text.endswith("| 1 | open |\n| 2 | b |\n| 3 | c |")


def test_every_chunk_of_a_long_table_has_the_names_of_its_columns() -> None:
    rows = "".join(f"{n},Name {n},some comment on row {n}\n" for n in range(3_000))
    document = parse("csv", "id,name,comment\n" + rows)
    chunks = list(chunk(document))
    assert len(chunks) > 100
    assert all(piece.content.startswith("| id | name | comment |") for piece in chunks)
    assert all(piece.content.count("\n") <= MAX_TABLE_ROWS + 1 for piece in chunks)
    assert sum(piece.content.count("some comment") for piece in chunks) == 3_000


def test_a_row_too_long_for_a_chunk_is_a_record() -> None:
    names = [f"column {n}" for n in range(30)]
    source = ",".join(names) + "\n" + ",".join(f"value {n} " + "x" * 40 for n in range(30))
    assert f"column 29: value 29 {'x' * 40}" in parse("csv", source).text


def test_json_is_lines_of_paths_and_records_with_headings() -> None:
    source = """{"info": {"count": 2, "next": null}, "results": [
        {"name": "Rick", "status": "Alive", "tags": ["a", "b"], "pay": 1.10},
        {"name": "Morty", "bio": "first\\nsecond", "is_old": false,
         "jobs": [{"title": "Helper", "since": 2013}]}], "version": "x"}"""
    assert parse("json", source).text == (
        "info.count: 2\nversion: x\n\n# results\n\n"
        "## Rick\n\nname: Rick\nstatus: Alive\ntags: a, b\npay: 1.10\n\n"
        "## Morty\n\nname: Morty\nbio:\n\nfirst\nsecond\n\nis_old: false\n\n"
        "### jobs\n\n#### Helper\n\ntitle: Helper\nsince: 2013"
    )


@pytest.mark.parametrize("source", ['{"x":1}\n\n{"x":2}\n', '[{"x":1},{"x":2}]', '{"x":1}{"x":2}'])
def test_json_lines_are_records(source: str) -> None:
    assert parse("json", source).text == "x: 1\n\nx: 2"


def test_a_name_at_the_top_of_json_is_its_title() -> None:
    assert parse("json", '{"name": "Rick Sanchez", "id": 1}').title == "Rick Sanchez"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('{"name": "John Doe",\n "hobbies": ["reading"', "not valid JSON .* in line 2"),
        ("{name: 'x'}", "not valid JSON"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_json_that_cannot_be_read_is_kept_as_text_with_a_warning(source: str, reason: str) -> None:
    document = parse("json", source)
    assert document.text == source
    [warning] = document.warnings
    assert warning.startswith(f"This file is {reason.partition(' .*')[0]}")


@pytest.mark.parametrize("source", ["null", "{}", '{"a": [], "b": ""}'])
def test_json_without_values_has_no_text(source: str) -> None:
    with pytest.raises(DocumentHasNoText):
        parse("json", source)


def test_a_long_key_does_not_make_gigabytes() -> None:
    source = json.dumps({"k" * 100_000: {str(n): n for n in range(10_000)}})
    assert len(parse("json", source).text) < 1_000_000


def test_xml_is_lines_with_the_names_of_elements() -> None:
    source = """<?xml version="1.0"?><book xmlns:d="urn:d"><d:title>Fees &amp; refunds</d:title>
        <chapter id="c1"><title>Refunds</title>
        <para>Paid <b>with</b>in <i>14</i> days.</para>
        <para><em>Always</em> in full.</para></chapter>
        <price currency="EUR">49</price></book>"""
    document = parse("xml", source)
    assert document.title == "Fees & refunds"
    assert document.text == (
        "title: Fees & refunds\nchapter (id: c1)\nchapter.title: Refunds\n"
        "Paid within 14 days.\n\nAlways in full.\n\nprice: 49 (currency: EUR)"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis", "euc-jp"])
def test_xml_is_read_in_the_encoding_that_it_names(encoding: str) -> None:
    source = f'<?xml version="1.0" encoding="{encoding}"?><r><t>返金は十四日以内</t></r>'
    assert parsers.parse("xml", source.encode(encoding)).text == "t: 返金は十四日以内"


@pytest.mark.parametrize(
    "doctype",
    [
        BILLION_LAUGHS,
        '<!DOCTYPE x [<!ENTITY i SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    ],
)
def test_entities_of_xml_are_not_expanded(doctype: str) -> None:
    assert parse("xml", f"{doctype}<x>before &i; after</x>").text == "x: before &i; after"
    assert len(parse("xml", f'{doctype}<x y="&i;">text</x>').text) < 100


def test_xml_nested_100_000_deep_is_read() -> None:
    assert parse("xml", "<a>" * 100_000 + "deep" + "</a>" * 100_000).text == "a.a: deep"


@pytest.mark.parametrize("source", ["<a><b>one</b><c>two &lt;", "<a><b>one</c>two</a> &lt;"])
def test_broken_xml_is_read_without_its_tags_and_says_so(source: str) -> None:
    document = parse("xml", source)
    assert document.text.split() == ["one", "two", "<"]
    assert document.warnings[0].startswith("This XML is not well-formed (")


def message(subject: str, text: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, "Jörg Müller <j@example.com>", "a@b.c"
    if text:
        mail.set_content(text, charset="iso-8859-1", cte="quoted-printable")
    return mail


def test_a_message_is_its_headers_and_its_text() -> None:
    mail = message("Rückerstattung für заказ", "Käufer zahlen nichts.")
    mail["Date"] = "Fri, 16 Dec 2022 17:04:16 -0500"
    mail.add_alternative("<p>Käufer zahlen <b>nichts</b>.</p>", subtype="html")
    document = parsers.parse("eml", mail.as_bytes())
    assert document.title == "Rückerstattung für заказ"
    assert document.text == (
        "# Rückerstattung für заказ\n\nFrom: Jörg Müller <j@example.com>\nTo: a@b.c\n"
        "Date: Fri, 16 Dec 2022 17:04:16 -0500\n\nKäufer zahlen nichts."
    )


def test_html_is_read_where_there_is_no_other_text_worth_the_name() -> None:
    only = message("Offer")
    only.set_content("<h2>Plans</h2><p>Only <b>49</b> EUR</p>", subtype="html")
    assert "## Plans\n\nOnly 49 EUR" in parsers.parse("eml", only.as_bytes()).text
    stub = message("Offer", "Your program does not show HTML.")
    stub.add_alternative("<p>" + "The newsletter itself. " * 20 + "</p>", subtype="html")
    assert "The newsletter itself." in parsers.parse("eml", stub.as_bytes()).text


def test_attachments_are_named_and_said_to_be_unread() -> None:
    mail = message("Invoice", "See the invoice.")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="März.pdf")
    mail.add_attachment("a,b\n1,2", subtype="csv", filename="list.csv")
    document = parsers.parse("eml", mail.as_bytes())
    assert document.text.endswith("See the invoice.\n\nAttachments: März.pdf, list.csv")
    assert document.warnings == ("Attachments are not read: März.pdf, list.csv.",)


def test_a_forwarded_message_is_read_below_a_heading_of_its_own() -> None:
    mail = message("Fwd", "See below.")
    mail.add_attachment(message("Original", "The first text."))
    document = parsers.parse("eml", mail.as_bytes())
    assert "See below.\n\n## Original\n\nFrom: Jörg" in document.text
    assert document.text.endswith("The first text.")
    assert not document.warnings


@pytest.mark.parametrize(
    ("source", "needle"),
    [
        ("Subject: café\n\ncafé".encode("cp1252"), "# café\n\ncafé"),
        (b"Content-Type: text/plain; charset=none\n\n\x93caf\xe9\x94", "“café”"),
        (
            b"Subject: =?iso-2022-jp?B?"
            + base64.b64encode("返金".encode("iso-2022-jp"))
            + b"?=\nContent-Type: text/plain; charset=iso-2022-jp\n\n"
            + "十四日以内".encode("iso-2022-jp"),
            "# 返金\n\n十四日以内",
        ),
        (b"Subject: =?utf-8?B?broken\n\ntext", "=?utf-8?B?broken"),
        (b"Content-Type: multipart/mixed\n\nno parts at all", "no parts at all"),
        (b"\n\nFrom ada Mon Mar  5 10:00 2024\nSubject: lunch\n\nAt noon.", "# lunch\n\nAt noon."),
        (
            b'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Transfer-Encoding: base64'
            b"\n\n" + base64.b64encode(b"a message cut in the middle")[:21],
            "a message cut i",
        ),
    ],
)
def test_messages_that_break_the_rules_are_read_as_far_as_they_go(
    source: bytes, needle: str
) -> None:
    assert needle in parsers.parse("eml", source).text


def test_an_encrypted_message_says_so() -> None:
    with pytest.raises(DocumentEncrypted, match="message is encrypted"):
        parsers.parse("eml", b"Subject: x\nContent-Type: application/pkcs7-mime\n\nAAAA")


@pytest.mark.parametrize("kind", [b'multipart/mixed; boundary="b%d"\n\n--b%d', b"message/rfc822\n"])
def test_a_message_nested_too_deeply_is_refused(kind: bytes) -> None:
    parts = (b"Content-Type: " + kind.replace(b"%d", b"%d" % n) + b"\n" for n in range(2_000))
    with pytest.raises(DocumentCorrupt, match="nested too deeply"):
        parsers.parse("eml", b"".join(parts) + b"\ntext")


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("csv", "a," * 200_000),
        ("csv", '"' * 200_001),
        ("csv", "x" * 2_000_000 + ",b\n"),
        ("json", "[" + ",".join(['{"a":1}'] * 100_000) + "]"),
        ("json", '["' + "x" * 1_000_000),
        ("xml", "<a " + "b='' " * 100_000 + ">x"),
        ("xml", "<" * 300_000 + ">x"),
        ("eml", 'Content-Type: multipart/mixed; boundary="b"\n\n' + "--b\n\nx\n" * 5_000),
        ("eml", "a" * 1_000_000 + ": b\n\nx"),
    ],
)
def test_hostile_texts_cost_little(kind: str, source: str) -> None:
    start = time.process_time()
    assert parse(kind, source).text
    assert time.process_time() - start < 5
