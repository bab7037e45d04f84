"""Keys and passwords of the operator stay where they are, whatever a vendor does with them (P26).

Each is a canary. The upstream echoes the key that it is sent in all that it answers: in the text
of an error, in an event of a stream, in a header, in what is no HTTP.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import httpx2
import pytest

from tests.fakes.raw_server import RawServer, running
from tests.torture.product import SERVE, Product

SECRETS: Final = {
    "OPENAI_API_KEY": "sk-canary1openai1aaaaaaaaaaaa",
    "LLM_OPENAI_API_KEY": "sk-canary2chat2bbbbbbbbbbbbbb",
    "LLM_ANTHROPIC_API_KEY": "sk-ant-canary3claude3cccccccc",
    "EMBEDDINGS_OPENAI_API_KEY": "sk-canary4vectors4ddddddddddd",
    "TTS_API_KEY": "canary5voice5eeeeeeeeeeeeeeee",
    "SECRET_KEY": "canary6signing6ffffffffffffffffffffffff",
    "METRICS_TOKEN": "canary7metrics7gggggggggggggg",
}
DATABASE_PASSWORD: Final = "canary8database8hhhhhhhhhhhhh"
REDIS_PASSWORD: Final = "canary9redis9iiiiiiiiiiiiiiii"
CANARIES: Final = (*SECRETS.values(), DATABASE_PASSWORD, REDIS_PASSWORD)
SENT: Final = {"LLM_OPENAI_API_KEY", "LLM_ANTHROPIC_API_KEY", "EMBEDDINGS_OPENAI_API_KEY"}

# Nobody's secret, and yet none of the log's business.
SAID = QUESTION, DOCUMENT, SPEECH, ANSWER = (
    "canaryasked",
    "canarywritten",
    "canaryspoken",
    "canaryanswered",
)

CLOSED: Final = b"connection: close\r\nx-request-id: <key>\r\n\r\n"
ERROR: Final = b'{"type":"error","error":{"message":"no <key>","type":"<key>","code":"<key>"}}'
TOKENS: Final = (
    b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"<said>"},'
    b'"choices":[{"delta":{"content":"<said>"}}]}\n\n'
).replace(b"<said>", ANSWER.encode())
ANSWERS: Final = (
    b"HTTP/1.1 401 No <key>\r\ncontent-type: application/json\r\n" + CLOSED + ERROR,
    b"HTTP/1.1 500 No <key>\r\ncontent-type: text/html\r\n" + CLOSED + b"<html><key></html>",
    b"HTTP/1.1 307 To <key>\r\nlocation: http://127.0.0.1:9/<key>\r\n" + CLOSED,
    b"HTTP/1.1 429 No <key>\r\nretry-after: 99<key>\r\n" + CLOSED + ERROR,
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    + CLOSED
    + TOKENS
    + b"event: error\ndata: %b\n\n" % ERROR,
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + CLOSED + b'{"data": "<key>"}',
    b"HTTP/1.1 200 OK\r\nx: <key>\0\r\n" + CLOSED,
)


@dataclass(frozen=True)
class Scene:
    product: Product
    http: httpx2.AsyncClient
    upstream: RawServer
    clones: Sequence[str]


def with_password(url: str) -> str:
    """The tests' own Postgres takes any."""
    user = urlsplit(url).username
    return url.replace(f"{user}@", f"{user}:{DATABASE_PASSWORD}@", 1)


@pytest.fixture
async def upstream() -> AsyncIterator[RawServer]:
    async with running() as raw:
        yield raw


@pytest.fixture
async def scene(tmp_path: Path, database_url: str, upstream: RawServer) -> AsyncIterator[Scene]:
    product = Product(
        tmp_path,
        **SECRETS,
        DATABASE_URL=with_password(database_url),
        REDIS_URL=f"redis://default:{REDIS_PASSWORD}@127.0.0.1:1/0",
        LOG_LEVEL="DEBUG",
        LLM_OPENAI_BASE_URL=upstream.url,
        LLM_ANTHROPIC_BASE_URL=upstream.url,
        EMBEDDINGS_OPENAI_BASE_URL=upstream.url,
        TTS_API_BASE_URL=upstream.url,
        # It shall be asked each time.
        PROVIDER_CIRCUIT_OPEN_S="0.01",
    )
    await product.start()
    http = await product.sign_up()
    clones = [
        await clone(
            http, llm_provider="openai", embedding_provider="openai", tts_provider="openai"
        ),
        await clone(http, llm_provider="anthropic", tts_provider="external"),
    ]
    yield Scene(product, http, upstream, clones)
    await http.aclose()
    await product.stop()


async def clone(http: httpx2.AsyncClient, **providers: str) -> str:
    body = {"name": "Dr. Heart", "category": "medical", **providers}
    return str((await http.post("/api/clones", json=body)).json()["id"])


async def use_everything(scene: Scene) -> list[str]:
    """All that is answered where each kind of provider is asked for what it does."""
    question = {"content": f"{QUESTION}?", "use_rag": False}
    document = {"title": "Tea", "content": f"It is {DOCUMENT}.", "source_type": "manual"}
    calls = [
        *((f"/api/chat/{clone}/stream", question) for clone in scene.clones),
        *((f"/api/chat/{clone}", question) for clone in scene.clones),
        *((f"/api/chat/tts/{clone}", {"text": SPEECH}) for clone in scene.clones),
        (f"/api/chat/tts/{scene.clones[1]}/sentences", {"text": f"{SPEECH}. Is ready."}),
        (f"/api/clones/{scene.clones[0]}/search", {"query": QUESTION}),
        (f"/api/clones/{scene.clones[0]}/documents", document),
    ]
    answers = await asyncio.gather(*(scene.http.post(url, json=body) for url, body in calls))
    return [said(answer) for answer in answers]


async def try_every_provider(scene: Scene) -> list[str]:
    names = ["llm/openai", "llm/anthropic", "embedding/openai", "tts/openai", "tts/external"]
    tests = [scene.http.post(f"/api/providers/{name}/test") for name in names]
    return [said(answer) for answer in await asyncio.gather(*tests)]


def said(answer: httpx2.Response) -> str:
    return f"{answer.headers} {answer.text}"


async def look_around(scene: Scene) -> list[str]:
    """Whatever else can be read: lists, figures, the schema, and what was kept."""
    metrics = {"Authorization": f"Bearer {SECRETS['METRICS_TOKEN']}", "Accept": "text/plain"}
    paths = [
        *("/api/providers", "/health", "/health/ready", "/health/rag", "/openapi.json"),
        *("/api/usage", "/api/clones", "/api/auth/me", f"/api/clones/{scene.clones[0]}/documents"),
    ]
    answers = [await scene.http.get(path) for path in paths]
    answers.append(await scene.http.get("/metrics", headers=metrics))
    talks = (await scene.http.get("/api/conversations")).json()
    answers += [await scene.http.get(f"/api/conversations/{talk['id']}") for talk in talks]
    assert {answer.status_code for answer in answers} == {200}
    return [said(answer) for answer in answers]


async def dumped(superuser: asyncpg.Connection) -> list[str]:
    """Every row of every table."""
    tables = await superuser.fetch(
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema')"
    )
    rows = [await superuser.fetch(f"select t::text from {table[0]} t") for table in tables]
    assert sum(map(len, rows)) > 10
    return [str(row[0]) for table in rows for row in table]


def leaked(texts: Sequence[str], canaries: Sequence[str] = CANARIES) -> list[str]:
    """Where a canary sits, and what is around it."""
    found = ((text, text.find(canary)) for text in texts for canary in canaries)
    return [text[max(0, at - 200) : at + 60] for text, at in found if at >= 0]


async def test_no_secret_leaves_the_product(scene: Scene, superuser: asyncpg.Connection) -> None:
    answers = []
    for number, answer in enumerate(ANSWERS):
        scene.upstream.answers = [answer]
        answers += await use_everything(scene)
        if number % 4 == 0:
            answers += await try_every_provider(scene)
    answers += await look_around(scene)
    assert await scene.product.stop() == 0

    expected = {SECRETS[name].encode() for name in (*SENT, "TTS_API_KEY")}
    assert expected <= scene.upstream.keys
    log = scene.product.log.read_text()
    assert '"level": "info"' in log
    assert len(answers) > 70
    assert leaked(answers) == []
    assert leaked([log], SAID) == leaked([log]) == []
    assert leaked(await dumped(superuser)) == []


def test_a_start_that_fails_says_why_without_the_secret(tmp_path: Path) -> None:
    wrong = {
        "DATABASE_URL": f"mysql://me:{DATABASE_PASSWORD}@127.0.0.1/x",
        "REDIS_URL": f"http://me:{REDIS_PASSWORD}@127.0.0.1/x",
        "LLM_OPENAI_BASE_URL": "https://me:canary@example.org/v1",
        "TTS_API_BASE_URL": "https://canary@example.org",
    }
    process = subprocess.run(
        [sys.executable, "-c", SERVE, "serve"],
        cwd=tmp_path,
        env={"CLONEMEMORIA_DATA_DIR": str(tmp_path), **SECRETS, **wrong},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert process.returncode == 1
    assert all(name in process.stderr for name in wrong)
    assert "canary" not in process.stdout + process.stderr
