"""The one Redis that replicas share. While it is away each process goes on with its own memory.

Whoever asks it catches RedisAway and has something to fall back on; knows nothing of what is kept.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Final, Literal, TypeVar, cast

import structlog
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from clonememoria.core.config import Settings
from clonememoria.core.errors import CannotStart

log = structlog.get_logger()

PREFIX: Final = "clonememoria:"
# It stands beside the application: longer than this it is of no use.
PATIENCE_S: Final = 0.25
RETURN_CHECK_S: Final = 5.0
MAX_CONNECTIONS: Final = 32

FAILURES: Final = (RedisError, OSError)

RedisState = Literal["unused", "connected", "away"]
T = TypeVar("T")


def key_of(what: str, name: str) -> str:
    """Names are addresses with passwords, and e-mails: Redis sees a digest."""
    return f"{what}:{sha256(name.encode()).hexdigest()[:32]}"


class RedisAway(Exception):
    """It did not answer just now, or lately: use what this process knows itself."""


class SharedRedis:
    """One failure, and it is away: then nobody waits for it, but one task that looks for it."""

    def __init__(self, url: str) -> None:
        self._client = _client(url)
        self._tasks: set[asyncio.Task[None]] = set()
        self.is_away = False
        self.absences = 0

    async def run(self, script: str, key: str, *args: float | str) -> int:
        """What the Lua script answers, a whole number. `key` is all that it touches."""
        # Whole each time: a kilobyte costs less than what Redis may have forgotten.
        answer = self._asked(lambda: self._client.eval(script, 1, PREFIX + key, *args))
        return cast(int, await answer)

    async def get(self, key: str) -> bytes | None:
        return cast(bytes | None, await self._asked(lambda: self._client.get(PREFIX + key)))

    async def put(self, key: str, value: bytes, *, ttl_s: float) -> None:
        await self._asked(lambda: self._client.set(PREFIX + key, value, px=round(ttl_s * 1000)))

    def in_background(self, work: Coroutine[None, None, None]) -> None:
        """It ends with this client at the latest."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def look(self) -> None:
        """A Redis that cannot be written to is as good as none."""
        try:
            await self._client.set(f"{PREFIX}seen", 1, px=1000)
        except FAILURES as error:
            self._miss(error)
        else:
            self._find()

    async def aclose(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose(close_connection_pool=True)

    async def _asked(self, call: Callable[[], Awaitable[T]]) -> T:
        if self.is_away:
            raise RedisAway
        try:
            return await call()
        except FAILURES as error:
            self._miss(error)
            raise RedisAway from None

    def _miss(self, error: Exception) -> None:
        # Several were waiting for it when it went.
        if not self.is_away:
            self.is_away = True
            self.absences += 1
            log.warning("redis_away", error=type(error).__name__)
            self.in_background(self._return())

    async def _return(self) -> None:
        while self.is_away:
            await asyncio.sleep(RETURN_CHECK_S)
            await self.look()

    def _find(self) -> None:
        if self.is_away:
            self.is_away = False
            log.warning("redis_back")


def _client(url: str) -> Redis:
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            timeout=PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            socket_timeout=PATIENCE_S,
            # The third would greet each connection in a round trip of its own.
            protocol=2,
            # Trying again would double the wait, and might count twice.
            retry=Retry(NoBackoff(), 0),
        )
        # Connects to nothing: it tells whether the options in the address exist.
        pool.make_connection()  # type: ignore[no-untyped-call]  # redis annotates most, not this
    except (TypeError, ValueError):
        # Without the address: it holds a password.
        raise CannotStart(
            "REDIS_URL cannot be used: check what follows the ? in it, or leave that out"
        ) from None
    return Redis(connection_pool=pool)


@asynccontextmanager
async def running_redis(settings: Settings) -> AsyncIterator[SharedRedis | None]:
    """None where REDIS_URL is not set. It need not be there yet."""
    if settings.redis_url is None:
        yield None
        return
    redis = SharedRedis(settings.redis_url.get_secret_value())
    try:
        await redis.look()
        yield redis
    finally:
        await redis.aclose()


def state_of(redis: SharedRedis | None) -> RedisState:
    if redis is None:
        return "unused"
    return "away" if redis.is_away else "connected"
