"""What a file says about itself, and what is said about files that are no videos."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timezone
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from footage.errors import MediaMissing, NoVideo, UnreadableMedia
from footage.media.probe import probe
from tests.videos import (
    audio_only,
    empty,
    every_kind,
    garbage,
    make_video,
    song_with_cover,
    text_as_video,
    truncated,
)


def test_a_plain_file(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=3, fps=25, size=(192, 108), audio=True)
    info = probe(path)
    assert info.duration == pytest.approx(3, abs=0.05)
    assert (info.width, info.height, info.fps) == (192, 108, 25)
    assert (info.codec, info.container, info.has_audio) == ("h264", "mp4", True)
    assert (info.rotation, info.recorded_at, info.title) == (0, None, None)


def test_every_kind_people_have(tmp_path: Path) -> None:
    codecs = {}
    for path in every_kind(tmp_path):
        info = probe(path)
        assert (info.width, info.height) == (160, 120), path.name
        assert info.duration == pytest.approx(0.0 if path.suffix == ".h264" else 1.0, abs=0.11)
        assert info.fps in (10, 25), path.name
        assert not info.has_audio
        codecs[path.name] = info.codec
    assert codecs["av1.mkv"] == "av1"
    assert codecs["vp9.webm"] == "vp9"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_sizes_are_those_on_display_after_rotation(tmp_path: Path, rotation: int) -> None:
    info = probe(make_video(tmp_path / "a.mp4", seconds=0.3, rotation=rotation))
    assert info.rotation == rotation
    assert (info.width, info.height) == ((120, 160) if rotation % 180 else (160, 120))


def test_sizes_are_those_on_display_with_oblong_pixels(tmp_path: Path) -> None:
    info = probe(make_video(tmp_path / "a.mp4", seconds=0.3, size=(120, 90), sar=Fraction(4, 3)))
    assert (info.width, info.height) == (160, 90)


def test_oblong_pixels_are_turned_with_the_picture(tmp_path: Path) -> None:
    path = make_video(
        tmp_path / "a.mp4", seconds=0.3, size=(120, 90), sar=Fraction(4, 3), rotation=90
    )
    assert (probe(path).width, probe(path).height) == (90, 160)


def test_the_title_is_one_clean_line(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mkv", seconds=0.3, title="  Summer\n at   sea ")
    assert probe(path).title == "Summer at sea"


def test_the_recording_time_is_utc(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=0.3, creation_time="2021-05-01T10:00:00.000000Z")
    assert probe(path).recorded_at == datetime(2021, 5, 1, 10, tzinfo=timezone.utc)


def test_a_camera_without_a_clock_has_no_recording_time(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", seconds=0.3, creation_time="1970-01-01T00:00:00Z")
    assert probe(path).recorded_at is None


def test_a_local_time_is_converted(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mkv", seconds=0.3, creation_time="2021-05-01T10:00:00+0200")
    assert probe(path).recorded_at == datetime(2021, 5, 1, 8, tzinfo=timezone.utc)


@pytest.mark.parametrize("name", ["a.ts", "a.mkv", "a.mp4"])
def test_a_late_start_is_not_part_of_the_duration(tmp_path: Path, name: str) -> None:
    info = probe(make_video(tmp_path / name, seconds=2, fps=25, start=101))
    assert info.duration == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("make", "name"),
    [(text_as_video, "a.mp4"), (garbage, "a.mp4"), (text_as_video, "a.txt"), (empty, "a.mp4")],
)
def test_what_is_no_video_is_unreadable(
    tmp_path: Path, make: Callable[[Path], Path], name: str
) -> None:
    with pytest.raises(UnreadableMedia, match=name):
        probe(make(tmp_path / name))


def test_an_mp4_cut_off_before_its_index_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableMedia, match=r"a\.mp4"):
        probe(truncated(make_video(tmp_path / "a.mp4")))


@pytest.mark.parametrize(
    ("make", "name"), [(audio_only, "a.m4a"), (audio_only, "a.mp4"), (song_with_cover, "a.mp3")]
)
def test_sound_and_cover_art_are_no_video(
    tmp_path: Path, make: Callable[[Path], Path], name: str
) -> None:
    with pytest.raises(NoVideo, match=f"{name} holds only sound"):
        probe(make(tmp_path / name))


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MediaMissing, match=r"a\.mp4 is not there"):
        probe(tmp_path / "a.mp4")


def test_a_name_that_looks_like_an_address_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_video(tmp_path / "plain.mp4", seconds=0.3).rename(tmp_path / "concat:a.mp4")
    monkeypatch.chdir(tmp_path)
    assert probe("concat:a.mp4").codec == "h264"


@pytest.mark.parametrize(
    "playlist", ["ffconcat version 1.0\nfile 'secret.mp4'\n", "#EXTM3U\n#EXTINF:1,\nsecret.mp4\n"]
)
def test_a_playlist_renamed_as_video_reads_no_other_file(tmp_path: Path, playlist: str) -> None:
    make_video(tmp_path / "secret.mp4", seconds=0.3)
    (tmp_path / "a.mp4").write_text(playlist)
    with pytest.raises(UnreadableMedia):
        probe(tmp_path / "a.mp4")


def test_a_playlist_renamed_as_video_reaches_no_host(tmp_path: Path) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        playlist = f"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:{server.server_port}/a.ts\n"
        (tmp_path / "a.m3u8").write_text(playlist)
        with pytest.raises(UnreadableMedia):
            probe(tmp_path / "a.m3u8")
        server.shutdown()
    assert asked == []
