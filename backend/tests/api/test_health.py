"""Health: true answers, and quick ones, whatever the database does."""

import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI

from clonememoria import __version__
from clonememoria.core.config import Settings
from clonememoria.core.embedded_postgres import EmbeddedPostgres
from tests.conftest import Serve
from tests.eventually import eventually
from tests.fakes.unix_proxy import UnixProxy, proxied

NOBODY_LISTENS = "http://127.0.0.1:9/v1"


async def test_a_healthy_server_says_so(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "connected",
        "project": "CloneMemoria",
        "version": __version__,
    }


async def test_a_server_without_a_live_worker_is_degraded_and_not_ready(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    app.state.worker.stop()
    answer = await eventually(
        lambda: client.get("/health"), lambda seen: seen.json()["status"] == "degraded"
    )
    assert answer.status_code == 200
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["worker"]) == (503, "disconnected")
    assert ready.headers["retry-after"]


async def test_it_is_ready_at_the_newest_schema_with_a_worker(client: httpx2.AsyncClient) -> None:
    answer = await eventually(
        lambda: client.get("/health/ready"), lambda seen: seen.status_code == 200
    )
    assert answer.json() == {
        "status": "ready",
        "database": "connected",
        "migrations": "at_head",
        "worker": "ok",
    }


async def test_an_older_schema_is_not_ready(
    client: httpx2.AsyncClient, superuser: asyncpg.Connection
) -> None:
    await superuser.execute("update alembic_version set version_num = '0000'")
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "behind")


@pytest.mark.parametrize(
    ("sign_of_life_s", "worker"), [(5, "ok"), (600, "stalled")], ids=["worked on", "abandoned"]
)
async def test_documents_that_wait_for_nobody_make_it_not_ready(
    serve: Serve,
    settings: Settings,
    superuser: asyncpg.Connection,
    *,
    sign_of_life_s: int,
    worker: str,
) -> None:
    served = await serve(settings.model_copy(update={"worker_inline": False}))
    await superuser.execute(
        """
        insert into pgqueuer (priority, status, entrypoint, execute_after, heartbeat)
        values (0, 'queued', 'ingest', now() - interval '10 minutes', now()),
               (0, 'picked', 'ingest', now(), now() - make_interval(secs => $1))""",
        sign_of_life_s,
    )
    async with httpx2.AsyncClient(base_url=served.url) as client:
        answer = await client.get("/health/ready")
    assert answer.json()["worker"] == worker
    assert answer.status_code == (200 if worker == "ok" else 503)


async def test_the_process_is_alive_by_itself(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "ok"}


async def test_rag_health_names_the_default_providers(client: httpx2.AsyncClient) -> None:
    answer = (await client.get("/health/rag")).json()
    assert (answer["status"], answer["retrieval"]) == ("ok", "hybrid")
    well = {"name": "dummy", "healthy": True, "circuit": "closed", "last_error": None}
    assert answer["providers"] == dict.fromkeys(("llm", "embedding", "tts"), well)
    assert {"kind": "llm", "name": "dummy", "state": "closed"} in answer["breakers"]


@pytest.mark.parametrize(("fallbacks", "retrieval"), [([], "lexical"), (["dummy"], "hybrid")])
async def test_rag_health_tells_of_embeddings_that_are_down(
    fallbacks: list[str], retrieval: str, serve: Serve, settings: Settings
) -> None:
    served = await serve(
        settings.model_copy(
            update={
                "embeddings_default_provider": "openai",
                "embeddings_openai_base_url": NOBODY_LISTENS,
                "embeddings_fallbacks": fallbacks,
            }
        )
    )
    async with httpx2.AsyncClient(base_url=served.url, timeout=30) as client:
        answer = (await client.get("/health/rag")).json()
    assert (answer["status"], answer["retrieval"]) == ("degraded", retrieval)
    embedding = answer["providers"]["embedding"]
    assert (embedding["name"], embedding["healthy"]) == ("openai", False)
    assert embedding["last_error"] == "provider_down"


@pytest.fixture
async def proxy(postgres: EmbeddedPostgres) -> AsyncIterator[tuple[UnixProxy, Path]]:
    name = f".s.PGSQL.{postgres.port}"
    # Short: the path of a socket may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    async with proxied(postgres.socket_dir / name, at=folder / name) as proxy:
        yield proxy, folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("outage", ["swallow", "refuse"])
@pytest.mark.parametrize("path", ["/health", "/health/ready", "/health/rag"])
async def test_a_lost_database_is_told_within_two_seconds(
    serve: Serve,
    settings: Settings,
    proxy: tuple[UnixProxy, Path],
    postgres: EmbeddedPostgres,
    *,
    path: str,
    outage: str,
) -> None:
    database, folder = proxy
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    through_proxy = url.replace(str(postgres.socket_dir), str(folder))
    settings = Settings.model_validate(
        settings.model_dump() | {"database_url": through_proxy, "worker_inline": False}
    )
    served = await serve(settings)
    async with httpx2.AsyncClient(base_url=served.url, timeout=30) as client:
        assert (await client.get(path)).status_code == 200
        getattr(database, outage)()
        for _ in range(2):
            asked_at = time.perf_counter()
            answer = await client.get(path)
            assert time.perf_counter() - asked_at < 2
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
        assert (await client.get("/health/live")).status_code == 200
    database.flow()
