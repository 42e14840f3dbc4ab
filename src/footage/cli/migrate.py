"""``footage migrate``: another embedder, or another sampling, with search still up."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from footage.cli.index import (
    ProgressBar,
    give_way,
    print_failures,
    print_foreseen,
    sampling_of,
)
from footage.cli.models import fetching
from footage.cli.options import (
    JsonOption,
    LibraryOption,
    QuietOption,
    VerboseOption,
    YesOption,
    existing_library,
)
from footage.cli.output import clock, confirm, err, out, place, plural, print_json
from footage.embedders import settled
from footage.errors import UsageError
from footage.ingest.report import IngestInterrupted
from footage.library import Library
from footage.migrate import MigrationPlan, MigrationReport, described
from footage.settings import Sampling

SHOWN = 20


def migrate(
    library: LibraryOption = None,
    embedder: Annotated[
        str | None,
        typer.Option("--embedder", metavar="NAME", help="Embed with lite, clip:NAME or marengo."),
    ] = None,
    fps: Annotated[
        float | None, typer.Option("--fps", help="Look at this many frames a second.")
    ] = None,
    segment_length: Annotated[
        str | None,
        typer.Option("--segment-length", metavar="MIN-MAX", help="Seconds a segment lasts."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what there is to do, and how long it takes.")
    ] = False,
    without_failed: Annotated[
        bool,
        typer.Option("--without-failed", help="Switch even if some videos cannot be embedded."),
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Search with what there was before.")
    ] = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="Delete what was searched before; no way back.")
    ] = False,
    abandon: Annotated[
        bool,
        typer.Option(
            "--abandon", help="Delete what is not searched: a migration half done or taken back."
        ),
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Embed the videos with another model or sampling, while search goes on.

    What is not named stays as it is. Search switches once every video is embedded. It may be
    stopped at any time (Ctrl-C); `footage migrate` alone goes on with it. --rollback switches
    back, until --finish deletes what was left.
    """
    growing = any(option is not None for option in (embedder, fps, segment_length))
    if sum((growing, rollback, finish, abandon)) > 1:
        raise UsageError(
            "migrate does one thing at a time",
            remedy="give --embedder, --fps or --segment-length; or --rollback, --finish, --abandon",
        )
    if dry_run and (rollback or finish or abandon):
        raise UsageError("--dry-run plans a migration alone", remedy="leave one of them out")
    with existing_library(library, verbose=verbose, quiet=quiet) as opened:
        if rollback:
            _roll_back(opened, as_json=as_json)
        elif finish or abandon:
            _finish(opened, abandon=abandon, yes=yes, as_json=as_json)
        else:
            sampling = sampling_of(fps, segment_length, opened.settings.sampling)
            with fetching(hidden=quiet or as_json) as on_fetch:
                target = settled(embedder, on_progress=on_fetch) if embedder else None
            if dry_run:
                _print_plan(opened.plan_migration(target, sampling=sampling), as_json=as_json)
            else:
                _grow(opened, target, sampling, without_failed, yes, as_json=as_json, quiet=quiet)


def _grow(
    library: Library,
    embedder: str | None,
    sampling: Sampling | None,
    without_failed: bool,
    yes: bool,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    give_way()
    bar = ProgressBar(quiet=quiet or as_json, agreed=yes)
    try:
        with bar:
            report = library.migrate(
                embedder, sampling=sampling, without_failed=without_failed, observer=bar
            )
    except IngestInterrupted as interrupt:
        err.print("[yellow]interrupted:[/] search is as it was; run it again to go on")
        raise typer.Exit(130) from interrupt
    _print_report(report, as_json=as_json, quiet=quiet)
    if not report.switched or report.embedded.failed:
        raise typer.Exit(1)


def _print_plan(plan: MigrationPlan, *, as_json: bool) -> None:
    if as_json:
        print_json(plan.to_json())
        return
    out.print(escape(f"from {plan.source} to {plan.target}"))
    took = "" if plan.seconds is None else f", about {clock(plan.seconds)} on this machine"
    out.print(
        f"{plural(len(plan.files), 'video')} to embed, {clock(plan.duration)} in all{took}"
        + (f" ({plan.done:,} done)" if plan.done else "")
    )
    if plan.sent_to:
        out.print(f"they are sent to {escape(plan.sent_to)}, for about ${plan.dollars:.2f}")
    if plan.run.left:
        out.print(f"{plural(len(plan.run.left), 'video')} left: beyond the budget")
    print_foreseen(plan.run)
    for video in plan.unreachable[:SHOWN]:
        where = place(video.place) if video.place else video.title
        out.print(f"[yellow]out of reach:[/] {escape(where)}")
    if len(plan.unreachable) > SHOWN:
        out.print(f"[yellow]out of reach:[/] and {len(plan.unreachable) - SHOWN:,} more")


def _print_report(report: MigrationReport, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json(report.to_json())
        return
    print_failures(report.embedded)
    if quiet:
        return
    if report.switched:
        out.print(
            escape(f"searched with {report.target} from now on: {plural(report.videos, 'video')}")
        )
        out.print("[dim]--rollback goes back, --finish deletes what is left of the old[/]")
        return
    for video in report.lacking[:SHOWN]:
        where = place(video.place) if video.place else video.title
        err.print(f"[yellow]not embedded:[/] {escape(where)}")
    err.print(
        f"[yellow]not switched:[/] {plural(len(report.lacking), 'video')} could not be embedded: "
        f"search stays with {escape(report.source)}; make them readable and run it again, or "
        "add --without-failed"
    )


def _roll_back(library: Library, *, as_json: bool) -> None:
    lacking = library.rollback()
    settings = library.settings
    if as_json:
        ids = [video.video_id for video in lacking]
        print_json({"embedder": settings.embedder, "lacking": ids})
        return
    out.print(escape(f"searched with {described(settings.space)} again"))
    if settings.beside is not None:
        out.print(
            f"[dim]{escape(described(settings.beside))} is kept: `footage migrate` goes on to it, "
            "--abandon deletes it[/]"
        )
    if lacking:
        err.print(
            f"[yellow]not in it:[/] {plural(len(lacking), 'video')} added since; `footage index` "
            "embeds them"
        )


def _finish(library: Library, *, abandon: bool, yes: bool, as_json: bool) -> None:
    settings = library.settings
    if settings.beside is not None and (settings.beside.searched or abandon) and not yes:
        confirm(
            f"Delete the vectors of {described(settings.beside)}, for good? Search stays with "
            f"{described(settings.space)}.",
            "--yes",
        )
    deleted = library.finish(abandon=abandon)
    if as_json:
        print_json({"deleted": deleted})
    else:
        out.print(escape(f"deleted: {deleted}"))
