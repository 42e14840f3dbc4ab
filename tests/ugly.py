"""Every ugly file that footage is tested with, what it is, and what must come of it.

The table in ``docs/media.md`` is made of this: ``python -m tests.ugly`` writes it anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from footage.errors import (
    FootageError,
    MediaChanged,
    MediaForbidden,
    MediaMissing,
    NoVideo,
    UnreadableMedia,
)
from footage.media.faults import shown
from tests.ugly_makers import (
    Maker,
    appended,
    beheaded,
    behind_a_link,
    blanked,
    boxed,
    cover,
    cut,
    disguised,
    film,
    inside_a_folder,
    joined,
    link,
    linked_to,
    listening,
    loop_of_folders,
    named,
    noise,
    packed_pixels,
    picture,
    remuxed,
    replaced,
    several,
    subtitles,
    subtitles_alone,
    then,
    video,
    without_samples,
    written,
)
from tests.videos import audio_only, flipped, song_with_cover, zeroed

RED_THEN_BLUE: Mapping[str, float] = {"red": 1.5, "blue": 4.5}
FILM: Mapping[str, float] = {"red": 2.5, "blue": 7.5}
DOCUMENT = Path(__file__).parents[1] / "docs" / "media.md"
COMMAND = "python -m tests.ugly"


@dataclass(frozen=True)
class Indexed:
    """It is in the library, and a search for a colour finds the moment that shows it."""

    seconds: float = 6.0
    size: tuple[int, int] = (160, 120)
    shows: Mapping[str, float] = field(default_factory=lambda: RED_THEN_BLUE)  #: colour: second
    damaged: bool | None = False  #: None where it depends on the byte whether it can be noticed
    within: float = 0.15  #: seconds by which the duration may differ
    segments: int | None = None


@dataclass(frozen=True)
class Failed:
    """It is refused, with this error, these words about ``{}``, and a remedy if not the usual."""

    error: type[FootageError]
    what: str
    remedy: str | None = None

    def of(self, path: str | Path) -> FootageError:
        """The error, about this file."""
        return self.error(self.what.format(shown(path)), remedy=self.remedy)


@dataclass(frozen=True)
class Skipped:
    """The scan passes it over, for this reason."""

    reason: str


@dataclass(frozen=True)
class Ugly:
    """One file: its name in a folder of its own, what it is, how it is made."""

    name: str
    what: str
    make: Maker
    outcome: Indexed | Failed | Skipped = field(default_factory=Indexed)
    meanwhile: Callable[[Path], object] | None = None  #: happens to it while it is indexed
    forbidden: bool = False  #: it takes another user than its owner or root to see what is ugly

    @property
    def id(self) -> str:
        """The name as ASCII, for the test's own name."""
        return ascii(self.name)[1:-1][:60]


NOT_A_VIDEO = Failed(UnreadableMedia, "{} is not a video, or its data is damaged beyond use")
NO_FRAME = Failed(UnreadableMedia, "{} holds video, but no frame of it decodes")
BREAKS_OFF = Failed(
    UnreadableMedia,
    "{} breaks off before its first picture, or its drive fails",
    "copy it again from where it came from",
)
SOUND = Failed(NoVideo, "{} holds only sound")
NO_PICTURE = Failed(NoVideo, "{} holds no moving picture")
RE_ENCODE = "re-encode it, to H.264 for example"
CHANGED = Failed(MediaChanged, "{} changed while it was being read")

FASTSTART = {"container_options": {"movflags": "faststart"}}
FRAGMENTED = {"container_options": {"movflags": "frag_keyframe+empty_moov"}}
KEYFRAMES = {"g": "10"}
OPEN_GOP = {"preset": "medium", "bf": "3", "g": "10", "x264-params": "open-gop=1"}
NO_SHIFT = {"avoid_negative_ts": "disabled"}
HDR = "pools=none:frame-threads=1:log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"


def _of_film(seconds: float, *, damaged: bool | None = True) -> Indexed:
    shows = {colour: time for colour, time in FILM.items() if time < seconds}
    return Indexed(seconds, shows=shows, damaged=damaged, within=0.6)


def _zeros(path: Path) -> object:
    return zeroed(path, 0.4, 0.6)


def _flips(path: Path) -> object:
    return flipped(path, 0.6, 0.9)


def _no_videos() -> Iterator[Ugly]:
    yield Ugly(
        "empty.mp4", "0 bytes", written(b""), Failed(UnreadableMedia, "{} is empty (0 bytes)")
    )
    yield Ugly("one-byte.mp4", "a single byte", written(b"\0"), NOT_A_VIDEO)
    yield Ugly("zeros.mp4", "nothing but zeros", written(bytes(50_000)), NOT_A_VIDEO)
    yield Ugly("text.mp4", "a text", written(b"Not the frames you look for.\n" * 50), NOT_A_VIDEO)
    page = b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n"
    yield Ugly("page.mp4", "the web page that came instead", written(page), NOT_A_VIDEO)
    for seed, suffix in enumerate(("mp4", "mkv", "avi", "ts", "mpg", "h264")):
        yield Ugly(f"noise.{suffix}", "random bytes", noise(seed), NOT_A_VIDEO)
    for kind, suffix in (("JPEG", ".jpg"), ("PNG", ".png"), ("TIFF", ".tif")):
        make = disguised(suffix, picture(kind))
        yield Ugly(f"photo{suffix}.mp4", f"a {kind} picture renamed", make, NOT_A_VIDEO)
    yield Ugly("animated.webp", "an animated WebP", picture("WEBP", frames=4), NOT_A_VIDEO)
    playlist = b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n/etc/passwd\n#EXT-X-ENDLIST\n"
    yield Ugly("playlist.mp4", "an HLS playlist renamed", written(playlist), NOT_A_VIDEO)
    concat = b"ffconcat version 1.0\nfile /etc/passwd\n"
    yield Ugly("concat.mp4", "an FFmpeg concat script renamed", written(concat), NOT_A_VIDEO)
    session = b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=video 5004 RTP/AVP 96\n"
    yield Ugly("session.mp4", "a streaming description renamed", written(session), NOT_A_VIDEO)
    huge = b"YUV4MPEG2 W30000 H30000 F25:1 C420\nFRAME\n" + bytes(5000)
    yield Ugly("huge.y4m", "a header that claims 30,000 x 30,000", written(huge), NOT_A_VIDEO)
    yield Ugly("sound.m4a", "sound alone", audio_only, SOUND)
    yield Ugly("sound.mp4", "an MP3 renamed", disguised(".mp3", audio_only), SOUND)
    yield Ugly("song.mp3", "a song whose cover art is a video stream", song_with_cover, SOUND)
    yield Ugly("subtitles.mkv", "subtitles alone", subtitles_alone, NO_PICTURE)
    yield Ugly(
        "codec.mp4",
        "a codec nobody knows",
        then(video(), replaced(b"avc1", b"zzzz")),
        Failed(UnreadableMedia, "{} uses a video codec that cannot be decoded here", RE_ENCODE),
    )
    yield Ugly(
        "pixels.nut",
        "raw pixels of two to a byte",
        packed_pixels,
        Failed(UnreadableMedia, "{} holds pixels (bgr4) that cannot be converted", RE_ENCODE),
    )


def _cut_off() -> Iterator[Ugly]:
    front = film(**FASTSTART)
    yield Ugly(
        "no-moov.mp4", "cut off before the index at its end", then(film(), cut(0.9)), NOT_A_VIDEO
    )
    yield Ugly("no-samples.mp4", "an index and no pictures", then(front, without_samples), NO_FRAME)
    yield Ugly(
        "cut-30.mp4", "index first, cut off after 30 %", then(front, cut(0.3)), _of_film(2.8)
    )
    yield Ugly(
        "cut-60.mp4", "index first, cut off after 60 %", then(front, cut(0.6)), _of_film(5.8)
    )
    yield Ugly(
        "cut-90.mov", "index first, cut off after 90 %", then(front, cut(0.9)), _of_film(8.9)
    )
    yield Ugly("cut.mkv", "cut off after 60 %", then(film(), cut(0.6)), _of_film(6))
    yield Ugly("cut-2.mkv", "cut off after its header", then(video(), cut(0.05)), BREAKS_OFF)
    vp9 = film(codec="libvpx-vp9")
    yield Ugly("cut.webm", "cut off after 60 %", then(vp9, cut(0.6)), _of_film(6))
    yield Ugly("cut.ts", "cut off after 60 %", then(film(), cut(0.6)), _of_film(6, damaged=None))
    yield Ugly("cut.avi", "cut off after 60 %", then(film(codec="mpeg4"), cut(0.6)), _of_film(6))
    yield Ugly("cut.flv", "cut off after 60 %", then(film(codec="flv"), cut(0.6)), _of_film(6))
    yield Ugly("cut.wmv", "cut off after 60 %", then(film(codec="wmv2"), cut(0.6)), _of_film(6))
    fragmented = film(**FRAGMENTED)
    yield Ugly(
        "cut-fragment.mp4",
        "fragmented, cut off after 55 %",
        then(fragmented, cut(0.55)),
        _of_film(5.5, damaged=None),
    )
    yield Ugly(
        "late.ts",
        "joined in mid-stream",
        then(film(), beheaded(0.52)),
        Indexed(4.8, shows={"blue": 2}, within=1),
    )
    mpeg2 = film(codec="mpeg2video", fps=25)
    yield Ugly(
        "late.mpg",
        "joined in mid-stream",
        then(mpeg2, beheaded(0.52)),
        Indexed(4.8, shows={"blue": 2}, within=1),
    )
    yield Ugly("late.mkv", "its first half lost", then(film(), beheaded(0.5)), NOT_A_VIDEO)


def _damaged() -> Iterator[Ugly]:
    front = film(**FASTSTART)
    hevc = film(codec="libx265", **FASTSTART)
    yield Ugly("zeroed.mp4", "zeros in the middle", then(front, _zeros), _of_film(10))
    yield Ugly("zeroed-hevc.mp4", "zeros in the middle", then(hevc, _zeros), _of_film(10))
    yield Ugly("zeroed.mkv", "zeros in the middle", then(film(), _zeros), _of_film(10))
    yield Ugly("zeroed.ts", "zeros in the middle", then(film(), _zeros), _of_film(10))
    yield Ugly("zeroed.avi", "zeros in the middle", then(film(codec="mpeg4"), _zeros), _of_film(8))
    yield Ugly(
        "zeroed-start.ts",
        "zeros where it begins",
        then(film(), lambda path: zeroed(path, 0, 0.3)),
        NOT_A_VIDEO,
    )
    yield Ugly(
        "zeroed-samples.mp4",
        "an index, and zeros for pictures",
        then(front, blanked),
        NO_FRAME,
    )
    yield Ugly(
        "zeroed-fragment.mp4",
        "fragmented, zeros in the middle",
        then(film(**FRAGMENTED), _zeros),
        _of_film(4),
    )
    yield Ugly("flipped.mp4", "200 bytes changed", then(front, _flips), _of_film(10))
    yield Ugly("flipped.mkv", "200 bytes changed", then(film(), _flips), _of_film(10))
    yield Ugly("flipped.ts", "200 bytes changed", then(film(), _flips), _of_film(10))
    yield Ugly("flipped.avi", "200 bytes changed", then(film(codec="mpeg4"), _flips), _of_film(10))
    yield Ugly(
        "trailing.mp4", "other bytes after its end", then(video(), appended(bytes(range(256))))
    )
    yield Ugly(
        "leading.mp4", "other bytes before its start", joined(noise(4, 5000), video()), NOT_A_VIDEO
    )
    keyless = remuxed(
        video(options={"g": "999", "sc_threshold": "0"}), keep=lambda index, _: index > 0
    )
    yield Ugly("no-keyframe.mkv", "its only keyframe lost", keyless, NO_FRAME)


def _shapes() -> Iterator[Ugly]:
    for degrees in (90, 180, 270):
        size = (160, 120) if degrees == 180 else (120, 160)
        yield Ugly(
            f"turned-{degrees}.mp4",
            f"to be turned by {degrees}°",
            video(rotation=degrees),
            Indexed(size=size),
        )
    yield Ugly("oblong.mp4", "pixels of 4:3", video(sar=Fraction(4, 3)), Indexed(size=(213, 120)))
    yield Ugly("mad-pixels.mp4", "pixels of 255:1, which nobody believes", video(sar=Fraction(255)))
    yield Ugly(
        "odd.mp4",
        "321 x 179",
        video(size=(321, 179), pixel_format="yuv444p"),
        Indexed(size=(321, 179)),
    )
    yield Ugly(
        "odd.webm", "161 x 91", video(size=(161, 91), codec="libvpx-vp9"), Indexed(size=(161, 91))
    )
    yield Ugly("1x1.mkv", "one pixel", video(size=(1, 1), codec="ffv1"), Indexed(size=(1, 1)))
    yield Ugly("2x2.mp4", "four pixels", video(size=(2, 2)), Indexed(size=(2, 2)))
    yield Ugly("wide.mp4", "4096 x 16", video(size=(4096, 16)), Indexed(size=(4096, 16)))
    yield Ugly("tall.mp4", "16 x 4096", video(size=(16, 4096)), Indexed(size=(16, 4096)))
    yield Ugly("4k.mp4", "3840 x 2160", video(size=(3840, 2160), fps=1), Indexed(size=(3840, 2160)))
    sizes = joined(
        video(seconds=3, shots=["red"]), video(seconds=3, shots=["blue"], start=3, size=(320, 180))
    )
    yield Ugly("sizes.ts", "a size that changes midway", sizes)
    yield Ugly("10-bit.mp4", "10 bits a channel", video(pixel_format="yuv420p10le"))
    yield Ugly(
        "10-bit.mkv", "10 bits a channel, AV1", video(codec="libsvtav1", pixel_format="yuv420p10le")
    )
    yield Ugly(
        "hdr.mp4",
        "HDR (BT.2020, PQ): colours are not mapped to SDR",
        video(codec="libx265", pixel_format="yuv420p10le", options={"x265-params": HDR}),
    )
    matrix = {"x264-params": "colormatrix=bt2020c"}
    yield Ugly("matrix.mp4", "a colour space that cannot be converted", video(options=matrix))
    ribbon = {"size": (4096, 32), "options": {"x264-params": "tff=1"}}
    yield Ugly("ribbon.mp4", "4096 x 32, interlaced", video(**ribbon), Indexed(size=(4096, 32)))
    yield Ugly("444.mp4", "full colour resolution", video(pixel_format="yuv444p"))
    yield Ugly("rgb.mkv", "RGB instead of YUV", video(codec="libx264rgb", pixel_format="rgb24"))
    yield Ugly("full-range.mp4", "full-range levels", video(pixel_format="yuvj420p"))
    yield Ugly(
        "gray.mp4",
        "no colours",
        video(pixel_format="gray", shots=["white", "black"]),
        Indexed(shows={"white": 1.5}),
    )
    yield Ugly("alpha.webm", "transparency", video(codec="libvpx-vp9", pixel_format="yuva420p"))
    yield Ugly(
        "alpha.mov",
        "transparency, ProRes 4444",
        video(codec="prores_ks", pixel_format="yuva444p10le"),
    )
    fields = {"flags": "+ilme+ildct"}
    yield Ugly("interlaced.mpg", "interlaced", video(codec="mpeg2video", fps=25, options=fields))
    yield Ugly("interlaced.mp4", "interlaced", video(options={"x264-params": "tff=1"}))
    yield Ugly(
        "black.mp4", "nothing but black", video(shots=["black"]), Indexed(shows={}, segments=1)
    )


def _frames_and_times() -> Iterator[Ugly]:
    single = {"seconds": 0.1, "shots": ["blue"]}
    yield Ugly(
        "one-frame.mp4", "one frame", video(**single), Indexed(0.1, shows={"blue": 0}, segments=1)
    )
    yield Ugly(
        "one-frame.gif",
        "one frame",
        video(**single, codec="gif"),
        Indexed(0.1, shows={"blue": 0}, segments=1),
    )
    endless = then(video(**single), boxed(b"stts", 12, 0xFFFFFFF0))
    yield Ugly(
        "endless.mp4",
        "a frame to be shown for 116 hours",
        endless,
        Indexed(0.0, shows={"blue": 0}, segments=1),
    )
    yield Ugly("one-keyframe.mp4", "one keyframe", video(options={"g": "999", "sc_threshold": "0"}))
    yield Ugly("b-frames.mp4", "B-frames, open groups", video(options=OPEN_GOP))
    yield Ugly("b-frames.avi", "B-frames where no times are kept", video(options=OPEN_GOP))
    opened = remuxed(film(options=OPEN_GOP), keep=lambda index, _: index >= 27)
    yield Ugly(
        "open.ts",
        "starts within an open group",
        opened,
        Indexed(7.3, shows={"red": 1, "blue": 5}, within=0.6),
    )
    offset = video(start=101)
    yield Ugly("offset.ts", "a clock that starts at 101 s", offset)
    yield Ugly("offset.mkv", "a clock that starts at 101 s", offset)
    yield Ugly("wrap.ts", "a clock that overflows midway", video(start=2**33 / 90_000 - 3))
    below = video(start=-1, container_options=NO_SHIFT)
    yield Ugly("below.mkv", "a clock that starts at -1 s", below)
    yield Ugly(
        "below.mp4",
        "a clock that starts at -1 s, which players leave out",
        below,
        Indexed(5, shows={"red": 1, "blue": 4}),
    )
    parts = {"seconds": 3, "shots": ["red"]}, {"seconds": 3, "shots": ["blue"]}
    yield Ugly(
        "back.ts",
        "a clock set back midway",
        joined(video(**parts[0], start=500), video(**parts[1])),
    )
    yield Ugly(
        "ahead.ts",
        "a clock that jumps ahead by hours",
        joined(video(**parts[0]), video(**parts[1], start=20_000)),
    )
    gaps = [0, 0.1, 0.2, 10, 10.1, 10.2, 12.0, 12.1, 22, 23.9]
    for suffix in ("mp4", "mkv"):
        make = video(seconds=24, times=gaps)
        yield Ugly(
            f"gaps.{suffix}",
            "a frame rate that varies, gaps of 10 s",
            make,
            Indexed(24, shows={"red": 5, "blue": 18}),
        )
    silent = video(seconds=7204, times=[0, 1, 2, 7200, 7201, 7202])
    yield Ugly(
        "pause.mkv",
        "a frame that stays for two hours",
        silent,
        Indexed(7202.1, shows={"red": 30, "blue": 7201}),
    )
    centuries = video(seconds=8, times=[0, 1, 2, 3, 4, 5, 6, 7, 4e9])
    yield Ugly(
        "centuries.mkv",
        "a frame that is due in 126 years",
        centuries,
        Indexed(7.2, shows={"red": 2, "blue": 6}, within=0.5),
    )
    yield Ugly(
        "claims.mp4",
        "a header that claims 116 hours",
        then(video(), boxed(b"mdhd", 16, 0xFFFFFFF0)),
    )
    yield Ugly(
        "no-lengths.mp4",
        "frames that last no time, but the last",
        then(video(), boxed(b"stts", 12, 0)),
        Indexed(shows={"blue": 4.5}, segments=1),
    )
    yield Ugly(
        "edit.mp4",
        "an edit list that leaves out the first half",
        then(video(options=KEYFRAMES), boxed(b"elst", 8, 3000, 30_720)),
        Indexed(3, shows={"blue": 1.5}, segments=1),
    )
    yield Ugly("live.mkv", "no duration in its header", video(container_options={"live": "1"}))
    yield Ugly("fragmented.mp4", "fragmented", video(**FRAGMENTED))
    hour = video(seconds=3600, fps=1, size=(32, 24))
    yield Ugly(
        "hour.mkv",
        "an hour at a frame a second",
        hour,
        Indexed(3600, (32, 24), {"red": 30, "blue": 1830}, within=1),
    )


def _streams() -> Iterator[Ugly]:
    yield Ugly("cover.mp4", "cover art beside the video", remuxed(video(), extras=[cover]))
    yield Ugly("captions.mkv", "subtitles beside the video", remuxed(video(), extras=[subtitles]))
    later = joined(
        video(seconds=3, shots=["red"]), video(seconds=3, shots=["blue"], start=3, audio=True)
    )
    yield Ugly("later.ts", "sound that begins midway", later)
    blue = Indexed(2, shows={"blue": 1})
    yield Ugly(
        "two-sounds.mp4", "two sound tracks", several([("blue", (160, 120))], voices=2), blue
    )
    two = several([("red", (160, 120)), ("blue", (320, 240))])
    yield Ugly(
        "two-pictures.mp4",
        "two video tracks: the default one counts",
        two,
        Indexed(2, shows={"red": 1}),
    )
    yield Ugly(
        "two-pictures.mkv",
        "two video tracks, none or both the default: the larger one counts",
        two,
        Indexed(2, (320, 240), {"blue": 1}),
    )


_KINDS: Mapping[str, tuple[str, dict[str, object]]] = {
    "h264.mp4": ("libx264", {}),
    "h264.flv": ("libx264", {}),
    "h264.nut": ("libx264", {}),
    "h264.m2ts": ("libx264", {"container": "mpegts"}),
    "h264.h264": ("libx264", {}),
    "hevc.mp4": ("libx265", {}),
    "hevc.mov": ("libx265", {}),
    "hevc.hevc": ("libx265", {}),
    "vp8.webm": ("libvpx", {}),
    "vp8.ogv": ("libvpx", {}),
    "vp9.webm": ("libvpx-vp9", {}),
    "vp9.ivf": ("libvpx-vp9", {}),
    "av1.mp4": ("libsvtav1", {}),
    "av1.webm": ("libsvtav1", {}),
    "av1.obu": ("libsvtav1", {"fps": 25}),
    "mpeg1.mpg": ("mpeg1video", {"fps": 25, "container": "mpeg"}),
    "mpeg2.ts": ("mpeg2video", {"fps": 25}),
    "mpeg2.vob": ("mpeg2video", {"fps": 25, "container": "vob"}),
    "mpeg2.m2v": ("mpeg2video", {"fps": 25}),
    "mpeg2.mxf": ("mpeg2video", {"fps": 25}),
    "mpeg2.wtv": ("mpeg2video", {"fps": 25}),
    "mpeg4.avi": ("mpeg4", {}),
    "msmpeg4.avi": ("msmpeg4", {}),
    "h263.3gp": ("h263", {"size": (176, 144)}),
    "wmv1.wmv": ("wmv1", {}),
    "wmv2.asf": ("wmv2", {}),
    "flv1.flv": ("flv", {}),
    "flashsv.flv": ("flashsv", {"pixel_format": "bgr24"}),
    "flv1.swf": ("flv", {}),
    "rv20.rm": ("rv20", {"size": (176, 144)}),
    "mjpeg.avi": ("mjpeg", {}),
    "mjpeg.mov": ("mjpeg", {}),
    "mjpeg.mjpeg": ("mjpeg", {"fps": 25, "container": "mjpeg"}),
    "prores.mov": ("prores_ks", {"pixel_format": "yuv422p10le"}),
    "dnxhr.mov": (
        "dnxhd",
        {"size": (256, 120), "pixel_format": "yuv422p", "options": {"profile": "dnxhr_lb"}},
    ),
    "cineform.mov": ("cfhd", {"pixel_format": "yuv422p10le"}),
    "qtrle.mov": ("qtrle", {"pixel_format": "rgb24"}),
    "png.mov": ("png", {"pixel_format": "rgb24"}),
    "svq1.mov": ("svq1", {"pixel_format": "yuv410p"}),
    "jpeg2000.mxf": ("jpeg2000", {"fps": 25, "pixel_format": "rgb24"}),
    "dv.dv": ("dvvideo", {"fps": 25, "size": (720, 576)}),
    "ffv1.mkv": ("ffv1", {}),
    "huffyuv.avi": ("huffyuv", {"pixel_format": "yuv422p"}),
    "zmbv.avi": ("zmbv", {"pixel_format": "bgr0"}),
    "rawvideo.avi": ("rawvideo", {}),
    "rawvideo.y4m": ("rawvideo", {"container": "yuv4mpegpipe"}),
    "gif.gif": ("gif", {}),
    "apng.apng": ("apng", {"pixel_format": "rgb24", "container": "apng"}),
}
_DISPLAY_SIZES = {
    "h263.3gp": (192, 144),
    "rv20.rm": (176, 144),
    "dnxhr.mov": (256, 120),
    "dv.dv": (768, 576),
}


def _kinds() -> Iterator[Ugly]:
    for name, (codec, options) in _KINDS.items():
        what = f"{Path(name).stem} in .{name.rpartition('.')[2]}"
        size = _DISPLAY_SIZES.get(name, (160, 120))
        yield Ugly(name, what, video(codec=codec, **{"fps": 12, **options}), Indexed(size=size))
    yield Ugly("gif.mp4", "a GIF renamed", disguised(".gif", video(codec="gif", fps=5)))


def _names() -> Iterator[Ugly]:
    for name, what in (
        ("映画 – naïve.mp4", "letters of several scripts"),
        ("👩‍👩‍👧 🎬.mp4", "emoji"),
        ("\u202eפִּילְם.mp4", "right-to-left text with an override"),
        ("two\nlines\r\x1b[31m\x07.mp4", "line breaks and terminal controls"),
        (os.fsdecode(b"caf\xe9 \xff.mp4"), "bytes that are no UTF-8"),
        ("n" * 251 + ".mp4", "255 bytes"),
        ("-rf --help.mp4", "a leading dash"),
        ("'; DROP TABLE videos; --\".mp4", "quotes and SQL"),
        ("100% #1 [draft] {0} $HOME *?.mp4", "percent, hash, brackets, wildcards"),
        ("http:evil.example.mp4", "what FFmpeg takes for an address"),
        ("[red]a[bold]\\.mp4", "terminal markup and a backslash"),
        (" .mp4", "a space"),
        ("UPPER.MP4", "capitals"),
    ):
        yield Ugly(name, f"a name of {what}", named(name))


def _file_system() -> Iterator[Ugly]:
    no_file = Skipped("not a regular file")
    yield Ugly("link.mp4", "a link to a video", linked_to(named("link")))
    yield Ugly(
        "broken.mp4",
        "a link to nothing",
        link("nowhere"),
        Skipped("links to something that is not there"),
    )
    yield Ugly(
        "loop.mp4",
        "a link to itself",
        link("loop.mp4"),
        Skipped("too many levels of symbolic links"),
    )
    yield Ugly(
        "folder.mp4/inside.mp4",
        "a video in a folder with a video's name",
        inside_a_folder(named("inside")),
    )
    yield Ugly("round/round.mp4", "a video in a folder that links to itself", loop_of_folders)
    yield Ugly("linked/file.mp4", "a video in a linked folder", behind_a_link(named("behind")))
    yield Ugly("pipe.mp4", "a named pipe", os.mkfifo, no_file)
    yield Ugly("pipe.ts", "a named pipe", os.mkfifo, no_file)
    yield Ugly("socket.mp4", "a socket", listening, no_file)
    long = film(seconds=30, fps=5)
    grow = appended(b"more")
    yield Ugly(
        "growing.mp4", "still being written", then(long, appended(b"1")), CHANGED, meanwhile=grow
    )
    yield Ugly(
        "shrinking.mp4",
        "cut off while it is read",
        then(long, appended(b"2")),
        CHANGED,
        meanwhile=cut(0.5),
    )
    yield Ugly(
        "vanishing.mp4",
        "deleted while it is read",
        then(long, appended(b"3")),
        Failed(MediaMissing, "{} is not there"),
        meanwhile=Path.unlink,
    )
    closed = then(named("closed"), lambda path: path.chmod(0))
    yield Ugly(
        "closed.mp4",
        "no permission to read it",
        closed,
        Failed(MediaForbidden, "{} may not be read by this user"),
        forbidden=True,
    )
    shut = then(Path.mkdir, lambda path: path.chmod(0))
    yield Ugly(
        "shut",
        "no permission to enter the folder",
        shut,
        Skipped("may not be read by this user"),
        forbidden=True,
    )


GROUPS: Mapping[str, tuple[Ugly, ...]] = {
    "Not videos": tuple(_no_videos()),
    "Cut off": tuple(_cut_off()),
    "Damaged": tuple(_damaged()),
    "Shapes and pixels": tuple(_shapes()),
    "Frames and times": tuple(_frames_and_times()),
    "Several streams": tuple(_streams()),
    "Codecs and containers": tuple(_kinds()),
    "Names": tuple(_names()),
    "Links, pipes, changes, permissions": tuple(_file_system()),
}
UGLY = tuple(entry for group in GROUPS.values() for entry in group)


# The document


def table() -> str:
    """The files as Markdown tables, one a group."""
    return "\n\n".join(_section(title, entries) for title, entries in GROUPS.items())


def _section(title: str, entries: tuple[Ugly, ...]) -> str:
    head = "| file | what it is | what footage does | what the user reads |\n|---|---|---|---|"
    rows = (
        f"| {_code(entry.name)} | {entry.what} | {_does(entry.outcome)} | {_reads(entry)} |"
        for entry in entries
    )
    return "\n".join([f"### {title}", "", head, *rows])


def _does(outcome: Indexed | Failed | Skipped) -> str:
    if isinstance(outcome, Failed):
        return f"refuses it: `{outcome.error.code}`"
    if isinstance(outcome, Skipped):
        return "passes it over"
    width, height = outcome.size
    text = f"indexes {outcome.seconds:g} s of {width} x {height}"
    return text + (", all that can be read" if outcome.damaged else "")


def _reads(entry: Ugly) -> str:
    outcome, name = entry.outcome, shown(Path(entry.name).name)
    if isinstance(outcome, Failed):
        return _code(f"failed: {outcome.of(name)}")
    if isinstance(outcome, Skipped):
        return _code(f"skipped: {name}: {outcome.reason}")
    if outcome.damaged is False:
        return "nothing special"
    told = _code(f"damaged: {name}: …; the rest is indexed")
    return told if outcome.damaged else f"{told} where the loss shows"


def _code(text: str) -> str:
    short = shown(text if len(text) < 200 else f"{text[:20]}…{text[-8:]}")
    return "`` " + short.replace("|", "\\|") + " ``"


def document(text: str) -> str:
    """``docs/media.md`` with the tables in it renewed."""
    before, begin, rest = text.partition("<!-- files: begin -->")
    _, end, after = rest.partition("<!-- files: end -->")
    return f"{before}{begin}\n\n{table()}\n\n{end}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(DOCUMENT.read_text("utf-8")), "utf-8")
