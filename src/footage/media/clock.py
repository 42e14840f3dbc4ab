"""Presentation times a timeline can be built on, from the timestamps files really have."""

from __future__ import annotations

# Screen recordings and slide shows hold one frame this long. A longer silence that also goes past
# the file's own length is a broken timestamp.
_PLAUSIBLE_GAP_SECONDS = 60.0

# After damage, decoders hand out a few old frames late. This many in a row are no stragglers:
# the recording's clock was set back (broadcast recordings joined by `cat`).
_RESTART_FRAMES = 8


class FrameClock:
    """Turns frame timestamps into seconds since the start of the file that never fall."""

    def __init__(self, *, origin: float, interval: float, length: float) -> None:
        """In seconds: the file's first timestamp, 1 / fps, how long the file is (0 if unknown)."""
        self._origin = origin
        self._interval = min(interval, _PLAUSIBLE_GAP_SECONDS)
        self._length = length
        self._last: float | None = None
        self._late: list[float] = []
        self.end = 0.0

    @property
    def started(self) -> bool:
        """Whether a frame has been seen."""
        return self._last is not None

    def time_of(self, timestamp: float | None, shown_for: float) -> float:
        """The time of the next frame, which is ``shown_for`` seconds on display (0 if unknown)."""
        if self._last is None:
            time = self._first(timestamp)
        else:
            time = self._following(self._last, timestamp)
        self._last = time
        held = shown_for and self._plausible(time, time + shown_for)
        self.end = time + (shown_for if held else self._interval)
        return time

    def _first(self, timestamp: float | None) -> float:
        time = 0.0 if timestamp is None else max(0.0, timestamp - self._origin)
        return time if self._plausible(0.0, time) else self._restart(0.0, time + self._origin)

    def _following(self, last: float, timestamp: float | None) -> float:
        if timestamp is None:
            return self.end
        time = timestamp - self._origin
        if not self._plausible(last, time):
            return self._restart(last + self._interval, timestamp)
        if time >= last:
            self._late.clear()
            return time
        self._late.append(timestamp)
        if len(self._late) < _RESTART_FRAMES:
            return last
        self._restart(last + self._interval, self._late[0])
        return max(last, timestamp - self._origin)

    def _plausible(self, last: float, time: float) -> bool:
        """Whether nothing new may be seen from ``last`` until ``time``."""
        return time <= last + _PLAUSIBLE_GAP_SECONDS or time <= self._length

    def _restart(self, time: float, timestamp: float) -> float:
        """From here on, ``timestamp`` is ``time``."""
        self._origin = timestamp - time
        self._late.clear()
        return time
