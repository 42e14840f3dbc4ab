"""Being told to stop."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def told_to_stop(stop: Callable[[], object]) -> Iterator[None]:
    """Call ``stop`` on Ctrl-C and SIGTERM, in the place of ending the program, for the block."""
    before = {sig: signal.getsignal(sig) for sig in _SIGNALS}
    for sig in before:
        signal.signal(sig, lambda _sig, _frame: stop())
    try:
        yield
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)
