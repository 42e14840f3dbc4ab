"""The embeddings mean something: what is alike is near, spans follow the film, prefixes hold."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import av
import numpy as np
import pytest
from marengo.helpers import embed_video, encoded, finished, make_client, make_double
from numpy.typing import NDArray
from twelvelabs import (
    AsyncAudioInputRequest,
    AsyncTemporalSegmentation,
    AsyncVideoInputRequest,
    AudioSegmentation,
    AudioSegmentationFixed,
    EmbeddingData,
    EmbeddingTaskResponse,
    ImageInputRequest,
    MediaSource,
    MultiInputMediaSource,
    MultiInputRequest,
    TemporalSegmentation_Dynamic,
    TemporalSegmentationDynamicDynamic,
    TextInputRequest,
    TimeBasedMetadataEntry,
    TwelveLabs,
    VideoSegmentation_Fixed,
    VideoSegmentationFixedFixed,
)
from videos import audio_only, make_video

from footage.embedders.lite import MODEL_FOLDER, LiteEmbedder
from footage.settings import Sampling
from marengo_double import Double

OLD, NEW = "marengo3.0", "marengo3.5"
FIXED = VideoSegmentation_Fixed(fixed=VideoSegmentationFixedFixed(duration_sec=5))


def vector(data: EmbeddingData) -> NDArray[np.float64]:
    return np.asarray(data.embedding)


def pick(task: EmbeddingTaskResponse, option: str, scope: str = "clip") -> list[EmbeddingData]:
    assert task.data is not None
    return [d for d in task.data if (d.embedding_option, d.embedding_scope) == (option, scope)]


def spans(items: list[EmbeddingData]) -> list[tuple[float | None, float | None]]:
    return [(item.start_sec, item.end_sec) for item in items]


def text(client: TwelveLabs, words: str, model: str = OLD, **more: object) -> EmbeddingData:
    if model == OLD:
        request = TextInputRequest(input_text=words)
        answer = client.embed.v_2.create(input_type="text", model_name=model, text=request)
    else:
        both = MultiInputRequest(input_text=words)
        answer = client.embed.v_2.create(
            input_type="multi_input", model_name=model, multi_input=both, **more  # type: ignore[arg-type]
        )  # fmt: skip
    return answer.data[0]


def nearest(query: EmbeddingData, items: list[EmbeddingData]) -> int:
    return int(np.argmax([vector(query) @ vector(item) for item in items]))


@pytest.mark.parametrize("model", [OLD, NEW])
def test_a_text_finds_its_segment(
    double: Double, client: TwelveLabs, clip: Path, model: str
) -> None:
    seen = pick(embed_video(double, client, clip, model=model), "visual")
    found = [nearest(text(client, colour, model), seen) for colour in ("red", "green", "blue")]
    assert found == sorted(found)
    assert len(set(found)) == 3


def test_a_picture_finds_its_segment(
    double: Double, client: TwelveLabs, clip: Path, picture: Path
) -> None:
    request = ImageInputRequest(media_source=encoded(picture))
    answer = client.embed.v_2.create(input_type="image", model_name=OLD, image=request)
    query = answer.data[0]
    assert nearest(query, pick(embed_video(double, client, clip), "visual")) == 2
    assert (query.embedding_option, query.embedding_scope, query.start_sec) == (None, None, None)


def test_the_lite_towers_find_what_they_know(tmp_path: Path) -> None:
    canaries = json.loads((MODEL_FOLDER / "canary.json").read_text())["image_orders"]
    pixels = np.load(MODEL_FOLDER / "canary.npz")["pixels"]
    order = canaries[0]
    film = make_video(
        tmp_path / "film.mp4", seconds=10, shots=[pixels[order["far"]], pixels[order["near"]]],
        size=(260, 260),
    )  # fmt: skip
    with make_double(towers=LiteEmbedder(Sampling())) as double:
        client = make_client(double)
        seen = pick(embed_video(double, client, film), "visual")
        assert spans(seen) == [(0, 5), (5, 10)]
        assert nearest(text(client, order["query"]), seen) == 1


def test_segments_follow_the_shots(double: Double, client: TwelveLabs, clip: Path) -> None:
    task = embed_video(double, client, clip)
    assert spans(pick(task, "visual")) == [(0, 4), (4, 8), (8, 12)]
    assert spans(pick(task, "visual", "asset")) == [(0, 12)]


def test_fixed_segments_are_cut_to_the_second(
    double: Double, client: TwelveLabs, clip: Path
) -> None:
    task = embed_video(double, client, clip, segmentation=FIXED)
    assert spans(pick(task, "visual")) == [(0, 5), (5, 10), (10, 12)]
    assert task.metadata
    assert task.metadata.clip_length == 5  # type: ignore[union-attr]


def test_a_stretch_of_a_video_keeps_the_times_of_the_whole(
    double: Double, client: TwelveLabs, clip: Path
) -> None:
    task = embed_video(double, client, clip, start_sec=4, end_sec=11, segmentation=FIXED)
    assert spans(pick(task, "visual")) == [(4, 9), (9, 11)]
    assert nearest(text(client, "green"), pick(task, "visual")) == 0
    assert [item.seconds for item in double.tasks][-1] == 7


def test_every_embedding_says_what_it_is_of(double: Double, client: TwelveLabs, clip: Path) -> None:
    task = embed_video(double, client, clip)
    assert task.data
    kinds = {(item.embedding_option, item.embedding_scope) for item in task.data}
    options, scopes = ("visual", "audio", "transcription"), ("clip", "asset")
    assert kinds == {(option, scope) for option in options for scope in scopes}
    for item in task.data:
        assert item.start_sec is not None
        assert item.end_sec is not None
        assert 0 <= item.start_sec < item.end_sec <= 12
        assert np.linalg.norm(vector(item)) == pytest.approx(1, abs=1e-5)


def test_speech_is_found_where_it_was_said(double: Double, client: TwelveLabs, clip: Path) -> None:
    lines = pick(embed_video(double, client, clip), "transcription")
    assert spans(lines) == [(0, 4), (8, 12)]  # nothing is said in between
    assert nearest(text(client, "blue"), lines) == 1


@pytest.mark.slow
def test_real_speech_is_found_by_what_it_says(tmp_path: Path) -> None:
    package = find_spec("moonshine_voice")
    assert package, "the extra `demo` has a speech model"
    assert package.origin
    reading = Path(package.origin).parent / "assets" / "two_cities.wav"
    segmentation = AudioSegmentation(strategy="fixed", fixed=AudioSegmentationFixed(duration_sec=5))
    request = AsyncAudioInputRequest(
        media_source=encoded(reading), end_sec=20, segmentation=segmentation
    )
    with make_double(towers=LiteEmbedder(Sampling()), transcriber=None) as double:
        client = make_client(double)
        task = client.embed.v_2.tasks.create(input_type="audio", model_name=OLD, audio=request)
        lines = pick(finished(double, client, task.id), "transcription")
        assert spans(lines) == [(0, 5), (5, 10), (10, 15), (15, 20)]
        assert nearest(text(client, "wisdom and foolishness"), lines) == 1


def test_silent_films_have_no_embedding_of_sound(
    double: Double, client: TwelveLabs, tmp_path: Path
) -> None:
    film = make_video(tmp_path / "silent.mp4", seconds=5)
    task = embed_video(double, client, film)
    assert task.data
    assert {item.embedding_option for item in task.data} == {"visual"}


def test_like_sounds_are_near(double: Double, client: TwelveLabs, tmp_path: Path) -> None:
    def heard(path: Path) -> NDArray[np.float64]:
        request = AsyncAudioInputRequest(media_source=encoded(path), embedding_option=["audio"])
        task = client.embed.v_2.tasks.create(input_type="audio", model_name=OLD, audio=request)
        return vector(pick(finished(double, client, task.id), "audio", "asset")[0])

    tone = heard(audio_only(tmp_path / "tone.m4a", seconds=6))
    longer = heard(audio_only(tmp_path / "longer.m4a", seconds=9))
    noise = heard(_noise(tmp_path / "noise.wav", seconds=6))
    assert tone @ longer > 0.95 > tone @ noise


def test_fused_is_the_mean_of_what_it_fuses(double: Double, client: TwelveLabs, clip: Path) -> None:
    task = embed_video(
        double, client, clip,
        embedding_option=["visual", "audio"],
        embedding_type=["separate_embedding", "fused_embedding"],
    )  # fmt: skip
    mean = vector(pick(task, "visual")[1]) + vector(pick(task, "audio")[1])
    fused = vector(pick(task, "fused")[1])
    np.testing.assert_allclose(fused, mean / np.linalg.norm(mean), atol=1e-5)


def test_only_fused_leaves_the_others_out(double: Double, client: TwelveLabs, clip: Path) -> None:
    task = embed_video(double, client, clip, embedding_type=["fused_embedding"])
    assert task.data
    assert {item.embedding_option for item in task.data} == {"fused"}


def test_notes_move_the_fused_embedding_of_their_time_alone(
    double: Double, client: TwelveLabs, clip: Path
) -> None:
    def fused(start: float) -> list[EmbeddingData]:
        note = TimeBasedMetadataEntry(start=start, end=start, text="yellow")
        task = embed_video(
            double, client, clip, model=NEW,
            embedding_type=["fused_embedding"], time_based_metadata=[note],
        )  # fmt: skip
        return pick(task, "fused")

    yellow = vector(text(client, "yellow", NEW))
    early, late = fused(1), fused(9)
    assert yellow @ vector(early[0]) > yellow @ vector(late[0])
    assert yellow @ vector(early[2]) < yellow @ vector(late[2])
    np.testing.assert_array_equal(vector(early[1]), vector(late[1]))


def test_short_embeddings_are_the_beginning_of_long_ones(
    double: Double, client: TwelveLabs
) -> None:
    whole, part = text(client, "red", NEW), text(client, "red", NEW, embedding_dimension=100)
    assert part.embedding == whole.embedding[:100]
    assert np.linalg.norm(vector(part)) < 0.9  # and so no unit vectors


def test_half_of_the_dimensions_find_the_same(
    double: Double, client: TwelveLabs, clip: Path
) -> None:
    seen = [vector(d)[:256] for d in pick(embed_video(double, client, clip, model=NEW), "visual")]
    for index, colour in enumerate(("red", "green", "blue")):
        query = vector(text(client, colour, NEW, embedding_dimension=256))
        assert np.argmax([query @ v / np.linalg.norm(v) for v in seen]) == index


def test_the_models_have_spaces_of_their_own(double: Double, client: TwelveLabs) -> None:
    old, new = vector(text(client, "red", OLD)), vector(text(client, "red", NEW))
    assert abs(old @ new) < 0.3


def test_uncertainty_has_the_length_of_the_embedding(
    double: Double, client: TwelveLabs, picture: Path
) -> None:
    plain = text(client, "red", NEW)
    unsure = text(client, "red", NEW, embedding_uncertainty=True, embedding_dimension=64)
    assert plain.embedding_uncertainty is None
    assert unsure.embedding_uncertainty
    assert len(unsure.embedding_uncertainty) == 64
    assert min(unsure.embedding_uncertainty) > 0


def test_a_mixture_lies_between_its_parts(
    double: Double, client: TwelveLabs, picture: Path
) -> None:
    source = MultiInputMediaSource(
        media_type="image", base_64_string=encoded(picture).base_64_string
    )
    request = MultiInputRequest(input_text="red", media_sources=[source])
    answer = client.embed.v_2.create(input_type="multi_input", model_name=NEW, multi_input=request)
    red, blue = (vector(text(client, colour, NEW)) for colour in ("red", "blue"))
    mixed = vector(answer.data[0])
    assert min(mixed @ red, mixed @ blue) > red @ blue
    assert answer.usage
    assert set(answer.usage.input_tokens) == {"text", "image"}


def test_temporal_segmentation(double: Double, client: TwelveLabs, clip: Path) -> None:
    dynamic = TemporalSegmentation_Dynamic(
        dynamic=TemporalSegmentationDynamicDynamic(min_duration_sec=5)
    )
    segmentation = AsyncTemporalSegmentation(temporal=dynamic)
    task = embed_video(double, client, clip, model=NEW, segmentation=segmentation)
    lengths = [end - start for start, end in spans(pick(task, "visual"))]  # type: ignore[operator]
    assert min(lengths) >= 5
    assert sum(lengths) == 12


def test_the_same_bytes_are_the_same_content(
    double: Double, client: TwelveLabs, clip: Path
) -> None:
    asset = client.assets.create(method="direct", file=("other name.mp4", clip.read_bytes()))
    by_asset = MediaSource(asset_id=asset.id)
    a = embed_video(double, client, clip)
    video = AsyncVideoInputRequest(media_source=by_asset)
    task = client.embed.v_2.tasks.create(input_type="video", model_name=OLD, video=video)
    b = finished(double, client, task.id)
    assert a.data == b.data
    assert b.metadata
    assert b.metadata.input_filename == "other name.mp4"


def _noise(path: Path, seconds: float) -> Path:
    rng = np.random.default_rng(1)
    samples = (rng.standard_normal(int(seconds * 16_000)) * 3000).astype(np.int16)
    with av.open(str(path), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = 16_000
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path
