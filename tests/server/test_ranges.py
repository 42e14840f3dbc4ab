"""Parts of a file over HTTP: RFC 9110, 14."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from server.serving import Served, assert_failed

from footage.server.faults import Refused
from footage.server.ranges import Span, parse_range

SIZE = 1000


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-", (0, SIZE)),
        ("bytes=10-19", (10, 20)),
        ("BYTES = 10 - 19", (10, 20)),
        ("bytes=999-99999", (999, SIZE)),
        ("bytes=-1", (999, SIZE)),
        ("bytes=-99999", (0, SIZE)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("bytes=a-b", None),
        ("lines=0-1", None),
        ("", None),
        ("bytes=" + "9" * 19 + "-", None),
    ],
)
def test_what_is_asked_for(text: str, span: tuple[int, int] | None) -> None:
    assert parse_range(text, SIZE) == (span and Span(*span))


@pytest.mark.parametrize("text", ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
def test_what_is_not_there(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_range(text, SIZE)
    assert refused.value.status == 416
    assert refused.value.headers["Content-Range"] == "bytes */1000"


@given(st.text(alphabet="bytes=0123456789-, ", max_size=30), st.integers(1, 10**12))
def test_a_range_lies_within_the_file(text: str, size: int) -> None:
    try:
        span = parse_range(text, size)
    except Refused:
        return
    assert span is None or 0 <= span.first < span.after <= size


@pytest.fixture
def address(served: Served) -> str:
    return f"/videos/{served.id_of('white')}/media"


@pytest.fixture
def data(served: Served) -> bytes:
    path = served.library.video("white").path
    assert path is not None
    return path.read_bytes()


def test_the_whole_file(served: Served, address: str, data: bytes) -> None:
    answer = served.client.get(address)
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"] == "video/mp4"


@pytest.mark.parametrize(("first", "last"), [(0, 9), (100, 100), (500, 10**9)])
def test_a_part(served: Served, address: str, data: bytes, first: int, last: int) -> None:
    answer = served.client.get(address, headers={"range": f"bytes={first}-{last}"})
    part = data[first : last + 1]
    assert (answer.status_code, answer.content) == (206, part)
    end = first + len(part) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{end}/{len(data)}"
    assert answer.headers["content-length"] == str(len(part))


def test_beyond_the_end(served: Served, address: str, data: bytes) -> None:
    answer = served.client.get(address, headers={"range": f"bytes={len(data)}-"})
    assert_failed(answer, 416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(data)}"


def test_only_the_headers(served: Served, address: str, data: bytes) -> None:
    answer = served.client.head(address)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(data))
    part = served.client.head(address, headers={"range": "bytes=0-9"})
    assert (part.status_code, part.headers["content-length"]) == (206, "10")


def test_a_part_of_what_it_was(served: Served, address: str) -> None:
    headers = served.client.head(address).headers
    for same in (headers["etag"], headers["last-modified"]):
        part = {"range": "bytes=0-9", "if-range": same}
        assert served.client.get(address, headers=part).status_code == 206
    for other in ('"0-0"', f"W/{headers['etag']}", "Mon, 01 Jan 2001 00:00:00 GMT", "x"):
        part = {"range": "bytes=0-9", "if-range": other}
        assert served.client.get(address, headers=part).status_code == 200
