"""Answers on the wire. Those of the service are the SDK's own response models, by alias."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import lru_cache
from math import ceil
from typing import Any

from pydantic import BaseModel
from twelvelabs import ErrorResponse, ErrorResponseError, FlatErrorResponse, PageInfo
from twelvelabs.core.serialization import get_field_to_alias_mapping

from marengo_double.refusals import Refused, invalid

_LONGEST_PAGE = 50


@dataclass(slots=True)
class Answer:
    """A status, a body and headers in lower case."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, model: BaseModel, status: int = 200) -> Answer:
        """A response model of the SDK as JSON."""
        return cls._json(status, by_alias(model))

    @classmethod
    def error(cls, status: int, code: str, message: str) -> Answer:
        """An error, in the shape that the SDK expects for its status."""
        if status == 413:
            inner = ErrorResponseError(code=code, message=message)
            return cls.of(ErrorResponse(error=inner), status)
        return cls.of(FlatErrorResponse(code=code, message=message), status)

    @classmethod
    def refusal(cls, refused: Refused) -> Answer:
        """An error that was raised."""
        answer = cls.error(refused.status, refused.code, refused.message)
        answer.headers.update(refused.headers)
        return answer

    def changed(self, change: Callable[[Any], Any]) -> Answer:
        """The same answer with its JSON changed; itself where it has none."""
        if self.headers.get("content-type") != "application/json":
            return self
        changed = self._json(self.status, change(json.loads(self.body)))
        return Answer(changed.status, changed.body, {**self.headers, **changed.headers})

    @classmethod
    def _json(cls, status: int, value: Any) -> Answer:
        body = json.dumps(value, default=_rfc3339).encode()
        return cls(status, body, {"content-type": "application/json"})


def by_alias(value: Any) -> Any:
    """What a response model's own ``dict()`` gives, without looking at every number in it.

    Of a two-hour film that would be three million, and a quarter of a minute.
    """
    if isinstance(value, BaseModel):
        names, given = _aliases(type(value)), value.model_fields_set
        return {
            names.get(name, name): by_alias(item)
            for name, item in value
            if name in given or item is not None
        }
    if isinstance(value, list) and value and isinstance(value[0], BaseModel):
        return [by_alias(item) for item in value]
    return value


@lru_cache(maxsize=64)
def _aliases(model: type[BaseModel]) -> dict[str, str]:
    return get_field_to_alias_mapping(model)


def now() -> datetime:
    """The time, as the service writes it: UTC, whole seconds."""
    return datetime.now(timezone.utc).replace(microsecond=0)


def page_of(
    items: Sequence[Any], page: str | None, limit: str | None
) -> tuple[list[Any], PageInfo]:
    """One page of a list, and where it lies in it; pages beyond the end are empty."""
    number, size = _positive("page", page, 1), _positive("page_limit", limit, 10)
    if size > _LONGEST_PAGE:
        raise invalid("page_limit", f"It is at most {_LONGEST_PAGE}.")
    info = PageInfo(
        page=number,
        limit_per_page=size,
        total_page=ceil(len(items) / size),
        total_results=len(items),
    )
    return list(items[(number - 1) * size : number * size]), info


def _positive(name: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise invalid(name, "It is a whole number from 1.")
    return int(text)


def _rfc3339(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise TypeError(f"{type(value).__name__} has no JSON")
