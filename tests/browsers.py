"""The browser that pages are opened in."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

STARTED = 45_000  # milliseconds; two tries lie below a test's own limit


def launched(playwright: Playwright) -> Browser:
    """Chromium: its shell without windows if it is here, else a whole one, else Playwright's own.

    A whole one draws tool bars that nobody sees, for several times the processor time.
    """
    from playwright.sync_api import TimeoutError as NotInTime

    def launch() -> Browser:
        return playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
            timeout=STARTED,
        )

    try:
        return launch()
    except NotInTime:
        return launch()
