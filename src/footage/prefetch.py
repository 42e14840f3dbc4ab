"""Running a producer on a thread of its own, a bounded number of items ahead of its consumer."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Generator, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

_POLL = 0.1  # seconds after which a blocked producer looks whether it is still wanted


class _End:
    """What a producer puts last: how it ended."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Producer(Generic[T]):
    def __init__(self, items: Iterable[T], ahead: int) -> None:
        self._items = items
        self.queue: queue.Queue[T | _End] = queue.Queue(maxsize=ahead)
        self.unwanted = threading.Event()

    def run(self) -> None:
        error: BaseException | None = None
        try:
            with contextlib.closing(_as_generator(self._items)) as items:
                for item in items:
                    if not self._put(item):
                        return
        # whatever stopped the producer is raised again where its items are consumed
        except BaseException as raised:  # noqa: BLE001
            error = raised
        self._put(_End(error))

    def _put(self, item: T | _End) -> bool:
        while not self.unwanted.is_set():
            try:
                self.queue.put(item, timeout=_POLL)
            except queue.Full:
                continue
            return True
        return False


def prefetch(items: Iterable[T], *, ahead: int) -> Generator[T, None, None]:
    """Yield ``items``, made on another thread; ``ahead`` of them wait, and one more is being made.

    An exception of the producer is raised here; when this generator is closed early, the
    producer is closed too, and has ended when `close` returns.
    """
    producer = _Producer(items, ahead)
    thread = threading.Thread(target=producer.run, daemon=True, name="footage-prefetch")
    thread.start()
    try:
        while not isinstance(item := producer.queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        producer.unwanted.set()
        thread.join()


def _as_generator(items: Iterable[T]) -> Generator[T, None, None]:
    iterator: Iterator[T] = iter(items)
    if isinstance(iterator, Generator):
        return iterator
    return (item for item in iterator)
