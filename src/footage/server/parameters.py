"""The names in the query of an address: one that is not known is refused, not passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_origin

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from footage.paths import printable
from footage.server.faults import Refused


async def check_parameters(request: Request) -> None:
    """Raise `Refused` for a parameter that a route does not take, or takes once."""
    given = Counter(name for name, _value in request.query_params.multi_items())
    if not given:
        return
    known = dict(_taken_by(request.scope["route"]))
    for name, times in given.items():
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise _refused(f"there is no parameter {printable(name)[:100]!r} here", takes)
        if times > 1 and not known[name]:
            raise _refused(f"the parameter {name!r} is given {times} times", "give it once")


def _taken_by(route: APIRoute) -> Iterator[tuple[str, bool]]:
    """The parameters of a route, and whether each may be given several times."""
    for field in route.dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, part in kind.model_fields.items():
                yield part.alias or name, get_origin(part.annotation) is list
        else:
            yield field.alias, get_origin(kind) is list


def _refused(message: str, remedy: str) -> Refused:
    return Refused(422, "invalid_request", message, remedy=remedy)
