"""All that the description of the API allows is asked, and some that it does not: never a 5xx."""

from __future__ import annotations

import contextlib
import random
import shutil
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import checks
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from server.serving import Served, serving

from footage.server.config import ServerSettings


def fails_only_as_told(context: Any, response: Any, case: Any) -> Any:
    """No 5xx; but where a job changes what is asked for at this moment, 503 `busy` is the answer."""
    if response.status_code == 503 and response.json()["error"]["code"] == "busy":
        return None
    return checks.not_a_server_error(context, response, case)


CHECKS = [
    fails_only_as_told,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def asked(built_house: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of a copy of the four videos, whose uploads are those of one run."""
    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copytree(built_house.library, folder / "own.library")
    with (
        type(built_house)(built_house.videos, folder / "own.library").open() as library,
        serving(library, ServerSettings(roots=(folder,))) as served,
    ):
        yield served


@pytest.fixture
def api(asked: Served) -> Any:
    schema = schemathesis.openapi.from_url(f"{asked.origin}/api/v1/openapi.json")
    ids = {
        "video_id": [video.video_id for video in asked.library.videos()],
        "upload_id": [asked.client.post("/uploads", json={"name": "a", "size": 9}).json()["id"]],
    }

    @schema.hook
    def map_path_parameters(_context: Any, path_parameters: Any) -> Any:
        """Ids that there are, three times of four: made up ones lead nowhere."""
        for name, known in ids.items():
            if path_parameters and name in path_parameters:
                chance = random.Random(str(path_parameters[name]))
                if chance.random() < 0.75:
                    path_parameters[name] = chance.choice(known)
        return path_parameters

    return schema.exclude(path_regex="/events$")  # it does not end


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_answer_is_as_it_is_described(api: Any) -> None:
    wrong: list[str] = []
    for result, mode in product(api.get_all_operations(), schemathesis.GenerationMode):
        operation = result.ok()

        @settings(
            max_examples=20,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            case.call_and_validate(checks=CHECKS, timeout=60)

        try:
            with contextlib.suppress(Unsatisfiable):  # nothing can be wrong where nothing is asked
                ask()
        except FailureGroup as error:
            wrong.append(f"{mode.value} {operation.method.upper()} {operation.path}: {error}")
    assert not wrong, "\n\n".join(wrong)
