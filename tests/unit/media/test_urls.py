"""Which addresses are taken, what of them is a secret, and what makes two of them one video."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import UsageError
from footage.media.urls import is_url, name_of, read_url, redacted, unsigned
from footage.media.web import WebVideo

SECRET = "c0ffee"
SIGNINGS = {
    "amazon": {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": "AKIA/20261125/eu-west-1/s3/aws4_request",
        "X-Amz-Date": "20261125T090000Z",
        "X-Amz-Expires": "3600",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Security-Token": SECRET,
        "X-Amz-Signature": SECRET,
    },
    "amazon, before": {"AWSAccessKeyId": "AKIA", "Expires": "1795600000", "Signature": SECRET},
    "cloudfront": {"Expires": "1795600000", "Signature": SECRET, "Key-Pair-Id": "K2"},
    "cloudfront, policy": {"Policy": "eyJ", "Signature": SECRET, "Key-Pair-Id": "K2"},
    "google": {
        "X-Goog-Algorithm": "GOOG4-RSA-SHA256",
        "X-Goog-Credential": "me@project",
        "X-Goog-Date": "20261125T090000Z",
        "X-Goog-Expires": "900",
        "X-Goog-SignedHeaders": "host",
        "X-Goog-Signature": SECRET,
    },
    "google, before": {"GoogleAccessId": "me@project", "Expires": "17", "Signature": SECRET},
    "azure": dict(parse_qsl(f"sv=2024-11-04&sr=b&sp=r&st=2026-11-25&se=2026-12-01&sig={SECRET}")),
    "azure, delegated": dict(
        parse_qsl(
            "skoid=a&sktid=b&skt=c&ske=d&sks=b&skv=2024-11-04"
            f"&sv=2024-11-04&sr=b&sp=r&se=2026-12-01&spr=https&sig={SECRET}"
        )
    ),
}

words = st.text("abcxyz019-_~ é", min_size=1, max_size=8).map(str.strip).filter(bool)
queries = st.lists(st.tuples(words, words), max_size=4)
hosts = st.sampled_from(["example.org", "a.b.example", "xn--bcher-kva.example", "10.0.0.1"])
paths = st.lists(words, min_size=1, max_size=4).map("/".join)
secrets = st.text("0123456789abcdef/+=", min_size=1, max_size=40)


@st.composite
def signed_twice(draw: st.DrawFn) -> tuple[str, str, str]:
    """An address that is not signed, and the same signed twice, at one place of its query."""
    bare, query = f"https://{draw(hosts)}/{draw(paths)}", draw(queries)
    names = SIGNINGS[draw(st.sampled_from(sorted(SIGNINGS)))]
    at = draw(st.integers(0, len(query)))
    signed = []
    for _ in range(2):
        secret = draw(secrets)
        signing = [(name, secret if value == SECRET else value) for name, value in names.items()]
        signed.append(f"{bare}?{urlencode([*query[:at], *signing, *query[at:]])}")
    return (f"{bare}?{urlencode(query)}" if query else bare), signed[0], signed[1]


@given(signed_twice())
def test_an_address_that_is_signed_anew_is_the_same_video(addresses: tuple[str, str, str]) -> None:
    bare, first, second = map(WebVideo, addresses)
    assert bare == first == second
    assert hash(bare) == hash(second)
    assert bare.url == second.url
    assert first.address != first.url


@given(path=paths, one=queries, other=queries)
def test_other_parameters_count(
    path: str, one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    first, second = (
        WebVideo(f"https://example.org/{path}?{urlencode(query)}") for query in (one, other)
    )
    assert (first == second) == (one == other)


@given(host=hosts, path=paths, query=queries)
def test_a_normal_address_stays_as_it_is(
    host: str, path: str, query: list[tuple[str, str]]
) -> None:
    url = read_url(f"HTTPS://{host.upper()}:443/{path}?{urlencode(query)}#t=3")
    assert read_url(url.whole) == url
    assert read_url(url.plain) == (url.plain, url.plain)
    assert url.plain.isascii()
    assert url.plain.startswith(f"https://{host}/")
    assert "#" not in url.whole


@given(st.text(max_size=60))
def test_whatever_is_written_is_an_address_or_refused(text: str) -> None:
    for candidate in (text, f"https://{text}", f"http://example.org/{text}"):
        try:
            url = read_url(candidate)
        except UsageError as error:
            refused = error
            assert refused.what.isprintable()
            continue
        assert url.whole.isascii()
        assert url.whole.isprintable()
        assert read_url(url.whole) == url
        assert unsigned(url.plain) == url.plain


@pytest.mark.parametrize(
    "query",
    [
        "expires=10&page=2",
        "Signature=abc",
        "Expires=1&Signature=abc",
        "sp=1&st=2&sr=3",
        "sig=abc&page=1",
        "sv=1&sig=2",
        "Policy=strict",
        "token=abc",
        "x-amz-meta=1",
    ],
)
def test_what_only_looks_like_a_signature_counts(query: str) -> None:
    assert unsigned(f"https://example.org/a.mp4?{query}") == f"https://example.org/a.mp4?{query}"


def test_the_order_and_writing_of_what_is_left_stay() -> None:
    url = "https://h.example/a.mp4?b=%41&X-Amz-Date=1&a=&&c&X-Amz-Signature=2&b=2"
    assert unsigned(url) == "https://h.example/a.mp4?b=%41&a=&&c&b=2"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("s3://bucket/a.mp4", "begins with s3://"),
        ("file:///etc/passwd", "begins with file://"),
        ("ftp://example.org/a.mp4", "begins with ftp://"),
        ("https://", "is not an address"),
        ("https:///a.mp4", "is not an address"),
        ("https://exa mple.org/a.mp4", "is not an address"),
        ("https://example.org:port/a.mp4", "is not an address"),
        ("https://example.org:99999/a.mp4", "is not an address"),
        ("https://[::1/a.mp4", "is not an address"),
        ("https://example.org/a\x00.mp4", "is not an address"),
        ("https://example.org/\ud800.mp4", "is not an address"),
        ("https://" + "a" * 9_000, "has 9,008 characters"),
    ],
)
def test_what_is_no_address_is_one_sentence(text: str, why: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_url(text)
    assert why in refused.value.what
    assert refused.value.remedy
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "https://me:hunter2@example.org/a.mp4",
        "https://hunter2@example.org/a.mp4",
        "https://me:hunter2@exa mple.org/a.mp4",
        "https://me:hunter2@example.org:port/a.mp4?x=1",
    ],
)
def test_a_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_url(text)
    assert "hunter2" not in str(refused.value)


def test_a_refused_address_is_shown_without_what_signs_it() -> None:
    signed = f"https://me@example.org/a.mp4?{urlencode(SIGNINGS['amazon'])}"
    with pytest.raises(UsageError) as refused:
        read_url(signed)
    assert SECRET not in str(refused.value)


def test_addresses_in_what_others_say_lose_their_queries() -> None:
    said = f"cannot fetch 'https://h.example/a.mp4?sig={SECRET}&x=1' nor http://b.example/c?d"
    assert redacted(said) == "cannot fetch 'https://h.example/a.mp4?…' nor http://b.example/c?…"
    assert redacted("why? because") == "why? because"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://h.example/films/my%20talk.mp4?x=a/b.avi", "my talk.mp4"),
        ("https://h.example/films/", "films"),
        ("https://h.example/", "h.example"),
        ("https://h.example/%E6%98%A0.webm", "映.webm"),
    ],
)
def test_the_name_is_that_of_a_file_there(url: str, name: str) -> None:
    assert name_of(url) == name


def test_unicode_and_spaces_are_written_as_a_server_wants_them() -> None:
    url = read_url(" http://bücher.example:80/a film [1] 100%/ü.mp4?q=ä b ")
    assert (
        url.plain == "http://xn--bcher-kva.example/a%20film%20[1]%20100%25/%C3%BC.mp4?q=%C3%A4%20b"
    )


def test_numbers_of_version_six_keep_their_brackets() -> None:
    assert read_url("http://[::1]:8000/a.mp4").plain == "http://[::1]:8000/a.mp4"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://example.org/a.mp4", True),
        ("HTTP://example.org/a.mp4", True),
        ("s3://bucket/a.mp4", True),
        ("http:evil.example.mp4", False),
        ("C:/films/a.mp4", False),
        ("films/http.mp4", False),
        ("a://", True),
    ],
)
def test_what_is_meant_as_an_address(source: str, expected: bool) -> None:
    assert is_url(source) is expected


def test_a_video_s_text_and_repr_hold_no_secret() -> None:
    video = WebVideo(f"https://h.example/a.mp4?{urlencode(SIGNINGS['azure'])}")
    assert SECRET in video.address
    for text in (str(video), repr(video), video.url, video.name):
        assert SECRET not in text
