"""A real browser before a real server; what it complains of fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from browsers import launched
from colours import ColourEmbedder
from houses import House
from server.serving import Served, serving
from videos import make_video

import footage
from footage.server.config import ServerSettings

NO_BROWSER = os.environ.get("FOOTAGE_NO_BROWSER") == "1"
PATIENCE = 20_000  # milliseconds

SPOKEN = """1
00:00:01,000 --> 00:00:04,000
Welcome to the old harbour.

2
00:00:06,000 --> 00:00:09,000
Our refund policy is simple.

3
00:00:12,000 --> 00:00:15,000
We sail at dawn.

4
00:00:18,000 --> 00:00:21,000
Goodbye.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """The browser. That there is none is a failure, unless FOOTAGE_NO_BROWSER=1 says so."""
    if NO_BROWSER:
        pytest.skip("FOOTAGE_NO_BROWSER=1")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@dataclass
class Watched:
    """What went wrong in a page, and what is expected to."""

    wrong: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, *texts: str) -> None:
        self.expected += texts

    def check(self) -> None:
        bad = [text for text in self.wrong if not any(known in text for known in self.expected)]
        assert bad == []


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def page(chromium: Any, watched: Watched) -> Iterator[Any]:
    """A page of a fresh browser; nothing may go wrong in it, or be asked of anybody else."""
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("pageerror", lambda error: watched.wrong.append(f"error: {error}"))
    page.on(
        "console", lambda message: message.type == "error" and watched.wrong.append(message.text)
    )
    page.on("request", lambda request: _is_ours(request.url) or watched.wrong.append(request.url))
    yield page
    page.unroute_all(behavior="ignoreErrors")  # what answers in a server's place may be at it still
    context.close()
    watched.check()


def _is_ours(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "http://localhost:", "blob:", "data:"))


@pytest.fixture(scope="package")
def page_house(built_house: House, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The four colour videos, and one in which something is said."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(built_house.library, folder / "page.library")
    house = House(built_house.videos, folder / "page.library")
    colours = ["gray", "black", "gray", "black"]
    make_video(folder / "harbour.mp4", seconds=24, shots=colours, audio=True, size=(320, 180))
    (folder / "harbour.srt").write_text(SPOKEN, "utf-8")
    with house.open() as library:
        assert not library.add(folder / "harbour.mp4").failed
    return house


@pytest.fixture(scope="package")
def site(page_house: House) -> Iterator[Served]:
    """It, served, for tests that only look."""
    with page_house.open() as library, serving(library) as running:
        yield running


@pytest.fixture
def own_site(page_house: House, tmp_path: Path) -> Iterator[Served]:
    """A copy to change; what lies in ``tmp_path`` may be indexed."""
    shutil.copytree(page_house.library, tmp_path / "own.library")
    with footage.open(tmp_path / "own.library", embedder=ColourEmbedder()) as library:
        yield from _served(library, tmp_path)


@pytest.fixture
def empty_site(library: footage.Library, tmp_path: Path) -> Iterator[Served]:
    yield from _served(library, tmp_path)


def _served(library: footage.Library, root: Path) -> Iterator[Served]:
    with serving(library, ServerSettings(roots=(root,))) as running:
        yield running


Open = Callable[..., Any]


@pytest.fixture
def visit(page: Any, site: Served) -> Open:
    """Open an address of the page, below the site that only is looked at."""

    def visit(address: str = "", *, at: Served = site) -> Any:
        page.goto(f"{at.origin}/{address}")
        page.locator("#box").wait_for()
        return page

    return visit
