"""Hostile text in queries, titles, tags, filters, ids and names: no other row is read or changed.

The library holds a red and a blue video. Whatever is asked of it with whatever text, the answer is
an answer or a `FootageError`, and both videos are as they were.
"""

from __future__ import annotations

import json
import os
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import footage
from footage.index.filters import checked_ids, is_in
from footage.paths import printable
from tests.colours import ColourEmbedder
from tests.videos import make_video

NASTY = (
    "'", '"', "\\", "\\\\", '"] or id in ["', "' OR 1=1 --", "x' or 'a'='a", "%", "_", "*", "..",
    "../../etc/passwd", "{}", "{{id}}", "$(reboot)", "`ls`", "\n", "\r\n", "\t", "\x1b[2J", "\u202e",
    "🐕‍🦺", "é", "e\u0301", "日本語", "\ud800", "NULL", "None", "video_id", "id != ''", "]", ")",
    "true", "id like '%'", 'x"; DROP TABLE videos; --', "-1", "--json", "a" * 10_000, "𝔘𝔫𝔦", "\x7f",
)  # fmt: skip
texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=40),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=4).map("".join),
    st.text(alphabet=string.punctuation + " \n\\", max_size=20),
)
hostile = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[footage.Library]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "videos").mkdir()
    make_video(folder / "videos" / "red.mp4", seconds=3, shots=["red"])
    make_video(folder / "videos" / "blue.mp4", seconds=3, shots=["blue"])
    with footage.open(folder / "it.library", embedder=ColourEmbedder()) as opened:
        opened.add(folder / "videos", tags=["mine"])
        yield opened


@pytest.fixture(autouse=True)
def _nothing_changes(library: footage.Library) -> Iterator[None]:
    yield
    assert [video.title for video in library.videos()] in (["red", "blue"], ["blue", "red"])
    assert {video.tags for video in library.videos(hidden=True)} == {("mine",)}
    assert library.index.count() == 2
    assert library.search("red")[0].title == "red"


@hostile
@given(texts)
def test_a_query_is_only_a_query(library: footage.Library, text: str) -> None:
    try:
        found = library.search(text)
    except footage.InvalidQuery:
        return
    assert {moment.title for moment in found} == {"red", "blue"}


@hostile
@given(texts, texts)
def test_filters_with_hostile_text_find_nothing(
    library: footage.Library, tag: str, name: str
) -> None:
    assume(not re.fullmatch("[0-9a-f]+", name))  # which may begin the id of a video
    filters = footage.Filters(tags=(tag,), folders=(Path("/nowhere") / "x",))
    assert library.videos(filters) == []
    assert len(library.search("red", filters=footage.Filters(tags=(tag,)))) == 0
    for ask in (library.video, library.embedding, library.segments):
        with pytest.raises(footage.FootageError):
            ask(name or "nothing")


@hostile
@given(texts)
def test_what_is_removed_or_tagged_by_a_hostile_name_is_nothing(
    library: footage.Library, name: str
) -> None:
    for act in (
        lambda: library.remove([name]),
        lambda: library.tag([name], add=["theirs"]),
        lambda: library.restore([name]),
    ):
        with pytest.raises(footage.FootageError):
            act()


@hostile
@given(texts)
def test_a_hostile_tag_is_one_tag_or_refused(library: footage.Library, tag: str) -> None:
    video = library.videos()[0]
    try:
        after = library.tag([video.video_id], add=[tag])[0]
    except footage.UsageError:
        return
    assert set(after.tags) == {"mine", tag.strip()}
    assert [found.video_id for found in library.videos(footage.Filters(tags=(tag.strip(),)))] == (
        [video.video_id] if tag.strip() != "mine" else [v.video_id for v in library.videos()]
    )
    library.tag([video.video_id], remove=[tag] if tag.strip() != "mine" else ["nothing"])


@hostile
@given(st.lists(texts, max_size=3))
def test_the_filter_language_holds_only_literals(values: list[str]) -> None:
    expression = is_in("video_id", values)
    start = len("video_id in ")
    assert json.loads(expression[start:]) == values


@given(texts)
def test_only_ids_pass_for_ids(text: str) -> None:
    allowed = set(string.ascii_lowercase + string.digits + "_-")
    if text and len(text) <= 64 and set(text) <= allowed:
        assert checked_ids([text]) == [text]
    else:
        with pytest.raises(ValueError, match="not an id"):
            checked_ids([text])


@given(texts)
def test_nothing_shown_steers_a_terminal(text: str) -> None:
    shown = printable(text)
    assert all(char.isprintable() or char in "\u200c\u200d" for char in shown)
    assert "\n" not in shown


@pytest.mark.parametrize(
    "name", [name for name in NASTY if "/" not in name and name != ".." and len(name) < 200]
)
def test_a_file_of_a_hostile_name_is_indexed_found_and_removed(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    # a name as the file system has it, which cannot hold every surrogate
    path = folder / f"{os.fsdecode(name.encode('utf-8', 'replace'))}.mp4"
    make_video(tmp_path / "plain.mp4", seconds=2, shots=["green"]).rename(path)
    with footage.open(tmp_path / "it.library", embedder=ColourEmbedder()) as opened:
        report = opened.add(folder)
        assert [str(outcome.error) for outcome in report.failed] == []
        found = opened.search("green")
        assert [moment.path for moment in found] == [path]
        assert json.loads(json.dumps(found.to_json()))["moments"][0]["path"] == str(path)
        assert opened.video(path).video_id == found[0].video_id
        assert opened.videos(footage.Filters(folders=(folder,)))[0].path == path
        opened.remove([path])
        assert len(opened.search("green")) == 0
