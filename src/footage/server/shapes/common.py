"""What shapes are made of, and those that many answers have."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """An object of an answer: what has a default may be left out, what may be None is null."""

    model_config = ConfigDict(use_attribute_docstrings=True, defer_build=True)


VideoId: TypeAlias = Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="32 hex digits")]
Fraction: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Address: TypeAlias = Annotated[
    str, Field(pattern="^/api/v1/", description="to be asked for at the root of the server")
]
Span: TypeAlias = Annotated[
    list[float], Field(min_length=2, max_length=2, description="start and end in seconds")
]
Modality: TypeAlias = Literal["visual", "audio", "speech", "screen", "fused"]
Scope: TypeAlias = Literal["clip", "asset"]


class Error(Shape):
    """Why something failed."""

    code: str
    """Stable, to be told apart by programs."""
    message: str
    """One sentence."""
    remedy: str
    """What to do about it."""


class Failure(Shape):
    """Every answer of 400 and above."""

    error: Error


class Ok(Shape):
    """That it went well."""

    status: Literal["ok"]
