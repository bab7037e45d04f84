"""The command line: its commands; says what is wrong in words and exits non-zero."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Annotated, Final, NoReturn, TypeVar

import typer
import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import ValidationError

from clonememoria.app import create_app, drain, run_worker
from clonememoria.console import ImportOrder, carry_out
from clonememoria.core.config import Settings, problems_of
from clonememoria.core.db import wait_until_reachable
from clonememoria.core.errors import CannotStart
from clonememoria.core.logs import configure_logs
from clonememoria.core.postgres import running_postgres
from clonememoria.core.server import PunctualProtocol, Server, bind
from clonememoria.knowledge.schemas import Visibility
from clonememoria.migrations.schema import migrate as migrate_schema

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

# Open streams get their terminal event before this; what is left then is cut.
DRAIN_S: Final = 25
EVERY_OR_LOOPBACK: Final = ("127.0.0.1", "0.0.0.0", "::")  # noqa: S104 - compared, not bound
# Idle connections end sooner than an attacker would like.
KEEP_ALIVE_S: Final = 15
# As shells say of Ctrl-C.
INTERRUPTED: Final = 130

T = TypeVar("T")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Overrides HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Overrides PORT.")] = None,
) -> None:
    """Serve the web UI, the API and the docs."""
    settings = _settings()
    host = host or settings.host
    _run(_serve(settings, host=host, port=settings.port if port is None else port))


@app.command()
def worker() -> None:
    """Process documents beside other processes on the same database."""
    _run(run_worker(_settings()))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    _run(_migrate(_settings()))
    print("The database is at the newest schema.")


@app.command(name="import")
def import_folder(
    folder: Annotated[Path, typer.Argument(help="Its files, and those of all folders in it.")],
    clone: Annotated[str, typer.Option(help="Whose documents they become: its slug or id.")],
    *,
    private: Annotated[
        bool, typer.Option("--private", help="For the questions of its owner alone.")
    ] = False,
    pattern: Annotated[str, typer.Option(help='Only files like this, such as "*.md".')] = "*",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of each, and add nothing.")
    ] = False,
) -> None:
    """Add the files of a folder to a clone, and wait until they are processed.

    Beside a running server, or without one. What is there already is skipped, and what was added
    stays when this is interrupted. Ends with 1 if a file failed, 2 for a wrong folder or clone.
    """
    settings = _settings()
    # Failures are in the report; lines of the log would be in the midst of its bars.
    configure_logs("CRITICAL")
    visibility: Visibility = "private" if private else "public"
    order = ImportOrder(folder, clone, pattern, visibility=visibility, is_rehearsal=dry_run)
    code = _run(carry_out(order, settings))
    raise SystemExit(INTERRUPTED if code is None else code)


def development_app() -> FastAPI:
    """What `make dev` serves, built anew whenever a source changes."""
    return create_app(_settings())


async def _serve(settings: Settings, *, host: str, port: int) -> None:
    sockets = bind(host, port)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        http=PunctualProtocol,
        lifespan="off",  # The server below runs it, around everything else.
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.forwarded_allow_ips),
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )
    name = "localhost" if host in EVERY_OR_LOOPBACK else host
    ready = f"CloneMemoria is ready: http://{name}:{sockets[0].getsockname()[1]}"
    server = Server(
        config,
        app.router.lifespan_context(app),
        on_ready=partial(print, ready, flush=True),
        drain=partial(drain, app),
    )
    await server.serve(sockets)


async def _migrate(settings: Settings) -> None:
    async with running_postgres(settings) as address:
        await wait_until_reachable(address)
        await migrate_schema(address)


def _run(work: Coroutine[None, None, T]) -> T | None:
    """Return None if a signal came first."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_until_stopped(work))
    except CannotStart as error:
        _fail(str(error))


async def _until_stopped(work: Coroutine[None, None, T]) -> T | None:
    """SIGTERM takes the parts down in order, and is a good end."""
    task = asyncio.ensure_future(work)
    for farewell in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(farewell, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        return await task
    return None


def _settings() -> Settings:
    try:
        settings = Settings()
    except ValidationError as error:
        _fail("The settings are not valid.\n  " + "\n  ".join(problems_of(error)))
    configure_logs(settings.log_level)
    return settings


def _fail(reason: str) -> NoReturn:
    print(reason, file=sys.stderr)
    raise SystemExit(1)
