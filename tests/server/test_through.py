"""The owner's commands through the server that serves their library, unnoticed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from colours import ColourEmbedder
from houses import House, Run
from server.serving import Served, assert_failed, serving
from through import through
from videos import make_video
from website import Page, Site

import footage
from footage.cli import options
from footage.errors import ServerGone
from footage.ingest.report import IngestInterrupted, Observer, Outcome, Plan, Planned, Report
from footage.media import peers
from footage.media.sources import Scan
from footage.remote import RemoteLibrary, link, open_served
from footage.server import found, owner
from footage.server.errands import Errand, Errands, Telling
from footage.server.found import announce, owning
from footage.server.job import FILE_NAME, Job, JobStore

pytestmark = [
    pytest.mark.without_server("its servers are its own"),
    pytest.mark.usefixtures("colours_instead_of_lite"),
]
HEAVY = {"numpy", "pymilvus", "onnxruntime", "av", "fastapi", "footage.library"}


@pytest.fixture
def own(own_house: House) -> Iterator[Served]:
    """A copy of the house, served for its owner's commands; nothing lies within its roots."""
    with own_house.open() as library, through(library) as served:
        yield served


@pytest.fixture
def at(own: Served) -> tuple[str, Path]:
    return "--library", own.library.folder


def opened(served: Served) -> RemoteLibrary:
    library = open_served(served.library.folder)
    assert library is not None
    return library


def call(served: Served, name: str, secret: str, **options: Any) -> httpx.Response:
    path = f"/api/v1/own/{name}"
    authorization, _ = owner.asking(secret, "POST", path)
    headers = {"Authorization": authorization}
    return served.client.post(f"{served.origin}{path}", headers=headers, **options)


# The same answers


@pytest.mark.parametrize(
    "words",
    [
        ["search", "2:red + blue", "--json", "--limit", "3", "--offset", "1"],
        ["search", "red", "--then", "blue", "--within", "5", "--json"],
        ["search", "--like", "green.mp4@1", "--weigh", "seen=1", "--fusion", "rrf", "--json"],
        ["search", "red", "--tag", "summer", "--until", "2024", "--by-video", "--json"],
        ["search", "red", "--folder", "beach"],
        ["search", "+", "--json"],
        ["search", "red", "--video", "no such"],
        ["videos", "--all", "--json"],
        ["show", "green", "--at", "4", "--json"],
        ["show", "nothing", "--json"],
        ["transcript", "green"],
        ["partitions"],
        ["usage", "--json"],
        ["prune", "--dry-run", "--json"],
        ["open", "green@99:00", "--dry-run"],
    ],
    ids=" ".join,
)
def test_a_command_answers_as_it_does_alone(own_house: House, run: Run, words: list[str]) -> None:
    at = ("--library", own_house.library)
    run("search", "red", *at)  # the first makes what later ones read, to fewer digits
    alone = run(*words, *at)
    with own_house.open() as library, through(library) as served:
        assert run(*words, *at) == alone
        assert served.commanded > 0 or words[1] == "+"  # which is no query


def test_a_picture_is_asked_by_as_if_alone(run: Run, own: Served, at: Any, tmp_path: Path) -> None:
    picture = tmp_path / "blue.png"
    write_blue(picture)
    best = run("search", "--image", picture, "--json", *at).json["moments"][0]
    assert (best["title"], own.commanded > 0) == ("red-blue", True)


def write_blue(path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (64, 64), (0, 0, 255)).save(path)


def test_what_changes_it_is_changed_there(run: Run, own: Served, at: Any) -> None:
    assert run("tag", "white", "--add", "snow", *at).code == 0
    assert "snow" in own.library.video("white").tags
    assert run("remove", "white", "--yes", *at).out == "removed: white\n"
    assert own.library.video("white").removed
    assert run("remove", "white", "--restore", *at).out == "restored: white\n"
    assert not own.library.video("white").removed
    assert run("partitions", "--by", "month", "--json", *at).json["rewritten"]["written"] == 4
    assert own.library.settings.partition_by == ("month",)
    names = [check["name"] for check in run("doctor", "--json", *at).json["checks"]]
    assert names[:3] == ["program", "embedder", "catalog"]


def test_a_file_name_that_is_no_text_is_the_true_one(own: Served, tmp_path: Path) -> None:
    path = make_video(tmp_path / "caf\udce9.mp4", seconds=1)
    library = opened(own)
    library.add(path)
    assert path in {video.path for video in library.videos()}


def test_paths_are_meant_from_where_the_command_is_given(
    own: Served, own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened(own)
    monkeypatch.setattr(link.Path, "cwd", lambda: own_house.videos / "city")  # of the client
    assert library.video("yellow.mp4").title == "yellow"
    assert library.video("../beach/green.mp4").title == "green"
    found = library.videos(footage.Filters(folders=(Path("../beach"),)))
    assert {video.title for video in found} == {"red-blue", "green"}
    query = footage.Query(text="red", filters=footage.Filters(videos=("../beach/green.mp4",)))
    assert {moment.title for moment in library.answer(query)} == {"green"}


# Indexing


class Noted(Observer):
    """Writes down what it is told."""

    def __init__(self, on_finished: Callable[[], None] = lambda: None) -> None:
        self.told: list[str] = []
        self._on_finished = on_finished

    def planned(self, plan: Plan) -> None:
        self.told.append(f"planned {len(plan.files)}")

    def progressed(self, _path: Any, _seconds: float) -> None:
        self.told.append("progressed")

    def finished(self, outcome: Outcome) -> None:
        self.told.append(f"finished {outcome.path.name}")
        self._on_finished()


def test_it_indexes_from_outside_the_roots_as_a_job(own: Served, folder: Path) -> None:
    make_video(folder / "b.mp4", shots=["blue"])
    noted = Noted()
    report = opened(own).add(folder, exclude=["no such"], tags=["trip"], observer=noted)
    assert [outcome.kind.value for outcome in report.outcomes] == ["added"]
    assert noted.told[0] == "planned 1"
    assert {"progressed", "finished b.mp4"} <= set(noted.told)
    assert own.library.video("b").tags == ("trip",)
    (job,) = own.client.get("/jobs").json()["jobs"]
    assert (job["state"], job["sources"], job["attended"]) == ("done", [str(folder)], True)
    retried = own.client.post(f"/jobs/{job['id']}/retry")
    assert_failed(retried, 409, "job_conflict")


def test_an_address_of_a_private_network_is_the_owners_to_name(own: Served, site: Site) -> None:
    site["/a.mp4"] = Page(b"\0" * 1000)
    with peers.public_only():
        (outcome,) = opened(own).add(f"{site.url}/a.mp4").outcomes
    assert site.requests
    assert not isinstance(outcome.error, footage.MediaForbidden)


def test_ctrl_c_ends_its_job_and_keeps_what_was_finished(own: Served, folder: Path) -> None:
    for colour in ("red", "green", "blue", "white"):
        make_video(folder / f"my {colour}.mp4", shots=[colour], seconds=2)

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(IngestInterrupted) as interrupted:
        opened(own).add(folder, observer=Noted(interrupt))
    finished = {outcome.path.stem for outcome in interrupted.value.report.outcomes}
    assert finished
    assert finished <= {video.title for video in own.library.videos()}
    (job,) = own.client.get("/jobs").json()["jobs"]
    assert own.ended(job)["state"] in {"cancelled", "done"}
    assert not opened(own).add(folder).failed


def test_a_command_that_refuses_the_plan_ends_its_job(own: Served, folder: Path) -> None:
    make_video(folder / "b.mp4", shots=["blue"])

    class Refusing(Observer):
        def planned(self, _plan: Plan) -> None:
            raise footage.UsageError("nobody can be asked here", remedy="say --yes")

    with pytest.raises(footage.UsageError, match="nobody can be asked"):
        opened(own).add(folder, observer=Refusing())
    (job,) = own.client.get("/jobs").json()["jobs"]
    assert own.ended(job)["state"] in {"cancelled", "done"}


def test_a_command_waits_its_turn_and_ends_with_its_job(
    own: Served, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, held = threading.Event(), threading.Event()

    def long(*_: object, **__: object) -> Report:
        began.set()
        held.wait(60)
        return Report(Scan(()))

    monkeypatch.setattr(own.library, "add", long)
    first = threading.Thread(target=opened(own).add, args=(folder,))
    first.start()
    assert began.wait(60)
    told: list[str] = []

    class Waiting(Observer):
        def waiting(self, why: str) -> None:
            told.append(why)
            jobs = own.client.get("/jobs").json()["jobs"]
            (queued,) = (job for job in jobs if job["state"] == "queued")
            own.client.post(f"/jobs/{queued['id']}/cancel")

    with pytest.raises(KeyboardInterrupt):
        opened(own).add(folder, observer=Waiting())
    held.set()
    first.join()
    assert told == ["1 before it in the queue of footage serve"]


def test_what_a_killed_server_had_under_way_for_a_command_is_not_taken_up(
    own_house: House,
) -> None:
    store = JobStore(own_house.library / FILE_NAME, 10)
    for name, state in (("a", "running"), ("b", "queued")):
        store.save(Job(name, "index", ["/no such"], state=state, created_at=name, attended=True))
    store.close()
    with own_house.open() as library, serving(library) as served:
        jobs = served.client.get("/jobs").json()["jobs"]
    assert [job["state"] for job in jobs] == ["cancelled", "cancelled"]


def test_what_is_paid_for_begins_once_it_was_agreed_to() -> None:
    begun: list[str] = []

    class Beside(Observer):
        def planned(self, _plan: Plan) -> None:
            begun.append("begun")

    def work(errand: Errand) -> None:
        Telling(errand, Beside()).planned(Plan((Planned(Path("/a.mp4"), 60, 1.5),)))

    async def watch(then: Callable[[Errand], None]) -> list[dict[str, Any]]:
        every, errand = Errands(), Errand()
        every.start(every.add(errand), work)
        told = []
        async for line in errand.lines(lambda: False):
            told.append(json.loads(line))
            if told[-1].get("event") == "planned":
                assert begun == []
                then(errand)
        every.close()
        return told

    refused = asyncio.run(watch(Errand.cancel))
    assert (refused[-1], begun) == ({"interrupted": None}, [])
    agreed = asyncio.run(watch(Errand.agree))
    assert (agreed[-1], begun) == ({"result": None}, ["begun"])


def test_an_error_comes_back_as_it_was_raised(own: Served, folder: Path) -> None:
    library = opened(own)
    with pytest.raises(footage.NotFound) as missing:
        library.video("no such")
    with pytest.raises(footage.NotFound) as known:
        own.library.video("no such")
    assert (missing.value.what, missing.value.remedy) == (known.value.what, known.value.remedy)
    with pytest.raises(footage.MediaMissing, match="nowhere is not there"):
        library.add(folder / "nowhere")
    with pytest.raises(footage.UsageError, match="cannot be a tag"):
        library.tag("white", add=[" "])
    with pytest.raises(footage.UsageError, match="cannot be a tag"):
        library.add(folder, tags=[" "])


# What is loaded


def test_a_search_through_a_server_loads_nothing_heavy(own: Served) -> None:
    code = (
        "import sys\nfrom footage_program import main\n"
        f"sys.argv = ['footage', 'search', 'blue', '--library', {str(own.library.folder)!r}]\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    paths = [str(Path(footage.__file__).parents[1])]
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "red-blue" in ended.stdout
    assert ended.stdout.splitlines()[-1] == "[]"
    assert own.commanded == 2


# Who may ask, and who is believed


def test_only_who_knows_the_secret_may_ask(own: Served) -> None:
    folder = own.library.folder
    secret = owner.read(folder)
    assert secret is not None
    assert (folder / owner.FILE_NAME).stat().st_mode & 0o777 == 0o600
    answer = call(own, "videos", secret)
    assert answer.status_code == 200
    for wrong in ("", "0" * 64):
        refused = call(own, "videos", wrong)
        assert_failed(refused, 403, "access_refused")
        assert owner.PROOF not in refused.headers
    assert_failed(own.client.post("/own/videos"), 403, "access_refused")
    other = owner.asking(secret, "POST", "/api/v1/own/remove")[0]  # good for another route alone
    reused = own.client.post("/own/videos", headers={"Authorization": other})
    assert_failed(reused, 403, "access_refused")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        *(("nothing", {}), ("__class__", {}), ("close", {}), ("video", {"arguments": {"a": 1}})),
        *(("video", []), ("video", {"arguments": 3}), ("video", {"arguments": {}})),
        *(("answer", {"arguments": {"query": 3}}), ("tag", {"arguments": {"references": 4}})),
        *(("errands/0/agree", {}), ("errands/0/cancel", {}), ("add", {"arguments": {"tags": 1}})),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_refused(own: Served, name: str, body: Any) -> None:
    secret = owner.read(own.library.folder)
    answer = call(own, name, secret or "", json=body)
    assert 400 <= answer.status_code < 500, answer.text
    assert set(answer.json()["error"]) >= {"code", "message", "remedy"}


def test_a_secret_that_others_may_read_is_no_secret(own: Served, run: Run, at: Any) -> None:
    (own.library.folder / owner.FILE_NAME).chmod(0o644)
    assert open_served(own.library.folder) is None
    assert run("videos", *at).code == 0  # beside it
    assert own.commanded == 0


class Stranger(BaseHTTPRequestHandler):
    """Who listens where a server was, or a server that ends: it answers ``hello``, no more."""

    secret = ""
    lines: tuple[str, ...] = ()

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.rfile.read(size)
        proof = owner.asked(self.secret, self.headers["Authorization"], "POST", self.path)
        if not self.path.endswith("/hello") and not self.lines:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header(owner.PROOF, proof or "believe me")
        self.end_headers()
        said = ['{"result": "0"}'] if self.path.endswith("/hello") else self.lines
        self.wfile.write("".join(f"{line}\n" for line in said).encode())
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def stranger(folder: Path, *, knows: bool, lines: tuple[str, ...] = ()) -> Iterator[str]:
    handler = type("One", (Stranger,), {"lines": lines})
    with owning(folder), ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        secret = announce(folder, url, demands_token=False)
        handler.secret = secret if knows else ""  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()


def test_who_only_listens_there_is_told_nothing(own_house: House, run: Run) -> None:
    with stranger(own_house.library, knows=False):
        assert open_served(own_house.library) is None
        assert run("videos", "--library", own_house.library).code == 0


@pytest.mark.parametrize("lines", [(), ('{"errand": "1"}',)], ids=["at once", "on the way"])
def test_a_server_that_dies_is_one_sentence(
    own_house: House, run: Run, folder: Path, lines: tuple[str, ...]
) -> None:
    with stranger(own_house.library, knows=True, lines=lines) as url:
        answer = run("index", folder, "--library", own_house.library)
        assert answer.code == 1
        assert answer.err.count("\n") == 1
        assert f"footage serve (process {os.getpid()}, {url}) ended before" in answer.err
        assert "run the same command again" in answer.err
        shape = run("index", folder, "--json", "--library", own_house.library).json
        assert shape["error"]["code"] == ServerGone.code


def test_a_server_of_another_footage_is_gone_round(
    own_house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_house.open() as library, monkeypatch.context() as patch:
        patch.setattr(found, "PROTOCOL", found.PROTOCOL + 1)
        patch.setattr(footage, "__version__", "9.9")
        with through(library) as served:
            patch.undo()
            patch.setattr("footage.library.open_embedder", lambda *_: ColourEmbedder())
            answer = run("videos", "--library", own_house.library)
            assert (answer.code, served.commanded) == (0, 0)
            assert "is footage 9.9, and this is" in answer.err
            assert run("search", "red", "--quiet", "--library", own_house.library).err == ""


def test_a_server_elsewhere_is_not_asked(own: Served) -> None:
    note = own.library.folder / found.NOTE
    values = json.loads(note.read_text())
    note.write_text(json.dumps({**values, "host": "another machine"}))
    assert open_served(own.library.folder) is None
    note.write_text(json.dumps(values))
    assert open_served(own.library.folder) is not None


def test_what_needs_the_files_to_itself_names_the_server(run: Run, own: Served, at: Any) -> None:
    answer = run("doctor", "--repair", *at)
    assert answer.code == 3
    assert f"footage serve (process {os.getpid()}, {own.origin}) holds" in answer.err
    assert answer.err.endswith("; stop it first\n")
    assert run("reindex", *at).code == 0  # it works beside
    assert options.through_server(own.library.folder) is not None
