"""The shapes of saved searches, watches and what these have found."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from footage.query_json import QueryBody
from footage.server.shapes.common import Fraction, Shape
from footage.server.shapes.found import Moment


class SavedSearch(Shape):
    """A query under a name."""

    name: str
    query: QueryBody
    """As `POST /search` takes it, without what is as it is by default."""
    created_at: datetime
    changed_at: datetime


class SavedSearches(Shape):
    """The saved searches, by name."""

    searches: list[SavedSearch]


class Watch(Shape):
    """A saved search that reports what it finds in new videos."""

    name: str
    query: QueryBody
    """As `POST /search` takes it, without what is as it is by default."""
    threshold: Fraction
    """The confidence from which a moment is reported."""
    webhook: str | None
    """Where matches are sent, without what may be secret in the address."""
    private: bool
    """Whether that may be in a private network."""
    created_at: datetime
    ran_at: datetime | None
    error: str | None
    """Why new videos could not be judged."""
    matches: int
    new: int
    """Matches that nobody has seen."""
    undelivered: int
    """Requests to the webhook that are to be sent again."""
    dead: int
    """Requests to the webhook that were given up."""
    delivery_error: str | None
    """Why the last of these failed."""
    secret: str = Field(default_factory=str)
    """What requests are signed with: there only where it was made now, and told this once."""


class Watches(Shape):
    """The watches, by name."""

    watches: list[Watch]


class Match(Shape):
    """A moment that a watch has found."""

    id: str
    watch: str
    """Its name."""
    found_at: datetime
    seen: bool
    moment: Moment


class Matches(Shape):
    """A page of what watches have found, newest first."""

    matches: list[Match]
    total: int
    """On all pages."""
    new: int
    """That nobody has seen."""


class Seen(Shape):
    """That matches were marked as seen."""

    seen: int
    """How many of them were new."""
