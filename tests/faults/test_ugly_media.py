"""Ugly files, one at a time and all at once: a clear error or a correct result, never a crash."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import footage
from footage.cli.index import SHOWN_FAILURES, damage_in_words
from footage.cli.index import _print as print_report
from footage.cli.output import place
from footage.ingest.report import Kind, Observer, Outcome, Report
from footage.media.sources import VIDEO_SUFFIXES, Skipped
from tests.colours import ColourEmbedder
from tests.ugly import COMMAND, DOCUMENT, UGLY, Failed, Indexed, Ugly, document
from tests.ugly import Skipped as PassedOver
from tests.videos import make_video

COMMON = [entry for entry in UGLY if not entry.forbidden]
FORBIDDEN = [entry for entry in UGLY if entry.forbidden]
NOBODY = 65534


class Meanwhile(Observer):
    """Does to files what an entry says happens to them while they are read, once."""

    def __init__(self, entries: dict[Path, Ugly]) -> None:
        self._waiting = {path: entry.meanwhile for path, entry in entries.items()}

    def progressed(self, path: Path, _seconds: float) -> None:
        if act := self._waiting.pop(path, None):
            act(path)


def made(entry: Ugly, folder: Path) -> Path:
    folder.mkdir(parents=True)
    entry.make(folder / entry.name)
    return folder / entry.name


def sources(path: Path, folder: Path) -> list[Path]:
    """The folder, and the file too where no folder's scan would take it for a video."""
    return [folder] if path.suffix.lower() in VIDEO_SUFFIXES else [folder, path]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[footage.Library]:
    folder = tmp_path_factory.mktemp("ugly") / "ugly.library"
    with (
        footage.open(folder, embedder=ColourEmbedder()) as library,
        library.index._milvus.session(),  # kept open: each run would take half a second to open it
    ):
        yield library


@pytest.fixture(scope="module")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Good videos, a new one for each file."""
    folder = tmp_path_factory.mktemp("good")
    good = make_video(folder / "good.mp4", seconds=2, shots=["green"]).read_bytes()

    def next_one() -> Iterator[Path]:
        for number in range(len(UGLY)):
            path = folder / f"z{number}" / "good.mp4"
            path.parent.mkdir()
            path.write_bytes(good + (12).to_bytes(4, "big") + b"free" + number.to_bytes(4, "big"))
            yield path

    return next_one()


@pytest.mark.parametrize("entry", COMMON, ids=lambda entry: entry.id)
def test_what_comes_of_it(
    entry: Ugly, library: footage.Library, neighbours: Iterator[Path], tmp_path: Path
) -> None:
    path, good = made(entry, tmp_path / "one"), next(neighbours)
    report = library.add(*sources(path, tmp_path / "one"), good, observer=Meanwhile({path: entry}))
    assert [item.kind for item in report.outcomes if item.path == good] == [Kind.ADDED]
    came = [item for item in (*report.outcomes, *report.scan.skipped) if item.path != good]
    assert [item.path for item in came] == [path]
    check(entry, came[0], library)


def check(entry: Ugly, came: Outcome | Skipped, library: footage.Library) -> None:
    expected = entry.outcome
    if isinstance(expected, PassedOver):
        assert isinstance(came, Skipped)
        assert came.reason == expected.reason
        return
    assert isinstance(came, Outcome)
    if isinstance(expected, Failed):
        assert came.kind is Kind.FAILED
        assert type(came.error) is expected.error
        assert str(came.error) == str(expected.of(came.path))
    else:
        assert came.error is None
        assert came.kind is Kind.ADDED
        check_indexed(expected, came, library)


def check_indexed(expected: Indexed, came: Outcome, library: footage.Library) -> None:
    video = library.video(came.path)
    assert video.duration == came.duration == pytest.approx(expected.seconds, abs=expected.within)
    assert (video.width, video.height) == expected.size
    assert came.segments == len(library.segments(came.path)) >= 1
    assert expected.segments in (None, came.segments)
    assert expected.damaged in (None, bool(damage_in_words(came.damage)))
    assert video.title.encode("utf-8") == came.path.stem.encode("utf-8", "backslashreplace")
    for colour in expected.shows:
        check_search(colour, expected, video, library)


def check_search(
    colour: str, expected: Indexed, video: footage.Video, library: footage.Library
) -> None:
    """The moment found shows the colour, none but it, and ends before the video does."""
    moments = library.search(colour, filters=footage.Filters(videos=(video.video_id,)))
    assert all(0 <= moment.start < moment.end <= video.duration + 1e-6 for moment in moments)
    assert all(moment.thumbnail and moment.thumbnail.is_file() for moment in moments)
    best = moments[0]
    assert best.score > 0.75
    inside = {name for name, time in expected.shows.items() if best.start <= time < best.end}
    assert inside == {colour}


# All at once


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[Path, Ugly], Report]:
    """Every file in one run over one folder."""
    base = tmp_path_factory.mktemp("together")
    entries = {made(entry, base / "in" / str(at)): entry for at, entry in enumerate(COMMON)}
    strangers = [path for path in entries if path.suffix.lower() not in VIDEO_SUFFIXES]
    with footage.open(base / "all.library", embedder=ColourEmbedder()) as library:
        return entries, library.add(base / "in", *strangers, observer=Meanwhile(entries))


@pytest.mark.slow
def test_all_at_once_each_is_accounted_for_once(
    together: tuple[dict[Path, Ugly], Report],
) -> None:
    entries, report = together
    paths = [item.path for item in (*report.outcomes, *report.scan.skipped)]
    assert Counter(paths) == Counter(entries.keys())
    assert (report.scan.others, report.scan.hidden) == ((), ())


def test_all_at_once_each_has_the_outcome_it_has_alone(
    together: tuple[dict[Path, Ugly], Report],
) -> None:
    entries, report = together
    for outcome in report.outcomes:
        expected = entries[outcome.path].outcome
        code = outcome.error.code if outcome.error else None
        assert code == (expected.error.code if isinstance(expected, Failed) else None), outcome
        assert (outcome.segments > 0) is (outcome.kind is Kind.ADDED), outcome
        assert bool(outcome.video_id) is isinstance(expected, Indexed), outcome


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len(UGLY) >= 60
    assert len({(entry.name, entry.what) for entry in UGLY}) == len(UGLY)


# What only another user sees

# Everything is imported while it may be: the interpreter itself can lie where nobody else reads.
_AS_NOBODY = """
import json, os, sys
import footage, footage.cli.index, milvus_lite.server_manager, pymilvus
from tests.colours import ColourEmbedder
library, folder, user = sys.argv[1:]
if os.getuid() == 0:
    os.setuid(int(user))
with footage.open(library, embedder=ColourEmbedder()) as opened:
    print(json.dumps(opened.add(folder).to_json()))
"""


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that another user may enter, which pytest's are not."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o777)
        yield Path(name)


def test_without_permission(open_to_all: Path) -> None:
    base = open_to_all
    paths = {made(entry, base / "in" / str(at)): entry for at, entry in enumerate(FORBIDDEN)}
    good = make_video(base / "in" / "good.mp4")
    report = as_nobody(base / "nobody.library", base / "in")
    came = {Path(file["path"]): file for file in (*report["files"], *report["skipped"])}
    assert came.keys() == {good, *paths}
    assert came[good]["outcome"] == "added"
    for path, entry in paths.items():
        if isinstance(entry.outcome, PassedOver):
            assert came[path]["reason"] == entry.outcome.reason
        else:
            assert isinstance(entry.outcome, Failed)
            error = entry.outcome.of(path)
            shape = {"code": error.code, "message": error.what, "remedy": error.remedy}
            assert came[path]["error"] == shape


def as_nobody(library: Path, folder: Path) -> dict[str, list[dict[str, object]]]:
    run = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(library), str(folder), str(NOBODY)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


# What the user reads


def test_the_summary_names_every_file_on_a_line_of_its_own(
    together: tuple[dict[Path, Ugly], Report], capsys: pytest.CaptureFixture[str]
) -> None:
    _, report = together
    print_report(report, as_json=False, quiet=False)
    lines = capsys.readouterr().err.splitlines()
    told = [
        *(f"failed: {outcome.error}" for outcome in report.failed[:SHOWN_FAILURES]),
        *(f"skipped: {place(skipped.path)}: {skipped.reason}" for skipped in report.scan.skipped),
        *(
            f"damaged: {place(outcome.path)}: {damage_in_words(outcome.damage)}; the rest is indexed"
            for outcome in report.outcomes
            if any(outcome.damage.values())
        ),
    ]
    assert lines == told
    assert all(line.isprintable() for line in lines)


def test_damage_is_counted_in_words() -> None:
    assert damage_in_words({"corrupt_frames": 28, "failed_packets": 1}) == (
        "28 frames with errors, 1 unreadable part"
    )
    assert damage_in_words({"corrupt_frames": 1, "failed_packets": 0}) == "1 frame with errors"
    assert damage_in_words({}) == ""


def test_the_document_lists_these_files() -> None:
    written = DOCUMENT.read_text("utf-8")
    assert written == document(written), f"docs/media.md is stale: run `{COMMAND}`"
