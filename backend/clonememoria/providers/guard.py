"""What every call to a vendor passes: a circuit, a slot, at most three tries, and a count.

The wrappers of the three kinds use it; a vendor's own file knows nothing of it.
"""

import asyncio
import hashlib
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import stamina

from clonememoria.core.config import Settings
from clonememoria.core.errors import (
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderMalformed,
    ProviderResting,
    ProviderTimeout,
)
from clonememoria.core.redis import SharedRedis
from clonememoria.core.resilience import (
    CircuitOpen,
    Circuits,
    CircuitState,
    Entry,
    LocalCircuits,
    LocalSlots,
    Slots,
)
from clonememoria.core.shared_circuits import SharedCircuits
from clonememoria.core.shared_slots import SharedSlots

MAX_ATTEMPTS: Final = 3
FIRST_WAIT_S: Final = 0.2
MAX_JITTER_S: Final = 0.3
# Before the third try: twice the first wait.
LONGEST_WAIT_S: Final = 2 * FIRST_WAIT_S + MAX_JITTER_S

# For a slot, where all are taken: our line, and not the vendor's fault.
IN_LINE_S: Final = 30.0

T = TypeVar("T")


def endpoint_id(provider: str, *, url: str | None = None, key: str | None = None) -> str:
    """What fails and heals together: a vendor under one address with one key."""
    fingerprint = hashlib.sha256(key.encode()).hexdigest()[:12] if key else "-"
    return f"{provider} {url or '-'} {fingerprint}"


class CallObserver(Protocol):
    """Told of every call; quick, and never raises."""

    def provider_called(
        self, kind: str, provider: str, *, outcome: str, seconds: float | None
    ) -> None:
        """`outcome` is "ok", "left" or the code of an error; `seconds` until it was known.

        None where the vendor was not asked: time in our own line is not the vendor's.
        """
        ...

    def provider_used(
        self, provider: str, *, prompt_tokens: int, completion_tokens: int
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class Protection:
    """What all guards of a process share."""

    circuits: Circuits
    slots: Slots
    observer: CallObserver


class Unobserved:
    """Nobody watches."""

    def provider_called(self, *_call: object, **_outcome: object) -> None:
        return None

    def provider_used(self, *_call: object, **_tokens: object) -> None:
        return None


def protection_for(
    settings: Settings, observer: CallObserver | None = None, redis: SharedRedis | None = None
) -> Protection:
    """Shared with all replicas where there is a Redis, else of this process alone."""
    open_s = settings.provider_circuit_open_s
    observer = observer or Unobserved()
    if redis is None:
        return Protection(LocalCircuits(open_s=open_s), LocalSlots(), observer)
    return Protection(SharedCircuits(redis, open_s=open_s), SharedSlots(redis), observer)


class Guard:
    """For one vendor under one address with one key."""

    def __init__(
        self, protection: Protection, *, kind: str, provider: str, endpoint: str, max_calls: int
    ) -> None:
        self.provider = provider
        self.observer = protection.observer
        self.last_error: str | None = None
        self.heard_at = -math.inf
        self._kind = kind
        self._endpoint = f"{kind} {endpoint}"
        self._circuits = protection.circuits
        self._slots = protection.slots
        self._max_calls = max_calls

    async def circuit(self) -> CircuitState:
        return await self._circuits.state(self._endpoint)

    @asynccontextmanager
    async def call(self, *, in_line_s: float = math.inf) -> AsyncIterator["Call"]:
        """One try; raise ProviderResting where the circuit is open, ProviderBusy without a slot.

        From the beginning of the body on it is the vendor's time.
        """
        call = Call(self, self._circuits, await self._enter())
        try:
            async with AsyncExitStack() as stack:
                await self._wait_for_slot(stack, min(in_line_s, IN_LINE_S))
                call.begin()
                yield call
        except ProviderError as error:
            await call.failed(error)
            raise
        finally:
            await call.left()

    async def _wait_for_slot(self, stack: AsyncExitStack, in_line_s: float) -> None:
        slot = self._slots.slot(self._endpoint, limit=self._max_calls)
        try:
            async with asyncio.timeout(in_line_s):
                await stack.enter_async_context(slot)
        except TimeoutError:
            raise ProviderBusy from None

    async def _enter(self) -> Entry:
        try:
            return await self._circuits.enter(self._endpoint)
        except CircuitOpen as rest:
            self.observe(ProviderResting.code, seconds=None)
            raise ProviderResting(retry_after_s=rest.retry_after_s) from None

    def heard(self, error: ProviderError | None) -> None:
        """The outcome of a call, for who looks at the provider."""
        self.last_error = error.code if error else None
        self.heard_at = time.monotonic()

    def observe(self, outcome: str, *, seconds: float | None) -> None:
        self.observer.provider_called(self._kind, self.provider, outcome=outcome, seconds=seconds)


class Call:
    """One try that is under way. A call may answer first and fail later: then it did both."""

    def __init__(self, guard: Guard, circuits: Circuits, entry: Entry) -> None:
        self._guard = guard
        self._circuits = circuits
        self._entry = entry
        self._began_at: float | None = None
        self._is_known = False

    def begin(self) -> None:
        self._began_at = time.perf_counter()

    async def answered(self) -> None:
        """To be said at the first sign of life: it may be long until the end."""
        self._observe("ok")
        self._guard.heard(None)
        await self._report(is_failure=False)

    async def failed(self, error: ProviderError) -> None:
        self._observe(error.code)
        self._guard.heard(error)
        # Whoever waited in vain for a slot has learnt nothing of the vendor.
        if self._began_at is not None:
            # Whoever refuses a request is alive.
            await self._report(is_failure=isinstance(error, ProviderDown | ProviderMalformed))

    async def left(self) -> None:
        """The caller does not want the answer any more, unless there was one."""
        if not self._is_known:
            self._observe("left")
        await self._circuits.abandon(self._entry)

    async def _report(self, *, is_failure: bool) -> None:
        await self._circuits.report(self._entry, is_failure=is_failure)
        self._entry = Entry(self._entry.endpoint, is_probe=False)

    def _observe(self, outcome: str) -> None:
        self._is_known = True
        seconds = None if self._began_at is None else time.perf_counter() - self._began_at
        self._guard.observe(outcome, seconds=seconds)


async def persistently(
    attempt: Callable[[], Awaitable[T]], *, retry_after_max_s: float, deadline: float = math.inf
) -> T:
    """What the first of at most three attempts returns; raise the last one's ProviderError.

    A wait that the vendor asks for is honoured, or the attempts end where it is too long. None
    begins after the deadline, in the time of the loop.
    """
    now = asyncio.get_running_loop().time

    def is_worth_trying_again(error: Exception) -> bool | float:
        # Patience is spent once: whoever hung hangs again.
        if not isinstance(error, ProviderError) or isinstance(
            error, ProviderTimeout | ProviderResting | ProviderBusy
        ):
            return False
        if error.retry_after_s is None:
            return error.retryable and now() + LONGEST_WAIT_S < deadline
        wait_s = error.retry_after_s + random.uniform(0, MAX_JITTER_S)  # noqa: S311 - no secret
        is_too_long = error.retry_after_s > retry_after_max_s or now() + wait_s > deadline
        return False if is_too_long or not error.retryable else wait_s

    caller = stamina.AsyncRetryingCaller(
        attempts=MAX_ATTEMPTS,
        timeout=None,
        wait_initial=FIRST_WAIT_S,
        wait_jitter=MAX_JITTER_S,
    )
    return await caller(is_worth_trying_again, attempt)
