"""`footage export` and `Library.export`, on real files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from colours import ColourEmbedder
from edits import read_edl, read_fcpxml
from houses import House, Run
from videos import make_video

import footage

pytestmark = pytest.mark.usefixtures("colours_instead_of_lite")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the program is run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_search_becomes_a_timeline(house: footage.Library, tmp_path: Path) -> None:
    found = house.search("blue", limit=3)
    report = house.export(found, tmp_path / "picks.edl", title="Blue")
    edl = read_edl((tmp_path / "picks.edl").read_text("ascii"))
    assert (report.moments, report.files) == (3, [tmp_path / "picks.edl"])
    assert edl.title == "Blue"
    assert edl.events[0].remarks["SOURCE FILE"] == str(found[0].path)
    assert edl.events[0].source_in == "00:00:04:00"


SRT = """1
00:00:00,000 --> 00:00:03,000
Nobody listens.

2
00:00:03,000 --> 00:00:06,000
The refund is on its way.

3
00:00:06,000 --> 00:00:08,000
Thank you all.
"""


def test_only_what_is_said_in_a_cut_is_quoted(tmp_path: Path) -> None:
    make_video(tmp_path / "film.mp4", seconds=8, shots=["red", "blue"], fps=25)
    (tmp_path / "film.srt").write_text(SRT)
    with footage.open(tmp_path / "l", embedder=ColourEmbedder()) as library:
        library.add(tmp_path / "film.mp4")
        (found, *_) = library.search("said:money is given back")
        assert "Nobody" in (found.evidence[0].text or "")
        narrow = replace(found, start=3.0, end=6.0)
        beside = replace(found, start=6.0, end=8.0, evidence=(replace(found.evidence[0], end=6.0),))
        texts = []
        for moment in (narrow, beside):
            library.export([moment], tmp_path / "x.csv")
            (row,) = csv.DictReader((tmp_path / "x.csv").open(encoding="utf-8", newline=""))
            texts.append(row["text"])
        assert texts == ["The refund is on its way.", "Thank you all."]
        library.export([narrow], tmp_path / "x.vtt")
        assert (tmp_path / "x.vtt").read_text().splitlines()[-1] == "The refund is on its way."


def test_stretches_that_were_named(house: footage.Library, tmp_path: Path) -> None:
    report = house.export(
        ["red-blue.mp4@1-2", "green@0:02-0:03.5"], tmp_path / "x.fcpxml", handles="5f"
    )
    sequence = read_fcpxml((tmp_path / "x.fcpxml").read_text("utf-8"))
    assert report.moments == 2
    assert [float(clip.start) for clip in sequence.clips] == [0.5, 1.5]
    assert [float(clip.duration) for clip in sequence.clips] == [2, 2.5]


def test_a_removed_video_is_not_exported(own_house: House, tmp_path: Path) -> None:
    with own_house.open() as library:
        (found, *_) = library.search("white")
        library.remove(found.video_id)
        for moment in (found, f"{found.video_id}@1-2"):
            with pytest.raises(footage.NotFound, match="was removed"):
                library.export([moment], tmp_path / "x.edl")
    assert not (tmp_path / "x.edl").exists()


def test_the_format_is_the_ending_s(house: footage.Library, tmp_path: Path) -> None:
    for name in ("a.csv", "a.json", "a.vtt", "a.EDL", "a.fcpxml"):
        assert house.export("white@0-1", tmp_path / name).files == [tmp_path / name]
    assert json.loads((tmp_path / "a.json").read_text())["moments"][0]["title"] == "white"


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("x.docx", {}, "edl"),
        ("x.edl", {"format": "aaf"}, "edl"),
        ("x.edl", {"exact": True}, "clips"),
        ("x.edl", {"fps": "31"}, "29.97"),
        ("x.edl", {"fps": 24, "drop_frame": True}, "29.97"),
        ("x.edl", {"handles": "lots"}, "12f"),
    ],
)
def test_what_cannot_be_is_refused(
    house: footage.Library, tmp_path: Path, name: str, options: dict[str, object], said: str
) -> None:
    with pytest.raises(footage.UsageError, match=said):
        house.export("white@0-1", tmp_path / name, **options)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_no_file(house: footage.Library, tmp_path: Path) -> None:
    with pytest.raises(footage.UsageError, match="no moments"):
        house.export([], tmp_path / "x.edl")


def test_a_folder_that_is_not_there_is_said_not_to_be(
    house: footage.Library, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "no" / "x", tmp_path / "file"):
        with pytest.raises(footage.LibraryUnwritable, match="there is no folder") as told:
            house.export("white@0-1", folder / "n.edl")
        assert str(folder) in told.value.what
        assert "space" not in told.value.remedy


def test_chapters_are_of_one_video(house: footage.Library, tmp_path: Path) -> None:
    both = ["white@0-1", "green@0-1", "green@2-3"]
    with pytest.raises(footage.UsageError, match="folder"):
        house.export(both, tmp_path / "x.vtt")
    report = house.export(both, tmp_path / "chapters", format="vtt")
    names = [file.name for file in report.files]
    assert [name.split()[0] for name in names] == ["white", "green"]
    assert report.files[1].read_text().count("-->") == 2


def test_a_video_that_is_away_is_written_from_what_is_known(tmp_path: Path, folder: Path) -> None:
    path = make_video(folder / "gone.mp4", fps=25, seconds=4)
    with footage.open(tmp_path / "l", embedder=ColourEmbedder()) as library:
        library.add(path)
        path.rename(folder / "elsewhere")
        report = library.export("gone.mp4@1-2", tmp_path / "x.edl")
    (event,) = read_edl((tmp_path / "x.edl").read_text()).events
    assert event.source_out == "00:00:02:00"
    assert "gone.mp4" in report.notes[0]


def test_a_stretch_that_goes_on_beyond_the_end_is_said_to(
    house: footage.Library, tmp_path: Path
) -> None:
    report = house.export(["white@2-30", "white@1-3"], tmp_path / "x.json")
    (note,) = report.notes
    assert "white lasts 3.0 s, and a moment ends at 30 s" in note
    written = json.loads((tmp_path / "x.json").read_text())["moments"]
    assert [moment["end"] for moment in written] == [3, 3]


def test_an_unsteady_video_is_said_to_be_one(tmp_path: Path, folder: Path) -> None:
    times = [n / 30 + (1 if n > 20 else 0) for n in range(60)]
    make_video(folder / "phone.mp4", times=times, seconds=3)
    with footage.open(tmp_path / "l", embedder=ColourEmbedder()) as library:
        library.add(folder)
        report = library.export("phone@1-2", tmp_path / "x.edl")
    assert "variable frame rate" in report.notes[0]


# the command


def test_what_was_found_last(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    found = run("search", "blue", "--json", *at).json["moments"]
    told = run("export", "--last", "--to", tmp_path / "all.csv", *at)
    assert (told.code, told.err) == (0, "")
    assert f"{len(found)} moments in" in told.out
    commas = run("export", "2,1", "--last", "--to", tmp_path / "y.json", *at)
    assert "2 moments in" in commas.out
    shape = run("export", "2", "1-1", "--last", "--to", tmp_path / "x.json", "--json", *at).json
    assert shape["moments"] == 2
    written = json.loads((tmp_path / "x.json").read_text())["moments"]
    assert [m["video_id"] for m in written] == [found[1]["video_id"], found[0]["video_id"]]
    assert [m["start"] for m in written] == [found[1]["start"], found[0]["start"]]


def test_what_was_found_last_is_written_as_a_query_is(
    run: Run, at: tuple[str, Path], tmp_path: Path
) -> None:
    run("search", "blue", "-n", "4", *at)
    run("export", "--last", "--to", tmp_path / "last.json", *at)
    run("export", "blue", "-n", "4", "--to", tmp_path / "asked.json", *at)
    run("export", "--last", "--to", tmp_path / "last.csv", *at)
    run("export", "blue", "-n", "4", "--to", tmp_path / "asked.csv", *at)
    asked = json.loads((tmp_path / "asked.json").read_text())
    assert json.loads((tmp_path / "last.json").read_text()) == asked
    assert (tmp_path / "last.csv").read_text() == (tmp_path / "asked.csv").read_text()
    assert asked["moments"][0]["score"] > 0
    assert asked["moments"][0]["evidence"]


def test_filters_of_what_was_found_last(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    found = run("search", "blue", "--json", *at).json["moments"]
    titles = [moment["title"] for moment in found]
    assert len(set(titles)) > 1
    target = tmp_path / "x.json"
    told = run("export", "--last", "--video", titles[1], "--to", target, *at)
    assert told.code == 0, told.err
    written = json.loads(target.read_text())["moments"]
    assert [m["start"] for m in written] == [m["start"] for m in found if m["title"] == titles[1]]
    number = str(titles.index(titles[1]) + 1)
    refused = run("export", number, "--last", "--min-duration", "1:00", "--to", target, *at)
    assert refused.code == 2
    assert "no moment of the last search passes the filters" in refused.err
    unknown = run("export", "--last", "--video", "nothing", "--to", target, *at)
    assert (unknown.code, "no video 'nothing'" in unknown.err) == (2, True)


def test_filters_of_stretches_are_refused(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    told = run("export", "white@0-1", "--tag", "x", "--to", tmp_path / "x.edl", *at)
    assert told.code == 2
    assert "these are stretches" in told.err


def test_a_last_search_that_an_earlier_version_kept(
    run: Run, at: tuple[str, Path], built_house: House, tmp_path: Path
) -> None:
    found = run("search", "blue", "--json", *at).json["moments"][0]
    three = [found["video_id"], found["start"], found["end"]]
    (built_house.library / "last-search.json").write_text(json.dumps({"1": three}))
    assert run("export", "1", "--last", "--to", tmp_path / "x.json", *at).code == 0
    (written,) = json.loads((tmp_path / "x.json").read_text())["moments"]
    assert (written["title"], written["start"]) == (found["title"], found["start"])
    assert run("show", "1", "--json", *at).json["video_id"] == found["video_id"]


@pytest.mark.parametrize("kept", ["[]", '{"1": [1]}', '{"1": {"video_id": 3}}', '{"x": []}', "3"])
def test_a_last_search_that_is_none(
    kept: str, run: Run, at: tuple[str, Path], built_house: House, tmp_path: Path
) -> None:
    (built_house.library / "last-search.json").write_text(kept)
    told = run("export", "--last", "--to", tmp_path / "x.json", *at)
    assert (told.code, list(tmp_path.glob("x.*"))) == (2, [])
    assert "footage search" in told.err


def test_a_query(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    assert run("export", "blue", "-n", "2", "--to", tmp_path / "x.edl", *at).code == 0
    edl = read_edl((tmp_path / "x.edl").read_text())
    assert (edl.title, len(edl.events)) == ("blue", 2)


@pytest.mark.parametrize(
    "text", ['"3"', '"white.mp4@0:01"', "3 dogs", "me@home", "dinner @ 8", "5:blue"]
)
def test_a_query_that_has_numbers_in_it(
    text: str, run: Run, at: tuple[str, Path], tmp_path: Path
) -> None:
    told = run("export", text, "--to", tmp_path / "x.json", *at)
    assert (told.code, "alone" in told.err, "--last" in told.err) == (0, False, False)


@pytest.fixture
def likely(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Say how likely the moments of any search are; whether one is found goes by the first."""
    answer = footage.Library.answer

    def say(*chances: float) -> None:
        def answered(library: footage.Library, query: footage.Query) -> footage.SearchResult:
            moments = zip(answer(library, query), chances, strict=False)
            said = tuple(replace(moment, confidence=chance) for moment, chance in moments)
            return footage.SearchResult(query, said, matches=chances[0] > 0.5)

        monkeypatch.setattr(footage.Library, "answer", answered)

    return say


def test_guesses_are_said_to_be_some(
    run: Run, at: tuple[str, Path], tmp_path: Path, likely: Callable[..., None]
) -> None:
    likely(0.2, 0.1)
    told = run("export", "blue", "--to", tmp_path / "x.csv", *at)
    assert (told.code, "2 moments" in told.out) == (0, True)
    assert "nothing here is a sure match" in told.err
    assert run("export", "blue", "--to", tmp_path / "x.csv", "--quiet", *at).err == ""
    shape = run("export", "blue", "--to", tmp_path / "x.csv", "--json", *at).json
    assert "sure match" in shape["notes"][0]


def test_guesses_of_the_last_search_are_said_to_be_some(
    run: Run, at: tuple[str, Path], tmp_path: Path, likely: Callable[..., None]
) -> None:
    likely(0.2, 0.1)
    run("search", "blue", *at)
    told = run("export", "2", "--last", "--to", tmp_path / "x.csv", *at)
    assert (told.code, "1 moment in" in told.out) == (0, True)
    assert "nothing here is a sure match" in told.err
    likely(0.9, 0.1)
    run("search", "blue", *at)
    assert run("export", "--last", "--to", tmp_path / "x.csv", *at).err == ""


def test_only_sure_ones(
    run: Run, at: tuple[str, Path], tmp_path: Path, likely: Callable[..., None]
) -> None:
    likely(0.9, 0.2, 0.6)
    run("search", "blue", *at)
    for what in (("blue",), ("--last",)):
        told = run("export", *what, "--sure", "--to", tmp_path / "x.csv", *at)
        assert ("2 moments" in told.out, told.err) == (True, "")
    likely(0.2, 0.1)
    told = run("export", "blue", "--sure", "--to", tmp_path / "y.csv", *at)
    assert (told.code, (tmp_path / "y.csv").exists()) == (2, False)
    assert "without --sure" in told.err


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (("--tag", "none"), "no video passes --tag none"),
        (("--tag", "sea", "--since", "2024"), "all of the filters together"),
    ],
)
def test_why_nothing_was_found_is_said(
    filters: tuple[str, ...], said: str, run: Run, at: tuple[str, Path], elsewhere: Path
) -> None:
    told = run("export", "blue", *filters, "--to", "x.edl", *at)
    assert (told.code, said in told.err) == (2, True)
    assert list(elsewhere.iterdir()) == []


def test_an_empty_library_is_said_to_be_empty(run: Run, elsewhere: Path) -> None:
    footage.open(elsewhere / "l", embedder=ColourEmbedder()).close()
    told = run("export", "blue", "--to", "x.edl", "--library", elsewhere / "l")
    assert (told.code, "the library is empty" in told.err) == (2, True)


def test_clips(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    arguments = ("export", "red-blue@4-5", "white@0-1", "--exact", "--to", tmp_path / "clips", *at)
    assert "2 moments in" in run(*arguments).out
    assert "2 of them there already" in run(*arguments).out
    assert len(list((tmp_path / "clips").glob("*.mp4"))) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("blue",), "--to"),
        (("--to", "x.edl"), "--last"),
        (("blue", "--to", "x.docx"), "edl"),
        (("nine", "--last", "--to", "x.edl"), "1 3 5-8"),
        (("99", "--last", "--to", "x.edl"), "footage search"),
        (("white@2-1", "--to", "x.edl"), "ends"),
        (("nobody@1-2", "--to", "x.edl"), "nobody"),
        (("white.mp4@0:01", "--to", "x.edl"), "clip.mp4@1:05-1:12"),
        (("white.mp4@0:01-", "--to", "x.edl"), "clip.mp4@1:05-1:12"),
        (("white.mp4@0-1", "a", "dog", "--to", "x.edl"), "alone"),
        (("3", "--to", "x.edl"), "--last"),
        (("1", "5-8", "--to", "x.edl"), "--last"),
        (("1,3", "--to", "x.edl"), "--last"),
        (("1,", "3-5", "--to", "x.edl"), "--last"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    arguments: tuple[str, ...], said: str, run: Run, at: tuple[str, Path], elsewhere: Path
) -> None:
    run("search", "blue", *at)
    told = run("export", *arguments, *at)
    assert told.code == 2
    assert said in told.err
    assert list(elsewhere.iterdir()) == []
