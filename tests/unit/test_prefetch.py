"""A producer on its own thread: same items, same errors, bounded, and gone when closed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from footage.prefetch import prefetch


def producer_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "footage-prefetch"]


@pytest.mark.parametrize("ahead", [1, 2, 100])
def test_order_is_kept(ahead: int) -> None:
    assert list(prefetch(range(50), ahead=ahead)) == list(range(50))
    assert producer_threads() == []


def test_nothing_gives_nothing() -> None:
    assert list(prefetch([], ahead=1)) == []


def test_it_runs_on_another_thread() -> None:
    names = list(prefetch((threading.current_thread().name for _ in range(3)), ahead=1))
    assert names == ["footage-prefetch"] * 3


@pytest.mark.parametrize("kind", [ValueError, MemoryError, KeyboardInterrupt, SystemExit])
def test_an_error_arrives_after_the_items_before_it(kind: type[BaseException]) -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise kind("broken")

    arrived = []

    def consume() -> None:
        arrived.extend(prefetch(items(), ahead=1))

    def consume_one_by_one() -> None:
        for item in prefetch(items(), ahead=1):
            arrived.append(item)

    with pytest.raises(kind, match="broken"):
        consume_one_by_one()
    assert arrived == [1, 2]
    assert producer_threads() == []


def test_closing_early_closes_the_producer_and_ends_its_thread() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(1_000_000)
        finally:
            closed.set()

    ahead = prefetch(items(), ahead=2)
    assert next(ahead) == 0
    assert len(producer_threads()) == 1
    ahead.close()
    assert closed.is_set()
    assert producer_threads() == []


def test_an_error_of_the_consumer_ends_the_thread() -> None:
    ahead = prefetch(range(1_000_000), ahead=2)
    with pytest.raises(RuntimeError):  # noqa: PT012 - the loop is what is tested
        try:
            for _ in ahead:
                raise RuntimeError
        finally:
            ahead.close()
    assert producer_threads() == []


@pytest.mark.parametrize("ahead", [1, 3])
def test_the_producer_stays_within_reach(ahead: int) -> None:
    made = 0
    furthest = 0

    def items() -> Iterator[int]:
        nonlocal made
        for item in range(40):
            made += 1
            yield item

    for consumed, _ in enumerate(prefetch(items(), ahead=ahead), start=1):
        threading.Event().wait(0.002)  # let the producer run as far as it may
        furthest = max(furthest, made - consumed)
    # one more than are queued: the one in the producer's hand
    assert 1 <= furthest <= ahead + 1
