"""What a watch is, and what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from footage.media.urls import redacted
from footage.saved import SavedSearch
from footage.search.moments import Moment


@dataclass(frozen=True, slots=True)
class Watch:
    """A saved search that is asked of every new video. Dates are in UTC."""

    search: SavedSearch
    watch_id: str
    threshold: float
    """From which confidence a moment is reported, 0 to 1."""
    webhook: str | None = field(repr=False)
    """Where matches are sent, with what may be secret in the address."""
    private: bool
    """Whether that may be in a private network, or this machine."""
    created_at: datetime
    ran_at: datetime | None
    error: str | None
    """Why the last run could not judge what is new; it is owed to the next."""
    matches: int = 0
    new: int = 0
    """Matches that nobody has seen."""
    undelivered: int = 0
    """Requests to the webhook that are still to succeed."""
    dead: int = 0
    """Requests that were given up."""
    delivery_error: str | None = None
    """Why the last of these failed."""
    secret: str | None = field(default=None, repr=False)
    """What requests are signed with; given once, by the call that made it."""

    @property
    def name(self) -> str:
        """That of its search."""
        return self.search.name

    def to_json(self) -> dict[str, Any]:
        """The shape of a watch; ``secret`` is there only where it was made now."""
        shape = {
            "name": self.name,
            "query": self.search.json,
            "threshold": self.threshold,
            "webhook": self.webhook and redacted(self.webhook),
            "private": self.private,
            "created_at": self.created_at.isoformat(),
            "ran_at": self.ran_at and self.ran_at.isoformat(),
            "error": self.error,
            "matches": self.matches,
            "new": self.new,
            "undelivered": self.undelivered,
            "dead": self.dead,
            "delivery_error": self.delivery_error,
        }
        return shape if self.secret is None else {**shape, "secret": self.secret}


@dataclass(frozen=True, slots=True)
class Match:
    """A moment that a watch has found."""

    number: int
    """Those found later have higher ones."""
    id: str
    """The same wherever and however often it is told of."""
    watch: str
    found_at: datetime
    seen: bool
    moment: Moment

    def to_json(self) -> dict[str, Any]:
        """The shape of a match."""
        return {
            "id": self.id,
            "watch": self.watch,
            "found_at": self.found_at.isoformat(),
            "seen": self.seen,
            "moment": self.moment.to_json(),
        }

    def to_send(self) -> dict[str, Any]:
        """What of it is sent to others: nothing of where it lies on this machine."""
        moment = self.moment
        texts = dict.fromkeys(one.text for one in moment.evidence if one.text)
        return {
            "id": self.id,
            "found_at": self.found_at.isoformat(),
            "video_id": moment.video_id,
            "title": moment.title,
            "url": moment.url,
            "start": moment.start,
            "end": moment.end,
            "confidence": moment.confidence,
            "modality": moment.modality,
            "texts": list(texts),
        }


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to a webhook."""

    id: str
    watch: str
    attempts: int
    """Including the one that is under way."""
    webhook: str = field(repr=False)
    secret: str = field(repr=False)
    private: bool
