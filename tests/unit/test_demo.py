"""The sample footage: cut to its storyboard, kept when it is there, made of what is installed."""

from __future__ import annotations

import wave
from datetime import datetime, timezone
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from footage import demo
from footage.demo import FILMS, SAMPLE_QUERIES, Film, Shot, View, make_sample_footage
from footage.demo.picture import crop_box
from footage.demo.sound import SAMPLE_RATE, read_sound
from footage.errors import UsageError

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 30), (30, 30, 200)
PAN = (View(0.2, 0.5, 0.8), View(0.8, 0.5, 0.6))


def write_clip(path: Path, seconds: float, rate: int) -> None:
    """A clip without sound: black for its first second, then blue."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(round(seconds * rate)):
            picture = np.zeros((120, 160, 3), np.uint8)
            picture[:] = BLUE if number >= rate else (0, 0, 0)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode(None))


def write_tone(path: Path, seconds: float) -> None:
    clock = np.arange(round(16000 * seconds)) / 16000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((8000 * np.sin(2 * np.pi * 440 * clock)).astype("<i2").tobytes())


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("parts")
    Image.new("RGB", (300, 300), RED).save(folder / "red.png")
    Image.new("RGB", (400, 100), GREEN).save(folder / "green.png")
    write_clip(folder / "clip.mp4", 1.5, 30)
    write_tone(folder / "tone.wav", 0.6)
    names = {"red": "red.png", "green": "green.png", "clip": "clip.mp4", "tone": "tone.wav"}
    return {name: folder / file for name, file in names.items()}


FILM = Film(
    "three.mp4",
    "Three shots",
    datetime(2024, 3, 1, 12, 0, tzinfo=timezone.utc),
    (Shot("red", 1.4, PAN), Shot("green", 1.6, PAN, dissolve=True), Shot("clip", 2)),
    speech="tone",
)


@pytest.fixture(scope="module")
def made(parts: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    (path,) = make_sample_footage(tmp_path_factory.mktemp("made"), films=[FILM], parts=parts)
    return path


def colours(path: Path) -> list[tuple[float, ...]]:
    """The mean colour of each frame."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return [tuple(frame.mean(axis=(0, 1))) for frame in frames]


def close(colour: tuple[float, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) < 15


def test_public_names() -> None:
    assert len(set(demo.__all__)) == len(demo.__all__)
    assert all(hasattr(demo, name) for name in demo.__all__)


def test_a_film_is_h264_and_aac_with_title_and_date(made: Path) -> None:
    with av.open(str(made)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, video.average_rate) == (640, 360, 25)
        assert container.metadata["title"] == "Three shots"
        assert container.metadata["creation_time"].startswith("2024-03-01T12:00:00")
        assert (container.duration or 0) / 1e6 == pytest.approx(5.0, abs=0.05)


def test_shots_follow_the_storyboard(made: Path) -> None:
    seen = colours(made)
    assert len(seen) == 125
    assert close(seen[34], RED)
    assert close(seen[74], GREEN)
    assert close(seen[75 + 24], (0, 0, 0))  # a clip of 30 frames a second keeps its own clock
    assert close(seen[75 + 26], BLUE)
    assert close(seen[-1], BLUE)  # and a clip that is too short stays on its last frame


def test_a_dissolve_lasts_twenty_frames_and_starts_at_its_shot(made: Path) -> None:
    red = [colour[0] for colour in colours(made)[34:56]]
    assert all(after < before + 2 for before, after in pairwise(red))
    assert red[10] == pytest.approx((RED[0] + GREEN[0]) / 2, abs=15)


def test_speech_is_heard_from_the_first_second_on(made: Path) -> None:
    sound = np.abs(read_sound(made).astype(float))
    level = [sound[round(at * SAMPLE_RATE) :][:4800].mean() for at in (0.5, 1.2, 2.0, 4.0)]
    assert level[1] > 1000
    assert max(level[0], level[2], level[3]) < 50


def test_a_silent_clip_has_no_samples(parts: dict[str, Path]) -> None:
    assert read_sound(parts["clip"]).size == 0


def test_the_same_bytes_every_time(made: Path, parts: dict[str, Path], tmp_path: Path) -> None:
    (again,) = make_sample_footage(tmp_path, films=[FILM], parts=parts)
    assert again.read_bytes() == made.read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["three.mp4"]


def test_a_film_that_is_there_is_kept_and_needs_no_parts(made: Path) -> None:
    before = made.stat().st_mtime_ns
    assert make_sample_footage(made.parent, films=[FILM], parts={}) == [made]
    assert made.stat().st_mtime_ns == before


def test_a_film_of_another_storyboard_is_made_again(parts: dict[str, Path], tmp_path: Path) -> None:
    short = Film("one.mp4", "One", FILM.recorded, (Shot("red", 0.4, PAN),))
    longer = Film("one.mp4", "One", FILM.recorded, (Shot("red", 0.8, PAN),))
    (path,) = make_sample_footage(tmp_path, films=[short], parts=parts)
    make_sample_footage(tmp_path, films=[longer], parts=parts)
    assert len(colours(path)) == 20


@pytest.mark.parametrize("theirs", [b"", b"my holiday"])
def test_a_file_that_is_not_ours_is_never_overwritten(tmp_path: Path, theirs: bytes) -> None:
    (tmp_path / FILM.name).write_bytes(theirs)
    with pytest.raises(UsageError, match="not sample footage; choose another folder"):
        make_sample_footage(tmp_path, films=[FILM], parts={})
    assert (tmp_path / FILM.name).read_bytes() == theirs


def test_progress_rises_to_one(parts: dict[str, Path], tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    films = [
        Film(name, name, FILM.recorded, (Shot("red", 1.2, PAN),)) for name in ("a.mp4", "b.mp4")
    ]
    make_sample_footage(
        tmp_path,
        films=films,
        parts=parts,
        on_progress=lambda name, done: heard.append((name, done)),
    )
    shares = [done for _, done in heard]
    assert shares == sorted(shares)
    assert (heard[0], heard[-1]) == (("a.mp4", 0.0), ("b.mp4", 1.0))


def test_a_failure_leaves_nothing_behind(parts: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a clip")
    film = Film("f.mp4", "F", FILM.recorded, (Shot("red", 0.4, PAN), Shot("broken", 1)))
    with pytest.raises(UsageError, match="cannot be made"):
        make_sample_footage(tmp_path / "out", films=[film], parts=parts | {"broken": broken})
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_cannot_be_made(parts: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="choose another folder"):
        make_sample_footage(tmp_path / "file" / "out", films=[FILM], parts=parts)


def test_missing_packages_are_named_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def nothing_installed(package: str) -> None:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr(metadata, "files", nothing_installed)
    with pytest.raises(UsageError, match="scikit-image, scikit-learn") as caught:
        make_sample_footage(tmp_path)
    assert caught.value.remedy == '`pip install ".[demo]"` brings them'
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("view", "box"),
    [
        (View(), (0, 87.5, 400, 312.5)),
        (View(0.5, 0.5, 0.5), (100, 143.75, 300, 256.25)),
        (View(0.0, 1.0, 0.5), (0, 287.5, 200, 400)),
    ],
)
def test_a_view_stays_inside_its_photo(view: View, box: tuple[float, ...]) -> None:
    assert crop_box(400, 400, view) == pytest.approx(box)


def test_every_query_is_answered_by_a_moment_of_its_film() -> None:
    films = {film.name: film for film in FILMS}
    assert len({query.text for query in SAMPLE_QUERIES}) == len(SAMPLE_QUERIES) == 8
    for query in SAMPLE_QUERIES:
        assert 0 <= query.start < query.end <= films[query.expects].seconds
        assert query.spoken == bool(films[query.expects].speech)


def test_the_answer_to_a_query_is_all_shots_of_its_part() -> None:
    coffee = next(query for query in SAMPLE_QUERIES if "coffee" in query.text)
    assert (coffee.expects, coffee.start, coffee.end) == ("sunday-at-home.mp4", 0, 11)


def test_every_part_is_credited() -> None:
    shown = {shot.part for film in FILMS for shot in film.shots}
    spoken = {film.speech for film in FILMS if film.speech}
    rows = (Path(demo.__file__).parent / "CREDITS.md").read_text(encoding="utf-8").splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("|")]
    credited = {name.strip() for cell in cells for name in cell.split(",")}
    assert shown | spoken <= credited


def test_photos_stay_four_to_eight_seconds() -> None:
    photos = [shot for film in FILMS for shot in film.shots if shot.move]
    assert all(4 <= shot.seconds <= 8 for shot in photos)
    assert 180 <= sum(film.seconds for film in FILMS) <= 300


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_real_thing(tmp_path: Path) -> None:
    made = make_sample_footage(tmp_path)
    assert [path.name for path in made] == [film.name for film in FILMS]
    for path, film in zip(made, FILMS, strict=True):
        with av.open(str(path)) as container:
            assert (container.duration or 0) / 1e6 == pytest.approx(film.seconds, abs=0.1)
            assert container.metadata["title"] == film.title
    spoken = np.abs(read_sound(tmp_path / "old-photographs.mp4").astype(float))
    assert spoken[: SAMPLE_RATE // 2].mean() < 10 < spoken[SAMPLE_RATE * 2 :].mean()
