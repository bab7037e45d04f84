"""Pages over real HTTP: what is called, what is followed, what is taken, and what it is called."""

import asyncio
import gzip
import socket
import ssl
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from clonememoria.core.addresses import AddressPolicy
from clonememoria.core.errors import (
    AddressNotAllowed,
    AppError,
    PageUnavailable,
    PageUnreachable,
    TooLarge,
)
from clonememoria.knowledge.fetching import Fetched, Validators, Web, _guarded_socket, fetch
from clonememoria.knowledge.upload import ReceivedFile
from tests.fakes.site import Site, page, running

MB = 1024 * 1024
NOTHING_KNOWN = Validators()
SELF_SIGNED = Path(__file__).parents[1] / "fixtures" / "self_signed.pem"


class Names(AbstractResolver):
    """Answers each look-up of a name with the next of its addresses, the last one for ever."""

    def __init__(self, **addresses: list[list[str]]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        turns = self._addresses[host.partition(".")[0]]
        found = turns.pop(0) if len(turns) > 1 else turns[0]
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=socket.AF_INET, proto=6, flags=0
            )
            for address in found
        ]

    async def close(self) -> None:
        return None


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with running() as site:
        yield site


@pytest.fixture
async def canary() -> AsyncIterator[Site]:
    """On an address that is not allowed; it must never hear of us."""
    async with running("127.0.0.2") as canary:
        yield canary
        assert canary.connections == 0


@pytest.fixture
def web(tmp_path: Path) -> Web:
    policy = AddressPolicy((ip_network("127.0.0.1/32"),))
    return Web(policy, max_bytes=2 * MB, folder=tmp_path, idle_s=0.5, total_s=2.0)


async def fetched(
    address: str, web: Web, known: Validators = NOTHING_KNOWN
) -> tuple[Fetched | None, bytes]:
    into = ReceivedFile("page", folder=web.folder)
    try:
        found = await fetch(address, into=into, web=web, known=known)
        into.file.seek(0)
        return found, into.file.read()
    finally:
        await into.close()


async def test_a_page_is_fetched_with_what_is_said_of_it(site: Site, web: Web) -> None:
    headers = ("Content-Type: text/html; charset=Shift_JIS", 'ETag: "1"', "Last-Modified: today")
    found, body = await fetched(site.show("/a?b=%C3%BC", b"<p>Open</p>", *headers), web)
    assert body == b"<p>Open</p>"
    assert found == Fetched(
        f"{site.url}/a?b=%C3%BC", "text/html", "Shift_JIS", Validators('"1"', "today")
    )
    [(_, sent)] = site.requests
    assert sent["user-agent"].startswith("Mozilla/5.0 (compatible; CloneMemoria/")
    assert "cookie" not in sent
    assert "authorization" not in sent


async def test_an_unchanged_page_is_not_sent_again(site: Site, web: Web) -> None:
    address = site.show("/a", b"Open", 'ETag: "1"')
    assert await fetched(address, web, Validators('"1"')) == (None, b"")
    assert (await fetched(address, web, Validators('"0"')))[1] == b"Open"


async def test_a_validator_that_is_no_header_is_forgotten(site: Site, web: Web) -> None:
    address = site.show("/a", b"Open", f"ETag: {'x' * 2000}", "Last-Modified: gestern, fr\u00fch")
    found, _ = await fetched(address, web)
    assert found
    assert found.validators == Validators()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed(site: Site, web: Web, status: int) -> None:
    site.show("/there", b"Arrived")
    site.redirect("/mid", "there#top", status=status)
    address = site.redirect("/here", f"{site.url}/mid", status=status)
    found, body = await fetched(address, web)
    assert (found and found.url, body) == (f"{site.url}/there", b"Arrived")


async def test_redirects_end(site: Site, web: Web) -> None:
    with pytest.raises(PageUnavailable, match="leads on and on"):
        await fetched(site.redirect("/a", "/a"), web)
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    "target",
    [
        *("http://127.0.0.2:{port}/", "//127.0.0.2:{port}/", "http://2130706434:{port}/"),
        *("http://0x7f.2:{port}/", "http://[::ffff:127.0.0.2]:{port}/", "http://rebound.test/"),
        *("http://169.254.169.254/latest/meta-data/", "http://localhost:{port}/"),
    ],
)
async def test_a_redirect_into_a_private_network_is_not_followed(
    site: Site, canary: Site, web: Web, target: str
) -> None:
    web = replace(web, resolver=Names(rebound=[["127.0.0.2"]], localhost=[["127.0.0.2"]]))
    with pytest.raises(AddressNotAllowed):
        await fetched(site.redirect("/a", target.format(port=canary.port)), web)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://a@127.0.0.1/", "http://[::1"]
)
async def test_a_redirect_to_what_is_no_page_is_not_followed(
    site: Site, web: Web, target: str
) -> None:
    with pytest.raises(PageUnavailable, match="leads to an address that no page can have"):
        await fetched(site.redirect("/a", target), web)


@pytest.mark.parametrize("addresses", [["127.0.0.2"], ["127.0.0.1", "127.0.0.2"]])
async def test_a_name_with_a_private_address_is_not_called(
    site: Site, canary: Site, web: Web, addresses: list[str]
) -> None:
    with pytest.raises(AddressNotAllowed):
        await fetched(
            f"http://mixed.test:{canary.port}/", replace(web, resolver=Names(mixed=[addresses]))
        )
    assert site.connections == 0


async def test_a_name_that_is_bound_anew_between_two_calls_is_checked_anew(
    site: Site, canary: Site, web: Web
) -> None:
    site.redirect("/", f"http://rebound.test:{canary.port}/")
    web = replace(web, resolver=Names(rebound=[["127.0.0.1"], ["127.0.0.2"]]))
    with pytest.raises(AddressNotAllowed):
        await fetched(f"http://rebound.test:{site.port}/", web)
    assert site.connections == 1


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "fe80::1%lo")]
)
def test_no_socket_is_opened_to_where_nothing_may_be_called(
    web: Web, family: socket.AddressFamily, address: str
) -> None:
    """Whatever may have been forgotten before."""
    with pytest.raises(AddressNotAllowed):
        _guarded_socket(web.policy)((family, socket.SOCK_STREAM, 6, "", (address, 80)))


async def test_proxies_of_the_environment_are_not_asked(
    site: Site, canary: Site, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, canary.url)
    assert (await fetched(site.show("/a", b"Open"), web))[1] == b"Open"


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (204, PageUnavailable, "no page under this address (204)"),
        (304, PageUnavailable, "no page under this address (304)"),
        (400, PageUnavailable, "did not understand"),
        (401, PageUnavailable, "asks for a log-in (401)"),
        (403, PageUnavailable, "refuses to show this page"),
        (404, PageUnavailable, "was not found (404)"),
        (410, PageUnavailable, "is gone (410)"),
        (418, PageUnavailable, "no page under this address (418)"),
        (429, PageUnreachable, "no answer now (429)"),
        (500, PageUnreachable, "no answer now (500)"),
        (503, PageUnreachable, "no answer now (503)"),
    ],
)
async def test_a_refusal_is_told_in_our_words(
    site: Site, web: Web, status: int, kind: type[AppError], words: str
) -> None:
    body = b"" if status in {204, 304} else b"sk-canary"
    address = site.show("/a", body, "Retry-After: 7", status=status)
    with pytest.raises(AppError) as refused:
        await fetched(address, web)
    assert (type(refused.value), refused.value.retryable) == (kind, kind is PageUnreachable)
    assert words in refused.value.detail
    assert "canary" not in refused.value.detail
    assert refused.value.retry_after_s == (7 if kind is PageUnreachable else None)


async def test_packed_pages_are_unpacked(site: Site, web: Web) -> None:
    words = b"Open at noon. " * 100
    for packed, name in ((gzip.compress(words), "gzip"), (zlib.compress(words), "deflate")):
        address = site.show("/a", packed, f"Content-Encoding: {name}")
        assert (await fetched(address, web))[1] == words


async def test_a_page_may_have_the_size_of_the_limit_and_no_more(site: Site, web: Web) -> None:
    assert len((await fetched(site.show("/a", b"x" * 2 * MB), web))[1]) == 2 * MB
    with pytest.raises(TooLarge, match="larger than 2 MB"):
        await fetched(site.show("/a", b"x" * (2 * MB + 1)), web)


async def test_an_endless_page_is_left(site: Site, web: Web) -> None:
    sent = 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    site.pages["/a"] = flood
    with pytest.raises(TooLarge):
        await fetched(f"{site.url}/a", web)
    assert sent < 20 * MB


async def test_a_bomb_is_not_unpacked(site: Site, web: Web) -> None:
    bomb = gzip.compress(b"\0" * 30 * MB, compresslevel=1)
    web = replace(web, max_bytes=50 * MB)
    with pytest.raises(PageUnavailable, match="unpacks to far more"):
        await fetched(site.show("/a", bomb, "Content-Encoding: gzip"), web)


@pytest.mark.parametrize("drip", [b"", b"x"])
async def test_a_slow_page_is_left(site: Site, web: Web, drip: bytes) -> None:
    """One that says nothing, and one that says a little again and again."""

    async def trickle(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(drip)
            await asyncio.sleep(0.05)

    site.pages["/a"] = trickle
    with pytest.raises(PageUnreachable, match="did not answer in time"):
        await fetched(f"{site.url}/a", replace(web, total_s=0.8))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", PageUnreachable),
        (page(b"no gzip", "Content-Encoding: gzip"), PageUnreachable),
        (b"", PageUnreachable),
        (b"220 mail.example ESMTP\r\n", PageUnavailable),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * MB + b"\r\n\r\n", PageUnavailable),
        (b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n", PageUnavailable),
    ],
)
async def test_an_answer_that_is_none_is_told_in_our_words(
    site: Site, web: Web, answer: bytes, kind: type[AppError]
) -> None:
    site.pages["/a"] = answer
    with pytest.raises(AppError) as refused:
        await fetched(f"{site.url}/a", web)
    assert type(refused.value) is kind


async def test_a_site_that_is_not_there_is_told_in_our_words(web: Web) -> None:
    async with running() as gone:
        address = gone.url
    with pytest.raises(PageUnreachable, match="cannot be reached"):
        await fetched(address, web)
    with pytest.raises(PageUnreachable, match="No site of this name"):
        await fetched("http://no-such-site.invalid/", web)


async def test_a_site_that_cannot_prove_itself_is_not_read(web: Web) -> None:
    certificate = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.load_cert_chain(SELF_SIGNED)
    async with running(tls=certificate) as site:
        with pytest.raises(PageUnavailable, match="cannot prove"):
            await fetched(f"https://127.0.0.1:{site.port}/", web)
        assert site.requests == []
