"""What a reader needs installed, and whether it is there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from footage.errors import ReaderUnavailable


@dataclass(frozen=True, slots=True)
class Package:
    """A package of an extra, as pip knows it."""

    name: str
    exactly: str | None = None
    at_least: str | None = None

    def complaint(self) -> str:
        """Why what is installed will not do; empty where it will."""
        try:
            there = version(self.name)
        except PackageNotFoundError:
            return f"{self.name} is not installed"
        if self.exactly not in {None, there}:
            return f"{self.name} {there} is installed, {self.exactly} is needed"
        if self.at_least and _numbers(there) < _numbers(self.at_least):
            return f"{self.name} {there} is installed, {self.at_least} or newer is needed"
        return ""


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a reader can be used on this machine."""

    name: str
    usable: bool
    version: str = ""
    """The packages it uses, as ``rapidocr 3.10.0``; empty where it needs none, or has none."""
    reason: str = ""  #: why it cannot be used
    remedy: str = ""  #: and what to do about it

    def require(self) -> None:
        """Raise `ReaderUnavailable` where the reader cannot be used."""
        if not self.usable:
            raise ReaderUnavailable(
                f"the reader {self.name} cannot be used: {self.reason}", remedy=self.remedy
            )


def examine(
    name: str, extra: str, packages: Sequence[Package], check: Callable[[], str] = lambda: ""
) -> Status:
    """The status of a reader whose packages come with an ``extra`` of footage.

    ``check`` is asked when they are all there, and answers like `Package.complaint`.
    """
    reason = next(filter(None, (package.complaint() for package in packages)), "") or check()
    if reason:
        return Status(name, False, reason=reason, remedy=f"`pip install '.[{extra}]'`")
    versions = ", ".join(f"{package.name} {version(package.name)}" for package in packages)
    return Status(name, True, versions)


def _numbers(text: str) -> list[int]:
    """``3.10.0rc1`` as [3, 10, 0]: enough to tell older from newer."""
    return [int(number) for number in re.findall(r"\d+", re.split(r"[a-z+-]", text)[0])]
