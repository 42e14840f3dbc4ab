"""The limiter and the circuit breaker, on a clock that moves by hand."""

from __future__ import annotations

import threading
from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.embedders.marengo.circuit import Circuit
from footage.embedders.marengo.pace import DAY, MINUTE, Pace


class Hand:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def most_within(times: list[float], length: float) -> int:
    """The most turns that lie in any stretch of ``length``, its end left out."""
    return max(bisect_right(times, at + length - 1e-6) - i for i, at in enumerate(times))


@given(
    rpm=st.integers(1, 5),
    rpd=st.none() | st.integers(5, 12),
    gaps=st.lists(st.floats(0, 100), min_size=1, max_size=60),
)
def test_no_minute_and_no_day_has_more_than_allowed(
    rpm: int, rpd: int | None, gaps: list[float]
) -> None:
    hand = Hand()
    pace = Pace(hand, rpm=rpm, rpd=rpd)
    times = []
    for gap in gaps:
        hand.now += gap
        times.append(hand.now + pace.turn(float("inf")))
    assert times == sorted(times)
    assert most_within(times, MINUTE) <= rpm
    assert rpd is None or most_within(times, DAY) <= rpd


def test_what_is_allowed_does_not_wait() -> None:
    hand = Hand()
    pace = Pace(hand, rpm=3)
    assert [pace.turn(100) for _ in range(4)] == [0, 0, 0, 60]
    hand.now = 60.0
    assert pace.turn(100) == 0


def test_without_limits_nobody_waits() -> None:
    pace = Pace(Hand())
    assert {pace.turn(0) for _ in range(1000)} == {0.0}


def test_a_turn_beyond_ones_patience_is_not_taken() -> None:
    hand = Hand()
    pace = Pace(hand, rpm=1)
    assert pace.turn(0) == 0
    assert [pace.turn(10) for _ in range(3)] == [60, 60, 60]
    assert pace.turn(60) == 60
    assert pace.turn(60) == 120


def test_a_hold_keeps_everybody_back_and_is_never_shortened() -> None:
    hand = Hand()
    pace = Pace(hand)
    pace.hold(30, "429 busy")
    pace.hold(5, "later, and less")
    assert (pace.turn(100), pace.why) == (30, "429 busy")
    hand.now = 31.0
    assert (pace.turn(100), pace.why) == (0, "")


def test_threads_share_the_limit() -> None:
    pace, waits, lock = Pace(Hand(), rpm=10), [], threading.Lock()

    def work() -> None:
        for _ in range(25):
            wait = pace.turn(float("inf"))
            with lock:
                waits.append(wait)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [60.0 * (n // 10) for n in range(100)]


def test_a_limit_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Pace(Hand(), rpm=0)


def opened(hand: Hand, **options: float) -> Circuit:
    circuit = Circuit(hand, failures=3, over=10, rest=30, longest=100, **options)
    for _ in range(3):
        circuit.failed()
        hand.now += 5
    assert circuit.wait() > 0
    return circuit


def test_it_opens_after_failures_in_a_row() -> None:
    hand = Hand()
    circuit = opened(hand)
    assert circuit.wait() == 25  # of 30, five seconds after


def test_many_failures_at_once_are_no_outage() -> None:
    hand = Hand()
    circuit = Circuit(hand, failures=3, over=10)
    for _ in range(50):
        circuit.failed()
    assert circuit.wait() == 0
    hand.now = 10.0
    circuit.failed()
    assert circuit.wait() > 0


def test_few_failures_over_long_are_no_outage() -> None:
    hand = Hand()
    circuit = Circuit(hand, failures=3, over=10)
    circuit.failed()
    hand.now = 1000.0
    circuit.failed()
    assert circuit.wait() == 0


def test_a_success_between_starts_the_count_again() -> None:
    hand = Hand()
    circuit = Circuit(hand, failures=2, over=10)
    for _ in range(9):
        circuit.failed()
        circuit.succeeded()
        hand.now += 100
    assert circuit.wait() == 0


def test_one_call_is_let_through_after_the_rest_and_closes_it() -> None:
    hand = Hand()
    circuit = opened(hand)
    hand.now = 1000.0
    assert [circuit.wait() for _ in range(3)] == [0, 30, 30]
    circuit.succeeded()
    assert [circuit.wait() for _ in range(3)] == [0, 0, 0]


def test_each_trial_that_fails_doubles_the_rest_up_to_the_longest() -> None:
    hand = Hand()
    circuit = opened(hand)
    rests = []
    for _ in range(4):
        hand.now += 1000
        assert circuit.wait() == 0
        circuit.failed()
        rests.append(circuit.wait())
    assert rests == [60, 100, 100, 100]
    hand.now += 1000
    assert circuit.wait() == 0
    circuit.succeeded()
    for _ in range(3):
        circuit.failed()
        hand.now += 5
    assert circuit.wait() == 25  # the first rest again


def test_calls_that_were_under_way_when_it_opened_do_not_lengthen_the_rest() -> None:
    circuit = opened(Hand())
    before = circuit.wait()
    for _ in range(8):
        circuit.failed()
    assert circuit.wait() == before


def test_a_trial_that_never_reports_back_is_followed_by_another() -> None:
    hand = Hand()
    circuit = opened(hand)
    hand.now = 1000.0
    assert circuit.wait() == 0
    hand.now += 30
    assert circuit.wait() == 0
