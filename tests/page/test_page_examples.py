"""Asking by pictures and moments: pasted, dropped, chosen, or found before."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from page.page_parts import cards, chip
from PIL import Image
from playwright.sync_api import expect
from server.serving import Served
from videos import make_video

GIVE = """([name, type, data, how]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, { type }));
  if (how === "paste") {
    dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true }));
    return;
  }
  const { innerWidth, innerHeight } = window;
  const clientX = how === "ask" ? 40 : innerWidth - 40;
  for (const event of ["dragenter", "dragover", "drop"]) {
    const options = { dataTransfer: given, clientX, clientY: innerHeight / 2, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent(event, options));
  }
}"""


def picture(colour: str, size: tuple[int, int] = (64, 48)) -> bytes:
    data = BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


def give(page: Any, name: str, kind: str, data: bytes, how: str) -> None:
    page.evaluate(GIVE, [name, kind, base64.b64encode(data).decode(), how])


@pytest.mark.parametrize("how", ["paste", "ask"])
def test_a_picture_is_asked_by(visit: Any, how: str) -> None:
    page = visit()
    give(page, "seen.png", "image/png", picture("yellow"), how)
    expect(chip(page, "seen.png")).to_be_visible()
    expect(cards(page).first.locator("h3")).to_have_text("yellow")
    chip(page, "seen.png").locator(".chip-face").press("ArrowUp")
    expect(chip(page, "seen.png").locator(".chip-weight")).to_have_text("×1.5")
    page.reload()
    expect(chip(page, "seen.png").locator("img")).to_be_visible()
    expect(cards(page).first.locator("h3")).to_have_text("yellow")


def test_a_picture_and_words(visit: Any) -> None:
    page = visit("?q=seen:white")
    give(page, "large.png", "image/png", picture("blue", (2000, 1500)), "paste")
    expect(page.locator(".chip")).to_have_count(2)
    expect(cards(page).first).to_be_visible()
    page.get_by_role("button", name="Remove image large.png").click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(cards(page).first).to_be_visible()
    assert "image=" not in page.url


def test_files_are_chosen(visit: Any, tmp_path: Path) -> None:
    page = visit()
    clip = make_video(tmp_path / "some.mp4", seconds=2, shots=["yellow"])
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Search by a picture, clip or sound").click()
    chooser.value.set_files(clip)
    expect(chip(page, "some.mp4")).to_be_visible()
    expect(cards(page).first.locator("h3")).to_have_text("yellow")


def test_what_is_no_picture(visit: Any) -> None:
    page = visit()
    give(page, "a.txt", "text/plain", b"hello", "paste")
    expect(page.locator(".note")).to_contain_text("is no picture, video or sound; choose another")
    expect(page.locator(".chip")).to_have_count(0)


def test_a_picture_that_another_browser_has(visit: Any) -> None:
    page = visit("?image=0123456789abcdef^1~gone.png")
    expect(page.locator(".verdict")).to_contain_text(
        "is not in this browser any more; add it again"
    )


def test_like_and_unlike_a_moment(visit: Any, site: Served) -> None:
    page = visit("?q=seen:yellow")
    best = page.locator(".card", has_text="yellow").first
    best.hover()
    best.get_by_role("button", name="More like this").click()
    expect(chip(page, "like yellow")).to_be_visible()
    assert f"like={site.id_of('yellow')}@" in page.url
    white = page.locator(".card", has_text="white").first
    white.hover()
    white.get_by_role("button", name="Less like this").click()
    expect(chip(page, "like white").locator(".chip-not")).to_be_visible()
    expect(chip(page, "like white").locator(".chip-weight")).to_have_text("×0.5")
    expect(cards(page).first).to_be_visible()


def test_a_video_dropped_on_the_other_side_is_added(
    own_site: Served, visit: Any, tmp_path: Path
) -> None:
    page = visit(at=own_site)
    data = make_video(tmp_path / "new.mp4", seconds=2, shots=["green"]).read_bytes()
    give(page, "new.mp4", "video/mp4", data, "add")
    expect(page.get_by_role("heading", name="Library", exact=True)).to_be_visible()
    expect(page.locator(".job-done")).to_have_count(1)
    expect(page.locator(".card-video h3", has_text="new")).to_be_visible()
