"""From what a request says to a `Query`: parameters, and the files that came with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, Field

from footage.errors import InvalidQuery
from footage.example import Example, seconds
from footage.query import Filters, Query, as_weights, day_range, folder_of
from footage.query_json import check_plain
from footage.steps import Like, Step


class FilterParameters(BaseModel):
    """Filters as the command line spells them."""

    video: list[str] = Field(default=[], description="only these videos")
    folder: list[str] = Field(default=[], description="only below these folders")
    tag: list[str] = Field(default=[], description="only with all these tags")
    partition: list[str] = Field(default=[], description="only in these parts of the index")
    since: str | None = Field(default=None, description="recorded then or later")
    until: str | None = Field(default=None, description="recorded then or earlier")
    min_duration: str | None = Field(default=None, description="90 or 1:30")
    max_duration: str | None = Field(default=None, description="90 or 1:30")

    def filters(self) -> Filters:
        """What they spell; raises `InvalidQuery`."""
        for value in (*self.video, *self.folder, *self.tag, *self.partition):
            check_plain(value)
        return Filters(
            videos=tuple(self.video),
            folders=tuple(map(folder_of, self.folder)),
            tags=tuple(self.tag),
            partitions=tuple(self.partition),
            recorded_from=day_range(self.since)[0] if self.since else None,
            recorded_before=day_range(self.until)[1] if self.until else None,
            shortest=seconds(self.min_duration) if self.min_duration else None,
            longest=seconds(self.max_duration) if self.max_duration else None,
        )


class SearchParameters(FilterParameters):
    """A query as parameters of an address."""

    q: str | None = Field(default=None, description="the text form: 2:dog + beach - people")
    limit: int = Field(default=10, description="moments, at most")
    offset: int = Field(default=0, description="moments skipped first")
    by_video: bool = Field(default=False, description="the best moment of each video")
    like: list[str] = Field(default=[], description="VIDEO@TIME^WEIGHT")
    then: list[str] = Field(default=[], description="texts of what follows")
    within: float = Field(default=30.0, description="seconds to what follows, at most")
    seen: float | None = Field(default=None, description="weight of what is seen")
    said: float | None = Field(default=None, description="weight of what is said")
    sign: float | None = Field(default=None, description="weight of what is written")
    fusion: str = Field(default="calibrated", description="calibrated or rrf")
    modality: list[str] = Field(default=[], alias="in", description="modalities searched")

    def query(self) -> Query:
        """What they ask; raises `InvalidQuery`."""
        channels = {"seen": self.seen, "said": self.said, "sign": self.sign}
        return Query(
            text=self.q,
            likes=tuple(map(Like.parse, self.like)),
            then=tuple(map(Step, self.then)),
            within=self.within,
            weights=as_weights({name: w for name, w in channels.items() if w is not None}),
            fusion=self.fusion,
            modalities=tuple(self.modality),
            filters=self.filters(),
            limit=self.limit,
            offset=self.offset,
            group_by_video=self.by_video,
        )


class Files:
    """The files that came with a query: each is used once, or is an example by itself."""

    def __init__(self, files: Sequence[tuple[str, str, Path]] = ()) -> None:
        """``files`` are of a kind, called by a name, and lie at a path for now."""
        self._left = list(files)

    def take(self, name: str) -> tuple[str, Path]:
        """Kind and path of the next file of that name; raises `InvalidQuery`."""
        for at, (kind, known, path) in enumerate(self._left):
            if known == name:
                del self._left[at]
                return kind, path
        raise InvalidQuery(
            f"no file {name!r:.100} came with the query",
            remedy="send it in a part named image, clip or sound",
        )

    def rest(self) -> list[Example]:
        """Examples of the files that nothing was said of."""
        left, self._left = self._left, []
        return [Example(path, kind) for kind, _name, path in left]
