"""Parts of the page that several tests look at."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

_JUDGED = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`).join(" | ")}`);
}"""


def cards(page: Any) -> Any:
    """The results that have come."""
    return page.locator(".results .card:not(.card-waiting)")


def chip(page: Any, text: str) -> Any:
    """The part of the query that says so."""
    return page.locator(".chip", has_text=text)


def q(page: Any) -> Any:
    """The text of the query, as the address has it."""
    return page.evaluate("new URLSearchParams(location.search).get('q')")


def violations(page: Any) -> Any:
    """What axe-core finds wrong with the page as it is now."""
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8") + ";0")
    return page.evaluate(_JUDGED)
