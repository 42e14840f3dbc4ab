"""The player: where it begins, what it shows beside the video, what one can do with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from page.page_parts import cards
from playwright.sync_api import expect
from server.serving import Served
from videos import make_video


def now(page: Any) -> float:
    return page.locator("video.picture").evaluate("video => video.currentTime")


def reaches(page: Any, seconds: float) -> None:
    """Wait until the clock of the player stands there, or a little later."""
    whole = [f"0:{second:02}" for second in range(int(seconds), int(seconds) + 3)]
    expect(page.locator(".clock")).to_have_text(re.compile(rf"^({'|'.join(whole)})(\.\d)? /"))


@pytest.fixture
def playing(visit: Any) -> Any:
    """What is said of refunds, six to nine seconds into the harbour's 24."""
    page = visit("?q=said:refund+policy")
    cards(page).first.locator("a").click()
    expect(page.get_by_role("dialog", name="Player: harbour")).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


def test_it_plays_from_a_little_before(playing: Any) -> None:
    assert "t=4.5" in playing.url
    video = playing.locator("video.picture")
    expect(video).to_have_js_property("readyState", 4)
    expect(video).to_have_js_property("paused", False)
    assert now(playing) >= 4.4
    reaches(playing, 5)


def test_space_pauses_and_arrows_seek(playing: Any) -> None:
    video = playing.locator("video.picture")
    expect(video).to_have_js_property("paused", False)
    playing.locator(".timeline").focus()
    playing.keyboard.press("Space")
    expect(video).to_have_js_property("paused", True)
    before = now(playing)
    playing.keyboard.press("ArrowRight")
    assert now(playing) == pytest.approx(before + 5, abs=0.5)
    playing.keyboard.press("Home")
    assert now(playing) == pytest.approx(0, abs=0.2)
    playing.keyboard.press("k")
    expect(video).to_have_js_property("paused", False)


def test_the_heat_lies_where_it_matches(playing: Any) -> None:
    path = playing.locator(".heat path")
    expect(path).to_have_attribute("d", re.compile("L"))
    points = [
        (float(x), float(y)) for x, y in re.findall(r"L([\d.]+) ([\d.]+)", path.get_attribute("d"))
    ]
    top = min(points, key=lambda point: point[1])
    assert 6 / 24 <= top[0] / 1000 <= 9 / 24


def test_the_transcript_follows_and_is_clicked(playing: Any) -> None:
    playing.get_by_role("tab", name="Said").click()
    line = playing.locator(".line", has_text="refund policy")
    expect(line).to_have_attribute("aria-current", "true")
    assert line.locator("mark").all_text_contents() == ["refund", "policy"]
    playing.locator(".line", has_text="Goodbye").click()
    reaches(playing, 18)
    expect(playing.locator(".line", has_text="Goodbye")).to_have_attribute("aria-current", "true")


def test_shots_beside_it(playing: Any) -> None:
    shots = playing.locator(".shot")
    expect(shots).to_have_count(4)
    expect(shots.nth(0)).to_have_attribute("aria-current", "")
    shots.nth(3).click()
    reaches(playing, 18)
    expect(shots.nth(3)).to_have_attribute("aria-current", "")


def test_marks_and_the_clip(playing: Any) -> None:
    clip = playing.get_by_role("link", name="Download the clip")
    assert "start=6.00&end=9.00" in clip.get_attribute("href")
    playing.keyboard.press("k")
    playing.locator(".timeline").press("Home")
    playing.keyboard.press("i")
    playing.keyboard.press("ArrowRight")
    playing.keyboard.press("o")
    assert "start=0.00&end=5.00" in clip.get_attribute("href")
    expect(playing.get_by_role("button", name="In 0:00.0")).to_be_visible()
    with playing.expect_download() as download:
        clip.click()
    assert download.value.suggested_filename == "harbour 0.0-5.0.mp4"
    assert Path(download.value.path()).stat().st_size > 1000


def test_without_marks_the_whole_video_is_exported(visit: Any, site: Served) -> None:
    page = visit(f"?v={site.id_of('harbour')}&t=3")
    whole = page.get_by_role("button", name="Export whole video")
    whole.click()
    with page.expect_request("**/export") as asked:
        page.get_by_role("button", name="JSON").click()
    (moment,) = asked.value.post_data_json["moments"]
    assert (moment["start"], moment["end"]) == (0, 24)
    page.keyboard.press("i")
    expect(page.get_by_role("button", name="Export", exact=True)).to_be_visible()


def test_a_link_to_share(playing: Any, visit: Any) -> None:
    playing.context.grant_permissions(["clipboard-read", "clipboard-write"])
    playing.keyboard.press("k")
    playing.locator(".line, .hit").first.wait_for()
    playing.get_by_role("button", name="Copy link").click()
    expect(playing.get_by_text("Copied a link")).to_be_visible()
    link = playing.evaluate("navigator.clipboard.readText()")
    at = float(re.search(r"[?&]t=([\d.]+)", link)[1])
    assert at == pytest.approx(now(playing), abs=0.5)
    playing.goto(link)
    expect(playing.get_by_role("dialog", name="Player: harbour")).to_be_visible()
    reaches(playing, at)
    playing.keyboard.press("Escape")  # there is nothing of this page to go back to
    expect(playing.get_by_role("dialog")).to_have_count(0)
    expect(playing.locator(".chip")).to_have_count(1)


def test_more_like_this(playing: Any) -> None:
    playing.get_by_role("button", name="More like this", exact=True).click()
    expect(playing.get_by_role("dialog")).to_have_count(0)
    expect(playing.locator(".chip", has_text="like harbour")).to_be_visible()
    assert "like=" in playing.url
    expect(cards(playing).first).to_be_visible()


def test_from_match_to_match(visit: Any) -> None:
    page = visit("?q=seen:black&video=harbour")
    page = visit("?q=seen:black")
    page.locator(".card", has_text="harbour").first.locator("a").click()
    expect(page.locator(".hit")).not_to_have_count(0)
    page.get_by_role("button", name="Pause").click()
    page.locator(".timeline").press("Home")
    page.get_by_role("button", name="Next match").click()
    first = now(page)
    assert first > 1
    page.locator(".hit").first.click()
    assert page.locator(".marked").evaluate("mark => mark.hidden") is False


def test_moving_over_the_timeline_shows_it(playing: Any) -> None:
    box = playing.locator(".timeline").bounding_box()
    playing.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    preview = playing.locator(".preview")
    expect(preview).to_be_visible()
    expect(preview).to_have_attribute("data-time", re.compile("0:1[12]"))
    expect(preview.locator(".sprite")).to_be_attached()
    playing.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 20)
    reaches(playing, 17)


def test_what_is_made_playable_as_it_goes(own_site: Served, visit: Any, tmp_path: Path) -> None:
    path = make_video(tmp_path / "old.avi", seconds=12, shots=["red", "blue"], codec="mpeg4")
    own_site.library.add(path)
    visit("?view=library", at=own_site).route("**/videos/*", _always_streaming)
    page = visit(f"?view=library&v={own_site.id_of('old')}&t=7", at=own_site)
    video = page.locator("video.picture")
    expect(video).to_have_attribute("src", re.compile(r"start=7"))
    reaches(page, 8)
    page.locator(".timeline").press("Home")  # what was not sent yet is asked for anew
    expect(video).to_have_attribute("src", re.compile(r"start=0"))
    reaches(page, 1)
    page.get_by_role("button", name="Pause").click()
    assert now(page) < 5


def _always_streaming(route: Any) -> None:
    answer = route.fetch()
    video = answer.json()
    if "playback" in video:
        video["playback"]["mode"] = "stream"
    route.fulfill(response=answer, json=video)


def test_a_drive_that_is_not_there(own_site: Served, visit: Any, tmp_path: Path) -> None:
    path = make_video(tmp_path / "lent.mp4", seconds=3)
    own_site.library.add(path)
    path.unlink()
    page = visit("?view=library", at=own_site)
    page.get_by_role("link", name="Play lent").click()
    expect(page.locator(".trouble")).to_contain_text("plug it in")


def test_a_video_that_is_unknown(visit: Any, watched: Any) -> None:
    watched.expect("404")
    page = visit(f"?v={'0' * 32}&t=3")
    expect(page.get_by_role("dialog")).to_contain_text("No video")
    page.get_by_role("button", name="Close the player").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "v=" not in page.url


@pytest.mark.parametrize(("view", "way"), [("search", "results"), ("library", "library")])
def test_a_link_that_names_no_video_leads_back(
    visit: Any, watched: Any, view: str, way: str
) -> None:
    watched.expect("404")
    page = visit(f"?view={view}&v=nonsense")
    expect(page.get_by_role("alert")).to_contain_text("; ")
    page.get_by_role("button", name=f"To the {way}").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_out_before_in_keeps_both(playing: Any) -> None:
    playing.keyboard.press("k")
    playing.locator(".timeline").press("Home")
    playing.keyboard.press("ArrowRight")
    playing.keyboard.press("o")
    playing.keyboard.press("ArrowRight")
    playing.keyboard.press("i")
    clip = playing.get_by_role("link", name="Download the clip")
    assert "start=5.00&end=10.00" in clip.get_attribute("href")
    expect(playing.locator(".clock")).to_have_text("0:10.0 / 0:24")


def test_the_focus_after_a_link_was_closed(visit: Any, site: Served) -> None:
    page = visit(f"?q=seen:yellow&v={site.id_of('yellow')}&t=3")
    expect(page.get_by_role("dialog", name="Player: yellow")).to_be_visible()
    expect(cards(page).first).to_be_attached()
    page.keyboard.press("Escape")
    expect(cards(page).first.locator(".card-link")).to_be_focused()


def test_the_picture_is_in_the_middle_of_a_low_window(visit: Any, site: Served) -> None:
    page = visit()
    page.set_viewport_size({"width": 720, "height": 450})
    visit(f"?v={site.id_of('yellow')}&t=3")
    box = page.locator("video.picture").bounding_box()
    assert box["x"] + box["width"] / 2 == pytest.approx(360, abs=12)


def test_full_screen_keeps_the_controls(playing: Any) -> None:
    playing.get_by_role("button", name="Full screen").click()
    expect(playing.locator(".player-main:fullscreen")).to_be_visible()
    expect(playing.locator(".timeline")).to_be_visible()
    expect(playing.locator(".deeds")).not_to_be_visible()
    playing.keyboard.press("f")
    expect(playing.locator(".player-main:fullscreen")).to_have_count(0)


def test_it_says_which_file_that_is(playing: Any, site: Served) -> None:
    path = site.library.video("harbour").path
    assert path is not None
    place = playing.locator(".player-place")
    expect(place).to_have_text(f"harbour.mp4 in {path.parent}")
    expect(place).to_have_attribute("title", str(path))


def test_captions(playing: Any) -> None:
    playing.keyboard.press("c")
    expect(playing.get_by_role("button", name="Captions")).to_have_attribute("aria-pressed", "true")
    text = "video => [...(video.textTracks[0].activeCues ?? [])].map((cue) => cue.text)"
    playing.get_by_role("tab", name="Said").click()
    playing.locator(".line", has_text="We sail").click()
    expect(playing.locator(".clock")).to_have_text(re.compile("0:1[2-4]"))
    assert playing.locator("video.picture").evaluate(text) == ["We sail at dawn."]
