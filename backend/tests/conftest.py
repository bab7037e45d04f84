"""Real parts for every test: Postgres, a database of the test's own, and the app served over HTTP.

Migrating takes a second, so it happens once in a template; each test clones that in 50 ms.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from clonememoria.app import create_app
from clonememoria.core import embedded_postgres, security
from clonememoria.core.config import Settings
from clonememoria.core.db import Database, create_app_engine, external_address
from clonememoria.core.embedded_postgres import EmbeddedPostgres
from clonememoria.core.logs import configure_logs
from clonememoria.migrations.schema import migrate

PASSWORD = "correct horse battery staple"


def pytest_xdist_auto_num_workers() -> int:
    """More than cores: tests wait half of their time, for sockets, clocks and Postgres."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute begins first, so that no worker is alone with it at the end."""
    items.sort(key=lambda item: {"torture", "e2e"}.isdisjoint(item.path.parts))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-docs", action="store_true", help="write the tables of the docs that tests check"
    )


@pytest.fixture(scope="session", autouse=True)
def _logs() -> None:
    """As in production: the default one renders tracebacks for seconds."""
    configure_logs("WARNING")


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> None:
    """A fifth of a second of CPU for each person of each test would be half of the suite."""
    security._argon2 = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One server for the whole run: the workers of xdist join it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    _stop_orphans(shared.parent)
    server = embedded_postgres.start(shared / "postgres")
    asyncio.run(_spare_the_disk(server))
    yield server
    embedded_postgres.stop(server)


async def _spare_the_disk(server: EmbeddedPostgres) -> None:
    """These databases live for a second; the tests of crashes have clusters of their own."""
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        await _execute(server, f"alter system set {setting} = off")
    await _execute(server, "select pg_reload_conf()")


def _stop_orphans(runs: Path) -> None:
    """Of runs that were killed: whoever joins a server that nobody uses stops it on leaving."""
    for depth in ("pytest-*", "pytest-*/*/data"):
        for pid_file in runs.glob(f"{depth}/postgres/postmaster.pid"):
            embedded_postgres.stop(embedded_postgres.start(pid_file.parent))


def _url(server: EmbeddedPostgres, name: str) -> str:
    return f"postgresql://{server.superuser}@/{name}?host={server.socket_dir}&port={server.port}"


async def _execute(server: EmbeddedPostgres, statement: str) -> None:
    connection = await asyncpg.connect(_url(server, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database to copy; a worker has its own."""
    name = f"template_{uuid4().hex}"
    asyncio.run(_execute(postgres, f"create database {name}"))
    asyncio.run(migrate(external_address(_url(postgres, name))))
    return name


@pytest.fixture
async def database_url(postgres: EmbeddedPostgres, template: str) -> AsyncIterator[str]:
    name = f"test_{uuid4().hex}"
    await _execute(postgres, f"create database {name} template {template}")
    yield _url(postgres, name)
    await _execute(postgres, f"drop database {name} with (force)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path / "data",
        database_url=database_url,
        secret_key="a secret of the tests, long enough to sign with",
        log_level="WARNING",
        sample_clone=False,
    )


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """As the app sees it: in the app's role, bound by row security."""
    database = Database(create_app_engine(external_address(database_url), pool_size=2))
    yield database
    await database.close()


@pytest.fixture
async def superuser(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Past all row security, to look at what is really stored."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@dataclass(frozen=True)
class ServedApp:
    app: FastAPI
    url: str


Serve = Callable[[Settings], Awaitable[ServedApp]]


@pytest.fixture
async def serve(database_url: str) -> AsyncIterator[Serve]:
    """Serve an app over real HTTP: streams must arrive token by token, as in a browser.

    It asks for the database so that this is dropped after the app has stopped.
    """
    running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def start(settings: Settings) -> ServedApp:
        app = create_app(settings)
        config = uvicorn.Config(
            app, port=0, log_config=None, lifespan="on", ws="none", proxy_headers=False
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server._serve())
        running.append((server, task))
        while not server.started:
            if task.done():
                raise RuntimeError("the app did not start")
            await asyncio.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        return ServedApp(app, f"http://127.0.0.1:{port}")

    yield start
    for server, task in running:
        server.should_exit = True
        await task


@pytest.fixture
async def served(serve: Serve, settings: Settings) -> ServedApp:
    return await serve(settings)


@pytest.fixture
def app(served: ServedApp) -> FastAPI:
    return served.app


@pytest.fixture
async def client(served: ServedApp) -> AsyncIterator[httpx2.AsyncClient]:
    """Nobody in particular: not logged in."""
    async with httpx2.AsyncClient(base_url=served.url, timeout=30, verify=False) as client:
        yield client


@dataclass(frozen=True)
class Person:
    """Somebody logged in: `http` sends their token."""

    id: UUID
    email: str
    http: httpx2.AsyncClient


async def register(url: str, email: str) -> Person:
    http = httpx2.AsyncClient(base_url=url, timeout=30, verify=False)
    answer = await http.post("/api/auth/register", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    http.headers["Authorization"] = f"Bearer {body['access_token']}"
    return Person(UUID(body["user"]["id"]), email, http)


@pytest.fixture
async def ada(served: ServedApp) -> AsyncIterator[Person]:
    """The first to register: the admin."""
    person = await register(served.url, "ada@example.org")
    yield person
    await person.http.aclose()


@pytest.fixture
async def bob(served: ServedApp, ada: Person) -> AsyncIterator[Person]:
    """Another tenant, who must never see anything of Ada's."""
    person = await register(served.url, "bob@example.org")
    yield person
    await person.http.aclose()
