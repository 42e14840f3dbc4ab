"""``footage index``: take videos in."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from footage import logs
from footage.any_library import AnyLibrary
from footage.cli.matches import deliver, print_new
from footage.cli.models import fetching
from footage.cli.options import (
    BudgetOption,
    JsonOption,
    LibraryOption,
    MilvusOption,
    QuietOption,
    TokenOption,
    VerboseOption,
    YesOption,
    through_server,
)
from footage.cli.output import clock, confirm, err, out, place, plural, print_json, size
from footage.embedders import Absent, to_fetch
from footage.errors import UsageError
from footage.ingest.report import (
    IngestInterrupted,
    Kind,
    Observer,
    Outcome,
    Plan,
    ReadingOutcome,
    Report,
    ToRead,
)
from footage.library import Library
from footage.media.sources import listed_sources
from footage.media.web import Place
from footage.opening import check_agreement, open_library, settings_of
from footage.paths import printable
from footage.readers import available, screen, speech
from footage.readers.needs import Status
from footage.settings import Sampling
from footage.validation import first_wrong

OPTIONS = {
    "fps": "--fps",
    "shortest": "the first number of --segment-length",
    "longest": "the second number of --segment-length",
}
SHOWN_FAILURES = 50
NICENESS = 10


def index(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Files, folders, globs, or https:// addresses."),
    ] = None,
    library: LibraryOption = None,
    listed: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="FILE", help="A list of sources, one a line; - reads it from stdin."
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="GLOB", help="Leave out names or paths; repeatable."),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="Tag what is indexed; repeatable."),
    ] = None,
    embedder: Annotated[
        str | None,
        typer.Option(
            "--embedder",
            metavar="NAME",
            help="What a new library embeds with: lite, clip:NAME (`footage models` lists them), "
            "or marengo, a service that is paid; lite where none is named.",
        ),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option("--fps", help="Frames looked at a second; settled with a new library [1]."),
    ] = None,
    segment_length: Annotated[
        str | None,
        typer.Option(
            "--segment-length",
            metavar="MIN-MAX",
            help="Seconds a segment lasts; settled with a new library [1-15].",
        ),
    ] = None,
    milvus: MilvusOption = None,
    milvus_token: TokenOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what there is to do and what it costs.")
    ] = False,
    budget: BudgetOption = None,
    no_read: Annotated[
        bool, typer.Option("--no-read", help="Do not read what is said and written in them.")
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Index videos: files, folders, globs, addresses. What was indexed before is skipped.

    When they can be searched by what is seen, subtitles, speech and writing in them are read.
    It may be stopped at any time (Ctrl-C) and started again: finished videos stay.
    """
    logs.to_terminal(-1 if quiet else verbose)
    give_way()
    known = settings_of(library)
    sampling = sampling_of(fps, segment_length, known.sampling if known else Sampling())
    wanted = [*(sources or []), *read_lists(listed or [])]
    if not (sources or listed):
        raise UsageError("nothing to index was named", remedy="give files, folders or --from FILE")
    with contextlib.ExitStack() as stack:
        absent = None
        if dry_run and known is None:  # settled by a real run, not by asking
            absent = to_fetch(embedder or "lite")
            embedder = None if absent else embedder  # what there is to do is the same
            library = Path(stack.enter_context(TemporaryDirectory(prefix="footage-")))
        opened: AnyLibrary | None = None
        if known is not None and milvus_token is None:
            opened = through_server(library, quiet=quiet)
        if known is not None and opened is not None:
            check_agreement(known, embedder, sampling, milvus)
        else:
            with fetching(hidden=quiet or as_json) as on_fetch:
                opened = open_library(
                    library,
                    embedder=embedder,
                    sampling=sampling,
                    milvus_uri=milvus,
                    milvus_token=milvus_token,
                    on_fetch=on_fetch,
                )
        stack.enter_context(opened)
        if dry_run:
            plan = opened.plan(*wanted, exclude=exclude or [], budget=budget)
            _print_plan(plan, absent, as_json)
            return
        bar = ProgressBar(quiet=quiet or as_json, agreed=yes)
        try:
            with bar:
                report = opened.add(
                    *wanted,
                    exclude=exclude or [],
                    tags=tag or [],
                    budget=budget,
                    read=not no_read,
                    observer=bar,
                )
        except IngestInterrupted as interrupt:
            report = interrupt.report
            _print(report, as_json=as_json, quiet=quiet or not report.outcomes, verbose=verbose)
            err.print("[yellow]interrupted:[/] finished videos are kept; run it again to go on")
            raise typer.Exit(130) from interrupt
        _print(
            report, as_json=as_json, quiet=quiet, verbose=verbose, unread=_unread(opened, report)
        )
        if isinstance(opened, Library):  # a server sends by itself
            deliver(opened, quiet=quiet or as_json)
    nothing = not report.outcomes and bool(report.scan.skipped)
    if report.failed or report.of(Kind.LEFT) or report.waiting or nothing:
        raise typer.Exit(1)


def read_lists(names: Sequence[str]) -> list[str]:
    """The sources that the files of these names list, ``-`` being stdin. Raises `UsageError`."""
    found = []
    for name in names:
        try:
            with contextlib.ExitStack() as stack:
                stdin = name == "-"
                lines = sys.stdin.buffer if stdin else stack.enter_context(Path(name).open("rb"))
                found += listed_sources(lines)
        except OSError as error:
            raise UsageError(
                f"the list {printable(name)} cannot be read ({error.strerror})",
                remedy="name a text file with a source a line",
            ) from error
    return found


def give_way() -> None:
    """Let what a person waits for, a search above all, go before hours of indexing."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def sampling_of(fps: float | None, segment_length: str | None, kept: Sampling) -> Sampling | None:
    """What ``--fps`` and ``--segment-length`` say, and of ``kept`` what they do not.

    None for neither. Raises `UsageError`.
    """
    if fps is None and segment_length is None:
        return None
    values = kept.model_dump() | ({} if fps is None else {"fps": fps})
    try:
        if segment_length is not None:
            values["shortest"], values["longest"] = map(float, segment_length.split("-"))
        return Sampling(**values)
    except ValidationError as error:
        raise UsageError(
            first_wrong(error, OPTIONS), remedy="write it as --fps 2 --segment-length 1-15"
        ) from error
    except ValueError as error:
        raise UsageError(
            f"--segment-length {segment_length!r} is not a range", remedy="write 1-15"
        ) from error


class ProgressBar(Observer):
    """One bar over all videos: what is read, how far, how fast, how long still."""

    def __init__(self, *, quiet: bool, agreed: bool = False) -> None:
        """``agreed``: nobody is asked whether videos may be sent away and paid for."""
        self._progress = Progress(
            TextColumn("[bold]{task.fields[files]}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            _Rate(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[name]}"),
            console=err,
            disable=quiet or not err.is_terminal,
            transient=True,
        )
        self._quiet = quiet
        self._agreed = agreed
        self._task = self._progress.add_task("", total=None, files="scanning", name="")
        self._durations: dict[Place, float] = {}
        self._reached: dict[Place, float] = {}
        self._done = 0
        self._read: dict[tuple[Place, str], tuple[float, float]] = {}  # seconds done, and in all

    def __enter__(self) -> ProgressBar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def migrating(self, source: str, target: str) -> None:
        """Say where the migration goes."""
        if not self._quiet:
            err.print(escape(f"from {source} to {target}"))

    def waiting(self, why: str) -> None:
        """Say so."""
        if not self._quiet:
            err.print(f"[dim]waiting: {escape(why)}[/]")

    def planned(self, plan: Plan) -> None:
        """Give the bar its length; where videos are sent away, tell the price and ask.

        Raises `UsageError` where nobody can be asked, ends the program on a no.
        """
        self._durations = {file.path: file.seconds for file in plan.files}
        self._progress.update(self._task, total=plan.seconds, files=f"0/{len(plan.files)}")
        if not self._quiet and (plan.files or plan.left):
            err.print(in_words(plan))
        if plan.dollars:
            self._progress.stop()  # a question and a bar do not share a line
            if self._quiet:
                err.print(in_words(plan))
            if not self._agreed:
                confirm("Send and pay?", "--yes")
            self._progress.start()

    def progressed(self, path: Place, seconds: float) -> None:
        """Move the bar."""
        self._reached[path] = min(seconds, self._durations.get(path, 0.0))
        name = escape(printable(path.name))
        self._progress.update(self._task, completed=sum(self._reached.values()), name=name)

    def finished(self, outcome: Outcome) -> None:
        """Count a file."""
        if outcome.path not in self._durations:
            return
        self._reached[outcome.path] = self._durations[outcome.path]
        self._done += 1
        self._progress.update(
            self._task,
            completed=sum(self._reached.values()),
            files=f"{self._done}/{len(self._durations)}",
        )

    def reading_planned(self, todo: Sequence[ToRead]) -> None:
        """Begin again, with what is to be read."""
        self._read = {(each.path, each.modality): (0.0, each.seconds) for each in todo}
        self._done = 0
        total = sum(each.seconds for each in todo)
        self._progress.reset(self._task, total=total, files=f"reading 0/{len(todo)}", name="")

    def reading_progressed(self, path: Place, modality: str, seconds: float) -> None:
        """Move the bar."""
        done, total = self._read[path, modality]
        # what has subtitles is gone through again where they hold nothing
        self._read[path, modality] = max(done, min(seconds, total)), total
        completed = sum(done for done, _ in self._read.values())
        name = escape(printable(path.name))
        self._progress.update(self._task, completed=completed, name=name)

    def reading_finished(self, outcome: ReadingOutcome) -> None:
        """Count a reading."""
        _, total = self._read[outcome.path, outcome.modality]
        self._read[outcome.path, outcome.modality] = total, total
        self._done += 1
        self._progress.update(
            self._task,
            completed=sum(done for done, _ in self._read.values()),
            files=f"reading {self._done}/{len(self._read)}",
        )


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Seconds of video a second."""
        return Text(f"{task.speed:.0f}x" if task.speed else "", style="cyan")


def in_words(plan: Plan) -> str:
    """What a run is about to do, where it sends what, and what that costs."""
    files = plural(len(plan.files), "video")
    text = f"{files} to index, {clock(plan.seconds)} in all"
    if plan.unchanged:
        text += f" ({plan.unchanged:,} unchanged)"
    if plan.dollars:
        text += f"; sent to {escape(plan.sent_to or '')}, for about ${plan.dollars:.2f}"
    elif plan.sent_to and plan.files:
        text += f"; at {escape(plan.sent_to)} already, and paid for"
    if plan.left:
        more = sum(file.dollars for file in plan.left)
        text += f"; {plural(len(plan.left), 'video')} (${more:.2f}) left: beyond the budget"
    return text


def _print_plan(plan: Plan, absent: Absent | None, as_json: bool) -> None:
    if as_json:
        print_json({**plan.to_json(), "to_fetch": absent and absent._asdict()})
        return
    if absent:
        about = f", about {size(absent.bytes)}" if absent.bytes else ""
        out.print(f"the model {escape(absent.model)} is to be fetched first{about}")
    print_foreseen(plan)
    for file in plan.files:
        price = f"  ${file.dollars:.2f}" if plan.sent_to else ""
        out.print(f"{clock(file.seconds):>8}{price}  {escape(place(file.path))}")
    out.print(in_words(plan))


def _print(
    report: Report,
    *,
    as_json: bool,
    quiet: bool,
    verbose: int = 0,
    unread: Sequence[str] = (),
) -> None:
    if as_json:
        print_json(report.to_json())
        return
    print_failures(report)
    if quiet:
        return
    for skipped in report.scan.skipped:
        why = escape(printable(skipped.reason))
        err.print(f"[yellow]skipped:[/] {escape(place(skipped.path))}: {why}")
    for what, paths in (("not video", report.scan.others), ("hidden", report.scan.hidden)):
        for path in paths if verbose else ():
            err.print(f"[dim]{what}:[/] {escape(place(path))}")
    for outcome in report.of(Kind.ADDED):
        if any(outcome.damage.values()):
            err.print(
                f"[yellow]damaged:[/] {escape(place(outcome.path))}: "
                f"{damage_in_words(outcome.damage)}; the rest is indexed"
            )
    if report.waiting:
        err.print(
            f"[yellow]not searchable yet:[/] {plural(report.waiting, 'video')} "
            f"({escape(str(report.waiting_for))}); the next index or search takes them in"
        )
    for failed in report.unread[:SHOWN_FAILURES]:
        err.print(f"[yellow]not read:[/] {escape(printable(str(failed.error)))}")
    out.print(_summary(report))
    if report.readings:
        out.print(_readings_in_words(report))
        for line in unread:
            out.print(f"[dim]{escape(line)}[/]")
    print_new(report.matches)
    if not verbose and (report.scan.others or report.scan.hidden):
        out.print("[dim]-v names the files that were left out[/]")


def print_failures(report: Report) -> None:
    """The files that failed, each with its reason."""
    _print_failed("failed:", report.failed)


def print_foreseen(plan: Plan) -> None:
    """The files that would fail, each with its reason."""
    _print_failed("would fail:", plan.failed)


def _print_failed(word: str, failed: Sequence[Outcome]) -> None:
    for outcome in failed[:SHOWN_FAILURES]:
        err.print(f"[red]{word}[/] {escape(printable(str(outcome.error)))}")
    if len(failed) > SHOWN_FAILURES:
        err.print(f"[red]{word}[/] and {len(failed) - SHOWN_FAILURES:,} more")


def damage_in_words(damage: Mapping[str, int]) -> str:
    """``3 frames with errors, 1 unreadable part``: what the counts of `Outcome.damage` mean."""
    frames, parts = damage.get("corrupt_frames", 0), damage.get("failed_packets", 0)
    words = [f"{plural(frames, 'frame')} with errors"] if frames else []
    return ", ".join([*words, plural(parts, "unreadable part")] if parts else words)


def _readings_in_words(report: Report) -> str:
    """``read 2 lines of subtitles in 1 of 8 videos``, and of what is on the screen."""
    deaf = not _status(speech.NAME).usable
    kinds = {"speech": "of subtitles" if deaf else "of what is said", "screen": "on the screen"}
    parts = []
    for modality, what in kinds.items():
        done = [one for one in report.readings if one.modality == modality and one.error is None]
        told = [one for one in done if one.lines]
        if done:
            among = f"{len(told):,} of " if told and len(told) < len(done) else ""
            lines = sum(one.lines for one in done)
            count = f"{lines:,} line{'' if lines == 1 else 's'}" if lines else "no lines"
            parts.append(f"{count} {what} in {among}{plural(len(done), 'video')}")
    text = f"read {', '.join(parts)}" if parts else "read nothing"
    failed = len(report.unread)
    return f"{text}, {failed:,} could not be read: tried again by the next run" if failed else text


def _unread(library: AnyLibrary, report: Report) -> list[str]:
    """What of the videos of a run could not be read for want of a reader, and what helps."""
    lines = []
    silent = {one.video_id for one in report.readings if one.modality == "speech" and not one.lines}
    hearing, seeing = _status(speech.NAME), _status(screen.NAME)
    if silent and not hearing.usable:
        loud = sum(video.has_audio for video in library.videos() if video.video_id in silent)
        have = "has" if loud == 1 else "have"
        if loud:
            lines.append(
                f"{plural(loud, 'video')} {have} sound that nothing here can listen to: "
                f"{hearing.remedy}"
            )
    if report.readings and not seeing.usable:
        lines.append(f"nothing here can read what is written in the picture: {seeing.remedy}")
    return lines


def _status(name: str) -> Status:
    return next(one for one in available() if one.name == name)


def _summary(report: Report) -> str:
    counts = {kind: len(report.of(kind)) for kind in Kind}
    words = {
        Kind.ADDED: "indexed",
        Kind.LOCATED: "known already",
        Kind.UNCHANGED: "unchanged",
        Kind.REMOVED: "removed earlier",
        Kind.LEFT: "left: beyond the budget",
        Kind.FAILED: "failed",
    }
    parts = [f"{counts[kind]:,} {word}" for kind, word in words.items() if counts[kind]]
    if not parts:
        parts.append("no videos found")
    left_out = (("not video", report.scan.others), ("hidden", report.scan.hidden))
    parts += [f"{len(paths):,} {what}" for what, paths in left_out if paths]
    text = ", ".join(parts)
    if counts[Kind.ADDED] and report.elapsed > 0:
        rate = report.video_seconds / report.elapsed
        text += f" ({clock(report.video_seconds)} of video in {report.elapsed:.1f} s, "
        text += f"{rate:.0f}x real time)"
    return text
