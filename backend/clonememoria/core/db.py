"""Where transactions begin and end, and where each one says on whose behalf it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

import asyncpg
from sqlalchemy import (
    URL,
    AdaptedConnection,
    Connection,
    Engine,
    ExceptionContext,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.pool import NullPool

from clonememoria.core.errors import CannotStart

APP_ROLE: Final = "clonememoria_app"
CONNECT_TIMEOUT_S: Final = 5.0
# A blackholed server hangs for ever otherwise, pre-ping included.
COMMAND_TIMEOUT_S: Final = 30.0
# A health check that waits longer is one that nobody waits for.
PING_TIMEOUT_S: Final = 1.5
# A database that starts together with the product may take this long.
START_WAIT_S: Final = 50.0
# What is raised where Postgres is away, and never for what was asked of it: a text it cannot store
# is another error. The driver's own are met where its connection is used without SQLAlchemy.
UNREACHABLE: Final = (
    OSError,
    TimeoutError,
    PoolTimeout,
    InterfaceError,
    OperationalError,
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
)
_HALFVEC_SCHEMA: Final = """
    select nspname from pg_type join pg_namespace on pg_namespace.oid = typnamespace
    where typname = 'halfvec'"""
# Connection exceptions, too few resources, and "shutting down", "crashed", "starting up".
ABSENCE: Final = ("08", "53", "57P0")


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """How to reach Postgres: as the migrating role by `url`, as the app by `app_url`.

    `app_role` is what the app's connections become, where they log in as the migrating role.
    """

    url: URL
    app_url: URL
    app_role: str | None = None


def external_address(database_url: str) -> DatabaseAddress:
    url = make_url(database_url).set(drivername="postgresql+asyncpg")
    return DatabaseAddress(url=url, app_url=url, app_role=APP_ROLE)


def create_app_engine(address: DatabaseAddress, *, pool_size: int = 10) -> AsyncEngine:
    settings = {"application_name": "clonememoria", "jit": "off"}
    if address.app_role:
        settings["role"] = address.app_role
    engine = create_async_engine(
        address.app_url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=CONNECT_TIMEOUT_S,
        pool_pre_ping=True,
        # They are texts of messages, and errors are logged.
        hide_parameters=True,
        connect_args={
            "timeout": CONNECT_TIMEOUT_S,
            "command_timeout": COMMAND_TIMEOUT_S,
            "server_settings": settings,
        },
    )
    event.listen(engine.sync_engine, "connect", _speak_halfvec)
    return engine


def _speak_halfvec(connection: AdaptedConnection, _record: object) -> None:
    """Vectors travel as their bytes: as text, or as arrays of floats, they cost 20 times that."""

    async def register(driver: asyncpg.Connection) -> None:
        schema = await driver.fetchval(_HALFVEC_SCHEMA)
        await driver.set_type_codec(
            "halfvec", schema=schema, encoder=bytes, decoder=bytes, format="binary"
        )

    connection.run_async(register)


async def wait_until_reachable(address: DatabaseAddress) -> None:
    """Return after a real answer; raise CannotStart for a refusal, or silence of START_WAIT_S."""
    engine = create_async_engine(
        address.url, poolclass=NullPool, connect_args={"timeout": CONNECT_TIMEOUT_S}
    )
    deadline = asyncio.get_running_loop().time() + START_WAIT_S
    while True:
        try:
            async with engine.connect() as connection:
                await connection.execute(text("select 1"))
            return
        except UNREACHABLE as error:
            if asyncio.get_running_loop().time() > deadline:
                reason = f"no Postgres answered within {START_WAIT_S:.0f} s; check DATABASE_URL"
                raise CannotStart(reason) from error
            await asyncio.sleep(0.5)
        except DBAPIError as error:
            # A wrong password or an unknown database does not get better by waiting.
            raise CannotStart(f"DATABASE_URL: {error.driver_exception}") from error


class Database:
    """Opens short transactions, each in somebody's name; without a name no row is visible."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._pings: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def as_user(self, user_id: UUID) -> AsyncIterator[AsyncSession]:
        async with self._begin({"app.user_id": str(user_id)}) as session:
            yield session

    @asynccontextmanager
    async def as_email(self, email: str) -> AsyncIterator[AsyncSession]:
        """For logging in: the one account of this e-mail is visible, and nothing else."""
        async with self._begin({"app.email": email}) as session:
            yield session

    @asynccontextmanager
    async def as_system(self) -> AsyncIterator[AsyncSession]:
        """For counts and sweeps over all tenants; never in the course of a user's request."""
        async with self._begin({"app.scope": "system"}) as session:
            yield session

    @asynccontextmanager
    async def _begin(self, names: dict[str, str]) -> AsyncIterator[AsyncSession]:
        async with self._sessions(info={"names": names}) as session, session.begin():
            yield session

    @asynccontextmanager
    async def own_connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection to listen on for as long as it lives: outside the pool, in nobody's name."""
        async with self.engine.connect() as pooled:
            raw = await pooled.get_raw_connection()
            connection = cast(asyncpg.Connection, raw.driver_connection)
            await pooled.run_sync(Connection.detach)
            try:
                yield connection
            finally:
                connection.terminate()

    async def is_reachable(self) -> bool:
        """Answer within PING_TIMEOUT_S, also where Postgres accepts and then says nothing."""
        ping = asyncio.create_task(self._ping())
        self._pings.add(ping)
        ping.add_done_callback(self._pings.discard)
        await asyncio.wait({ping}, timeout=PING_TIMEOUT_S)
        if ping.done():
            return ping.exception() is None
        # Not awaited: the driver takes two more seconds to give up a connection that hangs.
        ping.cancel()
        return False

    async def _ping(self) -> None:
        async with self.engine.connect() as connection:
            await connection.execute(text("select 1"))

    async def close(self) -> None:
        await self.engine.dispose()


@asynccontextmanager
async def connected(address: DatabaseAddress) -> AsyncIterator[Database]:
    database = Database(create_app_engine(address))
    try:
        yield database
    finally:
        await database.close()


async def driver_connection(session: AsyncSession) -> asyncpg.Connection:
    """For libraries that write through asyncpg, in the transaction of this session."""
    raw = await (await session.connection()).get_raw_connection()
    return cast(asyncpg.Connection, raw.driver_connection)


@event.listens_for(Engine, "handle_error", retval=True)
def _name_an_absence(context: ExceptionContext) -> BaseException | None:
    """The dialect makes plain DBAPIErrors of most of the driver's, so that no `except` fits."""
    error = context.sqlalchemy_exception
    if not isinstance(error, DBAPIError) or isinstance(error, UNREACHABLE):
        return None
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    is_internal = isinstance(error.driver_exception, asyncpg.InternalClientError)
    if not (context.is_disconnect or is_internal or sqlstate.startswith(ABSENCE)):
        return None
    return OperationalError(
        error.statement,
        None,
        cast(BaseException, error.orig),
        connection_invalidated=context.is_disconnect,
    )


@event.listens_for(Session, "after_begin")
def _say_on_whose_behalf(
    session: Session, _transaction: SessionTransaction, connection: Connection
) -> None:
    # Local to the transaction: a pooled connection must not carry it to the next request.
    for name, value in session.info.get("names", {}).items():
        connection.execute(
            text("select set_config(:name, :value, true)"), {"name": name, "value": value}
        )
