"""``footage open``: play a moment in the system's player."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from footage.cli import last_search
from footage.cli.options import LibraryOption, existing_library
from footage.cli.output import clock, err, out, place
from footage.errors import InvalidQuery, MediaMissing, UsageError
from footage.example import seconds
from footage.library import Library
from footage.media.web import Place, WebVideo

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
    with existing_library(library) as opened:
        found, start = _resolve(opened, moment)
    command, exact = player_command(found, start)
    if dry_run:
        out.print(escape(subprocess.list2cmdline(command)))
        return
    out.print(f"playing {escape(place(found))} at {clock(start)}")
    if not exact:
        err.print(
            f"[yellow]note:[/] no player that can start in the middle was found: go to "
            f"{clock(start)}, or install mpv or vlc"
        )
    subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _resolve(library: Library, moment: str) -> tuple[Place, float]:
    if moment.isdecimal() and len(moment) < 6:
        reference, start = last_search.recall(library.folder, int(moment))
    else:
        reference, start = _split(moment)
    video = library.video(reference)
    found = video.place
    if found is None or (isinstance(found, Path) and not found.exists()):
        raise MediaMissing(f"{place(found)} is not there now")
    return found, start


def _split(moment: str) -> tuple[str, float]:
    """VIDEO and TIME of VIDEO@TIME; a file's own name may have an @ in it."""
    reference, _, time = moment.rpartition("@")
    if reference:
        with contextlib.suppress(InvalidQuery):
            return reference, seconds(time)
    return moment, 0.0


def player_command(path: Place, start: float) -> tuple[list[str], bool]:
    """The command that plays ``path``, and whether it begins at ``start`` seconds."""
    target = path.address if isinstance(path, WebVideo) else str(path)
    for name, arguments in PLAYERS.items():
        if program := shutil.which(name):
            return [program, *(a.format(start=f"{start:.3f}") for a in arguments), target], True
    opener = shutil.which(OPENERS.get(sys.platform, "xdg-open"))
    if opener is None:
        raise UsageError("no video player was found", remedy="install mpv or vlc")
    if isinstance(path, WebVideo):  # a browser begins there: www.w3.org/TR/media-frags
        return [opener, f"{target}#t={start:.3f}"], True
    return [opener, target], False
