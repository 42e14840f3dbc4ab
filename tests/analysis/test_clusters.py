"""Clusters: what was planted is found, named, and the same each time; small libraries say so."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from analysis.planted import NAMES, PlantedEmbedder, looks, plant
from houses import House, Run
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import trustworthiness

import footage
from footage.analysis import grouping, layout, naming, showing
from footage.analysis.clusters import Clusters
from footage.analysis.drawing import Drawing
from footage.index.unit import unit
from footage.reader import Line, ReaderFingerprint, Reading

SIZES = {"dog": 20, "car": 14, "beach": 12, "concert": 8}


def planted_house(library: footage.Library, *, noise: float = 0.3) -> dict[tuple[str, float], str]:
    """Ten videos of the things in `SIZES`; what each segment shows, by video and start."""
    names = [name for name, size in SIZES.items() for _ in range(size)]
    order = np.random.default_rng(1).permutation(len(names))
    truth = {}
    for number, part in enumerate(np.array_split(order, 10)):
        shown = [names[at] for at in part]
        video_id = plant(library, number, looks(shown, noise=noise, seed=number))
        truth.update({(video_id, 5.0 * at): name for at, name in enumerate(shown)})
    return truth


def members(found: Clusters) -> dict[tuple[str, float], int]:
    return {(point.video_id, point.start): point.cluster for point in found.points}


def test_what_was_planted_is_found_and_named(planted: footage.Library) -> None:
    truth = planted_house(planted)
    found = planted.analysis.clusters(with_map=True)
    assert [cluster.size for cluster in found.clusters] == list(SIZES.values())
    assert [cluster.concepts[0] for cluster in found.clusters] == list(SIZES)
    names = [cluster.concepts[0] for cluster in found.clusters]
    assert {place: names[at - 1] for place, at in members(found).items()} == truth
    assert found.silhouette > 0.5
    assert sum(cluster.share for cluster in found.clusters) == pytest.approx(1)
    assert len({moment.video_id for moment in found.clusters[0].moments}) == 6


def test_it_is_the_same_again_and_kept(planted: footage.Library) -> None:
    planted_house(planted)
    first = planted.analysis.clusters(with_map=True)
    assert planted.analysis.clusters(with_map=True) is first
    with footage.open(planted.folder, embedder=PlantedEmbedder()) as other:
        assert other.analysis.clusters(with_map=True).to_json() == first.to_json()


def test_more_videos_leave_the_clusters_what_they_are(planted: footage.Library) -> None:
    planted_house(planted)
    before = planted.analysis.clusters(with_map=True)
    plant(planted, 50, looks(["dog", *["snow"] * 8], seed=9))
    after = planted.analysis.clusters(with_map=True)
    assert {cluster.concepts[0] for cluster in after.clusters} == {*SIZES, "snow"}
    pairs = Counter((members(before)[place], members(after)[place]) for place in members(before))
    assert len(pairs) == len(SIZES)


def test_so_many_as_were_asked_for(planted: footage.Library) -> None:
    planted_house(planted)
    for count in (1, 2, 7):
        assert len(planted.analysis.clusters(count=count).clusters) == count


def test_whole_videos(planted: footage.Library) -> None:
    for number in range(6):
        plant(planted, number, looks([NAMES[number % 2]] * 4, seed=number))
    found = planted.analysis.clusters(of="videos", with_map=True)
    assert [cluster.size for cluster in found.clusters] == [3, 3]
    assert {point.end for point in found.points} == {20.0}


def test_filters_apply(planted: footage.Library) -> None:
    planted_house(planted)
    planted.tag([f"{0:032x}", f"{1:032x}"], add=["mine"])
    some = planted.analysis.clusters(with_map=True, filters=footage.Filters(tags=("mine",)))
    assert {point.video_id for point in some.points} == {f"{0:032x}", f"{1:032x}"}


def test_an_embedder_that_reads_no_texts(tmp_path: Path) -> None:
    with footage.open(tmp_path / "mute.library", embedder=PlantedEmbedder(reads=False)) as library:
        planted_house(library)
        found = library.analysis.clusters()
    assert [cluster.name for cluster in found.clusters][:2] == ["cluster 1", "cluster 2"]
    assert len(found.clusters) == len(SIZES)


@pytest.mark.parametrize("segments", [[], [1]])
def test_too_little_is_said(segments: list[int], planted: footage.Library) -> None:
    for number, count in enumerate(segments):
        plant(planted, number, looks(["dog"] * count))
    for of in ("segments", "videos"):
        found = planted.analysis.clusters(of=of, with_map=True)
        assert found.clusters == ()
        assert found.note


@pytest.mark.parametrize("count", [2, 3, 40])
def test_what_all_looks_the_same_is_one_cluster(count: int, planted: footage.Library) -> None:
    plant(planted, 1, looks(["dog"] * count, noise=0))
    found = planted.analysis.clusters(with_map=True)
    assert [cluster.size for cluster in found.clusters] == [count]
    assert planted.analysis.clusters(count=5).clusters == found.clusters


def test_a_damaged_file_is_left_out(planted: footage.Library) -> None:
    planted_house(planted)
    planted.archive.path(f"{3:032x}", planted.embedder.fingerprint).write_bytes(b"PK")
    found = planted.analysis.clusters(with_map=True)
    assert {point.video_id for point in found.points} == {f"{n:032x}" for n in range(10)} - {
        f"{3:032x}"
    }


@pytest.mark.parametrize(
    "options",
    [
        {"of": ["segments"]},
        {"of": "frames"},
        {"count": 0},
        {"count": 501},
        {"count": True},
        {"count": "3"},
    ],
)
def test_what_cannot_be_asked(options: dict[str, Any], planted: footage.Library) -> None:
    with pytest.raises(footage.UsageError):
        planted.analysis.clusters(**options)


def test_progress_may_stop_it(planted: footage.Library) -> None:
    planted_house(planted)

    def stop(what: str, done: int, total: int) -> None:
        assert what
        assert done <= total
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        planted.analysis.clusters(on_progress=stop)


# groups


@settings(max_examples=40)
@given(st.integers(0, 60), st.integers(1, 8), st.integers(0, 10_000), st.none() | st.integers(1, 9))
def test_groups_of_anything(count: int, width: int, seed: int, wanted: int | None) -> None:
    chance = np.random.default_rng(seed)
    rows = unit(chance.integers(-2, 3, size=(count, width)).astype(np.float32))
    labels = grouping.grouped(rows, wanted)
    assert labels.shape == (count,)
    sizes = np.bincount(labels) if count else np.zeros(0)
    assert (sizes > 0).all()
    assert (np.diff(sizes) <= 0).all()
    assert len(sizes) <= (wanted or grouping.MOST_GROUPS)
    assert -1 <= grouping.silhouette(rows, labels) <= 1
    places, _how = layout.laid_out(rows)
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()


def test_the_silhouette_is_that_of_all_pairs() -> None:
    chance = np.random.default_rng(3)
    rows = unit(chance.normal(size=(40, 5)))
    labels = grouping.ordered(chance.integers(0, 3, 40))
    far = 1 - rows @ rows.T
    widths = []
    for at in range(40):
        means = [far[at, (labels == k) & (np.arange(40) != at)].mean() for k in range(3)]
        inside = means.pop(labels[at])
        widths.append((min(means) - inside) / max(min(means), inside))
    assert grouping.silhouette(rows, labels) == pytest.approx(np.mean(widths), abs=1e-4)


def test_what_is_alike_lies_together_on_the_map() -> None:
    rows = looks([NAMES[at % 4] for at in range(120)], noise=0.5)
    places, how = layout.laid_out(rows)
    assert how in {"t-sne", "pca"}
    assert places.min() >= 0
    assert places.max() <= 1
    assert trustworthiness(rows, places, n_neighbors=12, metric="cosine") > 0.7


def test_the_map_of_many_has_the_others_beside_their_like(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "LANDMARKS", 40)
    rows = looks([NAMES[at % 4] for at in range(120)], noise=0.3)
    places, _how = layout.laid_out(rows)
    apart = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(apart, 9)
    assert (apart.argmin(axis=1) % 4 == np.arange(120) % 4).mean() > 0.9


# names


def test_words_that_stand_out() -> None:
    counts = [
        Counter({"refund": 5, "policy": 3, "today": 4, "once": 1}),
        Counter({"goal": 6, "today": 4}),
        Counter[str](),
    ]
    named = naming.class_tf_idf(counts)
    assert named[0][0] == "refund"
    assert named[1][0] == "goal"
    assert "once" not in named[0]
    assert named[2] == ()


def test_the_concepts_are_each_there_once() -> None:
    assert len(set(naming.concepts())) == len(naming.concepts()) > 900
    assert all(name == name.strip() != "" for name in naming.concepts())


def speaking_house(library: footage.Library, *, times: int = 3) -> None:
    """Three videos of dogs and two of cars; of engines is spoken in so many segments of cars."""
    for number, name in enumerate(["dog"] * 3 + ["car"] * 2):
        video_id = plant(library, number, looks([name] * 3, seed=number))
        spoken = ["so many puppies"] * 3 if name == "dog" else [""] * 3
        if number == 3:
            spoken[:times] = ["engines and engines"] * times
        lines = [Line(5.0 * at, 5.0 * at + 2, text) for at, text in enumerate(spoken) if text]
        reading = Reading(ReaderFingerprint("test", "1"), tuple(lines))
        library.text_store.keep(video_id, "speech", reading, beside="")


def test_clusters_are_named_by_what_is_said_in_them(tmp_path: Path) -> None:
    with footage.open(tmp_path / "mute.library", embedder=PlantedEmbedder(reads=False)) as library:
        speaking_house(library)
        found = library.analysis.clusters()
    assert [cluster.said[0] for cluster in found.clusters] == ["puppies", "engines"]
    assert found.clusters[0].name.startswith("puppies")
    assert found.clusters[0].written == ()


def test_what_no_concept_is_sure_of_is_named_by_words_or_not_at_all(
    planted: footage.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Engines are spoken of in one of six segments alone, though twice: that names nothing."""
    monkeypatch.setattr(showing, "LEVEL", np.inf)
    speaking_house(planted, times=1)
    found = planted.analysis.clusters().clusters
    assert [cluster.name for cluster in found] == ["puppies", "cluster 2"]
    assert [(cluster.concepts, cluster.said) for cluster in found] == [((), ("puppies",)), ((), ())]


def test_trends_call_clusters_what_they_are_called(
    planted: footage.Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "LEVEL", np.inf)
    speaking_house(planted)
    plant(planted, 9, looks(["beach"] * 2, seed=9))
    names = {cluster.number: cluster.name for cluster in planted.analysis.clusters().clusters}
    told = {trend.cluster: trend.subject for trend in planted.analysis.trends().trends}
    assert told == names
    assert set(names.values()) == {"puppies", "engines", "cluster 3"}


def test_a_broken_file_of_concepts_is_made_anew(planted: footage.Library) -> None:
    planted_house(planted)
    first = planted.analysis.clusters()
    (path,) = planted.folder.glob("concepts-*.npz")
    path.write_bytes(b"no zip")
    planted.tag(f"{0:032x}", add=["changed"])
    assert planted.analysis.clusters().clusters == first.clusters


# the faces


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_command(
    suffix: str, own_house: House, run: Run, tmp_path: Path, colours: None
) -> None:
    plot = tmp_path / f"map.{suffix}"
    shown = run("clusters", "--library", own_house.library, "--plot", plot)
    assert shown.code == 0, shown.err
    assert "red" in shown.out
    assert f"map.{suffix}" in shown.err
    assert plot.read_bytes()[:4] in {b"\x89PNG", b"<svg"}
    told = run("clusters", "--library", own_house.library, "--json", "--map").json
    assert sum(cluster["size"] for cluster in told["clusters"]) == len(told["points"])


def test_a_plot_of_another_kind_is_refused(run: Run, own_house: House, colours: None) -> None:
    refused = run("clusters", "--library", own_house.library, "--plot", "map.gif")
    assert refused.code == 2
    assert ".png or .svg" in refused.err


def test_an_empty_library_is_said_to_be(run: Run, library: footage.Library, colours: None) -> None:
    shown = run("clusters", "--library", library.folder)
    assert shown.code == 0, shown.err
    assert "nothing to put into clusters" in shown.out


def test_drawings_hold_any_text(tmp_path: Path) -> None:
    drawing = Drawing(40, 40)
    drawing.text(1, 20, 'a <b> & "c"\x00 🎬')
    drawing.box(1, 1, 5, 5, "#000000")
    drawing.line([(0, 0), (9, 9)], "#ff0000")
    drawing.save(tmp_path / "a.png")
    assert "&lt;b&gt; &amp;" in drawing.to_svg()
