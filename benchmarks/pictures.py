"""``python -m benchmarks.pictures [--folder demo-footage]``: the pictures of the page in ``docs/``.

They are of the films of ``footage demo``, which are made first where they are not there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from footage.demo import make_sample_footage
from footage.opening import open_library

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browsers import launched
from server.serving import serving

DOCS = Path(__file__).parents[1] / "docs"
SIZE = {"width": 1280, "height": 800}
WIDTHS = (1280, 1180, 1080, 1000, 920, 840)  # pixels of the pictures, the widest that fits
MOST_BYTES = 250_000
TAGS = {
    "space-centre.mp4": ["museum"],
    "sunday-at-home.mp4": ["home"],
    "garage-and-garden.mp4": ["home", "garden"],
    "city-trip.mp4": ["travel"],
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("demo-footage"))
    folder = parser.parse_args().folder
    films = make_sample_footage(folder)
    with open_library(folder / "demo.library") as library, sync_playwright() as playwright:
        library.add(*films)
        for film in films:
            library.tag(film, add=TAGS.get(film.name, []))
        library.search("anything")  # the models are loaded
        browser = launched(playwright)
        with serving(library) as site:
            taken("page-search.png", browser, site.origin, "light", _searching)
            taken("page-player.png", browser, site.origin, "dark", _playing)
        browser.close()


def taken(
    name: str, browser: Browser, origin: str, theme: Any, show: Callable[[Any, str], None]
) -> None:
    """Write one picture, of a palette as wide as `MOST_BYTES` allow."""
    context = browser.new_context(viewport=SIZE, color_scheme=theme, device_scale_factor=2)
    page = context.new_page()
    show(page, origin)
    with Image.open(BytesIO(page.screenshot())) as shot:
        picture = shot.convert("RGB")
    context.close()
    for width in WIDTHS:
        small = picture.resize(
            (width, round(width * picture.height / picture.width)), Image.Resampling.LANCZOS
        )
        data = BytesIO()
        small.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(data, "PNG", optimize=True)
        if data.tell() < MOST_BYTES:
            break
    (DOCS / name).write_bytes(data.getvalue())
    print(f"{DOCS / name}: {data.tell():,} bytes, {width} pixels wide")


def _searching(page: Any, origin: str) -> None:
    page.goto(f"{origin}/?q=2:a+red+motorcycle+-+people")
    page.locator(".results .card h3").first.wait_for()
    page.locator(".facet").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)


def _playing(page: Any, origin: str) -> None:
    page.goto(f"{origin}/?q=the+season+of+light")
    page.locator(".results .card-link").first.click()
    page.get_by_role("tab", name="Said").click()
    page.locator(".line").first.wait_for()
    page.wait_for_timeout(3000)
    page.locator("video.picture").click()
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
