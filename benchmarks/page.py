"""The page in a real browser: its weight, how soon it answers, and how soon a video plays.

Chromium, headless, on the same machine as the server. A sentence is typed letter by letter, and
what counts is the time from its last letter to the frame in which its cards are drawn; the page
waits 90 ms for another letter, which is part of it. A video is played from its card.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.search import WORDS
from benchmarks.server import clustered
from benchmarks.tables import table
from footage.server.app import PAGE

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browsers import launched
from server.serving import serving
from videos import make_video

LETTER = 35  # milliseconds between two letters
QUERIES = 40
VISITS = 10
PLAYS = 10
FILM_SECONDS = 60
PATIENCE = 60_000

TYPED = """() => {
  let last = 0;
  window.answers = [];
  addEventListener("input", () => { last = performance.now(); window.answers.length = 0; }, true);
  new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) {
      if (name !== "footage:cards" || !last) continue;
      const drawn = () => window.answers.push(performance.now() - last);
      requestAnimationFrame(() => requestAnimationFrame(drawn));
    }
  }).observe({ entryTypes: ["mark"] });
}"""
PLAYED = """() => {
  window.frames = [];
  addEventListener("click", () => (window.clicked = performance.now()), true);
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) {
      if (name === "footage:frame") window.frames.push(startTime - window.clicked);
    }
  }).observe({ entryTypes: ["mark"] });
}"""
ANSWERED = "() => window.answers.length > 0 && !document.querySelector('[aria-busy]')"
READY = "() => performance.getEntriesByName('footage:ready')[0]?.startTime ?? null"


def run(options: argparse.Namespace) -> str:
    count = 1_000 if options.quick else 10_000
    folder = options.work / "page.library"
    shutil.rmtree(folder, ignore_errors=True)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        with clustered(folder, count, recorded=_recorded) as library, serving(library) as site:
            ready = _ready(browser, site.origin)
            answers = _answers(browser, site.origin, 10 if options.quick else QUERIES)
            library.add(_film(options.work))
            frames = _frames(browser, site.origin)
        browser.close()
    shutil.rmtree(folder, ignore_errors=True)
    rows = [
        _row("open the page, nothing cached: until it takes keys", ready["cold"]),
        _row("open it again", ready["warm"]),
        _row(f"last letter to cards, {count:,} segments", answers),
        _row("click to first frame, 720p", frames),
    ]
    return f"{weights()}\n\n{table(['what', 'times', 'p50 ms', 'p95 ms'], rows)}"


def weights() -> str:
    """What the page's files weigh, in bytes before they are compressed."""
    kinds = {kind: sorted(PAGE.rglob(f"*.{kind}")) for kind in ("js", "css", "html", "svg")}
    sizes = {kind: sum(path.stat().st_size for path in paths) for kind, paths in kinds.items()}
    each = ", ".join(f"{kind} {size:,}" for kind, size in sizes.items())
    files = sum(map(len, kinds.values()))
    return f"bytes: {sum(sizes.values()):,} in {files} files ({each}); none from elsewhere"


def _row(name: str, times: Sequence[float]) -> list[object]:
    p50, p95 = np.percentile(times, (50, 95))
    return [name, len(times), f"{p50:.0f}", f"{p95:.0f}"]


def _recorded(number: int) -> datetime:
    return datetime(2020 + number % 6, 1 + number % 12, 1, tzinfo=timezone.utc)


def _film(work: Path) -> Path:
    path = work / "film.mp4"
    if not path.is_file():
        colours = ("red", "green", "blue", "yellow", "white", "black")
        make_video(path, seconds=FILM_SECONDS, size=(1280, 720), shots=colours, audio=True)
    return path


@contextlib.contextmanager
def _page(browser: Browser) -> Iterator[Page]:
    # what waits in the page is evaluated there, which the page's own policy forbids
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def _ready(browser: Browser, origin: str) -> dict[str, list[float]]:
    """Milliseconds from asking for the page to its last script having run."""
    times: dict[str, list[float]] = {"cold": [], "warm": []}
    for _ in range(VISITS):
        with _page(browser) as page:
            for name in ("cold", "warm"):
                page.goto(f"{origin}/")
                page.wait_for_function(READY)
                times[name].append(page.evaluate(READY))
    return times


def _answers(browser: Browser, origin: str, count: int) -> list[float]:
    """Milliseconds from the last letter of each query to its cards."""
    times = []
    with _page(browser) as page:
        page.goto(f"{origin}/")
        page.locator("#box").fill("a first search, which loads the models")
        page.locator(".results .card h3").first.wait_for()
        page.evaluate(TYPED)
        for number in range(count):
            page.locator("#box").fill("")
            page.locator(".hero").wait_for()
            first, second = WORDS[number % len(WORDS)], WORDS[(3 * number + 1) % len(WORDS)]
            page.locator("#box").press_sequentially(f"a {first} near a {second}", delay=LETTER)
            page.wait_for_function(ANSWERED)
            times.append(page.evaluate("window.answers.at(-1)"))
    return times


def _frames(browser: Browser, origin: str) -> list[float]:
    """Milliseconds from a click on a card to the first frame of its video."""
    times = []
    with _page(browser) as page:
        page.goto(f"{origin}/?view=library")
        card = page.get_by_role("link", name="Play film", exact=True)
        while not card.count():
            page.mouse.wheel(0, 3000)
            page.wait_for_timeout(50)
        page.evaluate(PLAYED)
        for played in range(1, PLAYS + 1):
            card.click()
            page.wait_for_function(f"() => window.frames.length >= {played}")
            page.keyboard.press("Escape")
            page.get_by_role("dialog").wait_for(state="detached")
        times = page.evaluate("window.frames")
    return list(times)
