"""Which files a scan finds, under which names, and what it says about the rest."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import MediaMissing, UsageError
from footage.media.sources import SUBTITLE_SUFFIXES, VIDEO_SUFFIXES, Scan, listed_sources, scan
from footage.media.urls import is_url
from footage.readers.cues import FORMATS


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content + os.urandom(8))
    return path


def test_a_folder_gives_its_videos_sorted_and_counts_the_rest(tmp_path: Path) -> None:
    b, a = touch(tmp_path / "b.mp4"), touch(tmp_path / "deep/er/a.MKV")
    others = touch(tmp_path / "notes.txt"), touch(tmp_path / "photo.jpg")
    found = scan([tmp_path])
    assert found.files == (b, a)
    assert found.others == others
    assert found.skipped == ()


def test_subtitles_of_a_video_are_no_other_files(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.srt", "A.en.forced.VTT", "a.mp4.ass", "b.srt", "ab.srt"):
        touch(tmp_path / name)
    assert [path.name for path in scan([tmp_path]).others] == ["ab.srt", "b.srt"]
    assert frozenset(FORMATS) == SUBTITLE_SUFFIXES


def test_an_explicitly_named_file_may_have_any_suffix(tmp_path: Path) -> None:
    odd = touch(tmp_path / "recording.dat")
    assert scan([odd]).files == (odd,)


def test_relative_sources_become_absolute_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = touch(tmp_path / "here" / "a.mp4")
    monkeypatch.chdir(tmp_path)
    assert scan(["here/../here"]).files == (video,)


def test_the_home_folder_may_be_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    video = touch(tmp_path / "Videos" / "a.mp4")
    assert scan(["~/Videos"]).files == (video,)
    assert scan(["~/Videos/*.mp4"]).files == (video,)
    assert scan([tmp_path], exclude=["~/Videos"]).files == ()


def test_nothing_is_no_source() -> None:
    with pytest.raises(UsageError, match=r"empty; for the current folder write \."):
        scan([""])


def test_a_missing_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaMissing, match=r"holiday\.mp4 is not there"):
        scan([tmp_path / "holiday.mp4"])


def test_a_dangling_link_named_explicitly_is_missing(tmp_path: Path) -> None:
    link = tmp_path / "a.mp4"
    link.symlink_to(tmp_path / "gone.mp4")
    with pytest.raises(MediaMissing, match="links to a file that is not there"):
        scan([link])


def test_a_dangling_link_in_a_folder_is_reported(tmp_path: Path) -> None:
    link = tmp_path / "a.mp4"
    link.symlink_to(tmp_path / "gone.mp4")
    assert [(item.path, item.reason) for item in scan([tmp_path]).skipped] == [
        (link, "links to something that is not there")
    ]


class TestPatterns:
    def test_a_star_stays_within_a_folder(self, tmp_path: Path) -> None:
        top = touch(tmp_path / "a.mp4")
        touch(tmp_path / "sub" / "b.mp4")
        assert scan([f"{tmp_path}/*.mp4"]).files == (top,)

    def test_two_stars_cross_folders(self, tmp_path: Path) -> None:
        top, deep = touch(tmp_path / "a.mp4"), touch(tmp_path / "s" / "t" / "b.mp4")
        touch(tmp_path / "s" / "b.mkv")
        assert scan([f"{tmp_path}/**/*.mp4"]).files == (top, deep)

    def test_a_literal_suffix_may_be_any(self, tmp_path: Path) -> None:
        odd = touch(tmp_path / "a.dat")
        assert scan([f"{tmp_path}/*.dat"]).files == (odd,)

    def test_a_wildcard_suffix_means_videos(self, tmp_path: Path) -> None:
        video = touch(tmp_path / "a.mp4")
        touch(tmp_path / "a.txt")
        assert scan([f"{tmp_path}/a.*"]).files == (video,)

    def test_sets_and_question_marks(self, tmp_path: Path) -> None:
        one, two = touch(tmp_path / "clip1.mp4"), touch(tmp_path / "clip2.mp4")
        touch(tmp_path / "clip3.mp4")
        assert scan([f"{tmp_path}/clip[12].mp4"]).files == (one, two)
        assert scan([f"{tmp_path}/clip[!23].mp4"]).files == (one,)
        assert len(scan([f"{tmp_path}/clip?.mp4"]).files) == 3

    def test_a_pattern_that_matches_nothing_is_skipped(self, tmp_path: Path) -> None:
        for pattern in (f"{tmp_path}/*.mp4", f"{tmp_path}/no/where/*.mp4"):
            (skipped,) = scan([pattern]).skipped
            assert skipped.path == Path(pattern)
            assert skipped.reason == "the pattern matches no video"

    def test_brackets_in_a_real_name_are_no_pattern(self, tmp_path: Path) -> None:
        video = touch(tmp_path / "Holiday [2020].mp4")
        assert scan([video]).files == (video,)

    def test_an_unreadable_pattern_is_a_usage_error(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"cannot be read"):
            scan([f"{tmp_path}/[z-a].mp4"])


class TestExcludes:
    @pytest.mark.parametrize(
        "pattern", ["raw", "raw/*.mp4", "r?w", "x/raw", "**/raw", "x/**/cut.mp4", "cut.*"]
    )
    def test_by_name_and_by_the_end_of_the_path(self, tmp_path: Path, pattern: str) -> None:
        kept = touch(tmp_path / "x" / "keep.mp4")
        touch(tmp_path / "x" / "raw" / "cut.mp4")
        assert scan([tmp_path], exclude=[pattern]).files == (kept,)

    def test_by_the_whole_path(self, tmp_path: Path) -> None:
        kept = touch(tmp_path / "keep.mp4")
        touch(tmp_path / "private" / "a.mp4")
        assert scan([tmp_path], exclude=[str(tmp_path / "private")]).files == (kept,)

    def test_names_above_the_source_do_not_count(self, tmp_path: Path) -> None:
        video = touch(tmp_path / "private" / "sub" / "a.mp4")
        assert scan([tmp_path / "private" / "sub"], exclude=["private"]).files == (video,)

    def test_an_explicit_file_can_be_excluded(self, tmp_path: Path) -> None:
        assert scan([touch(tmp_path / "a.mp4")], exclude=["*.mp4"]).files == ()


class TestOnceEach:
    def test_overlapping_sources(self, tmp_path: Path) -> None:
        video = touch(tmp_path / "sub" / "a.mp4")
        found = scan([tmp_path, tmp_path / "sub", video, f"{tmp_path}/**/*.mp4"])
        assert found.files == (video,)

    def test_a_real_name_wins_over_links(self, tmp_path: Path) -> None:
        video = touch(tmp_path / "z" / "real.mp4")
        (tmp_path / "a.mp4").symlink_to(video)
        (tmp_path / "b").symlink_to(tmp_path / "z")
        assert scan([tmp_path]).files == (video,)

    def test_a_link_is_found_under_its_own_name(self, tmp_path: Path) -> None:
        video = touch(tmp_path / "elsewhere" / "real.mp4")
        link = tmp_path / "library" / "linked.mp4"
        link.parent.mkdir()
        link.symlink_to(video)
        assert scan([link.parent]).files == (link,)

    def test_hard_links_are_one_file(self, tmp_path: Path) -> None:
        video = touch(tmp_path / "a.mp4")
        os.link(video, tmp_path / "b.mp4")
        assert scan([tmp_path]).files == (video,)

    def test_loops_of_links_end(self, tmp_path: Path) -> None:
        video = touch(tmp_path / "sub" / "a.mp4")
        (tmp_path / "sub" / "up").symlink_to(tmp_path)
        (tmp_path / "sub" / "again").symlink_to(tmp_path / "sub")
        (tmp_path / "itself").symlink_to(tmp_path / "itself")
        assert scan([tmp_path]).files == (video,)
        assert scan([f"{tmp_path}/**/*.mp4"]).files == (video,)


class TestPassedOver:
    def test_hidden_entries_and_libraries(self, tmp_path: Path) -> None:
        hidden = touch(tmp_path / ".hidden.mp4")
        touch(tmp_path / ".DS_Store")
        touch(tmp_path / ".cache" / "a.mp4")
        touch(tmp_path / "default.library" / "previews" / "a.mp4")
        found = scan([tmp_path])
        assert (found.files, found.skipped, found.others) == ((), (), ())
        assert found.hidden == (hidden,)
        assert scan([tmp_path, hidden]).hidden == ()
        assert scan([tmp_path], exclude=[".h*"]).hidden == ()
        assert scan([f"{tmp_path}/*.mov"]).hidden == ()

    def test_but_not_where_they_are_named(self, tmp_path: Path) -> None:
        video = touch(tmp_path / ".hidden" / "a.mp4")
        assert scan([tmp_path / ".hidden"]).files == (video,)

    def test_an_unreadable_folder_is_reported(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        video, locked = touch(tmp_path / "a.mp4"), tmp_path / "locked"
        touch(locked / "b.mp4")
        listdir = os.listdir

        def denied(path: Path) -> list[str]:
            if path == locked:
                raise PermissionError(13, "Permission denied")
            return listdir(path)

        monkeypatch.setattr(os, "listdir", denied)
        found = scan([tmp_path])
        assert found.files == (video,)
        assert [(item.path, item.reason) for item in found.skipped] == [
            (locked, "may not be read by this user")
        ]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
    def test_a_pipe_is_not_opened(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.mp4")
        for source in (tmp_path, tmp_path / "pipe.mp4"):
            found = scan([source])
            assert found.files == ()
            assert [item.reason for item in found.skipped] == ["not a regular file"]

    def test_a_pipe_with_a_broadcast_s_name_is_not_opened(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.ts")
        found = scan([tmp_path])
        assert [skipped.reason for skipped in found.skipped] == ["not a regular file"]

    def test_a_damaged_broadcast_is_no_typescript(self, tmp_path: Path) -> None:
        path = touch(tmp_path / "late.ts", bytes([1, 0, 0x47, 0]) * 100)
        assert scan([tmp_path]).files == (path,)

    def test_typescript_is_no_transport_stream(self, tmp_path: Path) -> None:
        stream = tmp_path / "broadcast.ts"
        stream.write_bytes((b"\x47" + bytes(187)) * 3)
        script = tmp_path / "app.ts"
        script.write_text("Generic<T>; export const answer = 42;\n" * 20)
        found = scan([tmp_path])
        assert found.files == (stream,)
        assert found.others == (script,)


class TestTheWeb:
    def test_addresses_are_told_from_paths_and_come_once_each(self, tmp_path: Path) -> None:
        video = touch(tmp_path / "a.mp4")
        found = scan(
            [
                "https://b.example/b.mp4",
                video,
                "HTTPS://B.example:443/b.mp4#t=5",
                "http://a.example/",
            ]
        )
        assert found.files == (video,)
        assert [web.url for web in found.web] == ["http://a.example/", "https://b.example/b.mp4"]
        assert found.places == (video, *found.web)
        assert Scan.of({*found.places}) == Scan(found.files, web=found.web)

    def test_signed_twice_the_later_counts(self) -> None:
        signed = "https://a.example/a.mp4?X-Amz-Signature={}"
        (web,) = scan([signed.format("old"), signed.format("new")]).web
        assert web.address == signed.format("new")

    def test_excluded_by_name_and_by_the_end_of_the_path(self) -> None:
        sources = [f"https://a.example/{path}" for path in ("raw/a.mp4", "b.part", "c.mp4?x=1")]
        for exclude in (["*.part", "raw/*"], ["a.*", "b.*"]):
            (kept,) = scan(sources, exclude=exclude).web
            assert kept.url == "https://a.example/c.mp4?x=1"

    def test_what_is_no_address_is_a_usage_error(self) -> None:
        with pytest.raises(UsageError, match="begins with s3://"):
            scan(["s3://bucket/a.mp4"])

    @pytest.mark.skipif(os.name == "nt", reason="no colons in names there")
    def test_a_file_s_name_may_look_like_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        video = touch(tmp_path / "http:evil.example.mp4")
        monkeypatch.chdir(tmp_path)
        assert scan(["http:evil.example.mp4"]).files == (video,)


class TestLists:
    def test_comments_and_empty_lines_are_left_out(self) -> None:
        lines = [b"# films\n", b"\n", b"  \t\n", b"   # no\n", b"a #1.mp4\n", b"./#b.mp4"]
        assert listed_sources(lines) == ["a #1.mp4", "./#b.mp4"]

    def test_paths_are_taken_as_written_and_addresses_trimmed(self) -> None:
        lines = [b"\xef\xbb\xbf a.mp4 \r\n", b"  https://a.example/a.mp4\t\r\n"]
        assert listed_sources(lines) == [" a.mp4 ", "https://a.example/a.mp4"]

    @given(st.lists(st.binary(min_size=1).filter(lambda name: not set(name) & set(b"\r\n\0"))))
    def test_every_name_that_is_listed_comes_back(self, names: list[bytes]) -> None:
        told = [name for name in names if name.strip() and not name.lstrip().startswith(b"#")]
        told = [name for name in told if not is_url(os.fsdecode(name)) and name[:3] != BOM_UTF8]
        found = listed_sources([b"# first", *(name + b"\n" for name in told)])
        assert [os.fsencode(name) for name in found] == told


@pytest.mark.parametrize("name", ["naïve – 映画.mp4", "two\nlines.mp4", "'; -- .mp4", " .mp4"])
def test_awkward_names(tmp_path: Path, name: str) -> None:
    video = touch(tmp_path / name)
    assert scan([tmp_path]).files == (video,)
    assert scan([f"{tmp_path}/*.mp4"]).files == (video,)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    video = touch(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.mp4")))
    assert scan([tmp_path]).files == (video,)


def test_the_suffixes_people_have_are_known() -> None:
    assert {".mp4", ".mkv", ".mov", ".gif", ".ts", ".m2ts", ".h264", ".webm"} <= VIDEO_SUFFIXES
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in VIDEO_SUFFIXES)
