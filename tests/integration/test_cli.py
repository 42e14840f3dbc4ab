"""The program: every command, for people and for programs, and how it fails."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from colours import ColourEmbedder
from houses import House, Run
from videos import empty, make_video, truncated

import footage
import footage.doctor
import footage.library
from footage.cli import app as program
from footage.cli import open_
from footage.errors import EmbedderBroken
from footage.ingest.pipeline import Ingest
from footage.settings import Sampling

pytestmark = pytest.mark.usefixtures("colours_instead_of_lite")
MOMENT = {
    *("video_id", "path", "url", "title", "start", "end", "scope", "score", "confidence"),
    *("modality", "thumbnail", "evidence", "steps", "alike"),
}
VIDEO = {
    *("video_id", "title", "path", "paths", "url", "duration", "width", "height", "fps", "codec"),
    *("has_audio", "recorded_at", "added_at", "tags", "state", "segments", "damage"),
}
# What a terminal obeys: control characters and those that turn the direction of writing.
COMMANDING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def path_of(house: House, name: str) -> Path:
    return next(house.videos.rglob(f"{name}.mp4"))


# Every command is documented


def commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(program.app)
    return dict(group.commands)


COMMANDS = sorted(commands())


def test_these_commands_are_there() -> None:
    assert set(COMMANDS) >= {
        *("demo", "doctor", "index", "open", "reindex", "remove", "search", "show", "tag"),
        *("version", "videos"),
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str, run: Run) -> None:
    command = commands()[name]
    assert command.help
    helpless = [p.name for p in command.params if not getattr(p, "help", None)]
    assert helpless == []
    answer = run(name, "--help")
    assert answer.code == 0
    assert command.help.splitlines()[0] in answer.out
    assert "bool" not in answer.out
    assert "......" not in answer.out
    assert not re.search(r"--verbose.*(int|default)", answer.out)
    assert "...]..." not in answer.out
    assert ") ." not in answer.out


def test_the_service_is_spoken_of_where_models_are(run: Run) -> None:
    assert "bool" not in run("models", "fetch", "--help").out
    assert "bool" not in run("--help").out
    assert "marengo" in run("index", "--help").out
    assert "marengo is a service" in run("models").out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_json(name: str) -> None:
    options = {option for parameter in commands()[name].params for option in parameter.opts}
    assert "--json" in options or name in {"open", "mcp"}  # one plays a film, one speaks MCP


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    readme = Path(__file__).parents[2] / "README.md"
    assert re.search(rf"\bfootage {name}\b", readme.read_text("utf-8"))


def test_the_help_names_every_command(run: Run) -> None:
    told = run("--help").out
    assert [name for name in COMMANDS if not re.search(rf"^\W*{name}\s+\w", told, re.M)] == []


def test_no_arguments_show_the_way(run: Run) -> None:
    answer = run()
    assert "Usage" in answer.out + answer.err
    assert run("--help").code == 0


# version


def test_version(run: Run) -> None:
    assert run("version").out.startswith(f"footage {footage.__version__}\n")
    shape = run("version", "--json").json
    assert shape["footage"] == footage.__version__
    assert {"python", "pymilvus", "milvus-lite", "av", "numpy", "onnxruntime"} < set(shape)


# search


def test_search_for_people(run: Run, at: tuple[str, Path]) -> None:
    answer = run("search", "blue", *at)
    assert answer.code == 0
    header, first, *_ = answer.out.splitlines()
    assert header.split() == ["sure", "score", "time", "video", "file"]
    assert first.split()[0] == "1"
    assert "0:04–0:08" in first
    assert "red-blue" in first
    assert "footage open" in answer.out
    assert "footage open" not in run("search", "blue", "--quiet", *at).out


def test_search_for_programs(run: Run, at: tuple[str, Path]) -> None:
    answer = run("search", "blue", "--json", "--limit", "2", *at)
    assert (answer.code, answer.err) == (0, "")
    shape = answer.json
    assert list(shape) == ["query", "found", "hint", "moments"]
    assert shape["query"]["text"] == "blue"
    assert shape["found"] is True
    assert len(shape["moments"]) == 2
    for moment in shape["moments"]:
        assert set(moment) == MOMENT
        assert Path(moment["path"]).is_absolute()
        assert Path(moment["thumbnail"]).is_file()
        assert 0 <= moment["start"] < moment["end"]
    best = shape["moments"][0]
    assert (best["title"], best["scope"]) == ("red-blue", "clip")
    assert 0.9 < best["confidence"] <= 1
    assert best["start"] == pytest.approx(4, abs=0.25)


def test_search_takes_words_without_quotes(run: Run, at: tuple[str, Path]) -> None:
    assert run("search", "the", "blue", "one", "--json", *at).json["query"]["text"] == (
        "the blue one"
    )


def test_search_pages_and_groups(run: Run, at: tuple[str, Path]) -> None:
    whole = run("search", "red", "--json", *at).json["moments"]
    page = run("search", "red", "--json", "--limit", "2", "--offset", "1", *at).json["moments"]
    assert [m["start"] for m in page] == [m["start"] for m in whole[1:3]]
    numbered = run("search", "red", "--limit", "2", "--offset", "1", *at).out.splitlines()
    assert [line.split()[0] for line in numbered[1:3]] == ["2", "3"]
    grouped = run("search", "red", "--by-video", "--json", *at).json["moments"]
    assert len({moment["video_id"] for moment in grouped}) == len(grouped) == 4


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--tag", "summer", "--tag", "sea"], {"red-blue"}),
        (["--since", "2024-05"], {"yellow", "white"}),
        (["--until", "2024-02-10"], {"red-blue", "green"}),
        (["--since", "2024-05-05", "--until", "2024-05-05"], {"yellow"}),
        (["--min-duration", "0:08"], {"red-blue", "green"}),
        (["--max-duration", "3.5"], {"white"}),
        (["--tag", "no such"], set()),
    ],
)
def test_search_and_videos_filter_alike(
    run: Run, at: tuple[str, Path], options: list[str], expected: set[str]
) -> None:
    found = run("search", "red", "--json", *options, *at)
    assert found.code == 0
    assert expected or not found.json["found"]
    assert {moment["title"] for moment in found.json["moments"]} == expected
    listed = run("videos", "--json", *options, *at)
    assert {video["title"] for video in listed.json["videos"]} == expected


def test_search_in_a_folder_or_a_video(run: Run, at: tuple[str, Path], built_house: House) -> None:
    found = run("search", "red", "--json", "--folder", built_house.videos / "city", *at).json
    assert {moment["title"] for moment in found["moments"]} == {"yellow", "white"}
    white = path_of(built_house, "white")
    found = run("search", "red", "--json", "--video", white, *at).json
    assert {moment["title"] for moment in found["moments"]} == {"white"}


def test_a_copy_in_the_folder_asked_for_is_the_one_that_is_shown(
    run: Run, own: tuple[str, Path], own_house: House, tmp_path: Path
) -> None:
    for name in ("a copy", "z copy"):  # before and after the original in the order of paths
        (tmp_path / name).mkdir()
        copy = Path(shutil.copy(path_of(own_house, "white"), tmp_path / name / "copy.mp4"))
        run("index", copy, *own)
        found = run("search", "white", "--json", "--folder", copy.parent, *own).json
        assert {moment["path"] for moment in found["moments"]} == {str(copy)}
        listed = run("videos", "--json", "--folder", copy.parent, *own).json["videos"]
        assert [video["path"] for video in listed] == [str(copy)]


def test_search_that_finds_nothing_says_so(run: Run, at: tuple[str, Path], tmp_path: Path) -> None:
    for options, why in (
        (["--tag", "no such"], "no video passes --tag no such"),
        (["--tag", "summer", "--tag", "no such"], "no video passes --tag no such"),
        (["--folder", "nope"], "no video passes --folder nope"),
        (["--since", "2031"], "no video passes --since"),
        (["--until", "1999"], "no video passes --until"),
        (["--min-duration", "1:00"], "no video passes --min-duration"),
        (["--max-duration", "0.5"], "no video passes --max-duration"),
        (["--since", "2024", "--until", "2023"], "no video passes all of the filters together"),
    ):
        answer = run("search", "red", *options, *at)
        assert (answer.code, answer.out) == (0, f"nothing found: {why}\n")
    assert "--folder names no folder" in run("search", "red", "--folder", "", *at).err
    answer = run("search", "red", "--offset", "500", *at)
    assert (answer.code, answer.out) == (0, "nothing found beyond moment 500: lower --offset\n")
    footage.open(tmp_path / "empty.library", embedder=ColourEmbedder()).close()
    answer = run("search", "red", "--library", tmp_path / "empty.library")
    assert answer.code == 0
    assert "footage index" in answer.out


def test_a_query_that_lite_cannot_read_is_told(run: Run, tmp_path: Path, folder: Path) -> None:
    make_video(folder / "a.mp4", shots=["red"])
    library = ("--library", tmp_path / "new.library")
    assert run("index", folder, *library).code == 0
    for text in ("日落", "🐈", "закат red"):
        answer = run("search", text, *library)
        assert answer.code == 0
        assert ("lite knows English alone" in answer.err) is ("red" not in text)
    assert run("search", "日落", "--quiet", *library).err == ""
    assert "lite" not in run("search", "été", *library).err


@pytest.mark.parametrize("command", [("search", "red"), ("videos",)])
def test_a_library_that_is_being_filled_says_so(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    from filelock import FileLock

    footage.open(tmp_path / "new.library", embedder=ColourEmbedder()).close()
    at = ("--library", tmp_path / "new.library")
    with FileLock(tmp_path / "new.library" / "ingest.lock"):
        answer = run(*command, *at)
        assert answer.code == 0
        assert answer.out.startswith("nothing is indexed yet: `footage index` is at work")
    assert run(*command, *at).out.startswith("the library is empty: `footage index FOLDER`")


# videos, show, tag


def test_videos(run: Run, at: tuple[str, Path]) -> None:
    answer = run("videos", *at)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].split() == ["id", "recorded", "length", "title", "tags", "file"]
    assert [line.split()[2] for line in lines[1:-1]] == ["0:08", "0:09", "0:06", "0:03"]
    assert lines[-1] == "4 videos, 0:26 in all"
    shape = run("videos", "--json", *at).json
    assert list(shape) == ["videos"]
    assert all(set(video) == VIDEO for video in shape["videos"])


def test_show(run: Run, at: tuple[str, Path], built_house: House) -> None:
    path = path_of(built_house, "green")
    answer = run("show", path, *at)
    assert answer.code == 0
    for expected in ("green", "160 x 120", "h264", "summer", "0:03–0:06", "visual clip"):
        assert expected in answer.out
    shape = run("show", path, "--json", *at).json
    assert set(shape) == VIDEO | {"readings", "segment_list"}
    assert len(shape["segment_list"]) == shape["segments"] == 3
    assert list(shape["segment_list"][0]) == ["start", "end", "modality", "scope", "thumbnail"]
    assert run("show", shape["video_id"][:8], "--json", *at).json == shape


def test_show_tells_damage_in_words(run: Run, own: tuple[str, Path], own_house: House) -> None:
    path = path_of(own_house, "white")
    with own_house.open() as library:
        damage = {"corrupt_frames": 28, "failed_packets": 1}
        library.catalog.record_embedding(library.video(path).video_id, 1, damage)
    assert "28 frames with errors, 1 unreadable part" in run("show", path, *own).out


def test_show_takes_what_search_printed(run: Run, own: tuple[str, Path]) -> None:
    first, second = run("search", "red", "--json", "--by-video", *own).json["moments"][:2]
    assert run("show", "2", "--json", *own).json["video_id"] == second["video_id"]
    assert run("show", first["title"], "--json", *own).json["video_id"] == first["video_id"]
    assert "'99'" in run("show", "99", *own).err


def test_tag(run: Run, own: tuple[str, Path], own_house: House) -> None:
    path = path_of(own_house, "white")
    answer = run("tag", path, "--add", "snow", "-a", "two words", *own)
    assert (answer.code, answer.out) == (0, 'white: it\'s "odd" 🎬, snow, two words\n')
    shape = run("tag", path, "--remove", "snow", "--json", *own).json
    assert set(shape["videos"][0]) == VIDEO
    assert shape["videos"][0]["tags"] == ['it\'s "odd" 🎬', "two words"]
    assert run("tag", path, *own).code == 2
    assert run("tag", path, "--add", " ", *own).code == 2


# remove


def test_remove_and_restore(run: Run, own: tuple[str, Path], own_house: House) -> None:
    path = path_of(own_house, "white")
    refused = run("remove", path, *own)
    assert refused.code == 2
    assert "--yes" in refused.err
    answer = run("remove", path, "--yes", *own)
    assert (answer.code, answer.out) == (0, "removed: white\n")
    assert path.exists()
    assert len(run("videos", "--json", *own).json["videos"]) == 3
    every = run("videos", "--all", "--json", *own).json["videos"]
    assert {video["state"] for video in every} == {"ready", "removed"}
    assert "(removed)" in run("videos", "--all", *own).out
    assert run("show", path, *own).code == 0
    again = run("index", own_house.videos, "--json", *own).json["files"]
    assert sorted(file["outcome"] for file in again) == ["removed", *["unchanged"] * 3]
    shape = run("remove", path, "--restore", "--json", *own).json
    assert shape["videos"][0]["state"] == "ready"
    twice = run("remove", path, "--restore", *own)
    assert (twice.code, twice.out) == (0, "was not removed: white\n")
    assert run("search", "white", "--json", *own).json["moments"][0]["title"] in {"white", "green"}


def test_a_restore_that_fails_says_why(
    run: Run, own: tuple[str, Path], own_house: House, tmp_path: Path
) -> None:
    path = make_video(tmp_path / "mine.mp4", shots=["red"])
    run("index", path, *own)
    run("remove", path, "--yes", *own)
    truncated(path, keep=0.1)
    answer = run("remove", path, "--restore", *own)
    assert answer.code == 1
    assert "restored" not in answer.out
    assert "mine.mp4" in answer.err


# index


def test_index(run: Run, tmp_path: Path, folder: Path) -> None:
    make_video(folder / "a.mp4", shots=["red"])
    make_video(folder / "b.mp4", shots=["blue"])
    (folder / "notes.txt").write_text("x")
    library = ("--library", tmp_path / "new.library")
    answer = run("index", folder, "--tag", "trip", *library)
    assert answer.code == 0
    assert answer.out.startswith("2 indexed, 1 not video (0:04 of video in ")
    assert "2 videos to index" in answer.err
    again = run("index", folder, "--exclude", "b.*", "--json", *library)
    assert again.code == 0
    assert set(again.json) == {
        *("files", "skipped", "not_video", "hidden", "elapsed", "video_seconds"),
        *("waiting_for_index", "lines", "readings", "matches"),
    }
    assert [file["outcome"] for file in again.json["files"]] == ["unchanged"]
    assert run("videos", "--json", *library).json["videos"][0]["tags"] == ["trip"]


def test_index_says_what_it_leaves_out(run: Run, tmp_path: Path, folder: Path) -> None:
    (folder / "sound.m4a").write_text("x")
    (folder / ".secret.mp4").write_text("x")
    (folder / ".DS_Store").write_text("x")
    at = ("--library", tmp_path / "new.library")
    summary = "no videos found, 1 not video, 1 hidden\n"
    assert run("index", folder, *at).out == summary + "-v names the files that were left out\n"
    verbose = run("index", folder, "-v", *at)
    assert verbose.out == summary
    assert f"not video: {folder / 'sound.m4a'}\n" in verbose.err
    assert f"hidden: {folder / '.secret.mp4'}\n" in verbose.err
    shape = run("index", folder, "--json", *at).json
    assert (shape["not_video"], shape["hidden"]) == (1, 1)


def test_index_names_every_failure_and_exits_with_1(run: Run, tmp_path: Path, folder: Path) -> None:
    make_video(folder / "a.mp4", shots=["red"])
    empty(folder / "b.mp4")
    truncated(make_video(folder / "c.mp4", shots=["red", "blue"]), keep=0.1)
    answer = run("index", folder, "--library", tmp_path / "new.library")
    assert answer.code == 1
    failures = [line for line in answer.err.splitlines() if line.startswith("failed:")]
    assert len(failures) == 2
    assert "b.mp4 is empty" in failures[0]
    assert all("; " in line for line in failures)
    assert answer.out.startswith("1 indexed, 2 failed")
    quiet = run("index", folder, "--quiet", "--library", tmp_path / "new.library")
    assert (quiet.code, quiet.out) == (1, "")
    assert "b.mp4" in quiet.err
    shape = run("index", folder, "--json", "--library", tmp_path / "new.library").json
    errors = [file["error"] for file in shape["files"] if file["error"]]
    assert [set(error) for error in errors] == [{"code", "message", "remedy"}] * 2


def test_index_of_nothing(run: Run, tmp_path: Path, folder: Path) -> None:
    library = ("--library", tmp_path / "new.library")
    answer = run("index", folder, *library)
    assert (answer.code, answer.out) == (0, "no videos found\n")
    missing = run("index", folder / "nowhere", *library)
    assert missing.code == 1
    assert "nowhere is not there" in missing.err


def test_an_interrupted_index_exits_with_130(
    run: Run, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for colour in ("red", "green", "blue"):
        make_video(folder / f"{colour}.mp4", shots=[colour])
    finish = Ingest._finish

    def finish_and_interrupt(self: Ingest, report: Any, outcome: Any) -> None:
        finish(self, report, outcome)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ingest, "_finish", finish_and_interrupt)
        answer = run("index", folder, "--json", "--library", tmp_path / "new.library")
    assert answer.code == 130
    # the one it was told of, and any that were finished at that moment
    assert {file["outcome"] for file in answer.json["files"]} == {"added"}
    assert "run it again to go on" in answer.err
    assert run("index", folder, "--library", tmp_path / "new.library").code == 0


@pytest.mark.without_server("what interrupts would be a thread of the server")
def test_any_interrupt_exits_with_130(
    run: Run, at: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(footage.Library, "videos", interrupt)
    answer = run("videos", *at)
    assert (answer.code, answer.out, answer.err) == (130, "", "interrupted\n")


@pytest.mark.parametrize(
    ("module", "ending"),
    [
        *(("numpy", ""), ("pydantic", ""), ("av", ""), ("typer", "")),
        (
            "pydantic",
            "except BaseException as error: raise ImportError('a module in C') from error",
        ),
    ],
)
def test_an_interrupt_while_the_program_is_loaded_exits_with_130(
    tmp_path: Path, module: str, ending: str
) -> None:
    interrupt = "import os, signal\ntry: os.kill(os.getpid(), signal.SIGINT)\n"
    (tmp_path / f"{module}.py").write_text(interrupt + (ending or "finally: pass"))
    source = Path(footage.__file__).parent.parent
    ended = subprocess.run(
        [sys.executable, "-c", "from footage_program import main; main()", "videos"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{source}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "interrupted\n")


@pytest.mark.parametrize(
    "options",
    [
        ["--fps", "0"],
        ["--fps", "-1"],
        ["--fps", "nan"],
        ["--fps", "99"],
        ["--segment-length", "5"],
        ["--segment-length", "10-12"],
        ["--segment-length", "a-b"],
        ["--segment-length", "15-2"],
    ],
)
def test_sampling_that_makes_no_sense_is_a_usage_error(
    run: Run, tmp_path: Path, folder: Path, options: list[str]
) -> None:
    answer = run("index", folder, *options, "--library", tmp_path / "new.library")
    assert answer.code == 2
    assert answer.err.startswith("error: ")
    assert "--segment-length" in answer.err or "--fps must be " in answer.err
    assert "Input" not in answer.err
    assert not (tmp_path / "new.library").exists()


def test_sampling_is_settled_with_the_library(run: Run, tmp_path: Path, folder: Path) -> None:
    library = ("--library", tmp_path / "new.library")
    assert run("index", folder, "--fps", "2", "--segment-length", "3-9", *library).code == 0
    assert run("index", folder, *library).code == 0
    assert run("index", folder, "--fps", "2", "--segment-length", "3-9", *library).code == 0
    assert run("index", folder, "--fps", "2", *library).code == 0
    other = run("index", folder, "--fps", "1", *library)
    assert other.code == 2
    assert "looks at 2 fps, segments of 3-9 s, not 1 fps, segments of 3-9 s" in other.err
    assert "`footage migrate --fps 1` changes it" in other.err
    both = run("index", folder, "--fps", "1", "--segment-length", "2-8.5", *library)
    assert "`footage migrate --fps 1 --segment-length 2-8.5`" in both.err
    unknown = run("index", folder, "--embedder", "lite:2", *library)
    assert "there is no embedder called 'lite:2'" in unknown.err
    assert "`footage migrate --embedder clip` changes it" in (
        run("index", folder, "--embedder", "clip", *library).err
    )


# reindex, doctor


def test_reindex(run: Run, own: tuple[str, Path]) -> None:
    answer = run("reindex", *own)
    assert (answer.code, answer.out) == (0, "4 videos checked, 0 written, 0 taken out\n")
    shape = run("reindex", "--fresh", "--json", *own).json
    assert shape == {"checked": 4, "written": 4, "removed": 0, "damaged": []}


def test_reindex_names_what_is_damaged(run: Run, own: tuple[str, Path], own_house: House) -> None:
    damaged = next((own_house.library / "archive").rglob("*.zip"))
    damaged.write_bytes(b"PK")
    answer = run("reindex", *own)
    assert answer.code == 1
    assert str(damaged) in answer.err
    assert run("index", own_house.videos, *own).code == 0
    assert run("doctor", *own).code == 0


def test_doctor(run: Run, at: tuple[str, Path]) -> None:
    answer = run("doctor", *at)
    assert answer.code == 0
    names = [line.split()[1].rstrip(":") for line in answer.out.splitlines()]
    expected = ["program", "embedder", "catalog", "archive", "index", "thumbnails", "readers"]
    assert names == [*expected, "sources", "disk"]
    shape = run("doctor", "--json", *at).json
    assert [check["name"] for check in shape["checks"]] == names
    for check in shape["checks"]:
        assert set(check) == {"name", "status", "detail", "remedy"}
        assert check["status"] in {"ok", "warning", "failed"}


def test_doctor_fails_where_something_is_broken(
    run: Run, own: tuple[str, Path], own_house: House
) -> None:
    next((own_house.library / "archive").rglob("*.zip")).write_bytes(b"PK")
    answer = run("doctor", *own)
    assert answer.code == 1
    (line,) = (line for line in answer.out.splitlines() if line.startswith("failed  archive"))
    assert "; `footage " in line  # the remedy


def test_doctor_without_a_library_examines_the_program(run: Run) -> None:
    answer = run("doctor")
    assert answer.code == 0
    assert "embedder" in answer.out
    assert "warning library" in answer.out


def test_doctor_reports_a_broken_model_as_a_check(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_name: str, _sampling: Sampling) -> ColourEmbedder:
        raise EmbedderBroken("the lite model cannot be read")

    monkeypatch.setattr(footage.doctor, "open_embedder", broken)
    answer = run("doctor", "--json")
    assert answer.code == 1
    status = {check["name"]: check["status"] for check in answer.json["checks"]}
    assert status["embedder"] == "failed"


def test_doctor_reports_a_damaged_catalog_as_a_check(
    run: Run, own: tuple[str, Path], own_house: House
) -> None:
    for path in own_house.library.glob("catalog.sqlite*"):
        path.write_bytes(b"\x5a" * 5000)
    answer = run("doctor", "--json", *own)
    assert answer.code == 1
    status = {check["name"]: check["status"] for check in answer.json["checks"]}
    assert status["program"] == "ok"
    assert "failed" in status.values()


# open


@pytest.fixture
def player(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with mpv, and nothing that is really started."""
    monkeypatch.setattr(
        open_.shutil, "which", lambda name: "/usr/bin/mpv" if name == "mpv" else None
    )


def test_open_plays_a_numbered_result(
    run: Run, own: tuple[str, Path], own_house: House, player: None
) -> None:
    run("search", "blue", *own)
    answer = run("open", "1", "--dry-run", *own)
    path = path_of(own_house, "red-blue")
    assert (answer.code, answer.out) == (0, f"/usr/bin/mpv --start=4.000 {path}\n")
    run("search", "blue", "--offset", "2", "--limit", "1", *own)
    assert run("open", "3", "--dry-run", *own).code == 0
    answer = run("open", "99", *own)
    assert answer.code == 2
    assert "footage search" in answer.err


def test_open_plays_a_video_at_a_time(
    run: Run, at: tuple[str, Path], built_house: House, player: None
) -> None:
    path = path_of(built_house, "green")
    answer = run("open", f"{path}@0:05.5", "--dry-run", *at)
    assert answer.out == f"/usr/bin/mpv --start=5.500 {path}\n"
    assert "--start=0.000" in run("open", path, "--dry-run", *at).out


@pytest.mark.usefixtures("player")
@pytest.mark.parametrize(
    ("time", "said"),
    [("soon", "'soon' is not a time"), ("1:15", "green.mp4 lasts 0:09, and 1:15 is beyond")],
)
def test_open_says_what_time_there_is_not(
    run: Run, at: tuple[str, Path], built_house: House, time: str, said: str
) -> None:
    answer = run("open", f"{path_of(built_house, 'green')}@{time}", "--dry-run", *at)
    assert answer.code == 2
    assert said in answer.err


def test_open_says_what_video_there_is_not(run: Run, at: tuple[str, Path]) -> None:
    assert "no video 'me@home.mp4'" in run("open", "me@home.mp4", *at).err


@pytest.mark.parametrize("name", ["pay $HOME `id` 'now'", "two\nlines \x1b[2J \\ 'é'", "a & b;c"])
def test_open_prints_a_command_that_does_nothing_else(
    run: Run, own: tuple[str, Path], tmp_path: Path, player: None, name: str
) -> None:
    path = make_video(tmp_path / f"{name}.mp4", shots=["red"])
    run("index", path, *own)
    printed = run("open", path, "--dry-run", *own).out
    assert not COMMANDING.search(printed)
    pasted = subprocess.run(
        ["bash", "-c", f'set -- {printed}\nprintf %s "$3"'], capture_output=True, check=True
    )
    assert os.fsdecode(pasted.stdout) == str(path)


def test_open_starts_the_player(
    run: Run,
    at: tuple[str, Path],
    built_house: House,
    player: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []
    monkeypatch.setattr(open_.subprocess, "Popen", lambda command, **_: started.append(command))
    path = path_of(built_house, "green")
    answer = run("open", f"{path}@0:03", *at)
    assert answer.code == 0
    assert started == [["/usr/bin/mpv", "--start=3.000", str(path)]]
    assert "playing" in answer.out


def test_open_takes_a_path_with_an_at_sign(
    run: Run, own: tuple[str, Path], tmp_path: Path, player: None
) -> None:
    path = make_video(tmp_path / "me@home.mp4", shots=["red"])
    run("index", path, *own)
    assert str(path) in run("open", path, "--dry-run", *own).out
    assert "--start=1.000" in run("open", f"{path}@1", "--dry-run", *own).out


def test_open_says_what_is_not_there(
    run: Run, own: tuple[str, Path], tmp_path: Path, player: None
) -> None:
    path = make_video(tmp_path / "gone.mp4", shots=["red"])
    run("index", path, *own)
    path.unlink()
    answer = run("open", path, *own)
    assert answer.code == 1
    assert "plug its drive in" in answer.err


def test_open_without_a_player_says_what_to_install(
    run: Run, at: tuple[str, Path], built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_.shutil, "which", lambda _: None)
    answer = run("open", path_of(built_house, "green"), "--dry-run", *at)
    assert answer.code == 2
    assert "green.mp4 at 0:00; install mpv or vlc" in answer.err


def test_open_tells_the_time_to_a_player_that_cannot_be_told(
    run: Run, at: tuple[str, Path], built_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        open_.shutil, "which", lambda name: "/usr/bin/xdg-open" if name == "xdg-open" else None
    )
    monkeypatch.setattr(open_.sys, "platform", "linux")
    answer = run("open", f"{path_of(built_house, 'green')}@0:05", "--dry-run", *at)
    assert answer.out.startswith("/usr/bin/xdg-open ")
    assert "go to 0:05" in answer.err


# How it fails


@pytest.mark.parametrize(
    ("arguments", "code", "name"),
    [
        (["search", " "], 2, "invalid_query"),
        (["search", "x", "--limit", "0"], 2, "invalid_query"),
        (["search", "x", "--since", "soon"], 2, "invalid_query"),
        (["search", "x", "--min-duration", "long"], 2, "invalid_query"),
        (["search", "x", "--video", "nothing"], 2, "not_found"),
        (["search", "x", "--video", "~nobody-here/a.mp4"], 2, "not_found"),
        (["show", "nothing"], 2, "not_found"),
        (["tag", "nothing", "--add", "x"], 2, "not_found"),
        (["remove", "nothing", "--yes"], 2, "not_found"),
        (["videos", "--until", "2024-99"], 2, "invalid_query"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_is_one_sentence_or_one_document(
    run: Run, at: tuple[str, Path], arguments: list[str], code: int, name: str
) -> None:
    answer = run(*arguments, *at)
    assert (answer.code, answer.out) == (code, "")
    assert re.fullmatch(r"error: [^\n]+; [^\n]+\n", answer.err)
    shape = run(*arguments, "--json", *at)
    assert shape.code == code
    assert list(shape.json) == ["error"]
    assert set(shape.json["error"]) == {"code", "message", "remedy"}
    assert shape.json["error"]["code"] == name
    assert shape.err == ""


@pytest.mark.parametrize("command", ["search x", "videos", "show x", "reindex", "tag x -a y"])
def test_without_a_library_it_says_how_to_make_one(run: Run, tmp_path: Path, command: str) -> None:
    answer = run(*command.split(), "--library", tmp_path / "nothing")
    assert answer.code == 1
    assert "footage index" in answer.err
    assert not (tmp_path / "nothing").exists()


def test_a_locked_library_exits_with_3(
    run: Run, own: tuple[str, Path], own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from filelock import FileLock

    monkeypatch.setattr(footage.library, "INDEX_WAIT", 0.1)
    with FileLock(own_house.library / "ingest.lock"):
        answer = run("index", own_house.videos, *own)
        assert answer.code == 3
        assert "another footage process" in answer.err
        assert run("reindex", "--json", *own).json["error"]["code"] == "library_locked"


def test_an_option_that_is_not_there_is_a_usage_error(run: Run) -> None:
    assert run("search", "x", "--colour").code == 2
    assert run("nonsense").code == 2


def test_a_failure_is_told_once(run: Run, tmp_path: Path, folder: Path) -> None:
    empty(folder / "b.mp4")
    answer = run("index", folder, "--library", tmp_path / "new.library")
    assert answer.err.count("b.mp4 is empty") == 1


# Hostile file names

NAMES = [
    b"\x1b]0;owned\x07\x1b[31mred.mp4",
    b"line\nbreak.mp4",
    b"[bold red]markup[/].mp4".replace(b"/", b"x"),
    b"[link=file:x]click.mp4",
    b"\xe2\x80\xaetxt.mp4",
    b"caf\xe9.mp4",
    b":dog:.mp4",
    b"back\\.mp4",
    b"--json.mp4",
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_hostile_name_is_printed_harmlessly(
    run: Run, tmp_path: Path, folder: Path, name: bytes
) -> None:
    path = folder / os.fsdecode(name)
    shutil.move(make_video(tmp_path / "plain.mp4", shots=["red"]), path)
    empty(folder / os.fsdecode(b"empty " + name))
    library = ("--library", tmp_path / "my.library")
    answers = [
        run("index", folder, *library),
        run("search", "red", *library),
        run("videos", *library),
        run("show", path, *library),
        run("tag", path, "--add", "x", *library),
        run("open", f"{path}@1", "--dry-run", *library),
        run("show", folder / os.fsdecode(b"no such " + name), *library),
        run("remove", path, "--yes", *library),
    ]
    assert [answer.code for answer in answers[1:6]] == [0] * 5 or "player" in answers[5].err
    for answer in answers:
        assert not COMMANDING.search(answer.out)
        assert not COMMANDING.search(answer.err)
        assert "Traceback" not in answer.err
    if name in {b":dog:.mp4", b"back\\.mp4", b"[bold red]markup[x].mp4"}:
        assert name.decode().removesuffix(".mp4") in answers[1].out


def test_a_hostile_name_survives_json(run: Run, tmp_path: Path, folder: Path) -> None:
    path = folder / 'line\nbreak \x1b[31m "quoted" 🎬.mp4'
    shutil.move(make_video(tmp_path / "plain.mp4", shots=["red"]), path)
    run("index", folder, "--library", tmp_path / "my.library")
    found = run("search", "red", "--json", "--library", tmp_path / "my.library")
    assert found.json["moments"][0]["path"] == str(path)
    assert "\x1b" not in found.out
