"""The quality gate: the sample footage's queries, through `footage eval`, stay as well answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from footage.cli.app import app
from footage.demo import SAMPLE_QUERIES, make_sample_footage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LEAST = ("recall@1=0.5", "recall@5=0.99", "mrr=0.65", "recall@1_iou0.5=0.4", "mean_iou=0.35")
"""A little below what is reached: 4 of 7 first, all among the first five.

Two of the answers last two shots, of which the closer one is found first, so overlaps are small.
"""


def test_the_sample_queries_are_answered(tmp_path: Path) -> None:
    make_sample_footage(tmp_path / "videos")
    lines = [
        {
            "query": query.text,
            "relevant": [{"video": query.expects, "start": query.start, "end": query.end}],
        }
        for query in SAMPLE_QUERIES
        if not query.spoken
    ]
    queries = tmp_path / "queries.jsonl"
    queries.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    library = ["--library", str(tmp_path / "sample.library")]
    run = CliRunner().invoke
    assert run(app, ["index", str(tmp_path / "videos"), *library]).exit_code == 0
    gate = [word for figure in LEAST for word in ("--at-least", figure)]
    result = run(app, ["eval", str(queries), *library, *gate])
    assert result.exit_code == 0, result.output
