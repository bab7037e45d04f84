"""Web pages by their address: what is added, what is read, and how it stays up to date."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from ipaddress import ip_network

import asyncpg
import httpx2
import pytest

from clonememoria.core.config import Settings
from clonememoria.knowledge.refreshing import EVERY_FIVE_MINUTES, request_refreshes
from tests.api.clones import create_clone
from tests.api.documents import (
    Json,
    chunks_of,
    documents_url,
    found_by,
    paste,
    settled,
    until,
    url_of,
)
from tests.conftest import Person, Serve, ServedApp, register
from tests.fakes.openai_server import running as running_fake
from tests.fakes.site import Site, page, running
from tests.fixtures.builders import build_pdf

HTML = "Content-Type: text/html"
NOON = b"Open at noon."
CHANGED = "the practice is open on Saturdays"


def article(words: str, head: str = "<title>Opening hours</title>") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body><p>{words}</p></body></html>".encode()


@pytest.fixture
def settings(settings: Settings) -> Settings:
    networks = [ip_network("127.0.0.1/32")]
    return settings.model_copy(update={"url_allowed_networks": networks, "max_upload_mb": 1})


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with running() as site:
        yield site


async def add(owner: Person, clone_id: str, url: str, **fields: object) -> httpx2.Response:
    return await owner.http.post(f"{documents_url(clone_id)}/url", json={"url": url, **fields})


async def read_page(owner: Person, clone_id: str, url: str, **fields: object) -> Json:
    answer = await add(owner, clone_id, url, **fields)
    assert answer.status_code == 201, answer.text
    return await settled(owner, answer.json())


async def make_due(superuser: asyncpg.Connection) -> None:
    """As it is two days later."""
    await superuser.execute("""
        update documents set checked_at = checked_at - interval '2 days',
            created_at = created_at - interval '2 days', updated_at = now() - interval '2 days'""")


async def refreshed(owner: Person, app: ServedApp, document: Json) -> Json:
    assert await request_refreshes(app.app.state.database) == 1
    before = document["updated_at"]

    async def is_over() -> bool:
        found = (await owner.http.get(url_of(document))).json()
        return found["updated_at"] > before and found["status"] in {"completed", "failed"}

    await until(is_over)
    return (await owner.http.get(url_of(document))).json()


async def test_a_page_is_fetched_read_and_named(ada: Person, site: Site) -> None:
    clone_id = await create_clone(ada)
    canonical = f'<title>Opening hours</title><link rel="canonical" href="{site.url}/hours">'
    body = article("The practice is open from 8 to 12.", canonical)
    site.show("/there?id=1", body, HTML)
    address = site.redirect("/here", "/there?id=1")
    answer = await add(ada, clone_id, f"  {address}#top ", refresh_interval_hours=24)
    assert answer.status_code == 201, answer.text
    added = answer.json()
    assert (added["title"], added["status"], added["checked_at"]) == (address, "pending", None)
    document = await settled(ada, added)
    assert document["status"] == "completed", document["error_message"]
    assert (document["source_type"], document["type"]) == ("url", "webpage")
    assert (document["title"], document["url"]) == ("Opening hours", address)
    assert document["canonical_url"] in {f"{site.url}/hours", f"{site.url}/there?id=1"}
    assert (document["mime_type"], document["size_bytes"]) == ("text/html", len(body))
    assert document["refresh_interval_hours"] == 24
    assert datetime.fromisoformat(document["checked_at"]) <= datetime.now(UTC)
    assert await found_by(ada, clone_id, "practice open") == [document["id"]]
    file = await ada.http.get(f"{url_of(document)}/file")
    assert (file.content, file.headers["content-type"]) == (body, "application/octet-stream")


async def test_a_page_is_there_once(ada: Person, site: Site) -> None:
    clone_id = await create_clone(ada)
    address = site.show("/a", NOON)
    first = (await add(ada, clone_id, address, title="Hours")).json()
    waiting = await add(ada, clone_id, f"{address}#again")
    assert (await settled(ada, first))["title"] == "Hours"
    fetched = await add(ada, clone_id, address)
    for twice in (waiting, fetched):
        assert (twice.status_code, twice.json()["code"]) == (409, "duplicate_document")
        assert twice.json()["document_id"] == first["id"]
    copy = await read_page(ada, clone_id, site.show("/copy", NOON))
    assert copy["status"] == "failed"
    assert copy["error_message"] == "This clone already has this content, as “Hours”"
    assert (await add(ada, await create_clone(ada, slug_name="Other"), address)).status_code == 201


async def test_what_is_no_public_page_is_refused_at_once(ada: Person) -> None:
    clone_id = await create_clone(ada)
    async with running("127.0.0.2") as canary:
        for host in ("127.0.0.2", "2130706434", "0x7f.2", "[::ffff:127.0.0.2]", "127.2"):
            answer = await add(ada, clone_id, f"http://{host}:{canary.port}/")
            assert (answer.status_code, answer.json()["code"]) == (422, "address_not_allowed")
            assert answer.json()["errors"][0]["loc"] == ["body", "url"]
        for url in ("file:///etc/passwd", "gopher://127.0.0.1/", "http://a:b@example.com/", ""):
            assert (await add(ada, clone_id, url)).status_code == 422
        assert (await add(ada, clone_id, "http://a.com", refresh_interval_hours=0)).is_client_error
        assert canary.connections == 0
    assert (await ada.http.get(documents_url(clone_id))).json() == []


async def test_what_cannot_be_had_says_why_and_may_be_there_later(ada: Person, site: Site) -> None:
    clone_id = await create_clone(ada)
    async with running("127.0.0.2") as canary:
        address = site.redirect("/private", f"{canary.url}/")
        private = await read_page(ada, clone_id, address)
        assert canary.connections == 0
    assert (private["status"], private["chunk_count"]) == ("failed", 0)
    assert "not on the public internet" in private["error_message"]
    missing = await read_page(ada, clone_id, f"{site.url}/later")
    assert (missing["status"], missing["title"]) == ("failed", f"{site.url}/later")
    assert missing["error_message"] == "This page was not found (404)"
    large = await read_page(ada, clone_id, site.show("/large", b"x" * (1024 * 1024 + 1)))
    assert "larger than 1 MB" in large["error_message"]
    picture = await read_page(ada, clone_id, site.show("/a.png", b"\x89PNG\r\n\x1a\n" + bytes(99)))
    assert "PNG image" in picture["error_message"]
    site.show("/later", NOON)
    await ada.http.post(f"{url_of(missing)}/reprocess")
    assert (await settled(ada, missing))["status"] == "completed"


async def test_a_site_that_is_away_for_a_moment_is_asked_again(ada: Person, site: Site) -> None:
    asked = 0

    async def busy_at_first(writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.write(page(NOON) if asked > 1 else page(b"", status=503))

    site.pages["/a"] = busy_at_first
    document = await read_page(ada, await create_clone(ada), f"{site.url}/a")
    assert (document["status"], document["error_message"], asked) == ("completed", None, 2)


async def test_a_page_that_nobody_wants_any_more_is_left(ada: Person, site: Site) -> None:
    is_asked, is_left = asyncio.Event(), asyncio.Event()

    async def endlessly(writer: asyncio.StreamWriter) -> None:
        is_asked.set()
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.05)
        is_left.set()

    site.pages["/a"] = endlessly
    document = (await add(ada, await create_clone(ada), f"{site.url}/a")).json()
    await is_asked.wait()
    cancelled = await ada.http.post(f"{url_of(document)}/cancel")
    assert cancelled.json()["status"] == "failed"
    async with asyncio.timeout(10):
        await is_left.wait()


async def test_a_page_is_read_by_its_content_and_its_encoding(ada: Person, site: Site) -> None:
    clone_id = await create_clone(ada)
    address = site.show("/a", build_pdf(["Open at noon."]), HTML)
    pdf = await read_page(ada, clone_id, address)
    assert (pdf["mime_type"], pdf["page_count"], pdf["status"]) == (
        *("application/pdf", 1),
        "completed",
    )
    words = "診療時間は午前八時から正午までです。土曜日は休診です。"
    encoded = words.encode("shift_jis")
    address = site.show("/b.txt", encoded, "Content-Type: text/plain; charset=Shift_JIS")
    japanese = await read_page(ada, clone_id, address)
    assert japanese["content"] == words
    address = site.show("/c", article(words), "Content-Type: text/html; charset=iso-8859-1")
    misleading = await read_page(ada, clone_id, address)
    assert words in misleading["content"]
    part = b"<p>Open at <b>noon</b>."
    fragment = await read_page(ada, clone_id, site.show("/d", part, HTML))
    assert fragment["mime_type"] == "text/html"


async def test_a_changed_page_is_read_anew_while_the_old_one_answers(
    ada: Person, served: ServedApp, site: Site, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    address = site.show("/a", article("Closed on Saturdays."), HTML, 'ETag: "1"')
    document = await read_page(ada, clone_id, address, refresh_interval_hours=24)
    is_asked, may_answer = asyncio.Event(), asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        is_asked.set()
        await may_answer.wait()
        writer.write(page(article(CHANGED), HTML, 'ETag: "2"'))

    site.pages["/a"] = slowly
    await make_due(superuser)
    refreshing = asyncio.create_task(refreshed(ada, served, document))
    await is_asked.wait()
    assert await found_by(ada, clone_id, "closed Saturdays") == [document["id"]]
    may_answer.set()
    changed = await refreshing
    assert (changed["status"], changed["title"]) == ("completed", "Opening hours")
    assert CHANGED in changed["content"]
    assert changed["checked_at"] > document["checked_at"]
    assert await found_by(ada, clone_id, "closed") == []
    assert site.requests[-1][1]["if-none-match"] == '"1"'


@pytest.mark.parametrize("headers", [('ETag: "1"',), ()])
async def test_an_unchanged_page_costs_nothing(
    ada: Person,
    served: ServedApp,
    site: Site,
    superuser: asyncpg.Connection,
    *,
    headers: tuple[str, ...],
) -> None:
    """Whether its site says that it is, or sends the same again."""
    clone_id = await create_clone(ada)
    address = site.show("/a", NOON, *headers)
    document = await read_page(ada, clone_id, address, refresh_interval_hours=24)
    chunks = await chunks_of(ada, document)
    await make_due(superuser)
    again = await refreshed(ada, served, document)
    assert len(site.requests) == 2
    assert (again["status"], again["error_message"]) == ("completed", None)
    assert again["checked_at"] > document["checked_at"]
    assert await chunks_of(ada, document) == chunks
    # Another title is another index; and who asks for it gets it read again.
    await ada.http.patch(url_of(document), json={"title": "Noon"})
    assert (await settled(ada, document))["title"] == "Noon"
    renamed = await chunks_of(ada, document)
    assert renamed[0]["id"] != chunks[0]["id"]
    await ada.http.post(f"{url_of(document)}/reprocess")
    await settled(ada, document)
    assert (await chunks_of(ada, document))[0]["id"] != renamed[0]["id"]


async def test_a_refresh_that_fails_leaves_what_was_there(
    ada: Person, served: ServedApp, site: Site, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    address = site.show("/a", NOON)
    document = await read_page(ada, clone_id, address, refresh_interval_hours=24)
    del site.pages["/a"]
    await make_due(superuser)
    kept = await refreshed(ada, served, document)
    assert (kept["status"], kept["chunk_count"]) == ("completed", document["chunk_count"])
    assert kept["error_message"].startswith("Could not be refreshed on ")
    assert "UTC: This page was not found (404). The version of " in kept["error_message"]
    assert await found_by(ada, clone_id, "noon") == [document["id"]]
    # Not again for a while, though it is still due.
    assert await request_refreshes(served.app.state.database) == 0
    # A version that cannot be read is not the version that answers.
    site.show("/a", b"  ")
    await make_due(superuser)
    unread = await refreshed(ada, served, document)
    assert unread["status"] == "completed"
    assert unread["error_message"].endswith("An earlier version answers.")
    assert await found_by(ada, clone_id, "noon") == [document["id"]]


async def test_a_page_is_refreshed_as_often_as_its_owner_says(ada: Person, site: Site) -> None:
    clone_id = await create_clone(ada)
    document = await read_page(ada, clone_id, site.show("/a", NOON))
    for interval in (8760, None, 1):
        patch = {"refresh_interval_hours": interval}
        answer = await ada.http.patch(url_of(document), json=patch)
        assert (answer.status_code, answer.json()["refresh_interval_hours"]) == (200, interval)
        assert answer.json()["status"] == "completed"
    renamed = await ada.http.patch(url_of(document), json={"visibility": "private"})
    assert renamed.json()["refresh_interval_hours"] == 1
    for wrong in (0, 8761, 1.5, "often", True):
        refused = await ada.http.patch(url_of(document), json={"refresh_interval_hours": wrong})
        assert refused.status_code == 422
    pasted = await paste(ada, clone_id)
    answer = await ada.http.patch(url_of(pasted), json={"refresh_interval_hours": 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_beyond_the_budget_no_page_is_refreshed(
    serve: Serve, settings: Settings, site: Site, superuser: asyncpg.Connection
) -> None:
    async with running_fake() as upstream:
        paying = {"embeddings_openai_base_url": upstream.base_url, "budget_usd_per_month": 1e-9}
        app = await serve(settings.model_copy(update=paying))
        eve = await register(app.url, "eve@example.org")
        clone_id = await create_clone(
            eve, embedding_provider="openai", embedding_model="text-embedding-3-small"
        )
        address = site.show("/a", NOON)
        document = await read_page(eve, clone_id, address, refresh_interval_hours=24)
        assert document["status"] == "completed", document["error_message"]
        await make_due(superuser)
        assert await request_refreshes(app.app.state.database) == 1

        async def is_over() -> bool:
            return not await superuser.fetchval("select count(*) from pgqueuer")

        await until(is_over)
        left = (await eve.http.get(url_of(document))).json()
        assert (left["status"], left["error_message"]) == ("completed", None)
        assert len(site.requests) == 1
        await eve.http.aclose()


async def test_due_pages_are_queued_once_and_the_schedule_does_it(
    serve: Serve, settings: Settings, site: Site, superuser: asyncpg.Connection
) -> None:
    idle = await serve(settings.model_copy(update={"worker_inline": False}))
    eve = await register(idle.url, "eve@example.org")
    clone_id = await create_clone(eve)
    due = (await add(eve, clone_id, site.show("/due", b"Due."), refresh_interval_hours=1)).json()
    await add(eve, clone_id, site.show("/never", b"Never."))
    await add(eve, clone_id, site.show("/later", b"Later."), refresh_interval_hours=72)
    await paste(eve, clone_id)
    await superuser.execute("delete from pgqueuer")
    await superuser.execute(
        "update documents set status = 'completed', stage = 'done', checked_at = created_at"
    )
    await make_due(superuser)
    database = idle.app.state.database
    counts = await asyncio.gather(*(request_refreshes(database) for _ in range(5)))
    assert sorted(counts) == [0, 0, 0, 0, 1]
    assert await request_refreshes(database) == 0
    [job] = await superuser.fetch("select entrypoint, payload from pgqueuer")
    assert (job["entrypoint"], job["payload"].decode().split()[0]) == ("refresh", due["id"])
    # While it waits it answers, and is in nobody's way.
    assert (await eve.http.get(url_of(due))).json()["status"] == "completed"
    await superuser.execute("delete from pgqueuer")
    await superuser.execute(
        "insert into pgqueuer_schedules (expression, entrypoint, next_run) values ($1, $2, now())",
        EVERY_FIVE_MINUTES,
        "request_refreshes",
    )
    await serve(settings)

    async def is_asked() -> bool:
        return site.paths == ["/due"]

    await until(is_asked)
    await eve.http.aclose()
