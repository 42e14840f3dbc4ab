"""Finding shots: our detector beside PySceneDetect and TransNetV2.

On films edited from photographs and clips (`edits.py`), and on real videos whose cuts were marked
by eye (`queries/shots.json`). Choices are made on ``train``; ``report`` only reports.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.detectors import Detector, decode, detectors
from benchmarks.edits import SHOT_SECONDS, Edit, Source, Transition, draw
from benchmarks.films import write_film
from benchmarks.ingest import film as plain_film
from benchmarks.packages import CLIPS, FOR_SHOTS, fetched
from benchmarks.tables import table

LABELS = Path(__file__).with_name("queries") / "shots.json"
FILMS = {"train": 16, "report": 16}
PHOTOS = {"train": "train", "report": "dev"}  # of the captions' splits

# TRECVID (2001-2007) forgives five frames at a cut, and asks of a gradual transition that
# detection and truth overlap.
TOLERANCE_SECONDS = 0.25

KINDS = ("cut", "dissolve", "fade")


@dataclass(frozen=True)
class Video:
    """A file and the transitions in it."""

    path: Path
    seconds: float
    truth: list[Transition]
    edit: Edit | None = None


@dataclass
class Tally:
    """What a detector found of some videos."""

    seconds: float = 0.0
    truth: list[Transition] = field(default_factory=list)
    found: list[Transition] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    false_alarms: int = 0

    def add(self, video: Video, boundaries: Sequence[float]) -> None:
        found, alarms = matched(video.truth, boundaries)
        self.seconds += video.seconds
        self.truth += video.truth
        self.found += found
        self.false_alarms += len(alarms)
        missed = [transition for transition in video.truth if transition not in found]
        self.failures += [
            f"{video.path.name}: missed the {one.kind} at {one.start:.2f}-{one.end:.2f}"
            for one in missed
        ]
        self.failures += [
            f"{video.path.name}: false alarm at {alarm:.2f}{_during(video, alarm)}"
            for alarm in alarms
        ]

    def recall(self, kind: str = "") -> float:
        there = sum(kind in ("", one.kind) for one in self.truth)
        return sum(kind in ("", one.kind) for one in self.found) / there if there else float("nan")

    @property
    def precision(self) -> float:
        named = len(self.found) + self.false_alarms
        return len(self.found) / named if named else float("nan")

    @property
    def f1(self) -> float:
        wrong = len(self.truth) - len(self.found) + self.false_alarms
        return 2 * len(self.found) / (2 * len(self.found) + wrong) if self.truth else float("nan")


def matched(
    truth: Sequence[Transition], boundaries: Sequence[float]
) -> tuple[list[Transition], list[float]]:
    """The transitions found, one boundary to each, and the boundaries that are none."""
    free, found = sorted(boundaries), []
    for transition in sorted(truth, key=lambda one: one.end):
        first, last = transition.start - TOLERANCE_SECONDS, transition.end + TOLERANCE_SECONDS
        here = [boundary for boundary in free if first - 1e-6 <= boundary <= last + 1e-6]
        if here:
            free.remove(here[0])
            found.append(transition)
    return found, free


def _during(video: Video, alarm: float) -> str:
    """Which disturbance the shot at that time suffers."""
    if video.edit is None:
        return ""
    at = sum(transition.end <= alarm for transition in video.truth)
    return f" ({video.edit.shots[at].disturbed or 'nothing special'})"


def run(options: argparse.Namespace) -> str:
    folder = options.work / "clips"
    fetched(folder, [clip for clip in (*CLIPS, *FOR_SHOTS) if clip.name in labels()])
    found, missing = detectors()
    tallies = {
        ("edited, train", "footage"): tally(edited("train", options), found["footage"]),
    }
    sets = {"edited, report": edited("report", options)}
    sets |= {f"real, {split}": real(folder, split) for split in FILMS}
    for videos, name in ((videos, name) for videos in sets for name in found):
        tallies[videos, name] = tally(sets[videos], found[name])
    costs = cost(found, plain_film(options.work / "base-720p30.mp4", seconds=60))
    parts = [scores(tallies), uncut(found, folder), costs]
    parts += [f"not installed, left out: {', '.join(missing)}"] if missing else []
    return "\n\n".join([*parts, failures(tallies)])


def tally(videos: Sequence[Video], detector: Detector) -> Tally:
    result = Tally()
    for video in videos:
        result.add(video, detector(video.path))
    return result


def scores(tallies: dict[tuple[str, str], Tally]) -> str:
    header = ["videos", "minutes", "transitions", "detector", "precision", "recall", "F1"]
    return table(
        [*header, *(f"recall of {kind}s" for kind in KINDS), "false alarms a minute"],
        [
            [
                videos,
                f"{one.seconds / 60:.1f}",
                len(one.truth),
                name,
                *(f"{value:.3f}" for value in (one.precision, one.recall(), one.f1)),
                *(f"{one.recall(kind):.3f}" for kind in KINDS),
                f"{60 * one.false_alarms / one.seconds:.2f}",
            ]
            for (videos, name), one in tallies.items()
        ],
    )


def uncut(found: dict[str, Detector], folder: Path) -> str:
    """False alarms on real clips that are one shot."""
    clips = [video for split in FILMS for video in real(folder, split) if not video.truth]
    minutes = sum(video.seconds for video in clips) / 60
    alarms = {name: tally(clips, detector) for name, detector in found.items()}
    return table(
        [f"{len(clips)} uncut real clips, {minutes:.1f} min", "false alarms a minute"],
        [[name, f"{one.false_alarms / minutes:.2f}"] for name, one in alarms.items()],
    )


def cost(found: dict[str, Detector], path: Path) -> str:
    """CPU seconds of all threads for a minute of 720p30, the least of three."""
    alone = min(spent(decode, path) for _ in range(3))
    rows = [
        [name, f"{min(spent(detector, path) for _ in range(3)) - alone:.2f}"]
        for name, detector in found.items()
    ]
    header = [f"detector (decoding alone takes {alone:.2f})", "CPU s/min of 720p30 beyond decoding"]
    return table(header, rows)


def spent(detector: Detector, path: Path) -> float:
    began = time.process_time()
    detector(path)
    return time.process_time() - began


def failures(tallies: dict[tuple[str, str], Tally]) -> str:
    lines = []
    for (videos, name), one in tallies.items():
        if name == "footage" and one.failures:
            lines += [f"\n{videos}: where {name} fails\n", *(f"- {text}" for text in one.failures)]
    return "\n".join(lines)


def edited(split: str, options: argparse.Namespace) -> list[Video]:
    """The films of a split; written once."""
    sources = [*photos(options.data, split), *clips(options.work / "clips", split)]
    count = 2 if options.quick else FILMS[split]
    return [
        made(edit, options.work / f"shots-{split}-{number:02}.mp4")
        for number, edit in enumerate(draw(sources, count, seed=split))
    ]


def made(edit: Edit, path: Path) -> Video:
    if not path.exists():
        write_film(path, edit.pictures(), fps=edit.fps, crf=edit.crf)
    return Video(path, edit.seconds, edit.transitions(), edit)


def photos(data: Path, split: str) -> list[Source]:
    lines = (data / "captions.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["source"] == "flickr8k"]
    names = sorted(row["image"] for row in rows if row["split"] == PHOTOS[split])
    return [Source(data / name) for name in names[:1000]]


def clips(folder: Path, split: str) -> list[Source]:
    """The shots of the split's clips that are long enough to be one in a film."""
    return [
        Source(folder / name, start, end)
        for name, clip in labels(split).items()
        for start, end in zip([0, *clip["cuts"]], [*clip["cuts"], clip["seconds"]], strict=True)
        if end - start >= SHOT_SECONDS[0]
    ]


def real(folder: Path, split: str) -> list[Video]:
    """The split's clips as they are."""
    return [
        Video(
            folder / name,
            clip["seconds"],
            [Transition("cut", time, time) for time in clip["cuts"]],
        )
        for name, clip in labels(split).items()
    ]


def labels(split: str | None = None) -> dict[str, dict]:
    clips = json.loads(LABELS.read_text("utf-8"))["clips"]
    return {name: clip for name, clip in clips.items() if split in (None, clip["split"])}
