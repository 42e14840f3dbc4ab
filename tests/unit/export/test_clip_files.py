"""Clips are decoded, and each frame says which one it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path

import av
import pytest
from edits import RATES
from videos import count_of, counting, make_video, sound_outlasts

from footage.catalog import Video
from footage.errors import MediaMissing
from footage.export import clips
from footage.export.clips import write_clips
from footage.export.cuts import NO_HANDLES, Cut, cuts_of
from footage.export.sources import sources_of
from footage.export.stretches import stretch
from footage.media.playable import Playable
from footage.media.probe import probe
from footage.media.recording import recording_of

DAY = datetime(2024, 5, 1, tzinfo=timezone.utc)


def video_of(path: Path, seconds: float = 2.0, title: str = "film") -> Video:
    return Video(
        "ab" * 16, title, seconds, 64, 48, 25.0, "h264", False, DAY, DAY, paths=(path,)
    )  # fmt: skip


def cut_of(path: Path, start: float, end: float, title: str = "film") -> Cut:
    video = video_of(path, title=title)
    moment = stretch(video, start, end)
    sources, _notes = sources_of([moment], {video.video_id: video})
    (cut,) = cuts_of([moment], sources, handles=NO_HANDLES, merge=False)
    return cut


def numbered(path: Path, rate: Fraction = Fraction(25), **options: object) -> Path:
    return make_video(
        path, fps=rate, seconds=2, size=(64, 48), shots=[counting(float(rate), (64, 48))], **options  # type: ignore[arg-type]
    )  # fmt: skip


def frames_of(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [count_of(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_exact_clips_hold_exactly_their_frames(rate: Fraction, suffix: str, tmp_path: Path) -> None:
    cut = cut_of(numbered(tmp_path / f"a.{suffix}", rate), 0.5, 1.4)
    made = write_clips([cut], tmp_path, exact=True)
    assert made.failed == []
    assert frames_of(made.files[0]) == list(range(cut.first, cut.after))
    found = recording_of(made.files[0])
    assert (found.rate, found.steady) == (rate, True)


def test_a_cut_never_goes_beyond_the_picture(tmp_path: Path) -> None:
    path = sound_outlasts(tmp_path / "a.mp4", fps=25, frames=33)
    video = video_of(path, seconds=probe(path).duration)
    assert video.duration > 33 / 25 + 0.1
    moment = stretch(video, 1, 99)
    sources, _notes = sources_of([moment], {video.video_id: video})
    (cut,) = cuts_of([moment], sources, handles=NO_HANDLES, merge=False)
    assert (cut.first, cut.after) == (25, 33)
    made = write_clips([cut], tmp_path, exact=True)
    assert frames_of(made.files[0]) == list(range(25, 33))


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "ts"])
def test_copied_clips_begin_at_the_key_frame_before(suffix: str, tmp_path: Path) -> None:
    path = numbered(tmp_path / f"a.{suffix}", options={"g": "10"}, audio=True)
    cut = cut_of(path, 0.6, 1.2)
    made = write_clips([cut], tmp_path, exact=False)
    assert made.failed == []
    assert made.files[0].suffix == (".mp4" if suffix == "ts" else f".{suffix}")
    shown = frames_of(made.files[0])
    assert shown[0] == 10
    assert set(range(cut.first, cut.after)) <= set(shown)
    assert recording_of(made.files[0]).channels > 0


@pytest.mark.parametrize("end", [0.88, 0.92, 0.96, 1.0, 1.04, 1.2, 2.0])
@pytest.mark.parametrize(
    ("suffix", "codec", "options"),
    [
        ("mp4", "libx264", {"preset": "medium", "g": "20", "bf": "3"}),
        ("mkv", "libx264", {"preset": "medium", "g": "20", "bf": "5", "b_strategy": "0"}),
        ("mov", "libx264", {"preset": "medium", "bf": "0"}),
        ("mp4", "libx265", {}),
    ],
)
def test_copied_clips_end_without_a_hole(
    suffix: str, codec: str, options: dict[str, str], end: float, tmp_path: Path
) -> None:
    cut = cut_of(numbered(tmp_path / f"a.{suffix}", codec=codec, options=options), 0.4, end)
    made = write_clips([cut], tmp_path, exact=False)
    shown = frames_of(made.files[0])
    assert shown == list(range(shown[0], shown[-1] + 1))
    assert set(range(cut.first, cut.after)) <= set(shown)
    reordered = 0 if options.get("bf") == "0" else 5
    assert shown[-1] < cut.after + reordered


def test_an_exact_clip_has_the_timecode_of_its_first_frame(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mp4")
    cut = cut_of(path, 0.6, 1.2)
    recording = replace(cut.source.recording, timecode="10:00:00:00")
    cut = replace(cut, source=replace(cut.source, recording=recording, start=10 * 3600 * 25))
    made = write_clips([cut], tmp_path, exact=True)
    assert recording_of(made.files[0]).timecode == "10:00:00:15"


def test_of_an_unsteady_video_it_begins_with_what_is_on_display(tmp_path: Path) -> None:
    def shot(time: float) -> object:
        return counting(1, (64, 48))(round(time * 10))

    path = make_video(
        tmp_path / "slides.mp4", times=[0, 0.1, 1.9], seconds=2, size=(64, 48), shots=[shot]  # type: ignore[list-item]
    )  # fmt: skip
    made = write_clips([cut_of(path, 0.5, 1.5)], tmp_path, exact=True)
    assert frames_of(made.files[0]) == [1, 1]


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.mp4")
    made = [cut_of(path, 0, 0.5), cut_of(path, 1, 1.5)]
    first = write_clips(made[:1], tmp_path, exact=True)
    stamp = first.files[0].stat().st_mtime_ns
    again = write_clips(made, tmp_path, exact=True)
    assert (len(again.files), again.kept) == (2, 1)
    assert again.files[0].stat().st_mtime_ns == stamp
    copied = write_clips(made, tmp_path, exact=False)
    assert (copied.kept, set(copied.files) & set(again.files)) == (0, set())


def test_an_interrupted_clip_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = cut_of(numbered(tmp_path / "a.mp4"), 0, 1)

    def broken(self: Playable, target: Path, kind: str) -> None:
        target.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(clips.Playable, "keep", broken)
    (tmp_path / "out").mkdir()
    with pytest.raises(KeyboardInterrupt):
        write_clips([cut], tmp_path / "out", exact=True)
    assert list((tmp_path / "out").iterdir()) == []


def test_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    good, gone = cut_of(numbered(tmp_path / "a.mp4"), 0, 1), cut_of(tmp_path / "a.mp4", 1, 2)
    lost = replace(gone, source=replace(gone.source, video=video_of(tmp_path / "gone.mp4")))
    told: list[tuple[int, int]] = []
    made = write_clips([lost, good], tmp_path, exact=False, on_progress=lambda *at: told.append(at))
    assert [type(error) for _cut, error in made.failed] == [MediaMissing]
    assert [file.name for file in made.files] == ["002 film 0.000-1.000 abababab.mp4"]
    assert told == [(0, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ('../../etc/"x"\n:*?<>|', ".._.._etc__x_ ______"),
        ("日本 🎬", "日本 🎬"),
        (" . ", "video"),
        ("x" * 300, "x" * 120),
        ("🎬" * 100, "🎬" * 30),
    ],
)
def test_names_are_those_of_files_anywhere(title: str, name: str, tmp_path: Path) -> None:
    cut = cut_of(numbered(tmp_path / "a.mp4"), 0, 0.2, title=title)
    made = write_clips([cut], tmp_path, exact=False)
    assert made.files[0].parent == tmp_path
    assert made.files[0].name == f"001 {name.strip(' .')} 0.000-0.200 abababab.mp4"
    assert len(made.files[0].name.encode()) < 256
