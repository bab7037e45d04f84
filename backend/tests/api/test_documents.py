"""Documents over HTTP: added, listed, changed, downloaded, deleted, and whose they are."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from tests.api.clones import create_clone
from tests.api.documents import (
    HOURS,
    chunks_of,
    documents_url,
    found_by,
    paste,
    read,
    settled,
    upload,
    url_of,
)
from tests.conftest import Person

OTHER = "Refunds are paid within fourteen days to the card that was charged."


async def test_a_pasted_text_becomes_chunks_with_exact_offsets(ada: Person) -> None:
    clone_id = await create_clone(ada)
    text = "\n\n".join(f"# Part {n}\n\n" + "Zürich – 東京, naïve café. " * 60 for n in range(8))
    pending = await paste(ada, clone_id, text)
    assert (pending["status"], pending["stage"]) == ("pending", "queued")
    document = await settled(ada, pending)
    chunks = await chunks_of(ada, document)
    assert (document["status"], document["stage"]) == ("completed", "done")
    assert document["progress_percentage"] == 100
    assert document["chunk_count"] == len(chunks) > 8
    assert [chunk["chunk_index"] for chunk in chunks] == list(range(len(chunks)))
    assert chunks[-1]["heading_path"] == ["Part 7"]
    for chunk in chunks:
        assert chunk["content"] == document["content"][chunk["char_start"] : chunk["char_end"]]


async def test_a_text_is_there_before_it_was_read(ada: Person) -> None:
    clone_id = await create_clone(ada)
    document = await paste(ada, clone_id)
    now = (await ada.http.get(url_of(document))).json()
    assert now["content"] == HOURS


async def test_a_long_text_is_sent_part_by_part(ada: Person, superuser: asyncpg.Connection) -> None:
    document = await read(ada, await create_clone(ada), 'She said: "at eight".\n')
    await superuser.execute("""
        insert into document_texts
        select build_id, 1, document_id, owner_id, E'\\\\ \t\u2028 open' from document_texts
    """)
    answer = await ada.http.get(url_of(document))
    assert answer.json() == document | {
        "content": 'She said: "at eight".\n\\ \t\u2028 open',
    }
    # Whole it would be, and 100 MB of it hold up all others.
    assert "content-length" not in answer.headers


async def test_the_clone_is_ready_when_a_document_is(ada: Person) -> None:
    clone_id = await create_clone(ada)

    async def status() -> str:
        return str((await ada.http.get(f"/api/clones/{clone_id}")).json()["rag_status"])

    # Nothing was there to be read, or it was not yet looked for.
    assert await status() in {"pending", "ready"}
    document = await read(ada, clone_id)
    assert await status() == "ready"
    assert await found_by(ada, clone_id, "Saturdays") == [document["id"]]
    await ada.http.delete(url_of(document))
    assert await status() in {"pending", "ready"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"title": "x", "content": "   \n "}, "content"),
        ({"title": "x", "content": ""}, "content"),
        ({"title": " ", "content": "y"}, "title"),
        ({"title": "x", "content": "a\u0000b"}, "content"),
        ({"title": "x" * 201, "content": "y"}, "title"),
        ({"title": "x", "content": "y", "source_type": "url"}, "source_type"),
        ({"title": "x", "content": [{}]}, "content"),
        ({"title": None, "content": "y"}, "title"),
    ],
)
async def test_a_bad_text_is_refused_with_its_place(
    ada: Person, body: dict[str, str], place: str
) -> None:
    clone_id = await create_clone(ada)
    answer = await ada.http.post(documents_url(clone_id), json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["body", place]


async def test_the_same_content_twice_names_the_first(ada: Person) -> None:
    clone_id = await create_clone(ada)
    first = await paste(ada, clone_id)
    again = await ada.http.post(documents_url(clone_id), json={"title": "B", "content": HOURS})
    assert again.status_code == 409
    assert again.json()["code"] == "duplicate_document"
    assert again.json()["document_id"] == first["id"]
    assert again.json()["document_title"] == first["title"]
    as_file = await upload(ada, clone_id, ("hours.txt", HOURS.encode()))
    assert as_file.status_code == 409
    # Another clone may know it too.
    await paste(ada, await create_clone(ada, slug_name="Second"))


async def test_the_list_filters_and_counts(ada: Person) -> None:
    clone_id = await create_clone(ada)
    for n in range(3):
        await read(ada, clone_id, f"Text number {n}", title=f"100% Part_{n}")
    url = documents_url(clone_id)
    page = await ada.http.get(url, params={"limit": 2})
    assert page.headers["X-Total-Count"] == "3"
    assert [document["title"] for document in page.json()] == ["100% Part_2", "100% Part_1"]
    for params, count in (
        ({"search": "part_1"}, 1),
        ({"search": "%"}, 3),
        ({"search": "%1"}, 0),
        ({"status": "completed", "type": "document"}, 3),
        ({"status": "failed"}, 0),
        ({"status": ["failed", "completed"]}, 3),
        ({"type": "webpage"}, 0),
    ):
        assert len((await ada.http.get(url, params=params)).json()) == count, params
    assert (await ada.http.get(url, params={"status": "lost"})).status_code == 422


async def test_a_changed_content_is_indexed_anew(ada: Person) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id)
    patched = await ada.http.patch(url_of(document), json={"content": OTHER})
    assert (patched.status_code, patched.json()["status"]) == (200, "pending")
    assert (await ada.http.get(url_of(document))).json()["content"] == OTHER
    changed = await settled(ada, document)
    assert changed["content"] == OTHER
    assert changed["content_hash"] != document["content_hash"]
    assert await found_by(ada, clone_id, "refunds") == [document["id"]]
    assert await found_by(ada, clone_id, "Saturdays") == []


async def test_old_passages_answer_until_the_new_version_is_read(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id)
    # A lock that the worker waits for when it takes the new version.
    async with superuser.transaction():
        await superuser.execute("lock table embedding_spaces in exclusive mode")
        await ada.http.put(f"{url_of(document)}/content", json={"content": OTHER})
        await asyncio.sleep(0.5)
        assert await found_by(ada, clone_id, "Saturdays") == [document["id"]]
        assert await found_by(ada, clone_id, "refunds") == []
    await settled(ada, document)
    assert await found_by(ada, clone_id, "Saturdays") == []
    assert await found_by(ada, clone_id, "refunds") == [document["id"]]


async def test_a_new_title_is_found_and_visibility_changes_at_once(ada: Person) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id)
    change = {"title": "Sprechzeiten", "visibility": "private"}
    patched = (await ada.http.patch(url_of(document), json=change)).json()
    assert (patched["title"], patched["visibility"]) == ("Sprechzeiten", "private")
    await settled(ada, document)
    assert await found_by(ada, clone_id, "Sprechzeiten") == [document["id"]]


async def test_a_content_of_another_document_is_a_conflict_and_changes_nothing(
    ada: Person,
) -> None:
    clone_id = await create_clone(ada)
    first = await read(ada, clone_id)
    second = await read(ada, clone_id, OTHER, title="Refunds")
    answer = await ada.http.patch(url_of(second), json={"content": HOURS, "title": "Taken"})
    assert answer.status_code == 409
    assert answer.json()["document_id"] == first["id"]
    unchanged = (await ada.http.get(url_of(second))).json()
    assert (unchanged["title"], unchanged["content"]) == ("Refunds", OTHER)


async def test_a_file_replaces_a_text(ada: Person) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id)
    form = {"files": ("hours.md", b"# Hours\n\nOpen at noon.")}
    replaced = await ada.http.put(f"{url_of(document)}/content", files=form)
    assert replaced.json()["source_type"] == "file", replaced.text
    now = await settled(ada, document)
    assert now["content"] == "# Hours\n\nOpen at noon."
    bad = await ada.http.put(f"{url_of(document)}/content", json={"content": " "})
    assert bad.status_code == 422
    assert bad.json()["errors"][0]["loc"] == ["body", "content"]


async def test_the_original_comes_back_as_a_harmless_attachment(ada: Person) -> None:
    clone_id = await create_clone(ada)
    page = b"<html><body><script>alert(1)</script><p>" + b"Hello there. " * 200_000 + b"</p></html>"
    answer = await upload(ada, clone_id, ("Übersicht; a.html", page))
    download = await ada.http.get(f"{url_of(answer.json()[0])}/file")
    assert download.content == page
    assert download.headers["content-type"] == "application/octet-stream"
    assert download.headers["x-content-type-options"] == "nosniff"
    disposition = download.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    assert disposition.endswith("filename*=UTF-8''%C3%9Cbersicht%3B%20a.html")
    pasted = await paste(ada, clone_id)
    text = await ada.http.get(f"{url_of(pasted)}/file")
    assert text.text == HOURS
    assert "Opening%20hours.txt" in text.headers["content-disposition"]


async def test_nothing_is_left_of_a_deleted_document(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id)
    assert (await ada.http.delete(url_of(document))).status_code == 204
    assert (await ada.http.get(url_of(document))).status_code == 404
    assert await found_by(ada, clone_id, "Saturdays") == []
    for table in ("documents", "document_file_parts", "chunks", "chunk_lexemes"):
        assert await superuser.fetchval(f"select count(*) from {table}") == 0
    assert await superuser.fetchval("select count(*) from chunk_embeddings") == 0


async def test_somebody_else_sees_no_document(ada: Person, bob: Person) -> None:
    clone_id = await create_clone(ada)
    document = await read(ada, clone_id)
    attempts = [
        await bob.http.request(method, f"{base}{path}", json=body)
        for base in (documents_url(clone_id),)
        for method, path, body in (
            ("GET", "", None),
            ("POST", "", {"title": "x", "content": "y"}),
            ("POST", "/upload", None),
            ("GET", "/events", None),
            ("GET", f"/{document['id']}", None),
            ("PATCH", f"/{document['id']}", {"title": "mine"}),
            ("PUT", f"/{document['id']}/content", {"content": "mine"}),
            ("DELETE", f"/{document['id']}", None),
            ("GET", f"/{document['id']}/chunks", None),
            ("GET", f"/{document['id']}/file", None),
            ("POST", f"/{document['id']}/reprocess", None),
            ("POST", f"/{document['id']}/cancel", None),
        )
    ]
    assert {(a.status_code, a.json()["code"]) for a in attempts} == {(404, "clone_not_found")}
    # Published, the clone can be seen, and its documents still are its owner's alone.
    await ada.http.post(f"/api/clones/{clone_id}/publish")
    assert (await bob.http.get(url_of(document))).status_code == 403
    # Nor does it appear among one's own.
    own_clone = await create_clone(bob, slug_name="Bob's")
    borrowed = f"{documents_url(own_clone)}/{document['id']}"
    assert (await bob.http.get(borrowed)).json()["code"] == "document_not_found"
    assert (await ada.http.get(url_of(document))).json()["title"] == document["title"]


async def test_an_unknown_document_is_not_found(ada: Person) -> None:
    clone_id = await create_clone(ada)
    missing = await ada.http.get(f"{documents_url(clone_id)}/{uuid4()}")
    assert (missing.status_code, missing.json()["code"]) == (404, "document_not_found")
    assert (await ada.http.get(f"{documents_url(clone_id)}/nonsense")).status_code == 422


async def test_a_clone_can_do_without_its_documents_and_with_them_again(ada: Person) -> None:
    clone_id = await create_clone(ada)
    await read(ada, clone_id)
    states = []
    for is_enabled in (False, True):
        patched = await ada.http.patch(f"/api/clones/{clone_id}", json={"rag_enabled": is_enabled})
        states.append((patched.json()["rag_enabled"], patched.json()["rag_status"]))
    assert states == [(False, "disabled"), (True, "ready")]


async def test_a_reader_sees_how_many_documents_answer_them(ada: Person, bob: Person) -> None:
    clone_id = await create_clone(ada)
    await paste(ada, clone_id)
    secret = await paste(ada, clone_id, content="A secret.", visibility="private")
    await ada.http.post(f"{documents_url(clone_id)}/{secret['id']}/cancel")
    await ada.http.post(f"/api/clones/{clone_id}/publish")
    for person, count, failed in ((ada, 2, 1), (bob, 1, 0)):
        clone = (await person.http.get(f"/api/clones/{clone_id}")).json()
        assert (clone["document_count"], clone["failed_document_count"]) == (count, failed)
