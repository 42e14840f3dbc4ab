"""The options that several commands share, and the library they name."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from footage import logs, remote
from footage.cli.output import err
from footage.errors import InvalidQuery, LibraryLocked, UsageError
from footage.example import Example, seconds
from footage.media.faults import missing
from footage.paths import absolute, default_library, printable
from footage.query import WITHIN

if TYPE_CHECKING:
    from footage.any_library import AnyLibrary
    from footage.library import Library

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", "-l", metavar="DIR", help="The library; else $FOOTAGE_LIBRARY, else your own."
    ),
]
MilvusOption = Annotated[
    str | None,
    typer.Option("--milvus", metavar="URI", help="A Milvus server: http://HOST:19530."),
]
TokenOption = Annotated[
    str | None,
    typer.Option(
        "--milvus-token",
        metavar="TOKEN",
        help="Its API key or USER:PASSWORD; better in $FOOTAGE_MILVUS_TOKEN.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
VerboseOption = Annotated[
    int,
    typer.Option(
        "--verbose",
        "-v",
        count=True,
        show_default=False,
        help="Say what happens; twice for more.",
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print results only.")]
VideosArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="VIDEO", help="Ids, beginnings of ids, paths, addresses, names or titles."
    ),
]

ImageOption = Annotated[
    list[str] | None,
    typer.Option("--image", metavar="FILE|URL", help="Like this picture; repeatable."),
]
ClipOption = Annotated[
    list[str] | None,
    typer.Option("--clip", metavar="FILE[@START-END]", help="Like what is seen there; repeatable."),
]
SoundOption = Annotated[
    list[str] | None,
    typer.Option(
        "--sound", metavar="FILE[@START-END]", help="Like what is heard there; repeatable."
    ),
]
LikeOption = Annotated[
    list[str] | None,
    typer.Option("--like", metavar="VIDEO@TIME", help="Like that moment; repeatable."),
]
ThenOption = Annotated[
    list[str] | None,
    typer.Option("--then", metavar="TEXT", help="What follows; repeatable, in order."),
]
WithinOption = Annotated[
    str | None,
    typer.Option("--within", metavar="TIME", help="At most so long between the two; else 30 s."),
]

PlotOption = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE", help="Draw it there: .png or .svg.")
]
BudgetOption = Annotated[
    float | None,
    typer.Option(
        "--budget",
        metavar="DOLLARS",
        min=0,
        help="Spend at most this where a service embeds; the rest is left for later.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def any_library(
    folder: Path | None, *, verbose: int = 0, quiet: bool = False
) -> Library | remote.RemoteLibrary:
    """The library a command works on, through its server where there is one.

    Raises `LibraryNotFound` where there is none.
    """
    logs.to_terminal(-1 if quiet else verbose)
    served = through_server(folder, quiet=quiet)
    return served or existing_library(folder, verbose=verbose, quiet=quiet)


def through_server(folder: Path | None, *, quiet: bool = False) -> remote.RemoteLibrary | None:
    """The library as its server has it; None where none serves it, or none we can speak with."""
    try:
        return remote.open_served(_place_of(folder))
    except remote.OtherVersion as other:
        if not quiet:
            err.print(f"[yellow]note:[/] {escape(printable(str(other)))}")
        return None


def existing_library(folder: Path | None, *, verbose: int = 0, quiet: bool = False) -> Library:
    """The library, opened here beside whatever serves it; raises `LibraryNotFound`."""
    from footage.opening import open_library

    logs.to_terminal(-1 if quiet else verbose)
    return open_library(folder, create=False)


def check_unserved(folder: Path | None) -> None:
    """Raise `LibraryLocked` where a server has a library that its files are about to be taken."""
    from footage.server.found import running

    place = _place_of(folder)
    if served := running(place):
        raise LibraryLocked(
            f"footage serve (process {served.pid}, {served.url}) holds {place}",
            remedy="stop it first",
        )


def check_installed(command: str, needs: Sequence[str], *, extra: str) -> None:
    """Raise `UsageError` where a command needs modules, of an extra, that are not installed."""
    missing = [name for name in needs if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"`footage {command}` needs what is not installed ({', '.join(missing)})",
            remedy=f"run pip install '.[{extra}]' in a clone of footage",
        )


def emptiness(library: AnyLibrary) -> str:
    """What to say of a library without videos: it may be about to have some."""
    if library.is_being_indexed():
        return "nothing is indexed yet: `footage index` is at work on it, ask again in a while"
    return "the library is empty: `footage index FOLDER` takes videos in"


def spoken(text: list[str] | None) -> str | None:
    """The text that the words of a command line are; None where there are none."""
    return " ".join(word.lstrip() for word in text) if text else None


def between(within: str | None, then: list[str] | None) -> float:
    """The seconds that ``--within`` says. Raises `InvalidQuery`, and where nothing follows."""
    if within is None:
        return WITHIN
    found = seconds(within)
    if not then:
        raise UsageError(
            "--within says how soon something follows, and nothing is to follow",
            remedy="say what does, as in: a car --then 'a crash'",
        )
    return found


def examples(
    image: list[str] | None, clip: list[str] | None, sound: list[str] | None
) -> tuple[Example, ...]:
    """The examples that options spell. Raises `InvalidQuery` and `MediaMissing`."""
    found = tuple(
        Example.parse(value, kind)
        for kind, values in (("image", image), ("clip", clip), ("sound", sound))
        for value in values or ()
    )
    for example in found:
        if not example.url:
            _check_there(example.path)
    return found


def _check_there(path: Path) -> None:
    """Raise for the file of an example that is not there: `InvalidQuery`, `MediaMissing`."""
    if path.exists():
        return
    name, hat, weight = str(path).rpartition("^")
    if hat and Path(name).exists():
        raise InvalidQuery(
            f"{weight!r:.100} is no weight",
            remedy=f"write a number, as in {printable(Path(name).name)}^0.5",
        )
    raise missing(path)


def _place_of(folder: Path | None) -> Path:
    return absolute(folder) if folder else default_library()
