"""Doors and queues before what may fail: circuits, and slots for calls at the same time.

Both are kept in this process here; shared_circuits.py and shared_slots.py keep them in Redis. Why
no library does it: docs/adr/0011-circuits.md.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

CircuitState = Literal["closed", "open", "half_open"]

# A circuit opens where at least five calls of the last minute failed, and at least half of all.
WINDOW_S: Final = 60.0
MIN_FAILURES: Final = 5
MIN_FAILURE_SHARE: Final = 0.5
# Outcomes that are kept of one endpoint: more would only cost memory.
MAX_OUTCOMES: Final = 1000
# A probe whose process died says nothing more: then another may try.
PROBE_LEASE_S: Final = 60.0


class CircuitOpen(Exception):
    """The endpoint is left alone for now."""

    def __init__(self, retry_after_s: float) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"open for {retry_after_s:.1f} s more")


@dataclass(frozen=True, slots=True)
class Entry:
    """A call that has passed the door, and must say how it ended."""

    endpoint: str
    is_probe: bool


class Circuits(Protocol):
    """One circuit for each endpoint, by its id."""

    async def enter(self, endpoint: str) -> Entry:
        """Raise CircuitOpen where the endpoint is to be left alone.

        Of those who come when the rest is over, one alone passes: the probe.
        """
        ...

    async def report(self, entry: Entry, *, is_failure: bool) -> None: ...

    async def abandon(self, entry: Entry) -> None:
        """The call ended without an outcome: if it was the probe, somebody else may be."""
        ...

    async def state(self, endpoint: str) -> CircuitState: ...


class Slots(Protocol):
    """Calls at the same time, limited for each name."""

    def slot(self, name: str, *, limit: int) -> AbstractAsyncContextManager[None]: ...


@dataclass(slots=True)
class _Circuit:
    outcomes: deque[tuple[float, bool]] = field(default_factory=lambda: deque(maxlen=MAX_OUTCOMES))
    opened_at: float | None = None
    probe_at: float | None = None


class LocalCircuits:
    """No step awaits anything, so that two calls cannot both be the probe."""

    def __init__(self, *, open_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._open_s = open_s
        self._now = now
        self._circuits: dict[str, _Circuit] = {}

    async def enter(self, endpoint: str) -> Entry:
        circuit = self._circuits.get(endpoint)
        if circuit is None or circuit.opened_at is None:
            return Entry(endpoint, is_probe=False)
        now = self._now()
        rest_s = circuit.opened_at + self._open_s - now
        if rest_s > 0:
            raise CircuitOpen(rest_s)
        if circuit.probe_at is not None and now - circuit.probe_at < PROBE_LEASE_S:
            raise CircuitOpen(1.0)
        circuit.probe_at = now
        return Entry(endpoint, is_probe=True)

    async def report(self, entry: Entry, *, is_failure: bool) -> None:
        circuit = self._circuits.setdefault(entry.endpoint, _Circuit())
        now = self._now()
        if entry.is_probe:
            circuit.probe_at = None
            circuit.opened_at = now if is_failure else None
            circuit.outcomes.clear()
        elif circuit.opened_at is None:
            circuit.outcomes.append((now, is_failure))
            if is_failure and _is_failing(circuit.outcomes, since=now - WINDOW_S):
                circuit.opened_at = now
        # Else a call from before the opening ended late: it says nothing about now.

    async def abandon(self, entry: Entry) -> None:
        # A probe may come from circuits that were shared until a moment ago.
        if entry.is_probe and (circuit := self._circuits.get(entry.endpoint)):
            circuit.probe_at = None

    async def state(self, endpoint: str) -> CircuitState:
        circuit = self._circuits.get(endpoint)
        if circuit is None or circuit.opened_at is None:
            return "closed"
        return "open" if self._now() < circuit.opened_at + self._open_s else "half_open"


def _is_failing(outcomes: deque[tuple[float, bool]], *, since: float) -> bool:
    while outcomes[0][0] <= since:
        outcomes.popleft()
    failures = sum(failed for _, failed in outcomes)
    return failures >= MIN_FAILURES and failures >= MIN_FAILURE_SHARE * len(outcomes)


class LocalSlots:
    def __init__(self) -> None:
        self._semaphores: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def slot(self, name: str, *, limit: int) -> AsyncIterator[None]:
        async with self._semaphores.setdefault(name, asyncio.Semaphore(limit)):
            yield
