"""Answers held to the description of the API, in which nothing may be missing either."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import httpx
import jsonschema
from fastapi import FastAPI

JSON = "application/json"


class Description:
    """The description of an app, and whether an answer is as it says."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = _closed({**schema})
        self.asked: set[str] = set()
        """Operations that answered well, in JSON."""

    @classmethod
    def of(cls, app: FastAPI) -> Description:
        return cls(app.openapi())

    @cached_property
    def operations(self) -> dict[str, Any]:
        """All that answer in JSON where all is well, as ``GET /videos/{video_id}``."""
        return {
            f"{method.upper()} {path}": operation
            for path, operations in self._schema["paths"].items()
            for method, operation in operations.items()
            if any(JSON in answer.get("content", {}) for answer in _good(operation))
        }

    @cached_property
    def _addresses(self) -> list[tuple[re.Pattern[str], str]]:
        """The exact ones before those in which more is left open."""
        paths = sorted(self._schema["paths"], key=lambda path: (path.count("{"), path))
        return [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path.replace("{tag}", ".+"))), path)
            for path in paths
        ]

    def check(self, answer: httpx.Response) -> None:
        """Raise where an answer is not as it is described."""
        path = answer.request.url.path
        kind = answer.headers.get("content-type", "").partition(";")[0]
        found = next((p for pattern, p in self._addresses if pattern.fullmatch(path)), None)
        operation = f"{answer.request.method} {found}"
        if kind != JSON or operation not in self.operations:
            return
        answers = self.operations[operation]["responses"]
        status = str(answer.status_code)
        described = answers.get(status) or answers[f"{status[0]}XX"]
        schema = described["content"][JSON]["schema"]
        answer.read()
        self._validate(schema, answer.json())
        if answer.is_success:
            self.asked.add(operation)

    def check_part(self, name: str, value: Any) -> None:
        """Raise where a value is not as the component of that name."""
        self._validate({"$ref": f"#/components/schemas/{name}"}, value)

    def _validate(self, schema: Mapping[str, Any], value: Any) -> None:
        whole = {**schema, "components": self._schema["components"]}
        jsonschema.Draft202012Validator(whole).validate(value)


def _good(operation: Mapping[str, Any]) -> Iterator[Any]:
    return (answer for status, answer in operation["responses"].items() if status[0] == "2")


def _closed(schema: Any) -> Any:
    """The same schema, whose objects have what is described and nothing else."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(part) for key, part in schema.items()}
    if schema.get("type") == "object" and isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed
