"""What an assistant may ask: the arguments of each tool, with what it has to know to write them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from footage.query import Query
from footage.server.queries import FilterParameters
from footage.steps import Like, Step

VIDEO = "its id, the beginning of its id, its title, file name or path"
_EXTRA = ConfigDict(extra="forbid")


class SearchArguments(FilterParameters):
    """See the tool `search`."""

    model_config = _EXTRA

    query: str | None = Field(
        default=None,
        description="what the moment shows, or a text form: 2:dog + beach - people, "
        'said:"refund policy", sign:exit',
    )
    like: list[str] = Field(
        default=[], description="ids of moments that the wanted ones look like; or VIDEO@1:05"
    )
    then: list[str] = Field(
        default=[], description="what follows in the same video, in this order; text forms"
    )
    within: float = Field(default=30.0, description="seconds to what follows, at most")
    limit: int = Field(default=10, ge=1, le=100, description="moments, at most")
    offset: int = Field(default=0, ge=0, le=900, description="moments skipped first")
    by_video: bool = Field(default=False, description="only the best moment of each video")

    def to_query(self) -> Query:
        """What it asks; raises `InvalidQuery`."""
        return Query(
            text=self.query,
            likes=tuple(map(Like.parse, self.like)),
            then=tuple(map(Step, self.then)),
            within=self.within,
            filters=self.filters(),
            limit=self.limit,
            offset=self.offset,
            group_by_video=self.by_video,
        )


class LookArguments(BaseModel):
    """See the tool `look`."""

    model_config = _EXTRA

    moment: str = Field(description="the id of a moment; or VIDEO@TIME, as rome.mp4@1:05")
    context: float = Field(
        default=15.0, ge=0, le=600, description="seconds of transcript before and after it"
    )
    neighbours: int = Field(default=2, ge=0, le=20, description="segments told before and after it")


class VideosArguments(FilterParameters):
    """See the tool `videos`."""

    model_config = _EXTRA

    limit: int = Field(default=50, ge=1, le=500, description="videos, at most")
    offset: int = Field(default=0, ge=0, le=10**9, description="videos skipped first")


class TranscriptArguments(BaseModel):
    """See the tool `transcript`."""

    model_config = _EXTRA

    video: str = Field(description=VIDEO)
    modality: Literal["speech", "screen"] = Field(
        default="speech", description="what is said in it, or written on its screen"
    )
    start: float = Field(default=0.0, ge=0, description="seconds into the video")
    end: float | None = Field(default=None, ge=0, description="seconds; its end where not given")


class TagArguments(BaseModel):
    """See the tool `tag`."""

    model_config = _EXTRA

    videos: list[str] = Field(min_length=1, max_length=1000, description=f"of each {VIDEO}")
    add: list[str] = Field(default=[], max_length=100, description="tags they get")
    remove: list[str] = Field(default=[], max_length=100, description="tags they lose")
