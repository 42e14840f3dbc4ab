"""Parts of the page that several tests look at."""

from __future__ import annotations

from typing import Any


def cards(page: Any) -> Any:
    """The results that have come."""
    return page.locator(".results .card:not(.card-waiting)")


def chip(page: Any, text: str) -> Any:
    """The part of the query that says so."""
    return page.locator(".chip", has_text=text)


def q(page: Any) -> Any:
    """The text of the query, as the address has it."""
    return page.evaluate("new URLSearchParams(location.search).get('q')")
