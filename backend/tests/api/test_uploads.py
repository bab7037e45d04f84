"""Uploaded files: what is read, what is refused and with which words, and how limits hold."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from clonememoria.core.config import Settings
from tests.api.clones import create_clone
from tests.api.documents import Json, chunks_of, documents_url, settled, upload, url_of
from tests.conftest import Person
from tests.fixtures.builders import build_docx, build_pdf

DOCUMENTS = Path(__file__).parents[1] / "fixtures" / "documents"
PROGRAM = b"MZ\x90\x00" + bytes(range(256)) * 8
MB = 1024 * 1024


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"max_upload_mb": 1})


async def uploaded(owner: Person, clone_id: str, name: str, data: bytes) -> Json:
    answer = await upload(owner, clone_id, (name, data))
    assert answer.status_code == 201, answer.text
    return await settled(owner, answer.json()[0])


@pytest.mark.parametrize(
    ("name", "data", "mime_type", "words"),
    [
        ("a.txt", b"Caf\xe9 open at noon", "text/plain", "Café open at noon"),
        ("a.md", b"# Hours\n\nOpen at noon.", "text/markdown", "Open at noon"),
        ("a.html", b"<html><body><p>Open at noon.</p></body></html>", "text/html", "Open at noon"),
        ("a.pdf", build_pdf(["First page.", "Open at noon."]), "application/pdf", "Open at noon"),
        (
            "a.docx",
            build_docx(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "within 14 days",
        ),
    ],
)
async def test_each_kind_of_file_is_read(
    ada: Person, name: str, data: bytes, mime_type: str, words: str
) -> None:
    clone_id = await create_clone(ada)
    document = await uploaded(ada, clone_id, name, data)
    assert (document["status"], document["mime_type"]) == ("completed", mime_type)
    assert (document["title"], document["source_type"]) == (name, "file")
    assert words in document["content"]
    for chunk in await chunks_of(ada, document):
        assert chunk["content"] == document["content"][chunk["char_start"] : chunk["char_end"]]


async def test_pages_of_a_pdf_are_kept(ada: Person) -> None:
    clone_id = await create_clone(ada)
    pages = [f"This is page {n}. " + "Many words follow here.\n" * 40 for n in (1, 2, 3)]
    document = await uploaded(ada, clone_id, "three.pdf", build_pdf(pages))
    assert document["page_count"] == 3
    chunks = await chunks_of(ada, document)
    assert {chunk["page_number"] for chunk in chunks} == {1, 2, 3}


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("scan.pdf", build_pdf(["", ""]), "text"),
        ("broken.pdf", b"%PDF-1.4 nothing else", "damaged"),
        ("white.txt", b" \n\t  \n", "no text"),
        ("secret.pdf", (DOCUMENTS / "pdf_libreoffice_password.pdf").read_bytes(), "password"),
    ],
)
async def test_an_unreadable_file_fails_with_a_reason(
    ada: Person, name: str, data: bytes, says: str
) -> None:
    clone_id = await create_clone(ada)
    document = await uploaded(ada, clone_id, name, data)
    assert document["status"] == "failed"
    assert says in document["error_message"]
    assert document["chunk_count"] == 0
    clone = (await ada.http.get(f"/api/clones/{clone_id}")).json()
    assert clone["rag_status"] == "error"


async def test_a_hopeless_file_alone_is_refused_and_not_kept(ada: Person) -> None:
    clone_id = await create_clone(ada)
    for name, data, status, code in (
        ("invoice.pdf", PROGRAM, 415, "unsupported_type"),
        ("quine.zip", (DOCUMENTS / "zip_quine_droste.zip").read_bytes(), 415, "unsupported_type"),
        ("nothing.txt", b"", 422, "no_text"),
        ("large.txt", b"x" * (MB + 1), 413, "too_large"),
    ):
        answer = await upload(ada, clone_id, (name, data))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await ada.http.get(documents_url(clone_id))).json() == []


async def test_a_file_of_exactly_the_limit_is_taken(ada: Person) -> None:
    clone_id = await create_clone(ada)
    data = b"word and space " * (MB // 15) + b"x" * (MB % 15)
    document = await uploaded(ada, clone_id, "just.txt", data)
    assert (document["status"], document["size_bytes"]) == ("completed", MB)


async def test_each_of_several_files_has_its_own_outcome(
    ada: Person, superuser: asyncpg.Connection
) -> None:
    clone_id = await create_clone(ada)
    answer = await upload(
        ada,
        clone_id,
        ("good.txt", b"Open at noon."),
        ("same.txt", b"Open at noon."),
        ("program.pdf", PROGRAM),
        ("large.txt", b"x" * (MB + 1)),
        ("empty.md", b""),
        ("fine.md", b"# Fine\n\nOpen at one."),
    )
    assert answer.status_code == 201
    good, same, program, large, empty, fine = answer.json()
    assert (same["status"], same["duplicate_of"]) == ("skipped", good["id"])
    assert "good.txt" in same["error_message"]
    assert {document["status"] for document in (program, large, empty)} == {"failed"}
    assert "program" in program["error_message"]
    assert "larger than 1 MB" in large["error_message"]
    assert "empty" in empty["error_message"]
    assert [(await settled(ada, document))["status"] for document in (good, fine)] == [
        "completed",
        "completed",
    ]
    # The refused ones are in the list with their reason, until they are deleted.
    listed = (await ada.http.get(documents_url(clone_id))).json()
    assert {document["title"] for document in listed} == {
        *("good.txt", "program.pdf", "large.txt", "empty.md", "fine.md")
    }
    assert await superuser.fetchval("select count(*) from document_file_parts") == 2
    download = await ada.http.get(f"{url_of(program)}/file")
    assert (download.status_code, download.json()["code"]) == (404, "file_not_kept")
    retried = await ada.http.post(f"{url_of(program)}/reprocess")
    assert retried.status_code == 409
    renamed = await ada.http.patch(url_of(program), json={"title": "Not a PDF"})
    assert (renamed.json()["title"], renamed.json()["status"]) == ("Not a PDF", "failed")
    assert (await ada.http.delete(url_of(program))).status_code == 204


async def test_of_two_equal_files_at_the_same_moment_one_is_taken(ada: Person) -> None:
    clone_id = await create_clone(ada)
    data = b"Open at noon. " * (MB // 14)
    answers = await asyncio.gather(*[upload(ada, clone_id, (f"{n}.txt", data)) for n in range(4)])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    taken = next(answer.json()[0] for answer in answers if answer.status_code == 201)
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(body["code"], body["document_id"]) for body in refused} == {
        ("duplicate_document", taken["id"])
    }
    listed = (await ada.http.get(documents_url(clone_id))).json()
    assert [document["id"] for document in listed] == [taken["id"]]


async def test_a_hostile_name_becomes_a_harmless_title(ada: Person) -> None:
    titles = {
        "../../etc/passwd.txt": "passwd.txt",
        "C:\\Users\\ada\\plan.txt": "plan.txt",
        "/absolute.txt": "absolute.txt",
        "..": "Untitled",
        "%2e%2e%2fplan.txt": "%2e%2e%2fplan.txt",
        "gnp\u202etxt.txt": "gnp txt.txt",
        "a" * 300 + ".txt": "a" * 196 + ".txt",
        "<script>alert(1)</script>.txt": "script>.txt",
    }
    clone_id = await create_clone(ada)
    files = [(name, f"Open at {hour}.".encode()) for hour, name in enumerate(titles)]
    answer = await upload(ada, clone_id, *files)
    assert [document["title"] for document in answer.json()] == list(titles.values())


async def test_an_endless_body_is_refused_while_it_streams(ada: Person) -> None:
    clone_id = await create_clone(ada)
    address = ada.http.base_url
    reader, writer = await asyncio.open_connection(address.host, address.port)
    head = 'Content-Disposition: form-data; name="files"; filename="endless.txt"'
    writer.write(
        f"POST {documents_url(clone_id)}/upload HTTP/1.1\r\nHost: {address.host}\r\n"
        f"Authorization: {ada.http.headers['Authorization']}\r\n"
        "Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: 1000000000\r\n\r\n"
        f"--cut\r\n{head}\r\n\r\n".encode()
    )
    answer = asyncio.create_task(reader.readuntil(b"\r\n"))
    sent = 0
    while not answer.done() and sent < 20 * MB:
        writer.write(b"x" * 65536)
        await writer.drain()
        await asyncio.sleep(0.01)
        sent += 65536
    assert b" 413 " in await answer
    assert sent <= 2 * MB
    writer.transport.abort()


async def test_a_malformed_upload_is_refused(ada: Person) -> None:
    url = f"{documents_url(await create_clone(ada))}/upload"
    for content, content_type in (
        (b"{}", "application/json"),
        (b"no parts", "multipart/form-data; boundary=cut"),
        (b"--cut--\r\n", "multipart/form-data; boundary=cut"),
        (b"", "multipart/form-data"),
    ):
        answer = await ada.http.post(url, content=content, headers={"Content-Type": content_type})
        assert answer.status_code == 422, answer.text


async def test_a_clone_that_is_deleted_during_an_upload_is_not_found(ada: Person) -> None:
    clone_id = await create_clone(ada)
    head = b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'

    async def body() -> AsyncIterator[bytes]:
        yield head
        # The server looks the clone up before it reads on.
        await asyncio.sleep(0.3)
        assert (await ada.http.delete(f"/api/clones/{clone_id}")).status_code == 204
        yield b"Open at noon.\r\n--cut--\r\n"

    answer = await ada.http.post(
        f"{documents_url(clone_id)}/upload",
        content=body(),
        headers={"Content-Type": "multipart/form-data; boundary=cut"},
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "clone_not_found")


async def test_half_an_upload_says_that_it_broke_off(ada: Person) -> None:
    clone_id = await create_clone(ada)
    half = (
        b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nThe clinic'
    )
    answer = await ada.http.post(
        f"{documents_url(clone_id)}/upload",
        content=half,
        headers={"Content-Type": "multipart/form-data; boundary=cut"},
    )
    assert answer.status_code == 422
    assert answer.json()["detail"] == "The upload cannot be read: it broke off; send it again"
    assert (await ada.http.get(documents_url(clone_id))).json() == []
