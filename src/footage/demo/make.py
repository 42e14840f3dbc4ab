"""Writing the sample footage: real H.264 and AAC in MP4, as a camera or a phone would leave it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from hashlib import blake2b
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from footage.demo.films import FILMS, Film
from footage.demo.parts import find_parts
from footage.demo.picture import FRAME_RATE, HEIGHT, WIDTH, film_frames, frame_count
from footage.demo.sound import SAMPLE_RATE, Samples, film_sound
from footage.errors import UsageError

Progress = Callable[[str, float], None]

_STAMP = "footage sample"
# One thread, because x264's output depends on their number and the films are to be the same
# everywhere; a key frame every two seconds, so that players seek well. "superfast" with its rate
# control given back is 40 % cheaper than "veryfast", at the same quality and 8 % more bytes.
_X264 = {
    "preset": "superfast",
    "mbtree": "1",
    "rc-lookahead": "10",
    "crf": "24",
    "g": "50",
    "threads": "1",
}


def make_sample_footage(
    folder: Path,
    *,
    on_progress: Progress | None = None,
    films: Sequence[Film] = FILMS,
    parts: Mapping[str, Path] | None = None,
) -> list[Path]:
    """Write the sample films into a folder and return their paths, in storyboard order.

    Films that are there already are kept; a file of the same name that is not ours is an error.
    ``on_progress`` hears the file at work and how much of all the footage is done (0 to 1).
    ``parts`` are the photos, clips and speech by name; by default those of installed packages.
    """
    todo = [film for film in films if not _is_made(folder / film.name, film)]
    if parts is None:
        parts = find_parts() if todo else {}
    whole = sum(film.seconds for film in films)
    done = whole - sum(film.seconds for film in todo)
    for film in todo:
        for seconds in _write(folder / film.name, film, parts):
            if on_progress:
                on_progress(film.name, min((done + seconds) / whole, 1.0))
        done += film.seconds
    return [folder / film.name for film in films]


def _stamp(film: Film) -> str:
    """What marks a file as this film, cut to this storyboard."""
    return f"{_STAMP} {blake2b(repr(film).encode(), digest_size=8).hexdigest()}"


def _is_made(path: Path, film: Film) -> bool:
    """Whether the film is there, whole; a film of an older storyboard is to be made again."""
    if not path.exists():
        return False
    try:
        with av.open(str(path)) as container:
            comment = str(container.metadata.get("comment", ""))
    except (av.FFmpegError, OSError):
        comment = ""
    if not comment.startswith(_STAMP):
        raise UsageError(
            f"{path} is there already and is not sample footage",
            remedy="choose another folder, or move the file away",
        )
    return comment == _stamp(film)


def _write(path: Path, film: Film, parts: Mapping[str, Path]) -> Iterator[float]:
    """Write a film under a passing name, then rename it; yields the seconds written so far."""
    passing = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(passing), "w", format="mp4", options={"movflags": "faststart"}) as file:
            yield from _encode(file, film, parts)
        passing.replace(path)
    except (av.FFmpegError, OSError) as error:
        raise UsageError(
            f"the sample film {path} cannot be made: {error}",
            remedy="free some space, allow writing there, or choose another folder",
        ) from error
    finally:
        with suppress(OSError):
            passing.unlink()


def _encode(file: OutputContainer, film: Film, parts: Mapping[str, Path]) -> Iterator[float]:
    file.metadata["title"] = film.title
    file.metadata["comment"] = _stamp(film)
    file.metadata["creation_time"] = film.recorded.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    video, audio = _add_video(file), _add_audio(file)
    samples, converter = film_sound(film, parts), VideoReformatter()
    for number, image in enumerate(film_frames(film, parts)):
        if number % FRAME_RATE == 0:  # sound goes in just ahead of its pictures, as players like it
            second = number // FRAME_RATE
            _encode_sound(file, audio, samples, second)
            yield float(second)
        # Left to the encoder, this conversion takes three times as long.
        frame = converter.reformat(
            av.VideoFrame.from_ndarray(np.asarray(image), format="rgb24"),
            format="yuv420p",
            interpolation="BILINEAR",
        )
        frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
        file.mux(video.encode(frame))
    file.mux(video.encode(None))
    file.mux(audio.encode(None))
    yield frame_count(film) / FRAME_RATE


def _encode_sound(file: OutputContainer, audio: AudioStream, samples: Samples, second: int) -> None:
    """Encode one second of the track; the last one may be shorter."""
    start = second * SAMPLE_RATE
    piece = samples[start : start + SAMPLE_RATE]
    frame = av.AudioFrame.from_ndarray(piece[np.newaxis], format="s16", layout="mono")
    frame.sample_rate, frame.pts = SAMPLE_RATE, start
    frame.time_base = Fraction(1, SAMPLE_RATE)
    file.mux(audio.encode(frame))


def _add_video(file: OutputContainer) -> VideoStream:
    video = file.add_stream("libx264", rate=FRAME_RATE, options=dict(_X264))
    video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    video.codec_context.time_base = Fraction(1, FRAME_RATE)
    return video


def _add_audio(file: OutputContainer) -> AudioStream:
    audio = file.add_stream("aac", rate=SAMPLE_RATE)
    audio.codec_context.layout = "mono"
    audio.bit_rate = 64_000
    return audio
