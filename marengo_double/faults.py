"""Scripted trouble: rules that say which calls go wrong, and how. README.md lists them all."""

from __future__ import annotations

import time
from collections.abc import Iterable
from email.utils import formatdate
from fnmatch import fnmatchcase
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from marengo_double.wire import Answer

_HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"


class Rule(BaseModel):
    """Calls that match ``on``, and what goes wrong with them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # which calls
    on: str = Field(default="* *", pattern=r"^\S+ \S+$")  # "POST /embed-v2/tasks", with * and ?
    nth: tuple[int, ...] = ()  # only these of the matching calls, counted from 1
    since: int = 1  # this one of the matching calls, and all after it
    probability: float = Field(default=1.0, ge=0, le=1)
    seed: int = 0

    # an answer instead of the real one
    status: int | None = None
    code: str = "scripted"
    message: str = "This answer is scripted."
    html: bool = False
    retry_after: str | int | float | None = None  # "date:+5" and "date:-60" become HTTP dates
    headers: dict[str, str] = Field(default_factory=dict)

    # how the answer travels
    delay: float = 0.0  # seconds before anything is sent
    slow: float = 0.0  # seconds over which the body dribbles in
    drop: Literal["before", "reset", "body"] | None = None  # the connection, when
    after: bool = False  # the service has done its work, only its answer is lost
    malformed: bool = False  # JSON that stops in the middle

    # what is in the answer
    dimension: int | None = Field(default=None, ge=0)
    nan: bool = False
    zeros: bool = False
    empty: bool = False
    duplicate: bool = False
    without: tuple[str, ...] = ()  # fields, wherever they are
    put: dict[str, Any] = Field(default_factory=dict)  # other values for the outermost fields

    # what becomes of the task or asset that the call creates
    fate: Literal["failed", "processing"] | None = None
    reason: str = "The embedding task failed. Please try again later."

    @model_validator(mode="after")
    def _does_something(self) -> Rule:
        if not self.model_fields_set - {"on", "nth", "since", "probability", "seed"}:
            raise ValueError("a rule has to say what goes wrong")
        return self

    @property
    def replaces(self) -> bool:
        """Whether the service is not asked at all."""
        return (self.status is not None or self.cuts_off) and not self.after

    @property
    def cuts_off(self) -> bool:
        """Whether nothing at all is answered."""
        return self.drop in {"before", "reset"}

    def altered(self, answer: Answer) -> Answer:
        """The answer as it leaves: replaced, with other embeddings in it, or cut in the middle."""
        if self.status is not None:
            answer = self._error(self.status)
        answer.headers.update(self.headers)
        if self.dimension is not None or self.nan or self.zeros or self.empty or self.duplicate:
            answer = answer.changed(self._spoilt)
        if self.without:
            answer = answer.changed(self._stripped)
        if self.put:
            answer = answer.changed(lambda value: {**value, **self.put})
        if self.malformed:
            answer = Answer(answer.status, answer.body[: len(answer.body) * 2 // 3], answer.headers)
        return answer

    def _error(self, status: int) -> Answer:
        if self.html:
            body = _HTML.format(f"{status} {self.message}").encode()
            answer = Answer(status, body, {"content-type": "text/html"})
        else:
            answer = Answer.error(status, self.code, self.message)
        if self.retry_after is not None:
            answer.headers["retry-after"] = _retry_after(self.retry_after)
        return answer

    def _spoilt(self, value: Any) -> Any:
        items = [
            {**item, "embedding": self._vector(item["embedding"], first=at == 0)}
            for at, item in enumerate(value.get("data") or [])
            if "embedding" in item
        ]
        if not items:
            return value
        copies = 0 if self.empty else 2 if self.duplicate else 1
        return {**value, "data": [item for item in items for _ in range(copies)]}

    def _vector(self, vector: list[float], *, first: bool) -> list[float]:
        if self.zeros:
            vector = [0.0] * len(vector)
        if self.dimension is not None:
            vector = list(islice(cycle(vector), self.dimension))
        return [float("nan"), *vector[1:]] if self.nan and first else vector

    def _stripped(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: self._stripped(v) for k, v in value.items() if k not in self.without}
        if isinstance(value, list):
            return [self._stripped(item) for item in value]
        return value


def load_rules(path: Path) -> list[Rule]:
    """Rules from a JSON file that holds a list of them; raises `OSError`, `ValueError`."""
    return TypeAdapter(list[Rule]).validate_json(path.read_bytes())


class Script:
    """Rules in order: the first that matches a call decides it. Each rule counts for itself."""

    def __init__(self, rules: Iterable[Rule | dict[str, Any]] = ()) -> None:
        self._rules: list[_Counted] = []
        self.add(*rules)

    def add(self, *rules: Rule | dict[str, Any]) -> None:
        """Add rules behind those there are; raises `pydantic.ValidationError`."""
        self._rules += [_Counted(Rule.model_validate(rule)) for rule in rules]

    def clear(self) -> None:
        """Forget all rules: nothing goes wrong any more."""
        self._rules.clear()

    def rule_for(self, method: str, path: str) -> Rule | None:
        """The rule that decides this call, which every rule that names it counts."""
        hits = [counted.rule for counted in list(self._rules) if counted.hits(method, path)]
        return hits[0] if hits else None


class _Counted:
    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._calls = 0
        self._chance = np.random.default_rng(rule.seed)

    def hits(self, method: str, path: str) -> bool:
        if not fnmatchcase(f"{method} {path}", self.rule.on):
            return False
        self._calls += 1
        if self.rule.nth and self._calls not in self.rule.nth:
            return False
        drawn = self._chance.random() < self.rule.probability
        return self._calls >= self.rule.since and drawn


def _retry_after(value: str | float) -> str:
    text = str(value)
    if text.startswith("date:"):
        return formatdate(time.time() + float(text.removeprefix("date:")), usegmt=True)
    return text
