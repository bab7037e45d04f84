"""How often somebody may do something: exact moving windows, counted in this process."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from clonememoria.core.errors import TooManyRequests

WINDOW_S: Final = 60.0


class RateLimits:
    """Check and count are one step without an await, so that parallel requests cannot slip by."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        # Ordered by the last hit, so that forgetting looks only at the oldest.
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, key: str, *, per_minute: int) -> None:
        """Raise TooManyRequests beyond the limit; a refused request does not count."""
        now = self._now()
        self._forget(now)
        hits = self._hits.setdefault(key, deque())
        while hits and hits[0] <= now - WINDOW_S:
            hits.popleft()
        if len(hits) >= per_minute:
            raise TooManyRequests(retry_after_s=hits[0] + WINDOW_S - now)
        hits.append(now)
        self._hits.move_to_end(key)

    def _forget(self, now: float) -> None:
        while self._hits:
            key, hits = next(iter(self._hits.items()))
            if hits[-1] > now - WINDOW_S:
                return
            del self._hits[key]


def limits_of(request: Request) -> RateLimits:
    return cast(RateLimits, request.app.state.limits)


AppLimits = Annotated[RateLimits, Depends(limits_of)]


def address_of(request: Request) -> str:
    """The peer's address. Forwarded headers count only where the server was told to trust them."""
    return request.client.host if request.client else ""


ClientAddress = Annotated[str, Depends(address_of)]
