"""Limits move with time, count exactly, and forget."""

import pytest

from clonememoria.core.errors import TooManyRequests
from clonememoria.core.limits import MovingWindows


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def allowed(limits: MovingWindows, key: str, *, per_minute: int, tries: int) -> int:
    count = 0
    for _ in range(tries):
        try:
            limits.count(key, per_minute=per_minute)
        except TooManyRequests:
            continue
        count += 1
    return count


def test_each_key_has_a_count_of_its_own(clock: Clock) -> None:
    limits = MovingWindows(clock)

    assert allowed(limits, "a", per_minute=10, tries=50) == 10
    assert allowed(limits, "b", per_minute=10, tries=50) == 10


def test_the_window_moves_hit_by_hit(clock: Clock) -> None:
    limits = MovingWindows(clock)
    for clock.now_s in (0.0, 20.0, 40.0):
        limits.count("a", per_minute=3)

    clock.now_s = 59.9
    assert allowed(limits, "a", per_minute=3, tries=5) == 0
    clock.now_s = 60.0
    assert allowed(limits, "a", per_minute=3, tries=5) == 1
    clock.now_s = 80.0
    assert allowed(limits, "a", per_minute=3, tries=5) == 1


def test_a_refusal_says_when_to_come_back(clock: Clock) -> None:
    limits = MovingWindows(clock)
    limits.count("a", per_minute=1)
    clock.now_s = 45.0

    with pytest.raises(TooManyRequests) as refused:
        limits.count("a", per_minute=1)

    assert refused.value.retry_after_s == 15.0


def test_keys_that_nobody_uses_are_forgotten(clock: Clock) -> None:
    limits = MovingWindows(clock)
    for n in range(1000):
        limits.count(f"visitor {n}", per_minute=5)
    clock.now_s = 30.0
    limits.count("visitor 0", per_minute=5)
    clock.now_s = 61.0

    limits.count("somebody", per_minute=5)

    assert set(limits._hits) == {"visitor 0", "somebody"}
