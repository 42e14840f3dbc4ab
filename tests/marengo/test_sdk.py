"""What a client on the official SDK has to know; a newer SDK that differs is seen here first."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from marengo.helpers import KEY, embed_video
from twelvelabs import TextInputRequest, TwelveLabs
from twelvelabs.core.api_error import ApiError
from twelvelabs.core.request_options import RequestOptions
from twelvelabs.errors import InternalServerError, TooManyRequestsError

from marengo_double import Double

TEXT = TextInputRequest(input_text="red")
POST = "POST /embed-v2"


def red(client: TwelveLabs, options: RequestOptions | None = None) -> int:
    answer = client.embed.v_2.create(
        input_type="text", model_name="marengo3.0", text=TEXT, request_options=options
    )
    return len(answer.data)


def attempts(double: Double, client: TwelveLabs, options: RequestOptions | None) -> int:
    """How often the SDK asks when the service is busy and says to come back at once."""
    double.script({"on": POST, "status": 429, "retry_after": 0})
    before = len(double.calls)
    with pytest.raises(TooManyRequestsError):
        red(client, options)
    return len(double.calls) - before


@pytest.mark.parametrize(("retries", "asked"), [(None, 1), (1, 1), (2, 1), (3, 2), (5, 4)])
def test_retries_begin_at_the_third(
    double: Double, client: TwelveLabs, retries: int | None, asked: int
) -> None:
    """`max_retries` is compared with a counter that starts at 2: 1 and 2 are no retry at all."""
    options: RequestOptions | None = None if retries is None else {"max_retries": retries}
    assert attempts(double, client, options) == asked


def test_a_retried_upload_has_lost_its_form(double: Double, client: TwelveLabs) -> None:
    """The SDK forgets `data` when it repeats a request, and a file is at its end by then."""
    double.script({"on": "POST /assets", "nth": [1], "status": 429, "retry_after": 0})
    with pytest.raises(ApiError) as caught:
        client.assets.create(method="direct", file=b"abc", request_options={"max_retries": 3})
    assert caught.value.status_code == 400
    assert caught.value.body["code"] == "parameter_not_provided"


def test_a_lost_connection_is_no_error_of_the_sdk(double: Double, client: TwelveLabs) -> None:
    double.script({"on": POST, "drop": "before"})
    with pytest.raises(httpx.TransportError) as caught:
        red(client, {"max_retries": 9})
    assert not isinstance(caught.value, ApiError)
    assert double.calls[-1].path == "/embed-v2"


@pytest.mark.parametrize("status", [401, 403, 404, 408, 503, 504])
def test_most_statuses_have_no_class_here(double: Double, client: TwelveLabs, status: int) -> None:
    """Only 400, 413, 429 and 500 have, for `embed`: look at `status_code`."""
    double.script({"on": POST, "status": status})
    with pytest.raises(ApiError) as caught:
        red(client)
    assert type(caught.value) is ApiError
    assert caught.value.status_code == status


def test_an_html_500_is_not_an_internal_server_error(double: Double, client: TwelveLabs) -> None:
    double.script(
        {"on": POST, "nth": [1], "status": 500, "html": True}, {"on": POST, "status": 500}
    )
    with pytest.raises(ApiError) as caught:
        red(client)
    assert type(caught.value) is ApiError
    with pytest.raises(InternalServerError):
        red(client)


def test_a_page_says_nothing_of_being_the_last(double: Double, client: TwelveLabs) -> None:
    """`has_next` is always true: the iterator asks once more and stops at an empty page."""
    before = len(double.calls)
    pager = client.embed.v_2.tasks.list(ended_at="2000-01-01T00:00:00Z")
    assert (pager.has_next, pager.items) == (True, [])
    assert list(pager) == []
    assert len(double.calls) - before == 2


def test_the_environment_beats_the_argument(
    double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWELVELABS_BASE_URL", double.url)
    client = TwelveLabs(api_key=KEY, base_url="http://127.0.0.1:9")
    assert red(client) == 1


def test_the_key_is_never_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWELVE_LABS_API_KEY", KEY)
    monkeypatch.setenv("TWELVELABS_API_KEY", KEY)
    with pytest.raises(TypeError, match="api_key"):
        TwelveLabs()


def test_a_path_given_as_text_is_uploaded_as_text(double: Double, client: TwelveLabs) -> None:
    asset = client.assets.create(method="direct", file=("a.mp4", "/home/me/a.mp4"))
    assert client.assets.retrieve(str(asset.id)).status == "failed"


def test_upload_file_writes_beside_the_video(
    double: Double, client: TwelveLabs, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It copies the whole video into `<stem>_chunks`, so the folder has to be writable."""
    film = tmp_path / "film.mp4"
    film.write_bytes(clip.read_bytes())
    seen: list[bool] = []
    create = client.multipart_upload.report_chunk_batch

    def spy(*args: object, **kwargs: object) -> object:
        seen.append((tmp_path / "film_chunks").is_dir())
        return create(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(client.multipart_upload, "report_chunk_batch", spy)
    client.multipart_upload.upload_file(film)
    assert seen == [True]


def test_a_status_that_no_sdk_knows_arrives_as_it_is(
    double: Double, client: TwelveLabs, clip: Path
) -> None:
    """So wait for `ready` or `failed`, not for the end of `processing`."""
    double.script({"on": "GET /embed-v2/tasks/*", "put": {"status": "queued", "data": None}})
    assert embed_video(double, client, clip).status == "queued"
