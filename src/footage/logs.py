"""Logging: a rotating file in the library, the terminal by ``-v`` and ``-q``, others kept quiet."""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    _Stream = logging.StreamHandler[TextIO]
else:  # only from Python 3.11 on can it be subscripted when it runs
    _Stream = logging.StreamHandler

NOISY = (
    *("pymilvus", "milvus_lite", "filelock", "asyncio", "grpc", "PIL"),
    *("huggingface_hub", "httpx", "httpx2", "httpcore"),
)
FILE_BYTES = 2 << 20
FILES_KEPT = 3
_FORMAT = "%(asctime)s %(levelname)-5s %(process)d %(name)s: %(message)s"


NOTICE = {"notice": True}
"""``extra`` of a record that a person waiting at the terminal is told whatever the verbosity."""


class _Terminal(_Stream):
    """Writes to whatever stderr is at the time: a progress bar puts itself there."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


class _LogFile(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """A full or read-only disk loses its log; nobody is told about the log of a log."""


def to_terminal(verbosity: int) -> None:
    """Show footage's log on stderr: ``1`` from INFO on, ``2`` from DEBUG on, else notices alone.

    A command prints what went wrong itself, as one sentence. Below 0 nothing is shown.
    """
    quiet_others()
    root = logging.getLogger("footage")
    root.setLevel(logging.DEBUG)
    root.propagate = False
    root.handlers = [handler for handler in root.handlers if not _is_terminal(handler)]
    if verbosity < 0:
        return
    handler = _Terminal()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    if verbosity == 0:
        handler.addFilter(lambda record: getattr(record, "notice", False))
        handler.setFormatter(logging.Formatter("%(message)s"))
    handler.setLevel(logging.DEBUG if verbosity > 1 else logging.INFO)
    root.addHandler(handler)


def to_file(path: Path) -> logging.Handler | None:
    """Also log to ``path``, from INFO on, rotated; None where the folder cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(
            path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, delay=True, encoding="utf-8"
        )
    except OSError:
        return None
    handler.setFormatter(logging.Formatter(_FORMAT))
    handler.setLevel(logging.INFO)
    root = logging.getLogger("footage")
    if root.level == logging.NOTSET:
        root.setLevel(logging.INFO)
    root.addHandler(handler)
    return handler


def detach(handler: logging.Handler | None) -> None:
    """Stop logging to a file given by `to_file`."""
    if handler is not None:
        logging.getLogger("footage").removeHandler(handler)
        handler.close()


def quiet_others() -> None:
    """Keep third-party logs, which print filters and tracebacks, from the user."""
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _is_terminal(handler: logging.Handler) -> bool:
    return isinstance(handler, _Terminal)
