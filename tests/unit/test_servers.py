"""Addresses, failures and parameters of Milvus servers, without a server."""

from __future__ import annotations

import grpc
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from footage.errors import UsageError
from footage.index.address import checked_uri, redacted
from footage.index.faults import Fault, kind_of, unavailable
from footage.index.schema import FLAT, MOST_EF, Engine, hnsw, index_plan, plan_of
from footage.index.server import PatientClient, Server
from footage.settings import IndexSettings
from footage.tune import Row, exact_scores, perturbed, recall_of, recommended

SERVER = Engine(embedded=False, version="2.3.5")
EMBEDDED = Engine(embedded=True, version="2.5.1")


@pytest.mark.parametrize(
    "uri",
    ["http://milvus:19530", "https://in01.zilliz.com", "tcp://[::1]:19530", "unix:/run/m.sock"],
)
def test_addresses_of_servers_are_taken(uri: str) -> None:
    assert checked_uri(f" {uri} ") == uri
    assert redacted(uri) == uri


@pytest.mark.parametrize(
    "uri",
    ["", "milvus", "milvus:19530", "ftp://x", "http://", "http://x:port", "http://x:99999", "http://[",
     "http://x/my.db", "http://x\ny", "\"] or id in [\"", "http://" + "x" * 10_000],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_remedy(uri: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_uri(uri)
    assert caught.value.remedy
    assert len(str(caught.value)) < 400


@given(user=st.text("abcXYZ019._~", min_size=1), secret=st.text("abcXYZ019._~", min_size=8))
def test_a_password_in_an_address_is_refused_and_not_shown(user: str, secret: str) -> None:
    secret = f"S{secret}"
    for uri in (f"http://{user}:{secret}@host:19530", f"http://host/?token={secret}"):
        with pytest.raises(UsageError, match="FOOTAGE_MILVUS_TOKEN") as caught:
            checked_uri(uri)
        assert secret not in str(caught.value)
        assert secret not in redacted(uri)


class Failed(grpc.RpcError):
    def __init__(self, code: grpc.StatusCode, details: str = "") -> None:
        super().__init__(details)
        self._code = code

    def code(self) -> grpc.StatusCode:
        return self._code


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (grpc.StatusCode.UNAVAILABLE, Fault.AWAY, "cannot be reached"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Fault.SLOW, "did not answer in time"),
        (grpc.StatusCode.UNAUTHENTICATED, Fault.REFUSED, "refuses the token"),
        (grpc.StatusCode.INTERNAL, Fault.OTHER, "failed"),
    ],
)
def test_each_failure_has_its_sentence(code: grpc.StatusCode, kind: Fault, says: str) -> None:
    error = Failed(code, "says my-token and\nmore")
    assert kind_of(error) is kind
    told = str(unavailable(error, where="http://host", token="my-token"))
    assert says in told
    assert "my-token" not in told
    assert "\n" not in told


class Flaky(Server):
    """Fails some calls with a code, then answers."""

    def __init__(self, failures: int, code: grpc.StatusCode) -> None:
        super().__init__("http://host", "")
        self.failures, self.code, self.asked = failures, code, 0

    def client(self, timeout: float) -> Flaky:  # noqa: ARG002
        return self

    def close(self) -> None:
        pass

    def list_collections(self, *, timeout: float) -> list[str]:
        assert timeout > 0
        self.asked += 1
        if self.asked <= self.failures:
            raise Failed(self.code)
        return ["one"]


def test_what_may_pass_is_tried_again() -> None:
    flaky = Flaky(2, grpc.StatusCode.UNAVAILABLE)
    assert PatientClient(flaky, 10).list_collections() == ["one"]
    assert flaky.asked == 3


@pytest.mark.parametrize(
    ("code", "patience"),
    [(grpc.StatusCode.UNAVAILABLE, 0.0), (grpc.StatusCode.UNAUTHENTICATED, 10.0),
     (grpc.StatusCode.INTERNAL, 10.0)],
)  # fmt: skip
def test_what_will_not_pass_or_may_not_wait_is_tried_once(
    code: grpc.StatusCode, patience: float
) -> None:
    flaky = Flaky(1, code)
    with pytest.raises(Failed):
        PatientClient(flaky, patience).list_collections()
    assert flaky.asked == 1


@given(limit=st.integers(1, 16_384), ef=st.integers(1, 32_768))
def test_a_graph_is_searched_at_least_as_wide_as_its_hits(limit: int, ef: int) -> None:
    assert limit <= hnsw(ef=ef).search_params(limit)["ef"] <= MOST_EF
    assert FLAT.search_params(limit) == {}


def test_the_index_follows_engine_size_and_choice() -> None:
    chosen = plan_of(IndexSettings(m=32, ef_construction=400, ef=64))
    assert index_plan(EMBEDDED, 10**6, chosen) == FLAT
    assert index_plan(SERVER, 100) == FLAT
    assert index_plan(SERVER, 100_000) == hnsw()
    assert index_plan(SERVER, 100, chosen) == hnsw(32, 400, 64)
    assert plan_of(None) is None


def test_recall_counts_what_scores_as_high() -> None:
    chance = np.random.default_rng(1)
    vectors = chance.standard_normal((50, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    queries = perturbed(vectors)
    truth = exact_scores(vectors, queries)
    assert recall_of(truth.tolist(), truth) == 1.0
    assert recall_of([row[:5].tolist() for row in truth], truth) == pytest.approx(0.5)
    assert recall_of([[] for _ in truth], truth) == 0.0
    nearness = (queries * vectors[np.argmax(queries @ vectors.T, axis=1)]).sum(axis=1)
    assert nearness == pytest.approx(np.full(50, 0.958), abs=0.05)


def test_the_fastest_that_finds_enough_is_recommended() -> None:
    rows = [Row(IndexSettings(ef=ef), recall, p50, p50, 0.0)
            for ef, recall, p50 in ((16, 0.90, 1.0), (64, 0.99, 2.0), (256, 1.0, 4.0))]  # fmt: skip
    assert recommended(rows, 0.99) is rows[1]
    assert recommended(rows[:1], 0.99) is rows[0]
    assert recommended([], 0.99) is None
