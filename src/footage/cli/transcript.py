"""``footage transcript``: what is said in a video, or written on its screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from footage import logs
from footage.any_library import AnyLibrary
from footage.catalog import Video
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    any_library,
)
from footage.cli.output import clock, counting_bar, err, out, place, plural, print_json
from footage.durable import draft_of
from footage.embedder import VideoFile
from footage.errors import FootageError, LibraryUnwritable, MediaMissing, NotFound, UsageError
from footage.media.probe import probe
from footage.opening import is_library
from footage.paths import absolute, printable
from footage.reader import Reading
from footage.readers import open_reader, read_spoken, screen
from footage.readers.formats import FORMATS


def transcript(
    video: Annotated[
        str, typer.Argument(metavar="VIDEO", help="A file, or a video of the library.")
    ],
    library: LibraryOption = None,
    on_screen: Annotated[
        bool, typer.Option("--screen", help="What is written on the screen instead.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there: .txt, .srt or .vtt."),
    ] = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Print what is said in a video with its times, or write it to a file.

    What `footage index` read of a video of the library is printed. Of any other file subtitles in
    it or beside it are used where there are any; else speech is recognized (English), which needs
    the extra `speech`. --screen needs the extra `ocr`.
    """
    logs.to_terminal(-1 if quiet else verbose)
    write = _writer(output)
    reading, unread = _stored(video, library, "screen" if on_screen else "speech")
    if reading is None:
        reading = _read(_file_of(video, library), on_screen=on_screen, hidden=quiet or as_json)
    for warning in (*unread, *reading.warnings):
        err.print(f"[yellow]note:[/] {escape(printable(warning))}")
    if as_json:
        print_json(reading.to_json())
    elif write is not None and output is not None:
        write(reading)
        out.print(f"{plural(len(reading.lines), 'line')} in {escape(place(absolute(output)))}")
    else:
        _print(reading)


def _stored(video: str, library: Path | None, modality: str) -> tuple[Reading | None, list[str]]:
    """What a library that knows the video has read of it; None where none has, and why."""
    path = absolute(video)
    if path.is_file() and not is_library(library):
        return None, []
    try:
        with any_library(library) as opened:
            if path.is_file():
                return opened.reading_now(path, modality), []
            return _told(opened, opened.video(video), modality)
    except FootageError:
        if path.is_file():  # it can be read whatever is wrong with a library
            return None, []
        raise


def _told(library: AnyLibrary, video: Video, modality: str) -> tuple[Reading | None, list[str]]:
    try:
        return library.transcript(video.video_id, modality), []
    except NotFound as error:
        if video.path is None or not video.path.is_file():
            raise
        return None, [f"{error.what}; `footage index` on its folder reads it for good"]


def _read(file: VideoFile, *, on_screen: bool, hidden: bool) -> Reading:
    total = round(file.info.duration)
    with counting_bar("reading", hidden=hidden) as tell:

        def on_progress(seconds: float) -> None:
            tell(round(seconds), total)

        if on_screen:
            return open_reader(screen.NAME).read(file, on_progress=on_progress)
        return read_spoken(file, on_progress=on_progress)


def _writer(output: Path | None) -> Callable[[Reading], None] | None:
    """What writes the file that was asked for; raises `UsageError` before anything is read."""
    if output is None:
        return None
    target = absolute(output)
    to_text = FORMATS.get(target.suffix.lower().removeprefix("."))
    if to_text is None:
        raise UsageError(
            f"{target.name} has no suffix of a transcript", remedy="end it in .txt, .srt or .vtt"
        )

    def write(reading: Reading) -> None:
        try:
            with draft_of(target) as draft:
                draft.write_text(to_text(reading.lines), "utf-8")
        except OSError as error:
            raise LibraryUnwritable(f"{target} cannot be written ({error.strerror})") from error

    return write


def _file_of(video: str, library: Path | None) -> VideoFile:
    path = absolute(video)
    if not path.is_file():
        with any_library(library) as opened:
            known = opened.video(video)
        if known.path is None or not known.path.is_file():
            raise MediaMissing(f"{known.path or known.title} is not there now")
        path = known.path
    return VideoFile(path, "", probe(path))


def _print(reading: Reading) -> None:
    for line in reading.lines:
        text = escape(printable(" ".join(line.text.split())))
        out.print(f"[green]{clock(line.start):>8}[/]  {text}")
    if not reading.lines:
        out.print("nothing was found to read")
