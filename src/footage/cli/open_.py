"""``footage open``: play a moment in the system's player."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from footage.catalog import Video
from footage.cli import last_search
from footage.cli.options import LibraryOption, any_library
from footage.cli.output import clock, err, out, place
from footage.errors import InvalidQuery, MediaMissing, NotFound, UsageError
from footage.example import seconds
from footage.media.web import Place, WebVideo
from footage.paths import printable

if TYPE_CHECKING:
    from footage.any_library import AnyLibrary

# players that start where they are told, in the order of how well they do it
PLAYERS: dict[str, tuple[str, ...]] = {
    "mpv": ("--start={start}",),
    "vlc": ("--start-time={start}",),
    "celluloid": ("--mpv-start={start}",),
    "ffplay": ("-ss", "{start}", "-autoexit", "-loglevel", "error"),
    "mplayer": ("-ss", "{start}"),
}
OPENERS = {"darwin": "open", "win32": "explorer"}


def open_(
    moment: Annotated[
        str,
        typer.Argument(
            metavar="MOMENT", help="A number of the last search, or VIDEO@TIME: clip.mp4@1:15."
        ),
    ],
    library: LibraryOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the player's command, start nothing.")
    ] = False,
) -> None:
    """Play a moment at its time in the system's player."""
    with any_library(library) as opened:
        found, start = _resolve(opened, moment)
    command, exact = player_command(found, start)
    if not dry_run:
        out.print(f"playing {escape(place(found))} at {clock(start)}")
    if not exact:
        err.print(
            f"[yellow]note:[/] no player that can start in the middle was found: go to "
            f"{clock(start)}, or install mpv or vlc"
        )
    if dry_run:
        out.print(escape(as_typed(command)))
        return
    subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _resolve(library: AnyLibrary, moment: str) -> tuple[Place, float]:
    if last_search.is_number(moment):
        reference, start = last_search.recall(library.folder, int(moment))
        video = library.video(reference)
    else:
        video, start = _named(library, moment)
    found = video.place
    if found is None or (isinstance(found, Path) and not found.exists()):
        raise MediaMissing(f"{place(found)} is not there now")
    if start and start >= video.duration > 0:
        raise InvalidQuery(
            f"{place(found)} lasts {clock(video.duration)}, and {clock(start)} is beyond its end",
            remedy="name an earlier time",
        )
    return found, start


def _named(library: AnyLibrary, moment: str) -> tuple[Video, float]:
    """What VIDEO@TIME names; a file's own name may have an @ in it."""
    reference, _, time = moment.rpartition("@")
    if not reference:
        return library.video(moment), 0.0
    try:
        start = seconds(time)
    except InvalidQuery as no_time:
        try:
            return library.video(moment), 0.0
        except NotFound as error:
            known = _is_known(library, reference)
            raise (no_time if known else error) from None
    return library.video(reference), start


def _is_known(library: AnyLibrary, reference: str) -> bool:
    try:
        library.video(reference)
    except UsageError:
        return False
    return True


def player_command(path: Place, start: float) -> tuple[list[str], bool]:
    """The command that plays ``path``, and whether it begins at ``start`` seconds.

    Raises `UsageError` where there is no player.
    """
    target = path.address if isinstance(path, WebVideo) else str(path)
    for name, arguments in PLAYERS.items():
        if program := shutil.which(name):
            return [program, *(a.format(start=f"{start:.3f}") for a in arguments), target], True
    opener = shutil.which(OPENERS.get(sys.platform, "xdg-open"))
    if opener is None:
        raise UsageError(
            f"no video player was found to show {place(path)} at {clock(start)}",
            remedy="install mpv or vlc",
        )
    if isinstance(path, WebVideo):  # a browser begins there: www.w3.org/TR/media-frags
        return [opener, f"{target}#t={start:.3f}"], True
    return [opener, target], False


def as_typed(command: Sequence[str]) -> str:
    """A command as one types it into a shell, which then runs that and nothing else."""
    if sys.platform == "win32":
        return subprocess.list2cmdline(command)
    return " ".join(map(_quoted, command))


def _quoted(word: str) -> str:
    """A word for a shell; what could steer the terminal is written as bash and zsh escape it."""
    if printable(word) == word:
        return shlex.quote(word)
    plain = set(range(0x20, 0x7F)) - set(b"'\\")
    escaped = (chr(byte) if byte in plain else f"\\x{byte:02x}" for byte in os.fsencode(word))
    return f"$'{''.join(escaped)}'"
