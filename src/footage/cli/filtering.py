"""The filters that many commands take: their options, as one parameter of the command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from footage.errors import InvalidQuery
from footage.example import seconds
from footage.query import Filters, day_range

ALL = Filters()
CHOSEN = "chosen"  # the parameter of a command in whose place the options stand


def filtered(*, video: bool = True) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of filters, in the place of its parameter ``chosen: Filters``.

    ``--video`` is one of them where ``video`` holds.
    """
    options = inspect.signature(_filters, eval_str=True).parameters
    taken = [option for name, option in options.items() if video or name != "video"]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)

        @wraps(command)
        def called(**given: Any) -> None:
            spelt = {option.name: given.pop(option.name) for option in taken}
            command(**given, **{CHOSEN: _filters(**spelt)})

        parameters = [
            each
            for name, parameter in own.parameters.items()
            for each in (taken if name == CHOSEN else [parameter])
        ]
        called.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        called.__annotations__ = {each.name: each.annotation for each in parameters}
        return called

    return decorate


def _filters(
    video: Annotated[
        list[str] | None,
        typer.Option("--video", metavar="VIDEO", help="Only this video; repeatable."),
    ] = None,
    folder: Annotated[
        list[str] | None,
        typer.Option("--folder", metavar="DIR", help="Only below it; repeatable."),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Only with this tag; repeatable."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Recorded then or later: 2024-05.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Recorded then or earlier.")
    ] = None,
    min_duration: Annotated[
        str | None,
        typer.Option(
            "--min-duration", metavar="TIME", help="Videos this long or longer: 90 or 1:30."
        ),
    ] = None,
    max_duration: Annotated[
        str | None,
        typer.Option("--max-duration", metavar="TIME", help="Videos this long or shorter."),
    ] = None,
    partition: Annotated[
        list[str] | None,
        typer.Option(
            "--partition",
            metavar="NAME",
            help="Only in this part of the index, or below it; repeatable.",
        ),
    ] = None,
) -> Filters:
    """The filters that these options spell. Raises `InvalidQuery`."""
    return Filters(
        videos=tuple(video or ()),
        folders=tuple(map(_folder, folder or ())),
        tags=tuple(tag or ()),
        recorded_from=day_range(since)[0] if since else None,
        recorded_before=day_range(until)[1] if until else None,
        shortest=seconds(min_duration) if min_duration else None,
        longest=seconds(max_duration) if max_duration else None,
        partitions=tuple(partition or ()),
    )


def _folder(text: str) -> Path:
    """What a shell makes of a variable that is not set is no folder, least of all this one."""
    if not text:
        raise InvalidQuery("--folder names no folder", remedy="write one after it, or leave it out")
    return Path(text)
