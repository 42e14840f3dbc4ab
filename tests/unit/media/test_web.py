"""Reading a video that lies on the web, from servers that are good, odd, broken or hostile."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from videos import audio_only, count_of, counting, make_video
from website import CERTIFICATE, Asked, Page, Site

from footage.errors import (
    MediaChanged,
    MediaError,
    MediaForbidden,
    MediaMissing,
    MediaUnreachable,
    NoVideo,
    UnreadableMedia,
)
from footage.media import http_file
from footage.media.frames import FrameReader, to_rgb
from footage.media.keyframes import keyframes
from footage.media.probe import probe
from footage.media.sampling import thumbnails
from footage.media.web import WebVideo, at_once
from footage.media.web_stamp import WebStamp, web_id

FRAMES = 120
SIZE = (320, 240)


def noise(time: float) -> NDArray[np.uint8]:
    """A picture that compresses badly, so that a short video has a megabyte."""
    rng = np.random.default_rng(round(time * 10))
    return rng.integers(0, 256, (SIZE[1], SIZE[0], 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """12 s of several megabytes, its index at the end, as most cameras write it."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return make_video(path, seconds=12, size=SIZE, shots=[noise], options={"g": "20"}).read_bytes()


@pytest.fixture(scope="module")
def streamed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The same with its index at the beginning, as it is put on the web."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    first = {"movflags": "faststart"}
    return make_video(
        path, seconds=12, size=SIZE, shots=[noise], container_options=first
    ).read_bytes()


def frames(video: WebVideo) -> int:
    with FrameReader(video) as reader:
        return sum(1 for _ in reader)


def at(site: Site, page: Page, path: str = "/film.mp4") -> WebVideo:
    site[path] = page
    return WebVideo(site.url + path)


class TestReading:
    @pytest.mark.parametrize("length", ["told", "chunked", "closed"])
    @pytest.mark.parametrize("ranges", [True, False])
    def test_every_frame_comes_however_it_is_sent(
        self, site: Site, streamed: bytes, length: str, ranges: bool
    ) -> None:
        video = at(site, Page(streamed, length=length, ranges=ranges))
        video.look()
        assert probe(video).duration == pytest.approx(12, abs=0.2)
        assert frames(video) == FRAMES

    def test_an_index_at_the_end_is_jumped_to(self, site: Site, film: bytes) -> None:
        video = at(site, Page(film))
        assert frames(video) == FRAMES
        assert len(site.requests) < 8
        assert "bytes=0-" not in [asked.range for asked in site.requests]

    def test_without_parts_an_index_at_the_end_is_one_sentence(
        self, site: Site, film: bytes
    ) -> None:
        with pytest.raises(UnreadableMedia, match=r"gives out no parts of it; download it"):
            frames(at(site, Page(film, ranges=False)))

    def test_times_and_pictures_are_those_of_the_file(self, site: Site, tmp_path: Path) -> None:
        path = make_video(tmp_path / "count.mp4", seconds=6, shots=[counting(10)])
        with FrameReader(path) as reader:
            expected = [(time, count_of(to_rgb(f, width=160, height=120))) for time, f in reader]
        with FrameReader(at(site, Page(path.read_bytes()))) as reader:
            found = [(time, count_of(to_rgb(f, width=160, height=120))) for time, f in reader]
        assert found == expected

    @pytest.mark.parametrize("suffix", [".mkv", ".webm", ".avi", ".ts", ".mov", ".mjpeg"])
    def test_other_containers(self, site: Site, tmp_path: Path, suffix: str) -> None:
        codec = {".webm": "libvpx-vp9", ".avi": "mpeg4", ".mjpeg": "mjpeg"}.get(suffix, "libx264")
        path = make_video(tmp_path / f"a{suffix}", seconds=3, codec=codec)
        video = at(site, Page(path.read_bytes(), kind="application/octet-stream"), f"/a{suffix}")
        assert frames(video) == 30
        assert probe(video) == probe(path)

    def test_a_redirect_is_followed(self, site: Site, film: bytes) -> None:
        at(site, Page(film), "/real.mp4")
        video = at(site, Page(b"", status=302, location="/real.mp4"))
        video.look()
        assert frames(video) == FRAMES

    def test_only_get_is_asked_since_signed_addresses_answer_nothing_else(
        self, site: Site, film: bytes
    ) -> None:
        video = WebVideo(f"{site.url}/film.mp4?sv=1&sr=b&sig=abc")
        site["/film.mp4"] = Page(film, needs="sig=abc")
        video.look()
        assert frames(video) == FRAMES
        assert {asked.method for asked in site.requests} == {"GET"}
        assert all("sig=abc" in asked.path for asked in site.requests)

    def test_sound_alone_is_no_video(self, site: Site, tmp_path: Path) -> None:
        sound = audio_only(tmp_path / "a.mp4").read_bytes()
        with pytest.raises(NoVideo, match=r"film\.mp4 holds only sound"):
            probe(at(site, Page(sound)))


class TestLooking:
    def test_a_kilobyte_is_enough(self, site: Site, film: bytes) -> None:
        video = at(site, Page(film, etag='"1"', modified="Wed, 25 Nov 2026 09:00:00 GMT"))
        stamp = video.look()
        assert stamp == WebStamp('"1"', "Wed, 25 Nov 2026 09:00:00 GMT", len(film))
        assert site["/film.mp4"].sent == 1024
        assert site.requests == [Asked("GET", "/film.mp4", "bytes=0-1023")]

    @pytest.mark.parametrize("ranges", [True, False])
    def test_both_ways_of_answering_tell_the_same(
        self, site: Site, film: bytes, ranges: bool
    ) -> None:
        assert at(site, Page(film, ranges=ranges)).look().size == len(film)

    def test_a_server_may_say_nothing(self, site: Site, film: bytes) -> None:
        stamp = at(site, Page(film, ranges=False, length="chunked")).look()
        assert stamp.silent
        assert stamp.date is None

    @pytest.mark.parametrize(
        ("page", "error", "why"),
        [
            (Page(b"<!DOCTYPE html><html>", "text/html"), UnreadableMedia, "is a web page"),
            (Page(b"\n<!-- x --><HTML lang=en>", "video/mp4"), UnreadableMedia, "is a web page"),
            (Page(b"please log in", "text/html; charset=utf-8"), UnreadableMedia, "is a web page"),
            (Page(b"#EXTM3U\n#EXTINF:1,\na.ts\n"), UnreadableMedia, "is a playlist"),
            (Page(b'<?xml version="1.0"?>\n<MPD>'), UnreadableMedia, "is a playlist"),
            (Page(b""), UnreadableMedia, "is empty"),
            (Page(b"", ranges=False), UnreadableMedia, "is empty"),
            (Page(b"", status=404), MediaMissing, r"is not there \(404\)"),
            (Page(b"", status=410), MediaMissing, r"is not there \(410\)"),
            (Page(b"", status=401), MediaForbidden, r"may not be read \(401\)"),
            (Page(b"", status=403), MediaForbidden, r"may not be read \(403\)"),
            (Page(b"", status=400), UnreadableMedia, r"was refused by its server \(400\)"),
            (Page(b"", status=429), MediaUnreachable, r"its server is out of order \(429\)"),
            (Page(b"", status=503), MediaUnreachable, r"its server is out of order \(503\)"),
            (Page(b"", status=301, location="/film.mp4"), UnreadableMedia, "leads nowhere"),
            (
                Page(b"", status=302, location="file:///etc/passwd"),
                UnreadableMedia,
                "leads nowhere",
            ),
            (Page(b"", status=302, location="ftp://127.0.0.1/a"), MediaError, "cannot be reached"),
            (Page(b"", status=302), UnreadableMedia, "leads nowhere"),
        ],
    )
    def test_what_is_wrong_is_one_sentence(
        self, site: Site, page: Page, error: type[MediaError], why: str
    ) -> None:
        video = WebVideo(f"{site.url}/film.mp4?X-Amz-Signature=secret&X-Amz-Date=1")
        site["/film.mp4"] = page
        with pytest.raises(error, match=why) as raised:
            video.look()
        assert str(raised.value).startswith(f"{site.url}/film.mp4 ")
        assert raised.value.remedy
        assert "secret" not in str(raised.value)

    @pytest.mark.usefixtures("site")  # it asks directly, and again at once
    def test_no_answer_is_one_sentence(self) -> None:
        with pytest.raises(MediaUnreachable, match="refuses the connection"):
            WebVideo(f"http://127.0.0.1:{free_port()}/a.mp4").look()
        with pytest.raises(MediaUnreachable, match="its host is not known"):
            WebVideo("http://nowhere.invalid/a.mp4").look()

    def test_a_silent_host_is_not_waited_for_for_ever(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http_file, "READ_SECONDS", 0.05)
        video = at(site, Page(b"x" * 2_000, delay=20))
        with pytest.raises(MediaUnreachable, match="does not answer in time"):
            video.look()
        assert len(site.requests) == http_file.ATTEMPTS

    @pytest.mark.usefixtures("site")
    def test_what_is_no_http_is_one_sentence(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]

            def greet() -> None:
                for _ in range(http_file.ATTEMPTS):
                    connected, _ = server.accept()
                    connected.recv(1_000)
                    connected.sendall(b"220 ftp.example.org ready\r\n")
                    connected.close()

            threading.Thread(target=greet, daemon=True).start()
            with pytest.raises(MediaUnreachable, match="what its host answers is no HTTP"):
                WebVideo(f"http://127.0.0.1:{port}/a.mp4").look()

    def test_a_host_that_cannot_prove_who_it_is(self, site: Site, film: bytes) -> None:
        """Also that one that can is read: FFmpeg by itself would have taken both."""
        site["/film.mp4"] = Page(film)
        site.encrypt()
        video = WebVideo(f"https://localhost:{site.port}/film.mp4")
        with pytest.raises(MediaUnreachable, match="cannot prove who it is"):
            video.look()
        http_file._trusted.cache_clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
            assert frames(video) == FRAMES
        http_file._trusted.cache_clear()


class TestBreakingOff:
    def test_what_breaks_off_is_gone_on_with(self, site: Site, film: bytes) -> None:
        video = at(site, Page(film, etag='"1"', drop_at=400_000))
        assert frames(video) == FRAMES
        assert len(site.requests) > len(film) / 400_000

    def test_nothing_is_read_twice_after_a_break(self, site: Site, streamed: bytes) -> None:
        video = at(site, Page(streamed, drop_at=len(streamed) // 2, drops=1))
        assert frames(video) == FRAMES
        assert site["/film.mp4"].sent <= len(streamed) + 3 * http_file.NEAR

    @pytest.mark.parametrize("length", ["told", "chunked"])
    def test_a_break_that_cannot_be_mended_is_an_error_and_no_short_video(
        self, site: Site, streamed: bytes, length: str
    ) -> None:
        page = Page(streamed, ranges=False, drop_at=len(streamed) // 2, length=length)
        video = at(site, page)
        with pytest.raises(MediaUnreachable, match=r"broke off after [\d,]+( of [\d,]+)? bytes"):
            frames(video)

    def test_where_no_length_is_told_the_container_s_tells(
        self, site: Site, streamed: bytes
    ) -> None:
        page = Page(streamed, ranges=False, drop_at=len(streamed) // 2, length="closed")
        with pytest.raises(MediaUnreachable, match=r"broke off [5-7] s before its end"):
            frames(at(site, page))

    def test_a_server_that_goes_away_is_an_error(self, site: Site, streamed: bytes) -> None:
        video = at(site, Page(streamed, drop_at=300_000, drops=1))

        def read_and_go() -> None:
            with FrameReader(video) as reader:
                for _ in reader:
                    site["/film.mp4"].status = 503

        with pytest.raises(MediaUnreachable, match=r"out of order \(503\)"):
            read_and_go()

    def test_a_file_that_was_cut_off_before_it_was_put_there_is_damaged(
        self, site: Site, streamed: bytes
    ) -> None:
        with FrameReader(at(site, Page(streamed[: len(streamed) // 2]))) as reader:
            assert 20 < sum(1 for _ in reader) < 100
            assert reader.damage

    @pytest.mark.parametrize("by", ["etag", "modified", "size"])
    def test_what_is_replaced_meanwhile_is_not_joined(
        self, site: Site, streamed: bytes, by: str
    ) -> None:
        page = Page(streamed, drop_at=300_000, drops=1, modified="then")
        page.etag = '"1"' if by == "etag" else None
        video = at(site, page)

        def read_and_replace() -> None:
            with FrameReader(video) as reader:
                for _ in reader:
                    page.modified = "now" if by != "size" else "then"
                    page.etag = page.etag and '"2"'
                    page.data = streamed + b"\0" if by == "size" else streamed

        with pytest.raises(MediaChanged, match="changed while it was being read"):
            read_and_replace()

    def test_a_stall_ends(
        self, site: Site, streamed: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http_file, "READ_SECONDS", 0.05)
        with pytest.raises(MediaUnreachable, match="broke off after"):
            frames(at(site, Page(streamed, ranges=False, stall_at=500_000)))

    def test_hanging_up_ends_a_wait_at_once(
        self, site: Site, streamed: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http_file, "READ_SECONDS", 3600.0)
        video = at(site, Page(streamed, stall_at=500_000))
        ended: list[BaseException] = []

        def read() -> None:
            try:
                frames(video)
            except MediaError as error:
                ended.append(error)

        reader = threading.Thread(target=read)
        reader.start()
        while site["/film.mp4"].sent < 400_000:
            time.sleep(0.01)
        video.hang_up()
        reader.join()
        assert isinstance(ended[0], MediaUnreachable)

    def test_ctrl_c_while_reading_is_not_lost_in_ffmpeg(
        self, site: Site, streamed: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        video = at(site, Page(streamed))
        read = http_file.Reply.read

        def interrupted(self: http_file.Reply, size: int) -> bytes:
            if self.at > 300_000:
                raise KeyboardInterrupt
            return read(self, size)

        monkeypatch.setattr(http_file.Reply, "read", interrupted)
        with pytest.raises(KeyboardInterrupt):
            frames(video)

    def test_what_is_left_early_leaves_no_connection(self, site: Site, streamed: bytes) -> None:
        video = at(site, Page(streamed))
        with FrameReader(video) as reader:
            next(iter(reader))
        assert not [sock for sock in video._line._sockets if sock.fileno() != -1]


class TestHostileFiles:
    """What a file says must not make us read another: of this machine, or of its network."""

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("list.m3u8", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
            ("list.mp4", "\n\n#EXTM3U\n#EXTINF:1,\n{url}/inner.mp4\n#EXT-X-ENDLIST\n"),
            ("list.mp4", "ffconcat version 1.0\nfile '/etc/passwd'\n"),
            ("list.txt", "ffconcat version 1.0\nfile '{url}/inner.mp4'\n"),
            (
                "list.sdp",
                "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 1 RTP/AVP 96\n",
            ),
            ("list.mpd", '<?xml version="1.0"?><MPD><BaseURL>{url}/inner.mp4</BaseURL></MPD>'),
        ],
    )
    def test_a_list_of_other_files_is_not_followed(
        self, site: Site, film: bytes, name: str, text: str
    ) -> None:
        site["/inner.mp4"] = Page(film)
        video = at(site, Page(text.format(url=site.url).encode()), f"/{name}")
        with pytest.raises(UnreadableMedia) as raised:
            probe(video)
        assert "passwd" not in str(raised.value)
        assert {asked.path for asked in site.requests} == {f"/{name}"}

    def test_a_playlist_whose_format_is_forced_opens_nothing(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Even where its reader is let in: no protocol is."""
        from footage.media import container

        monkeypatch.setattr(container, "_accepted_formats", lambda: "hls,mpegts,mov")
        site["/inner.ts"] = Page(b"\x47" * 2_000)
        text = f"#EXTM3U\n#EXTINF:1,\n{site.url}/inner.ts\n#EXTINF:1,\nfile:///etc/passwd\n"
        video = at(site, Page((text + "#EXT-X-ENDLIST\n").encode()), "/list.m3u8")
        with pytest.raises(UnreadableMedia):
            probe(video)
        assert {asked.path for asked in site.requests} == {"/list.m3u8"}


class TestKeyframes:
    def test_they_are_pictures_of_their_times(self, site: Site, tmp_path: Path) -> None:
        path = make_video(
            tmp_path / "count.mp4", seconds=22, shots=[counting(10)], options={"g": "10", "bf": "2"}
        )
        video = at(site, Page(path.read_bytes()))
        info = probe(video)
        found = list(keyframes(video, info))
        assert [round(at, 1) for at, _ in found] == [0, 5, 10, 15, 20]
        import io

        from PIL import Image

        for time_, jpeg in found:
            assert count_of(np.asarray(Image.open(io.BytesIO(jpeg)))) == round(time_ * 10)
        assert list(thumbnails(video, info, fps=1)) == found

    def test_what_lies_between_is_not_read(self, site: Site, tmp_path: Path) -> None:
        path = tmp_path / "film.mp4"
        make_video(path, seconds=30, size=SIZE, shots=[noise], options={"g": "5"})
        video = at(site, Page(path.read_bytes()))
        info = probe(video)
        site["/film.mp4"].sent = 0
        assert len(list(keyframes(video, info))) == 6
        assert site["/film.mp4"].sent < path.stat().st_size / 2

    def test_rare_ones_are_shown_once(self, site: Site, streamed: bytes) -> None:
        video = at(site, Page(streamed))
        assert [at for at, _ in keyframes(video, probe(video))] == [0.0]


class TestStamps:
    @pytest.mark.parametrize(
        ("one", "other", "agree"),
        [
            (('"a"', None, None), ('"a"', None, None), True),
            (('"a"', "then", 5), ('"a"', "now", 6), True),  # an ETag is what it is for
            (('"a"', None, None), ('W/"a"', None, None), True),
            (('"a"', None, None), ('"b"', None, None), False),
            (('"a"', "then", 5), ('"b"', "then", 5), True),  # two machines of one host
            (('"a"', "then", 5), ('"b"', "then", 6), False),
            (('"a"', "then", None), ('"b"', "then", None), False),
            ((None, "then", 5), (None, "then", 5), True),
            ((None, "then", 5), (None, "now", 5), False),
            ((None, None, 5), (None, None, 6), False),
            ((None, "then", 5), (None, None, None), True),
            (('"a"', "then", 5), (None, "then", 5), True),
            (('"a"', "then", 5), (None, "now", 5), False),
            ((None, None, None), (None, None, None), True),
        ],
    )
    def test_what_agrees(
        self,
        one: tuple[str | None, str | None, int | None],
        other: tuple[str | None, str | None, int | None],
        agree: bool,
    ) -> None:
        first, second = WebStamp(*one), WebStamp(*other)
        assert first.agrees(second) is agree
        assert second.agrees(first) is agree

    texts = st.none() | st.sampled_from(['"a"', 'W/"a"', '"b"', "then", ""])
    stamps = st.builds(WebStamp, texts, texts, st.none() | st.integers(min_value=0, max_value=3))

    @given(stamps, stamps)
    def test_what_has_changed_has_another_id(self, one: WebStamp, other: WebStamp) -> None:
        url = "https://example.org/a.mp4"
        if not one.agrees(other):
            assert web_id(url, one) != web_id(url, other)

    @given(stamps)
    def test_an_id_is_one_as_any_other_and_of_one_address(self, stamp: WebStamp) -> None:
        found = web_id("https://example.org/a.mp4", stamp)
        assert len(found) == 32
        assert set(found) <= set("0123456789abcdef")
        assert found == web_id("https://example.org/a.mp4", stamp)
        assert found != web_id("https://example.org/b.mp4", stamp)

    def test_an_id_is_never_a_content_s(self, tmp_path: Path) -> None:
        from footage.media.identity import content_id

        url, stamp = "https://example.org/a.mp4", WebStamp('"1"', None, None)
        (tmp_path / "a").write_text(f'{url}\n"1"')
        assert content_id(tmp_path / "a") != web_id(url, stamp)

    @pytest.mark.parametrize(
        ("modified", "iso"),
        [
            ("Wed, 25 Nov 2026 09:00:00 GMT", "2026-11-25T09:00:00+00:00"),
            ("Wed, 25 Nov 2026 09:00:00 +0200", "2026-11-25T07:00:00+00:00"),
            ("Wed, 25 Nov 2026 09:00:00 -0000", "2026-11-25T09:00:00+00:00"),
            ("Wed, 99 Nov 99999 99:00:00 GMT", None),
            ("yesterday", None),
            ("", None),
            (None, None),
        ],
    )
    def test_the_date(self, modified: str | None, iso: str | None) -> None:
        date = WebStamp(None, modified, None).date
        assert (date and date.isoformat()) == iso


def test_several_are_looked_at_at_once_and_told_in_order(site: Site, film: bytes) -> None:
    videos = [at(site, Page(film, delay=0.2), f"/{number}.mp4") for number in range(6)]
    videos.append(WebVideo(f"{site.url}/missing.mp4"))
    found = list(at_once(videos, WebVideo.look))
    assert [video for video, _ in found] == videos
    assert all(looked.result().size == len(film) for _, looked in found[:-1])
    assert isinstance(found[-1][1].exception(), MediaMissing)


def test_leaving_early_hangs_up(site: Site, film: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_file, "READ_SECONDS", 3600.0)
    videos = [
        at(site, Page(film, delay=3600 * (number > 0)), f"/{number}.mp4") for number in range(4)
    ]
    looks = at_once(videos, WebVideo.look)
    assert next(looks)[0] == videos[0]
    looks.close()  # or the test runs into its timeout: nobody answers the others for an hour


def test_asking_nothing_loads_nothing() -> None:
    """Commands that have nothing to do with the web do not pay for it."""
    program = (
        "import sys, footage.media.probe, footage.media.sources\n"
        "from footage.media.web import WebVideo\n"
        "WebVideo('https://example.org/a.mp4')\n"
        "sys.exit('footage.media.http_file' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
