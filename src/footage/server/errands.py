"""Errands: what a command has this server do while it waits; each event a line of JSON."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from footage.errors import FootageError
from footage.ingest.report import (
    IngestInterrupted,
    Observer,
    Outcome,
    Plan,
    ReadingOutcome,
    ToRead,
)
from footage.media.web import Place
from footage.server.faults import unforeseen
from footage.wire import packed

log = logging.getLogger(__name__)

TELL_SECONDS = 0.1  # between two events of how far one video is
LOOK_SECONDS = 1.0  # between two looks whether the server stops
PATIENCE = 5.0  # seconds that what is under way is given when the server stops
MOST = 50  # outcomes that are kept for whoever asks after them


class Gone(KeyboardInterrupt):
    """Ends what nobody waits for any more, as Ctrl-C does."""


class Errand:
    """One call, from its start to its outcome. To be made on the event loop, used by a thread."""

    def __init__(self, on_cancel: Callable[[Errand], None] = lambda _errand: None) -> None:
        """``on_cancel`` is called when it is cancelled or whoever waits for it has gone."""
        self.id = uuid.uuid4().hex
        self.outcome: dict[str, Any] | None = None
        self.ended = threading.Event()
        self._on_cancel = on_cancel
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._gone = threading.Event()
        self._agreed = threading.Event()
        self._told: dict[object, float] = {}

    def perform(self, work: Callable[[Errand], object]) -> None:
        """Do the work and tell what came of it; raises what it raises."""
        try:
            self._end({"result": packed(work(self))})
        except IngestInterrupted as interrupt:
            self._end({"interrupted": packed(interrupt.report)})
            raise
        except KeyboardInterrupt:
            self.drop()
            raise
        except FootageError as error:
            self._end({"error": packed(error)})
            raise
        except Exception:
            self._end(unforeseen().to_json())
            raise

    def drop(self) -> None:
        """End it without anything having come of it."""
        self._end({"interrupted": None})

    def tell(self, event: str, *values: object) -> None:
        """Tell of an event. Raises `Gone` where nobody listens any more."""
        self.check()
        self._put({"event": event, "values": packed(values)})

    def tell_progress(self, event: str, about: object, *values: object) -> None:
        """The same, of something that is told so often that much of it may be left out."""
        self.check()
        now = time.monotonic()
        if now - self._told.get((event, about), -1.0) >= TELL_SECONDS:
            self._told[event, about] = now
            self.tell(event, *values)

    def check(self) -> None:
        """Raise `Gone` where it was cancelled."""
        if self._gone.is_set():
            raise Gone

    def wait_for_agreement(self) -> None:
        """Wait until whoever watches has agreed to what was planned."""
        self._agreed.wait()
        self.check()

    def agree(self) -> None:
        """Let it go on."""
        self._agreed.set()

    def cancel(self) -> None:
        """End it soon; what was finished stays."""
        if not self.ended.is_set():
            self._gone.set()
            self._agreed.set()
            self._on_cancel(self)

    async def lines(self, is_over: Callable[[], bool]) -> AsyncIterator[bytes]:
        """What is told, to the outcome; cut off where the client goes or the server ``is_over``."""
        try:
            yield _line({"errand": self.id})
            while not is_over():
                try:
                    told = await asyncio.wait_for(self._lines.get(), LOOK_SECONDS)
                except asyncio.TimeoutError:
                    continue
                yield _line(told)
                if told is self.outcome:
                    return
        finally:
            self.cancel()

    def _end(self, outcome: dict[str, Any]) -> None:
        self.outcome = outcome
        self.ended.set()
        self._put(outcome)

    def _put(self, line: dict[str, Any]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


class Telling(Observer):
    """Tells of a run of indexing whoever watches it, and another observer ``beside``."""

    def __init__(self, errand: Errand, beside: Observer) -> None:
        self._errand, self._beside = errand, beside

    def planned(self, plan: Plan) -> None:
        """See `Observer`; what is paid for waits until it was agreed to."""
        self._errand.tell("planned", plan)
        if plan.dollars:
            self._errand.wait_for_agreement()
        self._beside.planned(plan)  # which may refuse it, where it was cancelled meanwhile

    def progressed(self, path: Place, seconds: float) -> None:
        """See `Observer`."""
        self._beside.progressed(path, seconds)
        self._errand.tell_progress("progressed", path, path, seconds)

    def finished(self, outcome: Outcome) -> None:
        """See `Observer`."""
        self._beside.finished(outcome)
        self._errand.tell("finished", outcome)

    def reading_planned(self, todo: Sequence[ToRead]) -> None:
        """See `Observer`."""
        self._beside.reading_planned(todo)
        self._errand.tell("reading_planned", todo)

    def reading_progressed(self, path: Place, modality: str, seconds: float) -> None:
        """See `Observer`."""
        self._beside.reading_progressed(path, modality, seconds)
        about = (path, modality)
        self._errand.tell_progress("reading_progressed", about, path, modality, seconds)

    def reading_finished(self, outcome: ReadingOutcome) -> None:
        """See `Observer`."""
        self._beside.reading_finished(outcome)
        self._errand.tell("reading_finished", outcome)


class Errands:
    """The errands of a server, and the latest that have ended."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Errand] = OrderedDict()
        self._threads: list[threading.Thread] = []

    def add(self, errand: Errand) -> Errand:
        """Remember one."""
        self._kept[errand.id] = errand
        for old in list(self._kept.values())[:-MOST]:
            if old.ended.is_set():
                del self._kept[old.id]
        return errand

    def get(self, errand_id: str) -> Errand | None:
        """One by its id; None where there is none."""
        return self._kept.get(errand_id)

    def start(self, errand: Errand, work: Callable[[Errand], object]) -> None:
        """Do the work of one on a thread of its own."""

        def perform() -> None:
            try:
                errand.perform(work)
            except (KeyboardInterrupt, FootageError):
                pass
            except Exception:
                log.exception("what a command asked for failed in an unforeseen way")

        self._threads = [one for one in self._threads if one.is_alive()]
        thread = threading.Thread(target=perform, name="footage-errand", daemon=True)
        self._threads.append(thread)
        thread.start()

    def close(self) -> None:
        """End all of them."""
        for errand in list(self._kept.values()):
            errand.cancel()
        for thread in self._threads:
            thread.join(PATIENCE)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode("ascii") + b"\n"
