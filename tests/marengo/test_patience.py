"""What is tried again, when, how long and how often; on a clock on which waiting takes no time."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from email.utils import formatdate

import httpx
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marengo.clocks import FakeTime
from twelvelabs.core.api_error import ApiError

from footage.embedders.marengo.circuit import Circuit
from footage.embedders.marengo.faults import LONGEST, wait_asked, wait_for_turn
from footage.embedders.marengo.pace import Pace
from footage.embedders.marengo.patience import SLICE, Caller, Ear, Heard, Patience
from footage.errors import (
    AnswerLost,
    KeyRefused,
    QuotaGone,
    RequestRefused,
    ServiceDown,
    ServiceError,
)

NOW = 1_700_000_000.0
KEY = "tlk_secret"


def date_of(moment: float) -> str:
    return formatdate(moment, usegmt=True)


# what an answer asks for


@given(st.integers(0, 10**9))
def test_seconds(seconds: int) -> None:
    assert wait_asked({"retry-after": f" {seconds} "}, NOW) == min(seconds, LONGEST)


@given(st.floats(0, 10**6).map(lambda value: round(value, 3)))
def test_seconds_with_a_point(seconds: float) -> None:
    assert wait_asked({"retry-after": f"{seconds:.3f}"}, NOW) == pytest.approx(seconds)


@given(st.integers(-(10**8), 3 * 10**7))
def test_a_date_lies_ahead_or_means_now(seconds: int) -> None:
    assert wait_asked({"retry-after": date_of(NOW + seconds)}, NOW) == max(0, seconds)


@given(ahead=st.integers(0, 10**6), wrong=st.integers(-(10**6), 10**6))
def test_a_wrong_clock_of_ours_does_no_harm(ahead: int, wrong: int) -> None:
    headers = {"retry-after": date_of(NOW + ahead), "date": date_of(NOW)}
    assert wait_asked(headers, NOW + wrong) == ahead


@given(st.integers(0, 10**9))
def test_milliseconds_come_first(milliseconds: int) -> None:
    headers = {"retry-after-ms": str(milliseconds), "retry-after": "7"}
    assert wait_asked(headers, NOW) == pytest.approx(min(milliseconds / 1000, LONGEST))


@given(st.text() | st.from_regex(r"[+-]?[0-9.e]{1,400}", fullmatch=True))
def test_whatever_is_written_there_is_a_wait_or_nothing(text: str) -> None:
    for name in ("retry-after", "retry-after-ms"):
        wait = wait_asked({name: text}, NOW)
        assert wait is None or 0 <= wait <= LONGEST


@pytest.mark.parametrize("text", ["", "soon", "1e3", "nan", "inf", "0x10", "٣", "1,5", "31 Feb"])
def test_garbage_says_nothing(text: str) -> None:
    assert wait_asked({"retry-after": text}, NOW) is None


@pytest.mark.parametrize(
    ("text", "wait"), [("-5", 0), ("9" * 400, LONGEST), ("86400", 86_400), ("2.5", 2.5)]
)
def test_odd_numbers(text: str, wait: float) -> None:
    assert wait_asked({"retry-after": text}, NOW) == wait


def test_garbage_in_milliseconds_leaves_the_seconds() -> None:
    assert wait_asked({"retry-after-ms": "soon", "retry-after": "7"}, NOW) == 7


@pytest.mark.parametrize("kind", ["x-ratelimit-", "x-ratelimit-request-"])
@pytest.mark.parametrize(
    ("left", "reset", "wait"),
    [("0", str(int(NOW) + 30), 30), ("0", "30", 30), ("0", str(int(NOW) - 5), 0), ("3", "30", None),
     ("0", "soon", None), ("none", "30", None), ("0.0", "30", 30)],
)  # fmt: skip
def test_what_the_limits_headers_say(kind: str, left: str, reset: str, wait: float | None) -> None:
    assert wait_for_turn({kind + "remaining": left, kind + "reset": reset}, NOW) == wait


def test_headers_without_limits_say_nothing() -> None:
    assert wait_for_turn({}, NOW) is None


# calls


def answer(status: int, message: str = "no", **headers: str) -> ApiError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"code": "scripted", "message": message}
    return ApiError(status_code=status, headers=named, body=body)


def missing_field() -> pydantic.ValidationError:
    class Model(pydantic.BaseModel):
        field: str

    try:
        Model.model_validate({})
    except pydantic.ValidationError as error:
        return error
    raise AssertionError


class Line:
    """A caller, its clock, and what is answered: each error once, then "done"."""

    def __init__(self, *errors: Exception, patience: Patience | None = None) -> None:
        self.time = FakeTime()
        self.errors: Iterator[Exception] = iter(errors)
        self.patience = patience or Patience(deadline=600)
        self.pace = Pace(self.time.clock.monotonic)
        self.circuit = Circuit(self.time.clock.monotonic)
        self.ear = Ear()
        self.caller = Caller(
            clock=self.time.clock, circuit=self.circuit, ear=self.ear,
            scrub=lambda text: text.replace(KEY, "***"),
        )  # fmt: skip
        self.sent: list[float] = []

    def send(self) -> str:
        self.sent.append(self.time.now)
        for error in self.errors:
            raise error
        return "done"

    def call(self, *, paid: bool = False, check: Callable[[], None] = lambda: None) -> str:
        return self.caller.call(
            "GET /x", self.send, pace=self.pace, patience=self.patience, paid=paid, check=check
        )


UNSENT = [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]
BROKEN = [
    httpx.ReadTimeout("x"), httpx.WriteTimeout("x"), httpx.ReadError("x"), httpx.WriteError("x"),
    httpx.RemoteProtocolError("x"), answer(408), answer(500), answer(502), answer(503), answer(504),
    ApiError(status_code=500, headers={}, body="<html>"), ApiError(status_code=200, body='{"a'),
    missing_field(), httpx.DecodingError("x"),
]  # fmt: skip
REFUSED_FOR_NOW = [answer(409), answer(429)]
NEVER = [answer(400), answer(404), answer(413), answer(422), answer(501), answer(301)]


def named(error: Exception) -> str:
    return f"{type(error).__name__} {getattr(error, 'status_code', '')}"


@pytest.mark.parametrize("error", [*UNSENT, *BROKEN, *REFUSED_FOR_NOW], ids=named)
def test_what_is_tried_again(error: Exception) -> None:
    line = Line(error, error)
    assert line.call() == "done"
    assert len(line.sent) == 3


@pytest.mark.parametrize("error", NEVER, ids=named)
def test_what_is_not(error: Exception) -> None:
    line = Line(error)
    with pytest.raises(RequestRefused):
        line.call()
    assert len(line.sent) == 1
    assert not line.time.slept


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_not_tried_again(status: int) -> None:
    line = Line(answer(status))
    with pytest.raises(KeyRefused, match="TWELVE_LABS_API_KEY"):
        line.call()
    assert len(line.sent) == 1


@pytest.mark.parametrize(
    "error", [httpx.UnsupportedProtocol("x"), httpx.InvalidURL("x")], ids=named
)
def test_an_address_that_is_none_is_not_tried_again(error: Exception) -> None:
    line = Line(error)
    with pytest.raises(RequestRefused):
        line.call()
    assert len(line.sent) == 1


@pytest.mark.parametrize("error", BROKEN, ids=named)
def test_what_costs_money_is_not_repeated_once_it_was_sent(error: Exception) -> None:
    line = Line(error)
    with pytest.raises(AnswerLost):
        line.call(paid=True)
    assert len(line.sent) == 1


@pytest.mark.parametrize("error", [*UNSENT, *REFUSED_FOR_NOW], ids=named)
def test_what_costs_money_is_repeated_where_it_cannot_have_been_done(error: Exception) -> None:
    line = Line(error, error)
    assert line.call(paid=True) == "done"


def test_a_bug_is_no_fault_of_the_service() -> None:
    line = Line(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        line.call()


@pytest.mark.parametrize("asked", ["0", "3", "2.5", "500", "date"])
@pytest.mark.parametrize("status", [429, 503])
def test_it_never_comes_back_sooner_than_asked(asked: str, status: int) -> None:
    line = Line()
    text = date_of(line.time.wall + 300) if asked == "date" else asked
    line.errors = iter([answer(status, retry_after=text)])
    assert line.call() == "done"
    least = 299 if asked == "date" else float(asked)
    assert least <= line.sent[1] - line.sent[0] <= least + 61


def test_waits_grow_with_full_jitter() -> None:
    random.seed(1)
    waits: list[list[float]] = [[] for _ in range(5)]
    for _ in range(200):
        line = Line(*[answer(409)] * 5, patience=Patience(deadline=600, first=1, longest=8))
        line.call()
        for at, wait in enumerate(waits):
            wait.append(line.sent[at + 1] - line.sent[at])
    for most, wait in zip([1, 2, 4, 8, 8], waits, strict=True):
        assert max(wait) <= most
        assert max(wait) > 0.9 * most
        assert min(wait) < 0.1 * most


def test_the_deadline_ends_it() -> None:
    line = Line(*[answer(409)] * 10_000, patience=Patience(deadline=600))
    with pytest.raises(ServiceDown):
        line.call()
    assert 500 < line.time.slept <= 600


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    line = Line(answer(429, "Enough for today.", retry_after="40000"))
    with pytest.raises(QuotaGone, match="after 20") as caught:
        line.call()
    assert not line.time.slept
    assert "Enough for today)" in str(caught.value)


def test_after_that_everybody_is_told_at_once_until_the_time_has_come() -> None:
    line = Line(answer(429, retry_after="40000"))
    for _ in range(5):
        with pytest.raises(QuotaGone, match="after 20"):
            line.call()
    assert len(line.sent) == 1
    line.time.now += 40_000
    assert line.call() == "done"


def test_credit_that_is_used_up_is_not_asked_for_again_soon() -> None:
    spent = {"code": "usage_limit_exceeded", "message": "No credit."}
    line = Line(ApiError(status_code=403, headers={}, body=spent))
    for _ in range(2):
        with pytest.raises(QuotaGone, match="after 20"):
            line.call()
    assert len(line.sent) == 1


def test_an_outage_opens_the_circuit_for_others_while_a_call_under_way_waits() -> None:
    line = Line(*[answer(503)] * 10_000, patience=Patience(deadline=3600))
    seen: list[str] = []

    def look() -> None:
        if line.circuit._until and line.time.now < line.circuit._until and not seen:
            seen.append("open")
            with pytest.raises(ServiceDown, match=r"not asked again.*after 20"):
                line.call()

    with pytest.raises(ServiceDown, match="out of order"):
        line.call(check=look)
    assert seen
    assert line.time.slept > 3000
    assert len(line.sent) < 30


def test_it_goes_on_when_the_service_is_back() -> None:
    line = Line(*[answer(503)] * 10, patience=Patience(deadline=3600))
    assert line.call() == "done"
    line.errors = iter([])
    assert line.call() == "done"
    assert len(line.sent) == 12


def test_a_busy_service_is_not_down() -> None:
    line = Line(*[answer(429, retry_after="60")] * 100, patience=Patience(deadline=100_000))
    assert line.call() == "done"
    assert line.circuit.wait() == 0


def test_cancelling_ends_a_wait_within_a_second() -> None:
    line = Line(answer(503, retry_after="300"))

    def check() -> None:
        if line.time.slept >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.call(check=check)
    assert line.time.slept <= 10 + SLICE
    assert max(line.time.sleeps) <= SLICE


def test_what_is_cancelled_before_it_begins_is_not_sent() -> None:
    line = Line()

    def check() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        line.call(check=check)
    assert not line.sent


def test_headers_of_an_answer_hold_the_next_back() -> None:
    line = Line()
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "45"}
    send = line.send

    def heard() -> str:
        line.ear.heard = Heard(200, headers)
        return send()

    line.send = heard  # type: ignore[method-assign]
    line.call()
    line.call()
    assert line.sent[1] - line.sent[0] == 45


def test_errors_are_one_sentence_without_the_key(caplog: pytest.LogCaptureFixture) -> None:
    message = f"Your key {KEY} is\nodd. " + "x" * 1000 + "."
    with caplog.at_level(logging.INFO):
        for status in (400, 401, 402, 404, 413, 429, 500):
            error = answer(status, message, retry_after="99999")
            error.headers = {**(error.headers or {}), "x-api-key": KEY}
            with pytest.raises(ServiceError) as caught:
                Line(error, patience=Patience(deadline=0)).call()
            text = str(caught.value)
            assert KEY not in text + repr(caught.value)
            assert "***" in text
            assert "\n" not in text
            assert len(text) < 600
            assert caught.value.__cause__ is None
    assert "GET /x, attempt 1: 400" in caplog.text
    assert KEY not in caplog.text
    assert "odd" not in caplog.text


def test_the_errors_of_a_413_lie_deeper() -> None:
    body = {"error": {"code": "content_too_large", "message": "It is too large."}}
    with pytest.raises(RequestRefused, match=r"413 It is too large\)"):
        Line(ApiError(status_code=413, headers={}, body=body)).call()


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "message", "code", "x"]), inner)), st.integers(400, 599))  # fmt: skip
def test_whatever_the_body_is_it_is_an_error_of_ours(body: object, status: int) -> None:
    error = ApiError(status_code=status, headers={}, body=body)
    with pytest.raises(ServiceError):
        Line(error, patience=Patience(deadline=0)).call()


def test_whoever_waits_is_told_now_and_then(caplog: pytest.LogCaptureFixture) -> None:
    random.seed(1)
    line = Line(*[httpx.ConnectError("refused")] * 7)
    with caplog.at_level(logging.WARNING, "footage"):
        assert line.call() == "done"
    notices = [record for record in caplog.records if getattr(record, "notice", False)]
    assert 1 <= len(notices) < 7
    assert "Twelve Labs: connect error" in notices[0].getMessage()
    assert "Ctrl-C is safe" in notices[0].getMessage()
