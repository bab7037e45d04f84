"""The command line: serve, worker, migrate. Says what is wrong in words and exits non-zero."""

import asyncio
import socket
import sys
from collections.abc import Coroutine
from typing import Annotated, Final, NoReturn

import typer
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from clonememoria.app import create_app, drain_replies, run_worker
from clonememoria.core.config import Settings
from clonememoria.core.db import wait_until_reachable
from clonememoria.core.errors import AppError
from clonememoria.core.logs import configure_logs
from clonememoria.core.postgres import running_postgres
from clonememoria.migrations.schema import migrate as migrate_schema

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

# Open streams get their terminal event before this; what is left then is cut.
DRAIN_S: Final = 25
EVERY_OR_LOOPBACK: Final = ("127.0.0.1", "0.0.0.0", "::")  # noqa: S104 - compared, not bound
# Half-sent headers and idle connections end sooner than an attacker would like.
KEEP_ALIVE_S: Final = 15


class _Server(uvicorn.Server):
    """Says where it listens when it does; stops when the replies it writes have ended."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            host = "localhost" if self.config.host in EVERY_OR_LOOPBACK else self.config.host
            print(f"CloneMemoria is ready: http://{host}:{port}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Beside uvicorn's own shutdown, which takes no more requests and waits for the streams.
        drain = asyncio.create_task(drain_replies(self._app))
        await super().shutdown(sockets)
        await drain


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Overrides HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Overrides PORT.")] = None,
) -> None:
    """Serve the web UI, the API and the docs."""
    settings = _settings()
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=host or settings.host,
        port=settings.port if port is None else port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )
    server = _Server(config, app)
    server.run()
    if not server.started:
        _fail("CloneMemoria could not start; the lines above say why")


@app.command()
def worker() -> None:
    """Process documents beside other processes on the same database."""
    _run(run_worker(_settings()))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    _run(_migrate(_settings()))
    print("The database is at the newest schema.")


def development_app() -> FastAPI:
    """What `make dev` serves, built anew whenever a source changes."""
    return create_app(_settings())


async def _migrate(settings: Settings) -> None:
    async with running_postgres(settings) as address:
        await wait_until_reachable(address)
        await migrate_schema(address)


def _run(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(work)
    except AppError as error:
        _fail(error.detail)
    except KeyboardInterrupt:
        return


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        _fail("The settings are not valid.\n  " + "\n  ".join(problems))
    configure_logs(settings.log_level)
    return settings


def _fail(reason: str) -> NoReturn:
    print(reason, file=sys.stderr)
    raise SystemExit(1)
