"""Web pages: what a reader sees becomes Markdown, what browsers hide does not."""

import time

import pytest

from clonememoria.core.errors import DocumentHasNoText
from clonememoria.knowledge import parsers
from clonememoria.knowledge.parsers.document import ParsedDocument

PARAGRAPH = "<p>" + "Refunds are paid within fourteen days of a written notice. " * 6 + "</p>"


def parse(source: str) -> ParsedDocument:
    return parsers.parse("html", source.encode())


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>secret</p>",
        "<div style='color:red; display : none'><p>secret</p></div>",
        '<span style="visibility:hidden">secret</span>',
        "<noscript>secret</noscript>",
        "<template><p>secret</p></template>",
        "<!-- secret -->",
        "<nav>secret</nav>",
        "<script>secret()</script>",
        "<iframe src=/>secret</iframe>",
        "<a href='/secret'><img src=secret.png></a>",
    ],
)
@pytest.mark.parametrize("content", [PARAGRAPH * 3, "<p>short"])
def test_what_browsers_hide_is_not_read(hidden: str, content: str) -> None:
    text = parse(f"<base href=https://secret/><body>{hidden}{content}{hidden}").text
    assert text
    assert "secret" not in text


def test_a_page_that_hides_all_until_a_script_runs_is_read() -> None:
    assert parse('<div style="display:none"><p>The only text.</p></div>').text == "The only text."


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (
            '<head><link href="https://e.com/a?b=1&amp;c" rel="canonical"></head>',
            "https://e.com/a?b=1&c",
        ),
        ("<link rel=canonical href=/a>", "/a"),
        ("<LINK REL='canonical' HREF='/a'>", "/a"),
        ("<link rel=canonical>", None),
        ("<link rel=stylesheet href=/a>", None),
        ("<head></head><body><link rel=canonical href=/evil>", None),
    ],
)
def test_a_page_names_its_canonical_address_in_its_head_alone(source: str, url: str | None) -> None:
    assert parse(f"{source}<p>text").canonical_url == url


def test_a_title_in_a_banner_is_kept() -> None:
    page = f"<title>Shop</title><header><h1>Our <i>fees</i></h1></header><main>{PARAGRAPH}</main>"
    assert parse(page).text.startswith("# Our fees\n\nRefunds are paid")


def test_marks_inside_of_words_are_left_out() -> None:
    page = (
        f"<main>{PARAGRAPH}<p>H<sub>2</sub>O and wo<b>rd</b>s<sup>1</sup> of <mark>it</mark>.</p>"
    )
    assert "H2O and words1 of it." in parse(page).text


@pytest.mark.parametrize("start", [PARAGRAPH * 3, ""])
def test_cells_without_end_tags_stay_apart(start: str) -> None:
    text = parse(f"{start}<table><tr><th>Plan<th>Price<tr><td>Gold<td>49 EUR</table>").text
    assert "| Plan | Price |" in text
    assert "| Gold | 49 EUR |" in text


def test_code_lists_and_quotes_keep_their_form() -> None:
    page = f"""<main>{PARAGRAPH}<pre><code>def f(x):
    # no heading
    return x &lt; 3</code></pre><ol><li>one<li>two</ol><blockquote><p>Said so.</p></blockquote>"""
    text = parse(page).text
    assert "```\ndef f(x):\n    # no heading\n    return x < 3\n```" in text
    assert "1. one\n2. two" in text
    assert "Said so." in text


def test_all_posts_of_a_forum_are_read() -> None:
    posts = "".join(
        f"<div class=post><div>user{n}</div><div>Post {n} is about resetting the device, and long "
        "enough to be a text.</div></div>"
        for n in range(30)
    )
    text = parse(f"<body><div>Index</div>{posts}").text
    assert all(f"Post {n} is about resetting" in text for n in range(30))


@pytest.mark.parametrize("row", ["<div><p>word</p></div>", "<tr><td>one<td>two", "<p>word"])
def test_endless_pages_cost_little(row: str) -> None:
    start = time.process_time()
    assert parse("<table>" + row * 50_000).text
    # The reader would need minutes.
    assert time.process_time() - start < 10


def test_a_page_of_nothing_but_open_links_has_no_text() -> None:
    start = time.process_time()
    with pytest.raises(DocumentHasNoText):
        parse("<a " * 700_000)
    assert time.process_time() - start < 5
